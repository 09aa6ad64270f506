//! Where the planes of pictures lie.

use crate::Shape;

/// Height and width of `[N, C, H, W]`.
pub(super) fn plane(shape: &Shape) -> [usize; 2] {
    [shape.dims()[2], shape.dims()[3]]
}
