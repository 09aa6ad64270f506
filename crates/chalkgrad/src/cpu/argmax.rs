//! Index of the first largest element of each row.

use super::amax::first_largest;
use crate::Shape;

pub(super) fn argmax(x: &[f32], shape: &Shape, y: &mut [f32]) {
    for (row, y) in x.chunks_exact(shape.dims()[1]).zip(y) {
        *y = first_largest(row) as f32;
    }
}
