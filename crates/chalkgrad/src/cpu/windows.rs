//! Where a pool's windows lie.

use std::ops::Range;

use crate::Shape;
use crate::op::Window;

/// Height and width of `[N, C, H, W]`.
pub(super) fn plane(shape: &Shape) -> [usize; 2] {
    [shape.dims()[2], shape.dims()[3]]
}

/// The places along one axis that window `out` covers, without its padding.
pub(super) fn span(window: &Window, axis: usize, out: usize, input: usize) -> Range<usize> {
    let start = out * window.stride[axis];
    let end = (start + window.kernel[axis]).saturating_sub(window.padding[axis]).min(input);
    start.saturating_sub(window.padding[axis])..end
}
