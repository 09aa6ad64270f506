//! The operations that look at a matrix row by row, or at rows by index, written as their definitions.

use super::Real;
use crate::{Array, Shape};

/// The rows of a matrix.
fn rows<T>(x: &Array<T>) -> std::slice::ChunksExact<'_, T> {
    x.chunks_exact(x.shape().dims()[1])
}

/// `log Σ eˣ`, with the largest taken out so that nothing overflows.
fn log_sum_exp<T: Real>(row: &[T]) -> T {
    let largest = row.iter().copied().fold(T::neg_infinity(), T::max);
    largest + row.iter().map(|&x| (x - largest).exp()).sum::<T>().ln()
}

pub(super) fn log_softmax<T: Real>(x: &Array<T>) -> Array<T> {
    let values = rows(x).flat_map(|row| {
        let total = log_sum_exp(row);
        row.iter().map(move |&x| x - total)
    });
    let values: Vec<T> = values.collect();
    Array::from_fn(x.shape(), |i| values[i])
}

/// The place of the first largest number; a NaN is larger than all.
fn first_largest<T: Real>(row: &[T]) -> usize {
    row.iter().position(|x| x.is_nan()).unwrap_or_else(|| {
        let largest = row.iter().copied().fold(T::neg_infinity(), T::max);
        row.iter().position(|&x| x == largest).unwrap_or_default()
    })
}

pub(super) fn amax<T: Real>(x: &Array<T>) -> Array<T> {
    let largest: Vec<T> = rows(x).map(|row| row[first_largest(row)]).collect();
    Array::from_fn([largest.len()], |i| largest[i])
}

pub(super) fn argmax<T: Real>(x: &Array<T>) -> Array<T> {
    let places: Vec<usize> = rows(x).map(first_largest).collect();
    Array::from_fn([places.len()], |i| T::from(places[i]).unwrap_or_else(T::nan))
}

/// What a number names, one of `count` rows or classes, or `None` where it names none.
fn place<T: Real>(value: T, count: usize) -> Option<usize> {
    value.to_usize().filter(|&place| place < count)
}

/// `[B, K, D]` and `[B, J]` to `[B, J, D]`.
pub(super) fn gather<T: Real>(x: &Array<T>, index: &Array<T>, shape: &Shape) -> Array<T> {
    let (rows, width) = (x.shape().dims()[1], shape.dims()[2]);
    Array::from_fn(shape, |i| {
        let (batch, pick, column) = (i / width / shape.dims()[1], i / width, i % width);
        place(index[pick], rows).map_or_else(T::nan, |row| x[(batch * rows + row) * width + column])
    })
}

/// `[B, J, D]` and `[B, J]` to `[B, K, D]`.
pub(super) fn scatter<T: Real>(x: &Array<T>, index: &Array<T>, shape: &Shape) -> Array<T> {
    let (rows, picked, width) = (shape.dims()[1], x.shape().dims()[1], shape.dims()[2]);
    let mut sum = Array::from_fn(shape, |_| T::zero());
    for i in 0..x.len() {
        let (batch, pick, column) = (i / width / picked, i / width, i % width);
        if let Some(row) = place(index[pick], rows) {
            let to = (batch * rows + row) * width + column;
            sum[to] = sum[to] + x[i];
        }
    }
    sum
}

pub(super) fn cross_entropy<T: Real>(logits: &Array<T>, labels: &Array<T>) -> Array<T> {
    let losses: Vec<T> = rows(logits)
        .zip(labels.iter())
        .map(|(row, &label)| place(label, row.len()).map_or_else(T::nan, |class| log_sum_exp(row) - row[class]))
        .collect();
    Array::from_fn([losses.len()], |i| losses[i])
}

pub(super) fn cross_entropy_gradient<T: Real>(logits: &Array<T>, labels: &Array<T>, g: &Array<T>) -> Array<T> {
    let classes = logits.shape().dims()[1];
    let log_probabilities = log_softmax(logits);
    Array::from_fn(logits.shape(), |i| {
        let (row, column) = (i / classes, i % classes);
        let target = if place(labels[row], classes) == Some(column) { T::one() } else { T::zero() };
        (log_probabilities[i].exp() - target) * g[row]
    })
}
