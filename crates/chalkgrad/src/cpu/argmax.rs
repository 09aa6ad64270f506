//! The place of each row's first largest number.

use crate::Shape;

pub(super) fn argmax(x: &[f32], shape: &Shape, y: &mut [f32]) {
    for (row, y) in x.chunks_exact(shape.dims()[1].max(1)).zip(y) {
        *y = (1..row.len()).fold(0, |best, i| if row[i] > row[best] { i } else { best }) as f32;
    }
}
