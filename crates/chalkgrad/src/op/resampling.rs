//! Linear maps along one axis of a picture: what `interpolate` and `adaptive_avg_pool2d` do to rows and to columns.
//! Every kernel reads the same table of weights, and a gradient reads it transposed.

use std::ops::Range;

/// More places fit no picture.
const MOST: usize = 1 << 24;

/// How one axis of a picture becomes another, each place of which is a weighted sum of a few.
///
/// ```
/// use chalkgrad::Graph;
/// use chalkgrad::op::{Op, Resampling};
///
/// let graph = Graph::new();
/// let means = graph.leaf("x", [1, 3, 7, 5]).adaptive_avg_pool2d([2, 1]);
/// let [rows, columns] = [Resampling::mean(7, 2), Resampling::mean(5, 1)];
/// assert_eq!(graph.node(means.id()).op, Op::Resample { rows, columns, transposed: false });
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resampling {
    /// Places that are read.
    pub input: usize,
    /// Places that are written.
    pub output: usize,
    /// How an output place is made of input places.
    pub rule: Rule,
}

/// What place `i` of the output reads. `scale` is how far apart its neighbours lie in the input.
///
/// ```
/// use chalkgrad::op::{Resampling, Rule};
///
/// assert_eq!(Resampling::mean(7, 2).rule, Rule::Mean);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs, reason = "each variant says in a line what its fields are")]
pub enum Rule {
    /// The place `⌊i · scale⌋`.
    Nearest { scale: f64 },
    /// The two places around `(i + ½) scale − ½`.
    Linear { scale: f64 },
    /// The two places around `i (input − 1) / (output − 1)`: first falls on first and last on last.
    LinearCorners,
    /// All from `⌊i · input / output⌋` up to `⌈(i + 1) input / output⌉`, evenly.
    Mean,
    /// One place of such a region: place `i % length` of region `i / length`, or the region's last.
    Region { length: usize },
}

/// Which size `interpolate` gives, as [height, width].
///
/// ```
/// use chalkgrad::Graph;
/// use chalkgrad::op::{Interpolation, Size};
///
/// let graph = Graph::new();
/// let x = graph.leaf("x", [1, 3, 7, 5]);
/// let resized = |size| x.interpolate(size, Interpolation::Nearest).shape();
/// assert_eq!(resized(Size::Pixels([10, 10])).dims(), [1, 3, 10, 10]);
/// assert_eq!(resized(Size::ScaleFactor([2.0, 0.5])).dims(), [1, 3, 14, 2]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// So many pixels, `size=…`.
    Pixels([usize; 2]),
    /// The input's times these, rounded down, `scale_factor=…`.
    ScaleFactor([f64; 2]),
}

/// What `interpolate` puts between pixels, PyTorch's `mode`.
///
/// ```
/// use chalkgrad::op::{Interpolation, Size};
/// use chalkgrad::{Array, Graph, Interpreter};
///
/// let graph = Graph::new();
/// let x = graph.leaf("x", [1, 1, 1, 2]);
/// let doubled = |mode| x.interpolate(Size::Pixels([1, 4]), mode);
/// let (nearest, bilinear) = (doubled(Interpolation::Nearest), doubled(Interpolation::Bilinear { align_corners: false }));
/// let values = Interpreter::<f64>::new().run(&graph, &[(x, Array::from_fn([2], |i| i as f64))])?;
/// assert_eq!(values[nearest][..], [0.0, 0.0, 1.0, 1.0]);
/// assert_eq!(values[bilinear][..], [0.0, 0.25, 0.75, 1.0]);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant says in a line what its fields are")]
pub enum Interpolation {
    /// Repeats the pixel before.
    Nearest,
    /// Mixes the four pixels around. Pictures cover each other by their edges or, if aligned, by their corner pixels' centres.
    Bilinear { align_corners: bool },
}

impl Resampling {
    /// Means of regions that cover the input evenly.
    pub fn mean(input: usize, output: usize) -> Self {
        Self { input, output, rule: Rule::Mean }
    }

    /// Regions that cover the input evenly, one after the other and all as long as the longest can be.
    pub(crate) fn regions(input: usize, count: usize) -> Self {
        let whole = input.checked_rem(count) == Some(0);
        let length = input.checked_div(count).map_or(0, |length| if whole { length } else { length + 2 });
        Self { input, output: count.saturating_mul(length), rule: Rule::Region { length } }
    }

    /// Whether every place becomes the same place: so do all rules that are made here, where the lengths are equal.
    pub(crate) fn changes_nothing(&self) -> bool {
        self.input == self.output
    }

    /// Both axes of an interpolation, rows first.
    pub(crate) fn interpolation(input: [usize; 2], size: Size, mode: Interpolation) -> Result<[Self; 2], String> {
        let axis = |axis: usize| {
            let input = input[axis];
            let (output, factor) = match size {
                Size::Pixels(pixels) => (pixels[axis], None),
                Size::ScaleFactor(factors) => {
                    let factor = factors[axis];
                    if !(factor.is_finite() && factor > 0.0) {
                        return Err("a scale factor must be a number over 0".to_owned());
                    }
                    // A number too large for usize becomes its largest, which is refused.
                    ((input as f64 * factor).floor() as usize, Some(factor))
                }
            };
            let rounded_away = output == input || (mode == Interpolation::Nearest && output == 2 * input);
            // As PyTorch: the factor itself says where pixels lie, not the size that it was rounded to.
            let scale = match factor.filter(|_| !rounded_away) {
                Some(factor) => 1.0 / factor,
                None => input as f64 / output as f64,
            };
            let rule = match mode {
                Interpolation::Nearest => Rule::Nearest { scale },
                Interpolation::Bilinear { align_corners: false } => Rule::Linear { scale },
                Interpolation::Bilinear { align_corners: true } => Rule::LinearCorners,
            };
            Ok(Self { input, output, rule })
        };
        Ok([axis(0)?, axis(1)?])
    }

    /// The rule that its sizes break, if any.
    pub(crate) fn check(&self) -> Result<(), String> {
        match [self.input, self.output].iter().all(|length| (1..=MOST).contains(length)) {
            true => Ok(()),
            false => Err(format!("a picture's height and width are from 1 to {MOST} pixels")),
        }
    }

    /// Of each place of the output, the places it reads with their weights.
    pub(crate) fn table(&self) -> Table {
        Table::new((0..self.output).map(|place| self.taps(place)))
    }

    /// Of each place of the input, the places that read it with their weights: the gradient's table.
    pub(crate) fn transposed(&self) -> Table {
        let mut readers = vec![Vec::new(); self.input];
        for place in 0..self.output {
            for (read, weight) in self.taps(place) {
                readers[read].push((place, weight));
            }
        }
        Table::new(readers.into_iter())
    }

    fn taps(&self, place: usize) -> Vec<(usize, f64)> {
        let last = self.input.saturating_sub(1);
        match self.rule {
            // PyTorch multiplies in f32 here, whatever the tensor's precision is.
            Rule::Nearest { scale } => vec![(((place as f32 * scale as f32) as usize).min(last), 1.0)],
            Rule::Linear { scale } => self.between(((place as f64 + 0.5) * scale - 0.5).max(0.0)),
            Rule::LinearCorners if self.output < 2 => self.between(0.0),
            Rule::LinearCorners => self.between(place as f64 * (last as f64 / (self.output - 1) as f64)),
            Rule::Mean => {
                let region = self.region(place, self.output);
                let share = 1.0 / region.len() as f64;
                region.map(|read| (read, share)).collect()
            }
            Rule::Region { length } => {
                let region = self.region(place / length, self.output / length);
                vec![((region.start + place % length).min(region.end - 1), 1.0)]
            }
        }
    }

    /// Region `index` of `count` that cover the input evenly.
    fn region(&self, index: usize, count: usize) -> Range<usize> {
        index * self.input / count..((index + 1) * self.input).div_ceil(count)
    }

    /// The two places around `at`, or the one that it lies on.
    fn between(&self, at: f64) -> Vec<(usize, f64)> {
        let last = self.input - 1;
        let first = at as usize;
        let part = at - first as f64;
        if first >= last {
            vec![(last, 1.0)]
        } else if part == 0.0 {
            vec![(first, 1.0)]
        } else {
            vec![(first, 1.0 - part), (first + 1, part)]
        }
    }
}

/// A sparse matrix: place `i` sums `taps[starts[i]..starts[i + 1]]`, each a place that is read and its weight.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) starts: Vec<usize>,
    pub(crate) taps: Vec<(usize, f64)>,
}

impl Table {
    fn new(rows: impl Iterator<Item = Vec<(usize, f64)>>) -> Self {
        let mut table = Self { starts: vec![0], taps: Vec::new() };
        for row in rows {
            table.taps.extend(row);
            table.starts.push(table.taps.len());
        }
        table
    }

    /// What place `place` reads.
    pub(crate) fn row(&self, place: usize) -> &[(usize, f64)] {
        &self.taps[self.starts[place]..self.starts[place + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(table: &Table) -> Vec<Vec<(usize, f64)>> {
        (0..table.starts.len() - 1).map(|place| table.row(place).to_vec()).collect()
    }

    #[test]
    fn doubling_mixes_neighbours_three_to_one_and_a_gradient_reads_the_same_weights_back() {
        let [axis, _] = Resampling::interpolation(
            [2, 1],
            Size::ScaleFactor([2.0, 1.0]),
            Interpolation::Bilinear { align_corners: false },
        )
        .unwrap();
        let forward = vec![vec![(0, 1.0)], vec![(0, 0.75), (1, 0.25)], vec![(0, 0.25), (1, 0.75)], vec![(1, 1.0)]];
        assert_eq!(rows(&axis.table()), forward);
        let back = vec![vec![(0, 1.0), (1, 0.75), (2, 0.25)], vec![(1, 0.25), (2, 0.75), (3, 1.0)]];
        assert_eq!(rows(&axis.transposed()), back);
    }

    #[test]
    fn regions_of_a_mean_overlap_where_the_sizes_do_not_divide() {
        let third = 1.0 / 3.0;
        let expected =
            vec![vec![(0, 0.5), (1, 0.5)], vec![(1, third), (2, third), (3, third)], vec![(3, 0.5), (4, 0.5)]];
        assert_eq!(rows(&Resampling::mean(5, 3).table()), expected);
    }

    #[test]
    fn regions_of_different_lengths_repeat_their_last_place() {
        let places = |axis: Resampling| rows(&axis.table()).iter().map(|row| row[0].0).collect::<Vec<_>>();
        assert_eq!(places(Resampling::regions(5, 3)), [0, 1, 1, 1, 2, 3, 3, 4, 4]);
        assert_eq!(places(Resampling::regions(1, 2)), [0; 4]);
        assert!(Resampling::regions(6, 3).changes_nothing());
        assert!([0, usize::MAX].iter().all(|&count| Resampling::regions(5, count).check().is_err()));
    }

    #[test]
    fn sizes_that_no_picture_has_are_refused() {
        let check = |size| {
            let axes = Resampling::interpolation([3, 3], size, Interpolation::Nearest);
            axes.and_then(|axes| axes.iter().try_for_each(Resampling::check))
        };
        for factor in [0.0, -1.0, 0.1, 1e300, f64::NAN, f64::INFINITY] {
            assert!(check(Size::ScaleFactor([1.0, factor])).is_err(), "{factor}");
        }
        assert!(check(Size::Pixels([0, 3])).is_err());
        assert!(check(Size::Pixels([3, usize::MAX])).is_err());
        assert!(check(Size::ScaleFactor([1.0, 1.5])).is_ok());
    }
}
