//! The largest number of each row. A NaN is larger than all.

use crate::Shape;

pub(super) fn amax(x: &[f32], shape: &Shape, y: &mut [f32]) {
    for (row, y) in x.chunks_exact(shape.dims()[1]).zip(y) {
        *y = row[first_largest(row)];
    }
}

/// Its place; of equal ones the first.
pub(super) fn first_largest(row: &[f32]) -> usize {
    let leads = |x: f32, largest: f32| x > largest || (x.is_nan() && !largest.is_nan());
    (1..row.len()).fold(0, |best, i| if leads(row[i], row[best]) { i } else { best })
}
