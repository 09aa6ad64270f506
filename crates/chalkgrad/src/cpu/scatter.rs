//! Rows added up by index, the adjoint of `gather`. An index that names no row adds nothing.

use super::gather::place;

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
