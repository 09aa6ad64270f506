//! A `Map` as WGSL: its straight-line code, one line an instruction. Every buffer is bound once and whole, because WebGPU
//! forbids two bindings of a buffer where one writes; offsets and lengths are in the uniform, so that maps that differ
//! only in shapes share a pipeline.

use std::fmt::{self, Write};

use super::kernels::Places;
use super::pipeline::Dispatch;
use super::source::wgsl;
use crate::op::{Binary, Unary};
use crate::plan::{BufferId, Instruction, Map, MapInput};

const PRELUDE: &str = wgsl!("shared/functions.wgsl", "shared/elementwise.wgsl");

/// The dispatch of a map.
pub(super) fn dispatch(map: &Map, places: &impl Places) -> Dispatch {
    let (source, buffers) = kernel(map);
    Dispatch {
        name: "map",
        source,
        constants: Vec::new(),
        uniform: uniform(map),
        bindings: buffers.into_iter().map(|buffer| places.whole(buffer)).collect(),
        threads: map.len,
    }
}

/// The kernel's source, and the buffers at its bindings 1, 2, …
pub(super) fn kernel(map: &Map) -> (String, Vec<BufferId>) {
    let (buffers, written) = buffers(map);
    let mut source = String::from(PRELUDE);
    write_kernel(&mut source, map, &buffers, &written).expect("a string takes all that is written to it");
    (source, buffers)
}

/// Distinct buffers in order of first use, and which of them are written.
fn buffers(map: &Map) -> (Vec<BufferId>, Vec<BufferId>) {
    let read = map.inputs.iter().map(|input| input.location.buffer);
    let written: Vec<BufferId> = map.outputs.iter().map(|(_, location)| location.buffer).collect();
    let mut all = Vec::new();
    for buffer in read.chain(written.iter().copied()) {
        if !all.contains(&buffer) {
            all.push(buffer);
        }
    }
    (all, written)
}

/// Four words each: the length; for each input its offset, divisor and modulus (of powers of 2 the shift and the mask); for
/// each output its offset.
fn uniform(map: &Map) -> Vec<u32> {
    let divisor = |divide: usize| if divide.is_power_of_two() { divide.trailing_zeros() as usize } else { divide };
    let modulus = |modulo: usize| if modulo.is_power_of_two() { modulo - 1 } else { modulo };
    let inputs =
        map.inputs.iter().map(|input| [input.location.offset, divisor(input.divide), modulus(input.modulo), 0]);
    let outputs = map.outputs.iter().map(|(_, location)| [location.offset, 0, 0, 0]);
    let rows = std::iter::once([map.len, 0, 0, 0]).chain(inputs).chain(outputs);
    rows.flatten().map(|word| word as u32).collect()
}

fn write_kernel(out: &mut String, map: &Map, buffers: &[BufferId], written: &[BufferId]) -> fmt::Result {
    let name = |buffer: BufferId| buffers.iter().position(|other| *other == buffer).unwrap_or_default();
    let rows = 1 + map.inputs.len() + map.outputs.len();
    writeln!(out, "@group(0) @binding(0) var<uniform> places: array<vec4<u32>, {rows}>;")?;
    for (index, buffer) in buffers.iter().enumerate() {
        let access = if written.contains(buffer) { "read_write" } else { "read" };
        writeln!(out, "@group(0) @binding({}) var<storage, {access}> b{index}: array<f32>;", index + 1)?;
    }
    out.push_str(
        "\n@compute @workgroup_size(64)\nfn main(@builtin(workgroup_id) workgroup: vec3<u32>, \
         @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {\n    \
         let i = invocation(workgroup, groups, local);\n    if (i >= places[0].x) {\n        return;\n    }\n",
    );
    for (register, instruction) in map.code.iter().enumerate() {
        let value = match *instruction {
            Instruction::Input(input) => {
                let (at, buffer) = (input + 1, name(map.inputs[input].location.buffer));
                format!("b{buffer}[places[{at}].x{}]", index(&map.inputs[input], at, map.len))
            }
            Instruction::Constant(value) => constant(value),
            Instruction::Unary(op, x) => unary(op, x),
            Instruction::Binary(op, a, b) => binary(op, a, b),
            Instruction::Where(condition, a, b) => format!("select(r{b}, r{a}, r{condition} != 0.0)"),
        };
        writeln!(out, "    let r{register} = {value};")?;
    }
    for (index, (register, location)) in map.outputs.iter().enumerate() {
        let at = 1 + map.inputs.len() + index;
        writeln!(out, "    b{}[places[{at}].x + i] = r{register};", name(location.buffer))?;
    }
    out.push_str("}\n");
    Ok(())
}

/// What is added to an input's offset. Divisions are slow: none that does nothing is written, and by powers of 2 none.
fn index(input: &MapInput, at: usize, len: usize) -> String {
    let MapInput { divide, modulo, .. } = *input;
    if modulo == 1 {
        return String::new();
    }
    let mut index = String::from("i");
    if divide != 1 {
        index = format!("({index} {} places[{at}].y)", if divide.is_power_of_two() { ">>" } else { "/" });
    }
    if modulo.saturating_mul(divide) < len {
        index = format!("({index} {} places[{at}].z)", if modulo.is_power_of_two() { "&" } else { "%" });
    }
    format!(" + {index}")
}

/// WGSL has no literal for NaN, infinities and, on some devices, numbers too small to be normal.
fn constant(value: f32) -> String {
    match value.is_normal() || value == 0.0 {
        true => format!("f32({value:?}f)"),
        false => format!("from_bits({:#x}u)", value.to_bits()),
    }
}

fn unary(op: Unary, x: usize) -> String {
    match op {
        Unary::Neg => format!("-r{x}"),
        Unary::Abs => format!("abs(r{x})"),
        Unary::Exp => format!("careful_exp(r{x})"),
        Unary::Expm1 => format!("accurate_expm1(r{x})"),
        Unary::Log => format!("careful_log(r{x})"),
        Unary::Log1p => format!("accurate_log1p(r{x})"),
        Unary::Sqrt => format!("sqrt(r{x})"),
        Unary::Sin => format!("accurate_sin(r{x})"),
        Unary::Cos => format!("accurate_cos(r{x})"),
        Unary::Erf => format!("accurate_erf(r{x})"),
        // Not `max`, which would hide a NaN.
        Unary::Relu => format!("select(r{x}, 0.0, r{x} < 0.0)"),
        Unary::Sigmoid => format!("stable_sigmoid(r{x})"),
        Unary::Tanh => format!("accurate_tanh(r{x})"),
        Unary::Mish => format!("mish(r{x})"),
    }
}

fn binary(op: Binary, a: usize, b: usize) -> String {
    match op {
        Binary::Add => format!("r{a} + r{b}"),
        Binary::Sub => format!("r{a} - r{b}"),
        Binary::Mul => format!("r{a} * r{b}"),
        Binary::Div => format!("r{a} / r{b}"),
        Binary::Pow => format!("accurate_pow(r{a}, r{b})"),
        Binary::Maximum => format!("careful_max(r{a}, r{b})"),
        Binary::Minimum => format!("careful_min(r{a}, r{b})"),
        Binary::Greater => format!("select(0.0, 1.0, r{a} > r{b})"),
        Binary::GreaterEqual => format!("select(0.0, 1.0, r{a} >= r{b})"),
        Binary::Equal => format!("select(0.0, 1.0, r{a} == r{b})"),
    }
}
