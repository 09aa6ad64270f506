//! Fused elementwise steps: a block of elements at a time goes through the whole straight-line code, so that every
//! register stays in the first-level cache and each instruction is one vectorised loop.

use std::cell::{Ref, RefMut};

use super::Buffer;
use super::simd::{Level, Wide};
use crate::interpreter::{binary, unary};
use crate::op::{Binary, Unary, binaries, unaries};
use crate::plan::{BufferId, Instruction, Map, MapInput};

/// Elements a pass.
const BLOCK: usize = 512;

/// One block a register.
pub(super) type Registers = Vec<[f32; BLOCK]>;

/// Where an input is read: a buffer that nobody writes in this step, or one of the written ones.
enum Source<'a> {
    Shared(Ref<'a, Vec<f32>>),
    Written(usize),
}

pub(super) fn run<'a>(level: Level, map: &Map, buffer: impl Fn(BufferId) -> &'a Buffer, registers: &mut Registers) {
    let mut written: Vec<BufferId> = Vec::new();
    for (_, location) in &map.outputs {
        if !written.contains(&location.buffer) {
            written.push(location.buffer);
        }
    }
    let target = |id: BufferId| written.iter().position(|&other| other == id);
    let targets = written.iter().map(|&id| buffer(id).borrow_mut()).collect();
    let sources = map
        .inputs
        .iter()
        .map(|input| match target(input.location.buffer) {
            Some(index) => Source::Written(index),
            None => Source::Shared(buffer(input.location.buffer).borrow()),
        })
        .collect();
    let outputs = map.outputs.iter().filter_map(|&(register, location)| {
        target(location.buffer).map(|target| Output { register, target, offset: location.offset })
    });
    let (direct, copied) = outputs.partition(|output| is_direct(map, output.register));
    if registers.len() < map.code.len() {
        registers.resize(map.code.len(), [0.0; BLOCK]);
    }
    level.widely(Blocks { map, sources, targets, direct, copied, registers });
}

/// Whether a result can be written where it goes as it is computed: nothing reads it or an input after it, and it goes there alone.
fn is_direct(map: &Map, register: usize) -> bool {
    let reads = |instruction: &Instruction| match *instruction {
        Instruction::Input(_) => true,
        Instruction::Constant(_) => false,
        Instruction::Unary(_, x) => x == register,
        Instruction::Binary(_, a, b) => [a, b].contains(&register),
        Instruction::Where(condition, a, b) => [condition, a, b].contains(&register),
    };
    let is_computed = !matches!(map.code[register], Instruction::Input(_));
    let outputs = map.outputs.iter().filter(|&&(other, _)| other == register).count();
    is_computed && outputs == 1 && !map.code[register + 1..].iter().any(reads)
}

/// Where a register goes.
struct Output {
    register: usize,
    target: usize,
    offset: usize,
}

/// A map with everything that it reads and writes.
struct Blocks<'a> {
    map: &'a Map,
    sources: Vec<Source<'a>>,
    targets: Vec<RefMut<'a, Vec<f32>>>,
    direct: Vec<Output>,
    copied: Vec<Output>,
    registers: &'a mut Registers,
}

impl Wide for Blocks<'_> {
    #[inline(always)]
    fn run(mut self) {
        let Self { map, sources, targets, direct, copied, registers } = &mut self;
        let mut views: Vec<Option<&[f32]>> = vec![None; map.code.len()];
        for start in (0..map.len).step_by(BLOCK) {
            let len = BLOCK.min(map.len - start);
            for (index, instruction) in map.code.iter().enumerate() {
                let (before, rest) = registers.split_at_mut(index);
                let register = &mut rest[0][..len];
                if let Instruction::Input(input) = *instruction {
                    views[index] = match &sources[input] {
                        Source::Shared(values) => load(values, &map.inputs[input], start, register),
                        Source::Written(index) => {
                            if let Some(values) = load(&targets[*index], &map.inputs[input], start, register) {
                                register.copy_from_slice(values);
                            }
                            None
                        }
                    };
                    continue;
                }
                let to = match direct.iter().find(|output| output.register == index) {
                    Some(Output { target, offset, .. }) => &mut targets[*target][offset + start..][..len],
                    None => register,
                };
                let read = |x: usize| views[x].unwrap_or(&before[x][..len]);
                match *instruction {
                    Instruction::Input(_) => {}
                    Instruction::Constant(value) => to.fill(value),
                    Instruction::Unary(op, x) => apply_unary(op, read(x), to),
                    Instruction::Binary(op, a, b) => apply_binary(op, read(a), read(b), to),
                    Instruction::Where(condition, a, b) => choose(read(condition), read(a), read(b), to),
                }
            }
            for Output { register, target, offset } in copied.iter() {
                let values = views[*register].unwrap_or(&registers[*register][..len]);
                targets[*target][offset + start..][..len].copy_from_slice(values);
            }
        }
    }
}

/// Elements `start…` of a stretched input: as they lie, where they lie in a row; otherwise gathered.
#[inline(always)]
fn load<'a>(values: &'a [f32], input: &MapInput, start: usize, to: &mut [f32]) -> Option<&'a [f32]> {
    let values = &values[input.location.offset..input.location.offset + input.location.len];
    if input.modulo == 1 {
        to.fill(values[0]);
        return None;
    }
    let first = start % input.modulo;
    if input.divide == 1 && first + to.len() <= input.modulo {
        return Some(&values[first..first + to.len()]);
    }
    let mut filled = 0;
    while filled < to.len() {
        let index = start + filled;
        let place = index / input.divide % input.modulo;
        let count = if input.divide == 1 {
            let count = (input.modulo - place).min(to.len() - filled);
            to[filled..filled + count].copy_from_slice(&values[place..place + count]);
            count
        } else {
            let count = (input.divide - index % input.divide).min(to.len() - filled);
            to[filled..filled + count].fill(values[place]);
            count
        };
        filled += count;
    }
    None
}

/// One loop a function, so that each vectorises.
#[inline(always)]
fn apply_unary(op: Unary, x: &[f32], to: &mut [f32]) {
    macro_rules! loops {
        ($($(#[$doc:meta])* $variant:ident $name:literal,)*) => {
            match op { $(Unary::$variant => x.iter().zip(to).for_each(|(&x, to)| *to = unary(Unary::$variant, x)),)* }
        };
    }
    unaries!(loops);
}

#[inline(always)]
fn apply_binary(op: Binary, a: &[f32], b: &[f32], to: &mut [f32]) {
    macro_rules! loops {
        ($($(#[$doc:meta])* $variant:ident $name:literal,)*) => {
            match op { $(Binary::$variant => {
                for ((&a, &b), to) in a.iter().zip(b).zip(to) {
                    *to = binary(Binary::$variant, a, b);
                }
            })* }
        };
    }
    binaries!(loops);
}

/// `a` where the condition is not 0, else `b`: without a branch, which the compiler would make of an `if` and then no vectors.
#[inline(always)]
fn choose(condition: &[f32], a: &[f32], b: &[f32], to: &mut [f32]) {
    for (to, ((&condition, &a), &b)) in to.iter_mut().zip(condition.iter().zip(a).zip(b)) {
        let mask = u32::from(condition != 0.0).wrapping_neg();
        *to = f32::from_bits(a.to_bits() & mask | b.to_bits() & !mask);
    }
}
