//! Rows by index. An index that names no row makes NaN.

/// `[B, K, D]` and `[B, J]` to `[B, J, D]`; `[rows, width]` are K and D.
pub(super) fn gather(x: &[f32], index: &[f32], [rows, picked, width]: [usize; 3], y: &mut [f32]) {
    for (pick, (y, &row)) in y.chunks_exact_mut(width.max(1)).zip(index).enumerate() {
        match place(row, rows) {
            Some(row) => {
                let start = (pick / picked * rows + row) * width;
                y.copy_from_slice(&x[start..start + width]);
            }
            None => y.fill(f32::NAN),
        }
    }
}

/// The row or class, one of `count`, that a number names.
pub(super) fn place(value: f32, count: usize) -> Option<usize> {
    (value > -1.0 && (value as usize) < count).then_some(value as usize)
}
