//! The CPU backend: one thread, SIMD. It replays plans and knows nothing of layers.

mod amax;
mod argmax;
mod avg_pool2d;
mod conv2d;
mod copy;
mod cross_entropy;
mod field;
mod gather;
mod halving;
mod log_softmax;
mod map;
mod matmul;
mod max_pool2d;
pub(crate) mod multiply_adds;
mod resample;
mod scatter;
mod simd;
mod sum;
mod tile;
mod uniform;
mod windows;

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

use crate::device::Memory;
use crate::op::{Op, moves};
use crate::plan::{BufferId, Location, Plan, Step};
use crate::{Error, Result, Shape};
use simd::Level;

/// What kernels compute with, in words.
pub(crate) fn description() -> &'static str {
    Level::detect().name()
}

/// The most that one program may take. WebAssembly addresses 4 GB, never gives memory back, and keeps the pictures there too.
const MOST_BYTES: u64 = if cfg!(target_pointer_width = "32") { 2 << 30 } else { 1 << 36 };

fn out_of_memory(len: usize, what: &str) -> Error {
    Error::OutOfMemory { what: what.into(), bytes: (len as u64).saturating_mul(4), limit: MOST_BYTES }
}

fn check_memory(len: usize, what: &str) -> Result<()> {
    if (len as u64).saturating_mul(4) > MOST_BYTES { Err(out_of_memory(len, what)) } else { Ok(()) }
}

/// Numbers in host memory; clones share them.
#[derive(Clone)]
pub(crate) struct Buffer(Rc<RefCell<Vec<f32>>>);

impl Buffer {
    /// `len` zeros, or an error where there is no memory for them.
    pub(crate) fn zeros(len: usize, what: &str) -> Result<Self> {
        check_memory(len, what)?;
        let mut values = Vec::new();
        values.try_reserve_exact(len).map_err(|_| out_of_memory(len, what))?;
        values.resize(len, 0.0);
        Ok(Self(Rc::new(RefCell::new(values))))
    }

    pub(crate) fn borrow(&self) -> Ref<'_, Vec<f32>> {
        self.0.borrow()
    }

    pub(crate) fn borrow_mut(&self) -> RefMut<'_, Vec<f32>> {
        self.0.borrow_mut()
    }
}

/// A plan with its memory and everything that can be prepared before the first run.
pub(crate) struct Executable {
    steps: Vec<(Step, Prepared)>,
    own: Vec<Buffer>,
    store: Vec<Buffer>,
    scratch: RefCell<Scratch>,
    level: Level,
}

/// What a step keeps between runs.
enum Prepared {
    Nothing,
    MatMul(matmul::MatMul),
    Convolution(conv2d::Convolution),
    WeightGradient(conv2d::WeightGradient),
    Resample(resample::Resample),
}

/// Work memory that steps share; it grows in the first run and stays.
#[derive(Default)]
struct Scratch {
    packed: Vec<f32>,
    padded: Vec<f32>,
    columns: Vec<f32>,
    sums: Vec<f32>,
    registers: map::Registers,
}

impl Executable {
    pub(crate) fn new(plan: &Plan, store: &[Memory]) -> Result<Self> {
        let level = Level::detect();
        check_memory(
            plan.buffers.iter().fold(0, |sum: usize, &len| sum.saturating_add(len)),
            "this batch of this network",
        )?;
        let own = plan.buffers.iter().map(|&len| Buffer::zeros(len, "an activation")).collect::<Result<_>>()?;
        let store = store
            .iter()
            .map(|memory| match memory {
                Memory::Cpu(buffer) => buffer.clone(),
                Memory::Gpu(_) => unreachable!("memory stays with its device"),
            })
            .collect();
        let steps = plan.steps.iter().map(|step| (step.clone(), prepare(level, step))).collect();
        Ok(Self { steps, own, store, scratch: RefCell::default(), level })
    }

    pub(crate) fn run(&self) {
        self.steps.iter().for_each(|step| self.carry_out(step));
    }

    /// Runs from this step to the next sum over workers, and gives that step with this worker's part of the sum.
    pub(crate) fn run_to_sum(&self, first: usize) -> Option<(usize, Vec<f32>)> {
        for (index, step) in self.steps.iter().enumerate().skip(first) {
            match &step.0 {
                Step::Operation { op: Op::AllReduce, inputs, .. } => return Some((index, self.read(inputs[0].0))),
                _ => self.carry_out(step),
            }
        }
        None
    }

    /// What the sum at this step came to.
    pub(crate) fn put_sum(&self, step: usize, sum: &[f32]) -> Result<()> {
        match &self.steps[step].0 {
            Step::Operation { output, .. } if output.len == sum.len() => {
                range_mut(&mut self.buffer(output.buffer).borrow_mut(), output).copy_from_slice(sum);
                Ok(())
            }
            _ => Err(Error::WorkerLost { reason: "a sum came that nobody waits for".into() }),
        }
    }

    fn carry_out(&self, (step, prepared): &(Step, Prepared)) {
        let scratch = &mut *self.scratch.borrow_mut();
        match step {
            Step::Map(map) => map::run(self.level, map, |id| self.buffer(id), &mut scratch.registers),
            Step::Copy { from, to } => {
                let source = self.buffer(from.buffer).borrow();
                let mut target = self.buffer(to.buffer).borrow_mut();
                range_mut(&mut target, to).copy_from_slice(range(&source, from));
            }
            Step::Operation { op, inputs, output, shape } => {
                let borrowed: Vec<Ref<'_, Vec<f32>>> =
                    inputs.iter().map(|(location, _)| self.buffer(location.buffer).borrow()).collect();
                let x: Vec<(&[f32], &Shape)> = borrowed
                    .iter()
                    .zip(inputs)
                    .map(|(values, (location, shape))| (range(values, location), shape))
                    .collect();
                let mut target = self.buffer(output.buffer).borrow_mut();
                let y = range_mut(&mut target, output);
                operate(self.level, op, prepared, &x, y, shape, scratch);
            }
        }
    }

    pub(crate) fn read(&self, location: Location) -> Vec<f32> {
        range(&self.buffer(location.buffer).borrow(), &location).to_vec()
    }

    fn buffer(&self, id: BufferId) -> &Buffer {
        match id {
            BufferId::Own(index) => &self.own[index],
            BufferId::Store(index) => &self.store[index],
        }
    }
}

fn range<'a>(values: &'a [f32], location: &Location) -> &'a [f32] {
    &values[location.offset..location.offset + location.len]
}

fn range_mut<'a>(values: &'a mut [f32], location: &Location) -> &'a mut [f32] {
    &mut values[location.offset..location.offset + location.len]
}

fn prepare(level: Level, step: &Step) -> Prepared {
    let Step::Operation { op, inputs, shape, .. } = step else { return Prepared::Nothing };
    let input = |index: usize| &inputs[index].1;
    match op {
        Op::MatMul { transpose_a, transpose_b } => {
            Prepared::MatMul(matmul::MatMul::new(level, [*transpose_a, *transpose_b], input(0), shape))
        }
        Op::Conv2d { window, groups } => {
            Prepared::Convolution(conv2d::Convolution::forward(level, *window, *groups, input(0), input(1), shape))
        }
        Op::Conv2dInputGradient { window, groups, .. } => Prepared::Convolution(conv2d::Convolution::input_gradient(
            level,
            *window,
            *groups,
            input(0),
            input(1),
            shape,
        )),
        Op::Conv2dWeightGradient { window, groups } => {
            Prepared::WeightGradient(conv2d::WeightGradient::new(level, *window, *groups, input(0), input(1)))
        }
        Op::Resample { rows, columns, transposed } => {
            Prepared::Resample(resample::Resample::new(rows, columns, *transposed, shape))
        }
        _ => Prepared::Nothing,
    }
}

fn operate(
    level: Level,
    op: &Op,
    prepared: &Prepared,
    x: &[(&[f32], &Shape)],
    y: &mut [f32],
    shape: &Shape,
    scratch: &mut Scratch,
) {
    let (values, dims) = (|index: usize| x[index].0, |index: usize| x[index].1);
    match op {
        Op::MatMul { .. } => {
            if let Prepared::MatMul(matmul) = prepared {
                matmul.run(values(0), values(1), y, scratch);
            }
        }
        Op::Conv2d { .. } | Op::Conv2dInputGradient { .. } => {
            if let Prepared::Convolution(convolution) = prepared {
                convolution.run(values(0), values(1), y, scratch);
            }
        }
        Op::Conv2dWeightGradient { .. } => {
            if let Prepared::WeightGradient(gradient) = prepared {
                gradient.run(values(0), values(1), y, scratch);
            }
        }
        Op::Expand { .. }
        | Op::Permute { .. }
        | Op::Concat { .. }
        | Op::Slice { .. }
        | Op::Pad { .. }
        | Op::AllReduce => {
            if matches!(op, Op::Pad { .. }) {
                y.fill(0.0);
            }
            let shapes: Vec<&Shape> = x.iter().map(|&(_, shape)| shape).collect();
            moves(op, &shapes, shape).iter().for_each(|walk| copy::copy(walk, values(walk.input), y));
        }
        Op::Uniform { stream, .. } => uniform::uniform(values(0), *stream, y),
        Op::Sum { axes, .. } => sum::sum(level, values(0), dims(0), axes, y),
        Op::MaxPool2d(pool) => max_pool2d::forward(values(0), dims(0), pool, y, shape),
        Op::MaxPool2dGradient(pool) => max_pool2d::gradient(values(0), dims(0), pool, values(1), dims(1), y),
        Op::AvgPool2d(pool) => avg_pool2d::forward(values(0), dims(0), pool, y, shape),
        Op::AvgPool2dGradient { pool, .. } => avg_pool2d::gradient(values(0), dims(0), pool, y, shape),
        Op::Resample { .. } => {
            if let Prepared::Resample(resample) = prepared {
                resample.run(values(0), dims(0), y, &mut scratch.columns);
            }
        }
        Op::LogSoftmax => log_softmax::log_softmax(values(0), dims(0), y),
        Op::Amax => amax::amax(values(0), dims(0), y),
        Op::ArgMax => argmax::argmax(values(0), dims(0), y),
        Op::Gather => {
            let sizes = [dims(0).dims()[1], shape.dims()[1], shape.dims()[2]];
            gather::gather(values(0), values(1), sizes, y);
        }
        Op::Scatter { rows } => {
            let sizes = [*rows, dims(0).dims()[1], shape.dims()[2]];
            scatter::scatter(values(0), values(1), sizes, y);
        }
        Op::CrossEntropy => cross_entropy::forward(values(0), dims(0), values(1), y),
        Op::CrossEntropyGradient => cross_entropy::gradient(values(0), dims(0), values(1), values(2), y),
        Op::Leaf { .. }
        | Op::Constant { .. }
        | Op::Unary(_)
        | Op::Binary(_)
        | Op::Where
        | Op::Reshape { .. }
        | Op::Detach => {
            unreachable!("the planner makes maps, reads or nothing of {}", op.name())
        }
    }
}
