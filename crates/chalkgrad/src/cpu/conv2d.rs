//! The three convolutions. Forward and input gradient are one product: kernel places are offsets into the padded
//! picture, so that nothing is unfolded where the stride is 1. The weight gradient sums outer products pixel by pixel.
//! Groups of channels are taken for pictures of their own.

use super::Scratch;
use super::simd::Level;
use super::tile::{self, OuterSum, Position, Product, SLACK};
use crate::Shape;
use crate::op::Window;

/// A picture, or one group of its channels, laid into a larger field of zeros, its pixels `spread` apart.
#[derive(Debug, Clone, Copy)]
struct Field {
    channels: usize,
    picture: [usize; 2],
    size: [usize; 2],
    /// Where the picture's first pixel lies; negative where the window's padding cuts it off.
    origin: [isize; 2],
    spread: [usize; 2],
}

impl Field {
    fn plane(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// Numbers that it takes, with room for a vector that reads past the end.
    fn len(&self) -> usize {
        self.channels * self.plane() + SLACK
    }

    /// The columns of a picture's row that lie inside the field.
    fn columns(&self) -> std::ops::Range<usize> {
        let inside = |column: &usize| {
            let at = self.origin[1] + (column * self.spread[1]) as isize;
            at >= 0 && (at as usize) < self.size[1]
        };
        let first = (0..self.picture[1]).find(inside).unwrap_or(0);
        first..(first..self.picture[1]).take_while(inside).last().map_or(first, |last| last + 1)
    }

    /// Copies one picture `[C, H, W]` in. The zeros around it must be there already.
    fn fill(&self, picture: &[f32], field: &mut [f32]) {
        let [height, width] = self.picture;
        let columns = self.columns();
        for (channel, row) in (0..self.channels * height).map(|index| (index / height, index % height)) {
            let y = self.origin[0] + (row * self.spread[0]) as isize;
            if y < 0 || y as usize >= self.size[0] || columns.is_empty() {
                continue;
            }
            let x = (self.origin[1] + (columns.start * self.spread[1]) as isize) as usize;
            let to = &mut field[channel * self.plane() + y as usize * self.size[1] + x..];
            let from = &picture[(channel * height + row) * width..][columns.clone()];
            if self.spread[1] == 1 {
                to[..from.len()].copy_from_slice(from);
            } else {
                to.iter_mut().step_by(self.spread[1]).zip(from).for_each(|(to, from)| *to = *from);
            }
        }
    }

    /// Numbers of the picture.
    fn pixels(&self) -> usize {
        self.channels * self.picture[0] * self.picture[1]
    }

    /// Where each (channel, kernel row, kernel column) lies relative to a window's first pixel.
    fn taps(&self, Window { kernel, dilation, .. }: Window) -> Vec<usize> {
        let tap = |k: usize| {
            let (channel, place) = (k / (kernel[0] * kernel[1]), k % (kernel[0] * kernel[1]));
            let (row, column) = (place / kernel[1] * dilation[0], place % kernel[1] * dilation[1]);
            channel * self.plane() + row * self.size[1] + column
        };
        (0..self.channels * kernel[0] * kernel[1]).map(tap).collect()
    }
}

/// Field of the forward pass: the picture with its padding.
fn padded(images: &Shape, window: Window, groups: usize) -> Field {
    let [channels, height, width] = [1, 2, 3].map(|axis| images.dims()[axis]);
    Field {
        channels: channels / groups,
        picture: [height, width],
        size: [height + 2 * window.padding[0], width + 2 * window.padding[1]],
        origin: window.padding.map(|padding| padding as isize),
        spread: [1; 2],
    }
}

/// A convolution as one product a picture and group.
pub(super) struct Convolution {
    level: Level,
    groups: usize,
    field: Field,
    taps: Vec<usize>,
    positions: Vec<Position>,
    /// For strides over 1: each position's pixels, gathered so that they lie side by side.
    gather: Option<Gather>,
    /// Filters out, channels in, kernel places, all of one group.
    weight: [usize; 3],
    /// The input gradient reads the weight turned round, filters and channels exchanged.
    turned: bool,
    output_plane: usize,
}

struct Gather {
    places: Vec<usize>,
    offsets: Vec<usize>,
}

impl Convolution {
    pub(super) fn forward(
        level: Level,
        window: Window,
        groups: usize,
        images: &Shape,
        weight: &Shape,
        output: &Shape,
    ) -> Self {
        let field = padded(images, window, groups);
        let taps = field.taps(window);
        let [height, width] = [output.dims()[2], output.dims()[3]];
        let plane = height * width;
        let level = level.for_rows_of(if window.stride[1] == 1 { width } else { plane });
        let (positions, gather) = if window.stride[1] == 1 {
            let step = window.stride[0] * field.size[1];
            (tile::positions(level, height, width, step, width), None)
        } else {
            let place =
                |pixel: usize| pixel / width * window.stride[0] * field.size[1] + pixel % width * window.stride[1];
            let places = (0..plane).map(place).collect();
            let offsets = (0..taps.len()).map(|tap| tap * plane).collect();
            (tile::positions(level, 1, plane, 0, 0), Some(Gather { places, offsets }))
        };
        let weight = [weight.dims()[0] / groups, weight.dims()[1], window.kernel[0] * window.kernel[1]];
        Self { level, groups, field, taps, positions, gather, weight, turned: false, output_plane: plane }
    }

    /// The gradient with respect to the pictures: a forward pass of stride 1 over the output gradient, its pixels
    /// spread by the stride, with every kernel turned by 180°.
    pub(super) fn input_gradient(
        level: Level,
        window: Window,
        groups: usize,
        g: &Shape,
        weight: &Shape,
        output: &Shape,
    ) -> Self {
        let [filters, height, width] = [1, 2, 3].map(|axis| g.dims()[axis]);
        let (filters, reach) = (filters / groups, window.extent().map(|extent| extent - 1));
        let [input_height, input_width] = [output.dims()[2], output.dims()[3]];
        let field = Field {
            channels: filters,
            picture: [height, width],
            size: [input_height + reach[0], input_width + reach[1]],
            origin: [0, 1].map(|axis| reach[axis] as isize - window.padding[axis] as isize),
            spread: window.stride,
        };
        let level = level.for_rows_of(input_width);
        let positions = tile::positions(level, input_height, input_width, field.size[1], input_width);
        let weight = [weight.dims()[1], filters, window.kernel[0] * window.kernel[1]];
        let taps = field.taps(window);
        let output_plane = input_height * input_width;
        Self { level, groups, taps, field, positions, gather: None, weight, turned: true, output_plane }
    }

    pub(super) fn run(&self, x: &[f32], weight: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        let [rows, channels, places] = self.weight;
        scratch.packed.clear();
        for weight in weight.chunks_exact(rows * channels * places) {
            tile::pack_rows(&mut scratch.packed, rows, channels * places, |row, k| {
                let (channel, place) = (k / places, k % places);
                if self.turned {
                    weight[(channel * rows + row) * places + places - 1 - place]
                } else {
                    weight[row * channels * places + k]
                }
            });
        }
        let packed_len = tile::packed_len(rows, channels * places);
        scratch.padded.clear();
        scratch.padded.resize(self.field.len(), 0.0);
        let pictures = x.chunks_exact(self.field.pixels()).zip(y.chunks_exact_mut(rows * self.output_plane));
        for (index, (picture, y)) in pictures.enumerate() {
            self.field.fill(picture, &mut scratch.padded);
            let (input, offsets) = match &self.gather {
                None => (&scratch.padded, &self.taps),
                Some(gather) => {
                    let columns = &mut scratch.columns;
                    columns.resize((self.taps.len() * gather.places.len() + SLACK).max(columns.len()), 0.0);
                    for (tap, to) in self.taps.iter().zip(columns.chunks_exact_mut(gather.places.len())) {
                        to.iter_mut().zip(&gather.places).for_each(|(to, place)| *to = scratch.padded[place + tap]);
                    }
                    (&scratch.columns, &gather.offsets)
                }
            };
            let product = Product {
                packed: &scratch.packed[index % self.groups * packed_len..][..packed_len],
                rows,
                input,
                offsets,
                positions: &self.positions,
                output_plane: self.output_plane,
            };
            tile::product(self.level, &product, y);
        }
    }
}

/// The gradient with respect to the weight.
pub(super) struct WeightGradient {
    level: Level,
    groups: usize,
    field: Field,
    taps: Vec<usize>,
    steps: [usize; 2],
    /// Filters of one group.
    filters: usize,
    /// Filters, rounded up to whole vectors.
    width: usize,
    output: [usize; 2],
}

impl WeightGradient {
    pub(super) fn new(level: Level, window: Window, groups: usize, images: &Shape, g: &Shape) -> Self {
        let field = padded(images, window, groups);
        let filters = g.dims()[1] / groups;
        let level = level.for_rows_of(filters);
        Self {
            level,
            groups,
            taps: field.taps(window),
            steps: [window.stride[0] * field.size[1], window.stride[1]],
            filters,
            width: filters.next_multiple_of(level.lanes()),
            output: [g.dims()[2], g.dims()[3]],
            field,
        }
    }

    pub(super) fn run(&self, x: &[f32], g: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        scratch.padded.clear();
        scratch.padded.resize(self.field.len(), 0.0);
        if self.filters == 1 {
            self.correlate(x, g, y, &mut scratch.padded);
        } else {
            self.sum_products(x, g, y, scratch);
        }
    }

    /// Pictures and output gradients, group by group.
    fn pairs<'a>(&self, x: &'a [f32], g: &'a [f32]) -> impl Iterator<Item = (usize, &'a [f32], &'a [f32])> {
        let pairs = x.chunks_exact(self.field.pixels()).zip(g.chunks_exact(self.filters * self.plane()));
        let groups = self.groups;
        pairs.enumerate().map(move |(index, (picture, g))| (index % groups, picture, g))
    }

    fn plane(&self) -> usize {
        self.output[0] * self.output[1]
    }

    fn sum_products(&self, x: &[f32], g: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        let Scratch { padded, columns, sums, .. } = scratch;
        columns.clear();
        columns.resize(self.plane() * self.width, 0.0);
        let group_len = self.taps.len().next_multiple_of(tile::TAPS) * self.width;
        sums.clear();
        sums.resize(self.groups * group_len, 0.0);
        for (group, picture, g) in self.pairs(x, g) {
            self.field.fill(picture, padded);
            for (filter, values) in g.chunks_exact(self.plane()).enumerate() {
                columns[filter..].iter_mut().step_by(self.width).zip(values).for_each(|(to, value)| *to = *value);
            }
            let outer = OuterSum {
                input: padded,
                offsets: &self.taps,
                pixels: self.output,
                steps: self.steps,
                columns,
                width: self.width,
            };
            tile::outer_sum(self.level, &outer, &mut sums[group * group_len..][..group_len]);
        }
        for (filter, y) in y.chunks_exact_mut(self.taps.len()).enumerate() {
            let sums = &sums[filter / self.filters * group_len + filter % self.filters..];
            y.iter_mut().enumerate().for_each(|(k, y)| *y = sums[k * self.width]);
        }
    }

    /// Of one filter a group, as in a depthwise convolution: vectors of filters would be empty but for one lane, so each
    /// number of the gradient is a product of picture and output gradient, row by row.
    fn correlate(&self, x: &[f32], g: &[f32], y: &mut [f32], padded: &mut [f32]) {
        y.fill(0.0);
        for (group, picture, g) in self.pairs(x, g) {
            self.field.fill(picture, padded);
            let y = &mut y[group * self.taps.len()..][..self.taps.len()];
            for (y, tap) in y.iter_mut().zip(&self.taps) {
                for (row, g) in g.chunks_exact(self.output[1]).enumerate() {
                    *y += dot(&padded[tap + row * self.steps[0]..], self.steps[1], g);
                }
            }
        }
    }
}

/// `Σ x[i · step] · g[i]`, in eight lanes.
fn dot(x: &[f32], step: usize, g: &[f32]) -> f32 {
    const LANES: usize = 8;
    if step != 1 {
        return x.iter().step_by(step).zip(g).map(|(x, g)| x * g).sum();
    }
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = g.as_chunks::<LANES>();
    let whole = chunks.len() * LANES;
    for (x, g) in x.as_chunks::<LANES>().0.iter().zip(chunks) {
        lanes.iter_mut().zip(x.iter().zip(g)).for_each(|(lane, (x, g))| *lane += x * g);
    }
    let rest: f32 = x[whole..].iter().zip(rest).map(|(x, g)| x * g).sum();
    lanes.iter().sum::<f32>() + rest
}
