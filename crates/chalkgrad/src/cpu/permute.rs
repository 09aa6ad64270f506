//! A copy that walks its source with any strides: `permute`, and `expand` where no map can read in place.

use crate::Shape;

pub(super) fn copy(x: &[f32], strides: &[usize], y: &mut [f32], shape: &Shape) {
    let Some((&inner, outer)) = shape.dims().split_last() else { return y.copy_from_slice(&x[..1]) };
    for (index, row) in y.chunks_exact_mut(inner.max(1)).enumerate() {
        let mut rest = index;
        let mut from = 0;
        for (axis, &len) in outer.iter().enumerate().rev() {
            from += rest % len * strides[axis];
            rest /= len;
        }
        let step = strides[outer.len()];
        row.iter_mut().enumerate().for_each(|(i, y)| *y = x[from + i * step]);
    }
}
