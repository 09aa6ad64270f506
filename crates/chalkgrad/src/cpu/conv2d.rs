//! The three convolutions. Forward and input gradient are one product: kernel places are offsets into the padded
//! picture, so that nothing is unfolded where the stride is 1. The weight gradient sums outer products pixel by pixel.

use super::Scratch;
use super::simd::Level;
use super::tile::{self, OuterSum, Position, Product, SLACK};
use crate::Shape;
use crate::op::Window;

/// A picture laid into a larger field of zeros, its pixels `spread` apart.
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

    /// Where each (channel, kernel row, kernel column) lies relative to a window's first pixel.
    fn taps(&self, kernel: [usize; 2]) -> Vec<usize> {
        let tap = |k: usize| {
            let (channel, place) = (k / (kernel[0] * kernel[1]), k % (kernel[0] * kernel[1]));
            channel * self.plane() + place / kernel[1] * self.size[1] + place % kernel[1]
        };
        (0..self.channels * kernel[0] * kernel[1]).map(tap).collect()
    }
}

/// Field of the forward pass: the picture with its padding.
fn padded(images: &Shape, window: Window) -> Field {
    let [channels, height, width] = [1, 2, 3].map(|axis| images.dims()[axis]);
    Field {
        channels,
        picture: [height, width],
        size: [height + 2 * window.padding[0], width + 2 * window.padding[1]],
        origin: window.padding.map(|padding| padding as isize),
        spread: [1; 2],
    }
}

/// A convolution as one product a picture.
pub(super) struct Convolution {
    field: Field,
    taps: Vec<usize>,
    positions: Vec<Position>,
    /// For strides over 1: each position's pixels, gathered so that they lie side by side.
    gather: Option<Gather>,
    /// Filters out, channels in, kernel places.
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
    pub(super) fn forward(level: Level, window: Window, images: &Shape, weight: &Shape, output: &Shape) -> Self {
        let field = padded(images, window);
        let taps = field.taps(window.kernel);
        let [height, width] = [output.dims()[2], output.dims()[3]];
        let plane = height * width;
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
        let weight = [weight.dims()[0], weight.dims()[1], window.kernel[0] * window.kernel[1]];
        Self { field, taps, positions, gather, weight, turned: false, output_plane: plane }
    }

    /// The gradient with respect to the pictures: a forward pass of stride 1 over the output gradient, its pixels
    /// spread by the stride, with every kernel turned by 180°.
    pub(super) fn input_gradient(level: Level, window: Window, g: &Shape, weight: &Shape, output: &Shape) -> Self {
        let [filters, height, width] = [1, 2, 3].map(|axis| g.dims()[axis]);
        let [input_height, input_width] = [output.dims()[2], output.dims()[3]];
        let field = Field {
            channels: filters,
            picture: [height, width],
            size: [input_height + window.kernel[0] - 1, input_width + window.kernel[1] - 1],
            origin: [0, 1].map(|axis| window.kernel[axis] as isize - 1 - window.padding[axis] as isize),
            spread: window.stride,
        };
        let positions = tile::positions(level, input_height, input_width, field.size[1], input_width);
        let weight = [weight.dims()[1], filters, window.kernel[0] * window.kernel[1]];
        let taps = field.taps(window.kernel);
        Self { taps, field, positions, gather: None, weight, turned: true, output_plane: input_height * input_width }
    }

    pub(super) fn run(&self, level: Level, x: &[f32], weight: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        let [rows, channels, places] = self.weight;
        tile::pack_rows(&mut scratch.packed, rows, channels * places, |row, k| {
            let (channel, place) = (k / places, k % places);
            if self.turned {
                weight[(channel * rows + row) * places + places - 1 - place]
            } else {
                weight[row * channels * places + k]
            }
        });
        scratch.padded.clear();
        scratch.padded.resize(self.field.len(), 0.0);
        let pictures = x.chunks_exact(self.field.channels * self.field.picture[0] * self.field.picture[1]);
        for (picture, y) in pictures.zip(y.chunks_exact_mut(rows * self.output_plane)) {
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
                packed: &scratch.packed,
                rows,
                input,
                offsets,
                positions: &self.positions,
                output_plane: self.output_plane,
            };
            tile::product(level, &product, y);
        }
    }
}

/// The gradient with respect to the weight.
pub(super) struct WeightGradient {
    field: Field,
    taps: Vec<usize>,
    steps: [usize; 2],
    filters: usize,
    /// Filters, rounded up to whole vectors.
    width: usize,
    output: [usize; 2],
}

impl WeightGradient {
    pub(super) fn new(level: Level, window: Window, images: &Shape, g: &Shape) -> Self {
        let field = padded(images, window);
        let filters = g.dims()[1];
        Self {
            taps: field.taps(window.kernel),
            steps: [window.stride[0] * field.size[1], window.stride[1]],
            filters,
            width: filters.next_multiple_of(level.lanes()),
            output: [g.dims()[2], g.dims()[3]],
            field,
        }
    }

    pub(super) fn run(&self, level: Level, x: &[f32], g: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        let plane = self.output[0] * self.output[1];
        let Scratch { padded, columns, sums, .. } = scratch;
        padded.clear();
        padded.resize(self.field.len(), 0.0);
        columns.clear();
        columns.resize(plane * self.width, 0.0);
        sums.clear();
        sums.resize(self.taps.len().next_multiple_of(tile::ROWS) * self.width, 0.0);
        let pictures = x.chunks_exact(self.field.channels * self.field.picture[0] * self.field.picture[1]);
        for (picture, g) in pictures.zip(g.chunks_exact(self.filters * plane)) {
            self.field.fill(picture, padded);
            for (filter, values) in g.chunks_exact(plane).enumerate() {
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
            tile::outer_sum(level, &outer, sums);
        }
        for (filter, y) in y.chunks_exact_mut(self.taps.len()).enumerate() {
            y.iter_mut().enumerate().for_each(|(k, y)| *y = sums[k * self.width + filter]);
        }
    }
}
