//! From an operation to its dispatches: which kernel, with which numbers, over which memory. The kernels themselves are the
//! `.wgsl` files beside this one, under the operations' names.

use super::Gpu;
use super::axes::{self, Axis};
use super::buffer::bytes;
use super::pipeline::{Binding, Dispatch};
use crate::op::{Op, Window};
use crate::plan::{BufferId, Location};
use crate::{Result, Shape};

/// Where a program's memory lies.
pub(super) trait Places {
    /// All of a buffer.
    fn whole(&self, buffer: BufferId) -> Binding;
    /// A range of one.
    fn place(&self, location: Location) -> Binding;
}

/// A kernel's source: its file after what it shares with others.
macro_rules! wgsl {
    ($($file:literal),+) => { concat!(include_str!("shared/invocation.wgsl"), $(include_str!($file)),+) };
}

const PERMUTE: &str = wgsl!("shared/walk.wgsl", "permute.wgsl");
const SUM: &str = wgsl!("shared/walk.wgsl", "sum.wgsl");
const MATMUL: &str = wgsl!("matmul.wgsl");
const CONV2D: &str = wgsl!("conv2d.wgsl");
const CONV2D_WEIGHT_GRADIENT: &str = wgsl!("conv2d_weight_gradient.wgsl");
const MAX_POOL2D: &str = wgsl!("shared/functions.wgsl", "shared/pool.wgsl", "shared/largest.wgsl", "max_pool2d.wgsl");
const MAX_POOL2D_GRADIENT: &str =
    wgsl!("shared/functions.wgsl", "shared/pool.wgsl", "shared/largest.wgsl", "max_pool2d_gradient.wgsl");
const AVG_POOL2D: &str = wgsl!("shared/pool.wgsl", "avg_pool2d.wgsl");
const AVG_POOL2D_GRADIENT: &str = wgsl!("shared/pool.wgsl", "avg_pool2d_gradient.wgsl");
const LOG_SOFTMAX: &str = wgsl!("shared/functions.wgsl", "shared/rows.wgsl", "log_softmax.wgsl");
const ARGMAX: &str = wgsl!("shared/functions.wgsl", "shared/rows.wgsl", "argmax.wgsl");
const CROSS_ENTROPY: &str =
    wgsl!("shared/functions.wgsl", "shared/rows.wgsl", "shared/label.wgsl", "cross_entropy.wgsl");
const CROSS_ENTROPY_GRADIENT: &str =
    wgsl!("shared/functions.wgsl", "shared/rows.wgsl", "shared/label.wgsl", "cross_entropy_gradient.wgsl");

/// Threads that keep a large GPU busy.
const BUSY: usize = 1 << 15;

/// Every kernel that is a file, for the test that validates them without a GPU.
#[cfg(test)]
pub(super) const SOURCES: [(&str, &str); 13] = [
    ("permute", PERMUTE),
    ("sum", SUM),
    ("matmul", MATMUL),
    ("conv2d", CONV2D),
    ("conv2d_weight_gradient", CONV2D_WEIGHT_GRADIENT),
    ("max_pool2d", MAX_POOL2D),
    ("max_pool2d_gradient", MAX_POOL2D_GRADIENT),
    ("avg_pool2d", AVG_POOL2D),
    ("avg_pool2d_gradient", AVG_POOL2D_GRADIENT),
    ("log_softmax", LOG_SOFTMAX),
    ("argmax", ARGMAX),
    ("cross_entropy", CROSS_ENTROPY),
    ("cross_entropy_gradient", CROSS_ENTROPY_GRADIENT),
];

/// What one operation's dispatches are made from.
struct Maker<'a> {
    gpu: &'a Gpu,
    name: &'static str,
    inputs: Vec<Binding>,
    output: Binding,
}

/// The dispatches of an operation, in order.
pub(super) fn dispatches(
    gpu: &Gpu,
    places: &impl Places,
    op: &Op,
    inputs: &[(Location, Shape)],
    output: Location,
    shape: &Shape,
) -> Result<Vec<Dispatch>> {
    let x: Vec<&[usize]> = inputs.iter().map(|(_, shape)| shape.dims()).collect();
    let y = shape.dims();
    let bound = inputs.iter().map(|(location, _)| places.place(*location)).collect();
    let maker = Maker { gpu, name: op.name(), inputs: bound, output: places.place(output) };
    match op {
        Op::Leaf { .. } | Op::Constant { .. } | Op::Unary(_) | Op::Binary(_) | Op::Where | Op::Reshape { .. } => {
            unreachable!("the planner makes no step of its own of {}", op.name())
        }
        Op::Expand { .. } => {
            let strides = inputs[0].1.expanded_strides(shape);
            maker.copy(y.iter().copied().zip(strides))
        }
        Op::Permute { axes } => {
            let strides = inputs[0].1.strides();
            maker.copy(axes.iter().map(|&axis| (x[0][axis], strides[axis])))
        }
        Op::Sum { axes, .. } => {
            let strides = inputs[0].1.strides();
            let (mut kept, mut reduced) = (Vec::new(), Vec::new());
            for (axis, &len) in x[0].iter().enumerate() {
                if axes.contains(&axis) { &mut reduced } else { &mut kept }.push((len, strides[axis]));
            }
            maker.sum(&axes::walk(kept), &axes::walk(reduced), shape.elements())
        }
        Op::MatMul { transpose_a, transpose_b } => maker.matmul(x[0], *transpose_a, x[1], *transpose_b),
        Op::Conv2d(window) => maker.conv2d(x[0], y, *window),
        Op::Conv2dInputGradient { window, .. } => maker.conv2d_input_gradient(x[0], y, *window),
        Op::Conv2dWeightGradient(window) => maker.conv2d_weight_gradient(x[0], x[1], *window),
        Op::MaxPool2d(window) => maker.pool(MAX_POOL2D, x[0], y, *window, false),
        Op::MaxPool2dGradient(window) => maker.max_pool2d_gradient(y, x[1], *window),
        Op::AvgPool2d(window) => maker.pool(AVG_POOL2D, x[0], y, *window, false),
        Op::AvgPool2dGradient { window, .. } => maker.pool(AVG_POOL2D_GRADIENT, y, x[0], *window, true),
        Op::LogSoftmax => maker.rows(LOG_SOFTMAX, x[0]),
        Op::ArgMax => maker.rows(ARGMAX, x[0]),
        Op::CrossEntropy => maker.rows(CROSS_ENTROPY, x[0]),
        Op::CrossEntropyGradient => maker.rows(CROSS_ENTROPY_GRADIENT, x[0]),
    }
}

impl Maker<'_> {
    fn dispatch(&self, source: &str, uniform: Vec<u32>, bindings: Vec<Binding>, threads: usize) -> Dispatch {
        Dispatch { name: self.name, source: source.into(), constants: Vec::new(), uniform, bindings, threads }
    }

    /// Inputs, then the output.
    fn all_bindings(&self) -> Vec<Binding> {
        self.inputs.iter().chain([&self.output]).cloned().collect()
    }

    /// How many slices share `work` steps of a sum when `tiles` threads would do it alone: enough to keep the device busy,
    /// never so many that a slice has less than 16 steps. A short sum is left whole.
    fn slices(&self, tiles: usize, work: usize) -> usize {
        if work <= 256 {
            return 1;
        }
        let busy = if self.gpu.is_software() { 1 << 9 } else { BUSY };
        (busy / tiles.max(1)).min(work / 16).max(1)
    }

    /// Where `slices` sums of `len` numbers go, [slices, len]: the output itself where there is one slice.
    fn sums(&self, slices: usize, len: usize) -> Result<Binding> {
        if slices == 1 {
            return Ok(self.output.clone());
        }
        let buffer = self.gpu.allocate(slices * len, "the parts of a long sum")?;
        Ok(Binding { offset: 0, size: bytes(slices * len), buffer })
    }

    /// The sums of slices, and what sums them.
    fn summed(
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

    /// The input along other axes, outermost first, each with its length and stride.
    fn copy(self, axes: impl IntoIterator<Item = (usize, usize)>) -> Result<Vec<Dispatch>> {
        let walk = axes::walk(axes);
        let elements = walk.iter().map(|axis| axis.len).product();
        let mut uniform = vec![elements as u32, walk.len() as u32, 0, 0];
        uniform.extend(axes::words(&walk, self.name)?);
        Ok(vec![self.dispatch(PERMUTE, uniform, self.all_bindings(), elements)])
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
        uniform.extend(axes::words(kept, self.name)?);
        uniform.extend(axes::words(outer, self.name)?);
        let bindings = vec![self.inputs[0].clone(), sums];
        Ok(self.dispatch(SUM, uniform, bindings, outputs * outer_slices * inner_slices))
    }

    fn matmul(self, a: &[usize], transpose_a: bool, b: &[usize], transpose_b: bool) -> Result<Vec<Dispatch>> {
        let (m, k, a_strides) = if transpose_a { (a[1], a[0], [1, a[1]]) } else { (a[0], a[1], [a[1], 1]) };
        let (n, b_strides) = if transpose_b { (b[0], [1, b[1]]) } else { (b[1], [b[1], 1]) };
        let tiles = m.div_ceil(4) * n.div_ceil(4);
        let slices = self.slices(tiles, k);
        let words = [m, n, k, a_strides[0], a_strides[1], b_strides[0], b_strides[1], slices].map(|word| word as u32);
        let first = |this: &Self, sums| {
            let bindings = vec![this.inputs[0].clone(), this.inputs[1].clone(), sums];
            this.dispatch(MATMUL, words.into(), bindings, tiles * slices)
        };
        self.summed(first, slices, m * n)
    }

    fn conv2d(self, x: &[usize], y: &[usize], window: Window) -> Result<Vec<Dispatch>> {
        let taps = window.kernel[0] * window.kernel[1];
        let padding = window.padding.map(|padding| padding as i64);
        self.correlate(x, y, window.kernel, window.stride, padding, [1, 1], [x[1] * taps, taps], false)
    }

    /// A correlation too: of the output gradient, stretched by the stride, with the filters turned round.
    fn conv2d_input_gradient(self, gradient: &[usize], images: &[usize], window: Window) -> Result<Vec<Dispatch>> {
        let taps = window.kernel[0] * window.kernel[1];
        let padding = [0, 1].map(|axis| window.kernel[axis] as i64 - 1 - window.padding[axis] as i64);
        let strides = [taps, images[1] * taps];
        self.correlate(gradient, images, window.kernel, [1, 1], padding, window.stride, strides, true)
    }

    fn correlate(
        self,
        x: &[usize],
        y: &[usize],
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: [i64; 2],
        stretch: [usize; 2],
        weight_strides: [usize; 2],
        turned: bool,
    ) -> Result<Vec<Dispatch>> {
        let mut uniform = words(&[x, &y[1..], &kernel, &stride]);
        uniform.extend(padding.map(|padding| padding as i32 as u32));
        uniform.extend(words(&[&stretch, &weight_strides, &[usize::from(turned)]]));
        let rows = y[0] * y[1].div_ceil(4) * y[2];
        let wide = y[3] > 4 && (self.gpu.is_software() || rows * y[3].div_ceil(8) >= BUSY);
        let threads = rows * y[3].div_ceil(if wide { 8 } else { 4 });
        let mut dispatch = self.dispatch(CONV2D, uniform, self.all_bindings(), threads);
        let sliding = stride[1] == 1 && stretch[1] == 1;
        dispatch.constants = vec![("sliding", truth(sliding)), ("wide", truth(wide))];
        Ok(vec![dispatch])
    }

    fn conv2d_weight_gradient(self, x: &[usize], gradient: &[usize], window: Window) -> Result<Vec<Dispatch>> {
        let [height, width] = window.kernel;
        let taps = width.min(8);
        let tiles = gradient[1].div_ceil(4) * x[1] * height * width.div_ceil(taps);
        // Slices are of whole rows; each has as many steps as a row has columns.
        let slices = self.slices(tiles, x[0] * gradient[2] * gradient[3]).min(x[0] * gradient[2]).max(1);
        let uniform = words(&[x, &gradient[1..], &window.kernel, &window.stride, &window.padding, &[slices]]);
        let first = |this: &Self, sums| {
            let bindings = vec![this.inputs[0].clone(), this.inputs[1].clone(), sums];
            let mut dispatch = this.dispatch(CONV2D_WEIGHT_GRADIENT, uniform, bindings, tiles * slices);
            dispatch.constants = vec![("taps", taps as f64), ("sliding", truth(window.stride[1] == 1))];
            dispatch
        };
        self.summed(first, slices, gradient[1] * x[1] * height * width)
    }

    /// A thread for each output element, or, for gradients, for each pixel.
    fn pool(
        self,
        source: &str,
        images: &[usize],
        pooled: &[usize],
        window: Window,
        per_pixel: bool,
    ) -> Result<Vec<Dispatch>> {
        let planes = images[0] * images[1];
        let sizes = [&images[2..], &pooled[2..], &window.kernel, &window.stride, &window.padding];
        let mut uniform = vec![planes as u32];
        uniform.extend(words(&sizes));
        let threads = planes * if per_pixel { images[2] * images[3] } else { pooled[2] * pooled[3] };
        Ok(vec![self.dispatch(source, uniform, self.all_bindings(), threads)])
    }

    fn max_pool2d_gradient(self, images: &[usize], gradient: &[usize], window: Window) -> Result<Vec<Dispatch>> {
        let apart = (0..2).all(|axis| window.stride[axis] >= window.kernel[axis]);
        let mut dispatches = self.pool(MAX_POOL2D_GRADIENT, images, gradient, window, !apart)?;
        dispatches[0].constants = vec![("apart", truth(apart))];
        Ok(dispatches)
    }

    /// A thread for each row.
    fn rows(self, source: &str, x: &[usize]) -> Result<Vec<Dispatch>> {
        Ok(vec![self.dispatch(source, words(&[x]), self.all_bindings(), x[0])])
    }
}

fn words(parts: &[&[usize]]) -> Vec<u32> {
    parts.iter().flat_map(|part| part.iter()).map(|&word| word as u32).collect()
}

/// A boolean `override`.
fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
