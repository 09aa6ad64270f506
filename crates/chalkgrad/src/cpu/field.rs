//! How pictures lie in memory for a convolution: with zeros around them, and pixels that a stride leads to side by side, so that
//! every product of a convolution reads neighbours, whatever its stride. Signal processing calls that a polyphase decomposition: a
//! phase for each remainder by the stride.

use super::tile::SLACK;
use crate::Shape;
use crate::op::Window;

/// Along one axis of a field: pixels that lie `step` apart are neighbours in it, in a phase for each remainder that is read.
#[derive(Debug)]
struct Axis {
    step: usize,
    /// Places of a phase.
    size: usize,
    phases: Vec<Phase>,
}

/// Pixels `first`, `first + step` and so on of a picture: so many, from the place `at` on.
#[derive(Debug)]
struct Phase {
    first: usize,
    at: usize,
    len: usize,
}

impl Axis {
    /// Of a picture whose first pixel lies at `origin`, or, if that is negative, is cut off with those before 0.
    fn new(length: usize, origin: isize, step: usize, size: usize, remainders: &[usize]) -> Self {
        let phase = |&remainder: &usize| {
            let before = origin - remainder as isize;
            let at = if before > 0 { (before as usize).div_ceil(step) } else { 0 };
            let first = ((remainder + at * step) as isize - origin) as usize;
            let len = length.saturating_sub(first).div_ceil(step).min(size.saturating_sub(at));
            Phase { first, at, len }
        };
        Self { step, size, phases: remainders.iter().map(phase).collect() }
    }
}

/// Along one axis, results that are computed together because the same taps make them.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) results: Results,
    taps: Vec<Tap>,
}

/// Result `first`, `first + step` and so on: so many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Results {
    pub(super) first: usize,
    pub(super) step: usize,
    pub(super) len: usize,
}

/// A kernel's place along one axis, and the phase and place that it reads for the first result.
#[derive(Debug, Clone, Copy)]
struct Tap {
    kernel: usize,
    phase: usize,
    place: usize,
}

/// The remainders of a kernel's places when they are divided by the stride.
fn remainders(window: &Window, axis: usize) -> Vec<usize> {
    let mut all: Vec<usize> =
        (0..window.kernel[axis]).map(|k| k * window.dilation[axis] % window.stride[axis]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Output `o` reads pixel `o · stride + k · dilation` of the padded picture for tap `k`: neighbours for neighbours where pixels
/// a stride apart lie together.
fn forward(window: &Window, axis: usize, input: usize, output: usize) -> (Axis, Vec<Run>) {
    let (stride, dilation) = (window.stride[axis], window.dilation[axis]);
    let remainders = remainders(window, axis);
    let tap = |kernel: usize| {
        let (remainder, place) = (kernel * dilation % stride, kernel * dilation / stride);
        Tap { kernel, phase: remainders.partition_point(|&other| other < remainder), place }
    };
    let taps: Vec<Tap> = (0..window.kernel[axis]).map(tap).collect();
    let size = output + taps.iter().map(|tap| tap.place).max().unwrap_or(0);
    let axis = Axis::new(input, window.padding[axis] as isize, stride, size, &remainders);
    (axis, vec![Run { results: Results { first: 0, step: 1, len: output }, taps }])
}

/// Pixel `i · stride + remainder` of the padded picture was read by tap `k`, if that has the same remainder, for output
/// `i - k · dilation / stride`: each remainder is a convolution of stride 1 over the output gradient.
fn backward(window: &Window, axis: usize, gradient: usize, input: usize) -> (Axis, Vec<Run>) {
    let (stride, dilation, padding) = (window.stride[axis], window.dilation[axis], window.padding[axis]);
    // Of each remainder the first pixel that is no padding, and how many there are.
    let pixels = |remainder: usize| {
        let index = padding.saturating_sub(remainder).div_ceil(stride);
        let first = remainder + index * stride - padding;
        (index, first, input.saturating_sub(first).div_ceil(stride))
    };
    let taps_of = |remainder: usize| {
        let places = (0..window.kernel[axis]).map(move |kernel| (kernel, kernel * dilation));
        places.filter(move |(_, place)| place % stride == remainder).map(|(kernel, place)| (kernel, place / stride))
    };
    let remainders: Vec<usize> =
        remainders(window, axis).into_iter().filter(|&remainder| pixels(remainder).2 > 0).collect();
    let reads = remainders.iter().flat_map(|&remainder| {
        let (index, _, len) = pixels(remainder);
        taps_of(remainder).map(move |(_, back)| {
            let from = index as isize - back as isize;
            (from, from + len as isize)
        })
    });
    let (low, high) = reads.reduce(|(low, high), (from, to)| (low.min(from), high.max(to))).unwrap_or((0, 0));
    let runs = remainders.iter().map(|&remainder| {
        let (index, first, len) = pixels(remainder);
        let taps = taps_of(remainder).map(|(kernel, back)| {
            let place = (index as isize - back as isize - low) as usize;
            Tap { kernel, phase: 0, place }
        });
        Run { results: Results { first, step: stride, len }, taps: taps.collect() }
    });
    let runs = runs.collect();
    (Axis::new(gradient, -low, 1, (high - low) as usize, &[0]), runs)
}

/// A picture, or one group of its channels, as a convolution reads it.
#[derive(Debug)]
pub(super) struct Field {
    channels: usize,
    picture: [usize; 2],
    axes: [Axis; 2],
}

impl Field {
    /// For the forward pass, and what that computes along height and width.
    pub(super) fn forward(images: &Shape, window: &Window, groups: usize, output: [usize; 2]) -> (Self, [Vec<Run>; 2]) {
        Self::new(images, groups, |axis, length| forward(window, axis, length, output[axis]))
    }

    /// For the gradient with respect to the pictures, of the outputs' gradient, and what is computed along height and width.
    pub(super) fn backward(g: &Shape, window: &Window, groups: usize, pictures: [usize; 2]) -> (Self, [Vec<Run>; 2]) {
        Self::new(g, groups, |axis, length| backward(window, axis, length, pictures[axis]))
    }

    fn new(shape: &Shape, groups: usize, axis: impl Fn(usize, usize) -> (Axis, Vec<Run>)) -> (Self, [Vec<Run>; 2]) {
        let [channels, height, width] = [1, 2, 3].map(|axis| shape.dims()[axis]);
        let ((rows, row_runs), (columns, column_runs)) = (axis(0, height), axis(1, width));
        let field = Self { channels: channels / groups, picture: [height, width], axes: [rows, columns] };
        (field, [row_runs, column_runs])
    }

    /// Places from a row to the next.
    pub(super) fn pitch(&self) -> usize {
        self.axes[1].size
    }

    fn plane(&self) -> usize {
        self.axes[0].size * self.axes[1].size
    }

    /// Where these phases of a channel lie.
    fn plane_at(&self, channel: usize, [row, column]: [usize; 2]) -> usize {
        let [rows, columns] = &self.axes;
        ((channel * rows.phases.len() + row) * columns.phases.len() + column) * self.plane()
    }

    /// Numbers that a field takes.
    pub(super) fn len(&self) -> usize {
        self.plane_at(self.channels, [0; 2])
    }

    /// Numbers of the picture.
    pub(super) fn pixels(&self) -> usize {
        self.channels * self.picture[0] * self.picture[1]
    }

    /// Makes room for so many fields, and for a vector that reads past the end: all zeros.
    pub(super) fn clear(&self, fields: &mut Vec<f32>, count: usize) {
        fields.clear();
        fields.resize(count * self.len() + SLACK, 0.0);
    }

    /// Copies one picture `[C, H, W]` in. The zeros around it must be there already.
    pub(super) fn fill(&self, picture: &[f32], field: &mut [f32]) {
        let [height, width] = self.picture;
        let [rows, columns] = &self.axes;
        let pitch = self.pitch();
        for channel in 0..self.channels {
            let picture = &picture[channel * height * width..][..height * width];
            for (y_phase, y) in rows.phases.iter().enumerate().filter(|(_, y)| y.len > 0) {
                for (x_phase, x) in columns.phases.iter().enumerate().filter(|(_, x)| x.len > 0) {
                    let plane = self.plane_at(channel, [y_phase, x_phase]);
                    for row in 0..y.len {
                        let from = &picture[(y.first + row * rows.step) * width + x.first..];
                        let to = &mut field[plane + (y.at + row) * pitch + x.at..][..x.len];
                        copy_row(from, columns.step, to);
                    }
                }
            }
        }
    }

    /// Channel by channel the taps of a product: the channel, the place in the kernel, and how far from a result's place they read.
    pub(super) fn taps<'a>(
        &'a self,
        [rows, columns]: [&'a Run; 2],
    ) -> impl Iterator<Item = (usize, [usize; 2], usize)> + 'a {
        let pairs = rows.taps.iter().flat_map(|row| columns.taps.iter().map(move |column| (row, column)));
        (0..self.channels).flat_map(move |channel| {
            pairs.clone().map(move |(row, column)| {
                let plane = self.plane_at(channel, [row.phase, column.phase]);
                let offset = plane + row.place * self.pitch() + column.place;
                (channel, [row.kernel, column.kernel], offset)
            })
        })
    }
}

/// Every `step`th number to the next place. Rows are short, so that calling a function to copy one would take longer than copying.
#[inline(always)]
fn copy_row(from: &[f32], step: usize, to: &mut [f32]) {
    const FEW: usize = 8;
    if step != 1 {
        return to.iter_mut().zip(from.iter().step_by(step)).for_each(|(to, from)| *to = *from);
    }
    let from = &from[..to.len()];
    let ((from, last), (to, last_to)) = (from.as_chunks::<FEW>(), to.as_chunks_mut::<FEW>());
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    last_to.iter_mut().zip(last).for_each(|(to, from)| *to = *from);
}
