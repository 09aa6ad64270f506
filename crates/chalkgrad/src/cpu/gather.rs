//! Rows by index, and their adjoint: rows added up by index. An index that names no row makes NaN, and adds nothing.

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

/// `[B, J, D]` and `[B, J]` to `[B, K, D]`.
pub(super) fn scatter(x: &[f32], index: &[f32], [rows, picked, width]: [usize; 3], y: &mut [f32]) {
    y.fill(0.0);
    for (pick, (x, &row)) in x.chunks_exact(width.max(1)).zip(index).enumerate() {
        if let Some(row) = place(row, rows) {
            let start = (pick / picked * rows + row) * width;
            y[start..start + width].iter_mut().zip(x).for_each(|(y, x)| *y += x);
        }
    }
}

/// The row or class, one of `count`, that a number names.
pub(super) fn place(value: f32, count: usize) -> Option<usize> {
    (value > -1.0 && (value as usize) < count).then_some(value as usize)
}
