//! The three convolutions. Forward and input gradient are products: kernel places are offsets into a field of pixels, so that
//! nothing is unfolded. The weight gradient sums outer products pixel by pixel. Groups of channels are taken for pictures of
//! their own.

use super::Scratch;
use super::field::{Field, Results, Run};
use super::simd::Level;
use super::tile::{self, Cover, OuterSum, Product};
use crate::Shape;
use crate::op::Window;

/// Height and width of a shape's planes.
fn plane_of(shape: &Shape) -> [usize; 2] {
    [2, 3].map(|axis| shape.dims()[axis])
}

/// A convolution, or the gradient with respect to its pictures.
pub(super) struct Convolution {
    groups: usize,
    field: Field,
    /// Pictures that are computed together, so that a tile has as many vectors as it takes.
    together: usize,
    /// Channels of a group that are written, and how far apart their weights are.
    rows: usize,
    weight_row: usize,
    group_weight: usize,
    output: [usize; 2],
    passes: Vec<Pass>,
}

/// One product a picture and group: results that the same taps make.
struct Pass {
    /// Of each step, where its weight lies from the first of a channel that is written, and where its pixels lie in the field.
    weights: Vec<usize>,
    offsets: Vec<usize>,
    /// Along height and width.
    results: [Results; 2],
    cover: Cover,
}

impl Pass {
    /// Results of one picture.
    fn len(&self) -> usize {
        self.results[0].len * self.results[1].len
    }
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
        let (field, runs) = Field::forward(images, &window, groups, plane_of(output));
        let taps = window.kernel[0] * window.kernel[1];
        let (rows, pitches) = (weight.dims()[0] / groups, [weight.dims()[1] * taps, taps]);
        Self::new(level, groups, field, runs, weight, rows, pitches, output)
    }

    /// The gradient with respect to the pictures.
    pub(super) fn input_gradient(
        level: Level,
        window: Window,
        groups: usize,
        g: &Shape,
        weight: &Shape,
        output: &Shape,
    ) -> Self {
        let (field, runs) = Field::backward(g, &window, groups, plane_of(output));
        let taps = window.kernel[0] * window.kernel[1];
        let (rows, pitches) = (weight.dims()[1], [taps, weight.dims()[1] * taps]);
        Self::new(level, groups, field, runs, weight, rows, pitches, output)
    }

    /// Of `rows` channels that a group writes. The weights of channels that are written lie `weight_pitches[0]` apart, those of
    /// channels that are read `weight_pitches[1]`.
    fn new(
        level: Level,
        groups: usize,
        field: Field,
        [row_runs, column_runs]: [Vec<Run>; 2],
        weight: &Shape,
        rows: usize,
        weight_pitches: [usize; 2],
        output: &Shape,
    ) -> Self {
        let (batch, output) = (output.dims()[0], plane_of(output));
        let pairs: Vec<[&Run; 2]> =
            row_runs.iter().flat_map(|row| column_runs.iter().map(move |column| [row, column])).collect();
        let covers: Vec<Cover> = pairs
            .iter()
            .map(|runs| {
                let [height, width] = runs.map(|run| run.results.len);
                Cover::new(level, [height, width], [field.pitch(), width])
            })
            .collect();
        let most = if groups == 1 { batch.max(1) } else { 1 };
        let together = covers.iter().map(|cover| cover.copies_for_tiles(rows)).max().unwrap_or(1).min(most);
        let pass = |(runs, cover): ([&Run; 2], Cover)| {
            let (mut weights, mut offsets) = (Vec::new(), Vec::new());
            for (channel, [row, column], offset) in field.taps(runs) {
                weights.push(channel * weight_pitches[1] + row * weight.dims()[3] + column);
                offsets.push(offset);
            }
            let results = runs.map(|run| run.results);
            let plane = results[0].len * results[1].len;
            Pass { weights, offsets, results, cover: cover.repeated(together, [field.len(), rows * plane]) }
        };
        let passes = pairs.into_iter().zip(covers).map(pass).collect();
        let group_weight = weight.elements() / groups;
        Self { groups, field, together, rows, weight_row: weight_pitches[0], group_weight, output, passes }
    }

    pub(super) fn run(&self, x: &[f32], weight: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        let Scratch { packed, padded, columns, .. } = scratch;
        packed.clear();
        for pass in &self.passes {
            for weight in weight.chunks_exact(self.group_weight) {
                tile::pack_rows(packed, weight, self.rows, self.weight_row, &pass.weights);
            }
        }
        // Pixels that no tap reads have no gradient.
        let plane = self.output[0] * self.output[1];
        if self.passes.iter().map(Pass::len).sum::<usize>() < plane {
            y.fill(0.0);
        }
        if self.passes.is_empty() {
            return;
        }
        self.field.clear(padded, self.together);
        let (pixels, results) = (self.field.pixels(), self.rows * plane);
        let blocks = x.chunks(self.together * pixels).zip(y.chunks_mut(self.together * results));
        for (index, (pictures, y)) in blocks.enumerate() {
            for (picture, field) in pictures.chunks_exact(pixels).zip(padded.chunks_mut(self.field.len())) {
                self.field.fill(picture, field);
            }
            let mut packed = packed.as_slice();
            for pass in &self.passes {
                let len = tile::packed_len(self.rows, pass.weights.len());
                let (of_pass, rest) = packed.split_at(self.groups * len);
                packed = rest;
                let product = Product {
                    packed: &of_pass[index % self.groups * len..][..len],
                    rows: self.rows,
                    input: padded,
                    offsets: &pass.offsets,
                    cover: &pass.cover,
                    copies: pictures.len() / pixels,
                    output_plane: pass.len(),
                };
                if pass.len() == plane {
                    tile::product(&product, y);
                } else {
                    columns.resize((self.together * self.rows * pass.len()).max(columns.len()), 0.0);
                    tile::product(&product, columns);
                    let planes = columns.chunks_exact(pass.len()).zip(y.chunks_exact_mut(plane));
                    planes.for_each(|(from, to)| spread(from, pass.results, to, self.output[1]));
                }
            }
        }
    }
}

/// Writes results to their places in a plane of this width.
fn spread(from: &[f32], [rows, columns]: [Results; 2], to: &mut [f32], width: usize) {
    let lines = to.chunks_exact_mut(width).skip(rows.first).step_by(rows.step);
    for (from, to) in from.chunks_exact(columns.len).zip(lines) {
        to[columns.first..].iter_mut().step_by(columns.step).zip(from).for_each(|(to, from)| *to = *from);
    }
}

/// The gradient with respect to the weight.
pub(super) struct WeightGradient {
    level: Level,
    groups: usize,
    field: Field,
    taps: Vec<usize>,
    /// Filters of one group.
    filters: usize,
    /// Filters, rounded up to whole vectors.
    width: usize,
    output: [usize; 2],
}

impl WeightGradient {
    pub(super) fn new(level: Level, window: Window, groups: usize, images: &Shape, g: &Shape) -> Self {
        let output = plane_of(g);
        let (field, [rows, columns]) = Field::forward(images, &window, groups, output);
        let taps = field.taps([&rows[0], &columns[0]]).map(|(_, _, offset)| offset).collect();
        let filters = g.dims()[1] / groups;
        let level = level.for_rows_of(filters);
        Self { level, groups, field, taps, filters, width: filters.next_multiple_of(level.lanes()), output }
    }

    pub(super) fn run(&self, x: &[f32], g: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        self.field.clear(&mut scratch.padded, 1);
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
                pitch: self.field.pitch(),
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
                    *y += dot(&padded[tap + row * self.field.pitch()..], g);
                }
            }
        }
    }
}

/// `Σ x[i] · g[i]`, in eight lanes.
fn dot(x: &[f32], g: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = g.as_chunks::<LANES>();
    let whole = chunks.len() * LANES;
    for (x, g) in x.as_chunks::<LANES>().0.iter().zip(chunks) {
        lanes.iter_mut().zip(x.iter().zip(g)).for_each(|(lane, (x, g))| *lane += x * g);
    }
    let rest: f32 = x[whole..].iter().zip(rest).map(|(x, g)| x * g).sum();
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Widths that a vector has, that share one, and that fit none; more pictures than are computed together; one filter and several.
    #[test]
    fn every_level_computes_the_same() {
        let sizes = [(4, 1), (5, 1), (7, 1), (8, 1), (16, 1), (19, 1), (8, 2), (9, 2), (16, 2), (13, 3)];
        for ((size, stride), filters) in sizes.into_iter().flat_map(|size| [(size, 1), (size, 6)]) {
            let window = Window::square(3).padding(1).stride(stride);
            let output = window.output([size; 2]).unwrap();
            let [images, weight, g] =
                [[7, 3, size, size], [filters, 3, 3, 3], [7, filters, output[0], output[1]]].map(Shape::from);
            let wave = |shape: &Shape| -> Vec<f32> { (0..shape.elements()).map(|i| (i as f32 * 0.7).sin()).collect() };
            let run = |level: Level| {
                let mut scratch = Scratch::default();
                let mut results = [&g, &images, &weight].map(|shape| vec![f32::NAN; shape.elements()]);
                let [y, x_gradient, weight_gradient] = &mut results;
                let forward = Convolution::forward(level, window, 1, &images, &weight, &g);
                forward.run(&wave(&images), &wave(&weight), y, &mut scratch);
                let backward = Convolution::input_gradient(level, window, 1, &g, &weight, &images);
                backward.run(&wave(&g), &wave(&weight), x_gradient, &mut scratch);
                let gradient = WeightGradient::new(level, window, 1, &images, &g);
                gradient.run(&wave(&images), &wave(&g), weight_gradient, &mut scratch);
                results
            };
            let expected = run(Level::Quad);
            for level in Level::all() {
                for (found, expected) in run(level).iter().flatten().zip(expected.iter().flatten()) {
                    assert!(
                        (found - expected).abs() < 1e-3,
                        "{found} is not {expected}: {level:?}, {size}, {window:?}"
                    );
                }
            }
        }
    }
}
