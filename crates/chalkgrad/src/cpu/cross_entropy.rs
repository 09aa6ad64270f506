//! Softmax cross-entropy from logits, and its gradient. A label that names no class makes its loss NaN.

use super::gather::place;
use super::log_softmax::log_sum_exp;
use crate::Shape;

pub(super) fn forward(logits: &[f32], shape: &Shape, labels: &[f32], y: &mut [f32]) {
    let classes = shape.dims()[1];
    for ((row, &label), y) in logits.chunks_exact(classes).zip(labels).zip(y) {
        *y = place(label, classes).map_or(f32::NAN, |class| log_sum_exp(row) - row[class]);
    }
}

pub(super) fn gradient(logits: &[f32], shape: &Shape, labels: &[f32], g: &[f32], y: &mut [f32]) {
    let classes = shape.dims()[1];
    for (index, (row, y)) in logits.chunks_exact(classes).zip(y.chunks_exact_mut(classes)).enumerate() {
        let total = log_sum_exp(row);
        for (y, x) in y.iter_mut().zip(row) {
            *y = (x - total).exp() * g[index];
        }
        if let Some(class) = place(labels[index], classes) {
            y[class] -= g[index];
        }
    }
}
