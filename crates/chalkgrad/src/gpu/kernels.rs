//! From an operation to its dispatches: which kernel, with which numbers, over which memory. The kernels themselves are the
//! `.wgsl` files beside this one, under the operations' names.

use std::cell::{Cell, RefCell};

use super::Gpu;
use super::axes::{self, Axis};
use super::buffer::{Buffer, bytes};
use super::pipeline::{Binding, Dispatch, WORKGROUP};
use super::source::wgsl;
use crate::op::{Move, Op, moves};
use crate::plan::{BufferId, Location};
use crate::{Product, Result, Shape, Tiles};

/// Where a program's memory lies.
pub(super) trait Places {
    /// All of a buffer.
    fn whole(&self, buffer: BufferId) -> Binding;
    /// A range of one.
    fn place(&self, location: Location) -> Binding;
}

const COPY: &str = wgsl!("copy.wgsl");
const FILL: &str = wgsl!("fill.wgsl");
const SUM: &str = wgsl!("shared/walk.wgsl", "sum.wgsl");
const UNIFORM: &str = wgsl!("uniform.wgsl");
const MATMUL: &str = wgsl!("shared/product.wgsl", "matmul.wgsl");
const MATMUL_SLABS: &str = wgsl!("shared/product.wgsl", "matmul_slabs.wgsl");
const LOG_SOFTMAX: &str = wgsl!("shared/functions.wgsl", "shared/rows.wgsl", "log_softmax.wgsl");
const AMAX: &str = wgsl!("shared/functions.wgsl", "shared/rows.wgsl", "amax.wgsl");
const ARGMAX: &str = wgsl!("shared/functions.wgsl", "shared/rows.wgsl", "argmax.wgsl");
const GATHER: &str = wgsl!("shared/functions.wgsl", "shared/index.wgsl", "gather.wgsl");
const SCATTER: &str = wgsl!("shared/functions.wgsl", "shared/index.wgsl", "scatter.wgsl");
const CROSS_ENTROPY: &str =
    wgsl!("shared/functions.wgsl", "shared/rows.wgsl", "shared/index.wgsl", "cross_entropy.wgsl");
const CROSS_ENTROPY_GRADIENT: &str =
    wgsl!("shared/functions.wgsl", "shared/rows.wgsl", "shared/index.wgsl", "cross_entropy_gradient.wgsl");

/// Every kernel that is a file, for the test that validates them without a GPU.
#[cfg(test)]
pub(super) const SOURCES: [(&str, &str); 23] = [
    ("copy", COPY),
    ("fill", FILL),
    ("sum", SUM),
    ("uniform", UNIFORM),
    ("matmul", MATMUL),
    ("matmul_slabs", MATMUL_SLABS),
    ("conv2d", super::pictures::CONV2D),
    ("conv2d_weight_gradient", super::pictures::CONV2D_WEIGHT_GRADIENT),
    ("max_pool2d", super::pictures::MAX_POOL2D),
    ("max_pool2d_gradient", super::pictures::MAX_POOL2D_GRADIENT),
    ("avg_pool2d", super::pictures::AVG_POOL2D),
    ("avg_pool2d_gradient", super::pictures::AVG_POOL2D_GRADIENT),
    ("resample", super::pictures::RESAMPLE),
    ("padded", super::unrolled::PADDED),
    ("packed", super::unrolled::PACKED),
    ("log_softmax", LOG_SOFTMAX),
    ("amax", AMAX),
    ("argmax", ARGMAX),
    ("gather", GATHER),
    ("scatter", SCATTER),
    ("cross_entropy", CROSS_ENTROPY),
    ("cross_entropy_gradient", CROSS_ENTROPY_GRADIENT),
    ("multiply_adds", super::multiply_adds::MULTIPLY_ADDS),
];

/// Memory that an operation needs for itself alone; the next one overwrites it.
#[derive(Default)]
pub(super) struct Scratch(RefCell<Vec<Buffer>>);

/// What one operation's dispatches are made from.
pub(super) struct Maker<'a> {
    pub(super) gpu: &'a Gpu,
    name: &'static str,
    pub(super) inputs: Vec<Binding>,
    pub(super) output: Binding,
    scratch: &'a Scratch,
    /// How many of the scratch buffers this operation has.
    taken: Cell<usize>,
}

/// The dispatches of an operation, in order.
pub(super) fn dispatches(
    gpu: &Gpu,
    places: &impl Places,
    scratch: &Scratch,
    op: &Op,
    inputs: &[(Location, Shape)],
    output: Location,
    shape: &Shape,
) -> Result<Vec<Dispatch>> {
    let x: Vec<&[usize]> = inputs.iter().map(|(_, shape)| shape.dims()).collect();
    let y = shape.dims();
    let bound = inputs.iter().map(|(location, _)| places.place(*location)).collect();
    let (name, output) = (op.name(), places.place(output));
    let maker = Maker { gpu, name, inputs: bound, output, scratch, taken: Cell::new(0) };
    match op {
        Op::Leaf { .. }
        | Op::Constant { .. }
        | Op::Unary(_)
        | Op::Binary(_)
        | Op::Where
        | Op::Reshape { .. }
        | Op::Detach => {
            unreachable!("the planner makes no step of its own of {}", op.name())
        }
        Op::Expand { .. }
        | Op::Permute { .. }
        | Op::Concat { .. }
        | Op::Slice { .. }
        | Op::Pad { .. }
        | Op::AllReduce => {
            let shapes: Vec<&Shape> = inputs.iter().map(|(_, shape)| shape).collect();
            let fill = matches!(op, Op::Pad { .. }).then(|| maker.fill(shape.elements()));
            let copies = moves(op, &shapes, shape);
            fill.into_iter().map(Ok).chain(copies.iter().map(|walk| maker.copy(walk))).collect()
        }
        Op::Uniform { stream, .. } => maker.uniform(*stream, shape.elements()),
        Op::Sum { axes, .. } => {
            let strides = inputs[0].1.strides();
            let (mut kept, mut reduced) = (Vec::new(), Vec::new());
            for (axis, &len) in x[0].iter().enumerate() {
                if axes.contains(&axis) { &mut reduced } else { &mut kept }.push((len, strides[axis]));
            }
            maker.sum(&axes::walk(kept), &axes::walk(reduced), shape.elements())
        }
        Op::MatMul { transpose_a, transpose_b } => maker.matmul(x[0], *transpose_a, x[1], *transpose_b),
        Op::Conv2d { window, groups } => maker.conv2d(x[0], y, *window, *groups),
        Op::Conv2dInputGradient { window, groups, .. } => maker.conv2d_input_gradient(x[0], y, *window, *groups),
        Op::Conv2dWeightGradient { window, groups } => maker.conv2d_weight_gradient(x[0], x[1], *window, *groups),
        Op::MaxPool2d(pool) => maker.max_pool2d(x[0], y, pool),
        Op::MaxPool2dGradient(pool) => maker.max_pool2d_gradient(y, x[1], pool),
        Op::AvgPool2d(pool) => maker.avg_pool2d(x[0], y, pool),
        Op::AvgPool2dGradient { pool, .. } => maker.avg_pool2d_gradient(y, x[0], pool),
        Op::Resample { rows, columns, transposed: false } => maker.resample(x[0], y, [rows.table(), columns.table()]),
        Op::Resample { rows, columns, transposed: true } => {
            maker.resample(x[0], y, [rows.transposed(), columns.transposed()])
        }
        Op::LogSoftmax => maker.rows(LOG_SOFTMAX, x[0]),
        Op::Amax => maker.rows(AMAX, x[0]),
        Op::ArgMax => maker.rows(ARGMAX, x[0]),
        Op::Gather => maker.indexed(GATHER, [x[0][1], y[1], y[2]], shape),
        Op::Scatter { rows } => maker.indexed(SCATTER, [*rows, x[0][1], y[2]], shape),
        Op::CrossEntropy => maker.rows(CROSS_ENTROPY, x[0]),
        Op::CrossEntropyGradient => maker.rows(CROSS_ENTROPY_GRADIENT, x[0]),
    }
}

impl Maker<'_> {
    pub(super) fn dispatch(&self, source: &str, uniform: Vec<u32>, bindings: Vec<Binding>, threads: usize) -> Dispatch {
        Dispatch { name: self.name, source: source.into(), constants: Vec::new(), uniform, bindings, threads }
    }

    /// Inputs, then the output.
    pub(super) fn all_bindings(&self) -> Vec<Binding> {
        self.inputs.iter().chain([&self.output]).cloned().collect()
    }

    /// How this device's kernels cut their work.
    pub(super) fn tiles(&self) -> Tiles {
        self.gpu.tiles.get()
    }

    /// How many slices share `work` steps of a sum when `tiles` threads would do it alone: enough to keep the device busy,
    /// never so many that a slice has less than 16 steps. A short sum is left whole.
    pub(super) fn slices(&self, tiles: usize, work: usize) -> usize {
        if work <= 256 {
            return 1;
        }
        (self.tiles().busy / tiles.max(1)).min(work / 16).max(1)
    }

    /// Where `slices` sums of `len` numbers go, [slices, len]: the output itself where there is one slice.
    fn sums(&self, slices: usize, len: usize) -> Result<Binding> {
        if slices == 1 {
            return Ok(self.output.clone());
        }
        self.scratch(slices * len, "the parts of a long sum")
    }

    /// `len` numbers that no other operation needs, after those that this one has already.
    pub(super) fn scratch(&self, len: usize, what: &str) -> Result<Binding> {
        let index = self.taken.replace(self.taken.get() + 1);
        let (mut buffers, size) = (self.scratch.0.borrow_mut(), bytes(len));
        if buffers.get(index).is_none_or(|buffer| buffer.raw().size() < size) {
            let larger = self.gpu.allocate(len, what)?;
            match buffers.get_mut(index) {
                Some(buffer) => *buffer = larger,
                None => buffers.push(larger),
            }
        }
        Ok(Binding { offset: 0, size, buffer: buffers[index].clone() })
    }

    /// The sums of slices, and what sums them.
    pub(super) fn summed(
        mut self,
        first: impl FnOnce(&Self, Binding) -> Dispatch,
        slices: usize,
        len: usize,
    ) -> Result<Vec<Dispatch>> {
        let sums = self.sums(slices, len)?;
        let mut dispatches = vec![first(&self, sums.clone())];
        if slices > 1 {
            self.inputs = vec![sums];
            // Many slices are a long sum again.
            let (kept, reduced) = (Axis { len, stride: 1 }, Axis { len: slices, stride: len });
            dispatches.extend(self.sum(&[kept], &[reduced], len)?);
        }
        Ok(dispatches)
    }

    /// A part of an input to a part of the output.
    fn copy(&self, walk: &Move) -> Result<Dispatch> {
        let mut uniform = words(&[&[walk.elements(), walk.axes.len(), walk.from, walk.to]]);
        let axes = walk.axes.iter().map(|axis| [axis.len as u32, axis.from as u32, axis.to as u32]);
        uniform.extend(axes::words(axes, self.name)?);
        let bindings = vec![self.inputs[walk.input].clone(), self.output.clone()];
        Ok(self.dispatch(COPY, uniform, bindings, walk.elements()))
    }

    fn fill(&self, elements: usize) -> Dispatch {
        self.dispatch(FILL, vec![elements as u32, 0, 0, 0], vec![self.output.clone()], elements)
    }

    /// A thread an element; `sizes` are rows to choose from, rows that are chosen, and their width.
    fn indexed(self, source: &str, sizes: [usize; 3], output: &Shape) -> Result<Vec<Dispatch>> {
        let uniform = words(&[&[output.elements()], &sizes]);
        Ok(vec![self.dispatch(source, uniform, self.all_bindings(), output.elements())])
    }

    /// A thread for four elements.
    fn uniform(self, stream: u32, elements: usize) -> Result<Vec<Dispatch>> {
        let uniform = vec![elements as u32, stream, 0, 0];
        Ok(vec![self.dispatch(UNIFORM, uniform, self.all_bindings(), elements.div_ceil(4))])
    }

    fn sum(self, kept: &[Axis], reduced: &[Axis], outputs: usize) -> Result<Vec<Dispatch>> {
        let inner = reduced.last().map_or(1, |axis| axis.len);
        let outer: usize = reduced.iter().rev().skip(1).map(|axis| axis.len).product();
        let slices = self.slices(outputs, inner * outer);
        // Neighbouring places of the innermost axis first: they lie side by side.
        let inner_slices = slices.min(inner).max(1);
        let parts = [(slices / inner_slices).min(outer).max(1), inner_slices];
        let dispatch = |this: &Self, sums| this.sum_once(kept, reduced, outputs, parts, sums);
        // Whether the axes fit is known before anything is allocated.
        dispatch(&self, self.output.clone())?;
        let first = |this: &Self, sums| dispatch(this, sums).expect("the axes fit");
        self.summed(first, parts[0] * parts[1], outputs)
    }

    fn sum_once(
        &self,
        kept: &[Axis],
        reduced: &[Axis],
        outputs: usize,
        [outer_slices, inner_slices]: [usize; 2],
        sums: Binding,
    ) -> Result<Dispatch> {
        let one = Axis { len: 1, stride: 0 };
        let (inner, outer) = reduced.split_last().map_or((&one, reduced), |(inner, outer)| (inner, outer));
        let outer_length: usize = outer.iter().map(|axis| axis.len).product();
        let slices_first = outputs == 1 || inner.stride == 1;
        let mut uniform: Vec<u32> = [
            kept.len(),
            outer.len(),
            outputs,
            outer_length,
            inner.len,
            inner.stride,
            outer_slices,
            inner_slices,
            usize::from(slices_first),
            0,
            0,
            0,
        ]
        .map(|word| word as u32)
        .into();
        uniform.extend(axes::words(kept.iter().map(Axis::words), self.name)?);
        uniform.extend(axes::words(outer.iter().map(Axis::words), self.name)?);
        let bindings = vec![self.inputs[0].clone(), sums];
        Ok(self.dispatch(SUM, uniform, bindings, outputs * outer_slices * inner_slices))
    }

    fn matmul(self, a: &[usize], transpose_a: bool, b: &[usize], transpose_b: bool) -> Result<Vec<Dispatch>> {
        let matrix = |factor: &[usize]| [2, 1].map(|from_last| factor[factor.len() - from_last]);
        let (stack, a, b) = (a[..a.len() - 2].iter().product::<usize>(), matrix(a), matrix(b));
        let (m, k, a_strides) = if transpose_a { (a[1], a[0], [1, a[1]]) } else { (a[0], a[1], [a[1], 1]) };
        let (n, b_strides) = if transpose_b { (b[0], [1, b[1]]) } else { (b[1], [b[1], 1]) };
        // The edge of the square of outputs that a team of threads makes. Of a shared one too much would lie outside a thin product.
        let edge = match self.tiles().product {
            Product::Shared64 if m.min(n) >= 32 => 64,
            Product::Shared32 | Product::Shared64 if m.min(n) >= 16 => 32,
            _ => 4,
        };
        let (source, team) = if edge == 4 { (MATMUL, 1) } else { (MATMUL_SLABS, WORKGROUP) };
        let threads = stack * m.div_ceil(edge) * n.div_ceil(edge) * team;
        let slices = self.slices(threads, k);
        let words = words(&[&[m, n, k], &a_strides, &b_strides, &[slices, stack]]);
        let first = |this: &Self, sums| {
            let bindings = vec![this.inputs[0].clone(), this.inputs[1].clone(), sums];
            let mut dispatch = this.dispatch(source, words, bindings, threads * slices);
            if team > 1 {
                dispatch.constants = vec![("large", truth(edge == 64))];
            }
            dispatch
        };
        self.summed(first, slices, stack * m * n)
    }

    /// A thread for each row.
    fn rows(self, source: &str, x: &[usize]) -> Result<Vec<Dispatch>> {
        Ok(vec![self.dispatch(source, words(&[x]), self.all_bindings(), x[0])])
    }
}

pub(super) fn words(parts: &[&[usize]]) -> Vec<u32> {
    parts.iter().flat_map(|part| part.iter()).map(|&word| word as u32).collect()
}

/// A boolean `override`.
pub(super) fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
