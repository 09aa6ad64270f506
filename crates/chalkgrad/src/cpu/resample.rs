//! Linear maps along rows and columns: the rows of an output row are summed first, then columns are picked from that line.

use super::windows::plane;
use crate::Shape;
use crate::op::Resampling;

/// The weights of both axes.
pub(super) struct Resample {
    rows: Weights,
    columns: Weights,
}

/// What each place of one axis reads, and its weight.
type Weights = Vec<Vec<(usize, f32)>>;

fn weights(axis: &Resampling, transposed: bool, output: usize) -> Weights {
    let table = if transposed { axis.transposed() } else { axis.table() };
    (0..output).map(|place| table.row(place).iter().map(|&(read, weight)| (read, weight as f32)).collect()).collect()
}

impl Resample {
    pub(super) fn new(rows: &Resampling, columns: &Resampling, transposed: bool, output: &Shape) -> Self {
        let [height, width] = plane(output);
        Self { rows: weights(rows, transposed, height), columns: weights(columns, transposed, width) }
    }

    pub(super) fn run(&self, x: &[f32], images: &Shape, y: &mut [f32], line: &mut Vec<f32>) {
        let [height, width] = plane(images);
        let planes = x.chunks_exact(height * width).zip(y.chunks_exact_mut(self.rows.len() * self.columns.len()));
        for (x, y) in planes {
            for (taps, y) in self.rows.iter().zip(y.chunks_exact_mut(self.columns.len())) {
                line.clear();
                line.resize(width, 0.0);
                for &(row, weight) in taps {
                    line.iter_mut().zip(&x[row * width..]).for_each(|(sum, x)| *sum += weight * x);
                }
                for (y, taps) in y.iter_mut().zip(&self.columns) {
                    *y = taps.iter().map(|&(column, weight)| weight * line[column]).sum();
                }
            }
        }
    }
}
