//! `log(softmax(x))` of each row of a matrix.

use crate::Shape;

pub(super) fn log_softmax(x: &[f32], shape: &Shape, y: &mut [f32]) {
    let classes = shape.dims()[1].max(1);
    for (row, y) in x.chunks_exact(classes).zip(y.chunks_exact_mut(classes)) {
        let total = log_sum_exp(row);
        y.iter_mut().zip(row).for_each(|(y, x)| *y = x - total);
    }
}

/// `log Σ eˣ`, with the largest taken out so that nothing overflows.
pub(super) fn log_sum_exp(row: &[f32]) -> f32 {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    largest + row.iter().map(|x| (x - largest).exp()).sum::<f32>().ln()
}
