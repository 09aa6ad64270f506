//! Max pooling. A window's winner is its first largest place, or its first NaN, so that a NaN is never hidden.

use crate::Shape;
use crate::op::Window;

/// Height and width of `[N, C, H, W]`.
fn plane(shape: &Shape) -> [usize; 2] {
    [shape.dims()[2], shape.dims()[3]]
}

/// The range of places along one axis that window `out` covers.
fn span(window: &Window, axis: usize, out: usize, input: usize) -> std::ops::Range<usize> {
    let start = out * window.stride[axis];
    let end = (start + window.kernel[axis]).saturating_sub(window.padding[axis]).min(input);
    start.saturating_sub(window.padding[axis])..end
}

/// Calls `visit(output place, winner)` for each window of one plane.
fn each_winner(x: &[f32], input: [usize; 2], window: &Window, output: [usize; 2], mut visit: impl FnMut(usize, usize)) {
    for row in 0..output[0] {
        let rows = span(window, 0, row, input[0]);
        for column in 0..output[1] {
            let columns = span(window, 1, column, input[1]);
            let mut winner = rows.start * input[1] + columns.start;
            let mut best = x[winner];
            for y in rows.clone() {
                for at in y * input[1] + columns.start..y * input[1] + columns.end {
                    if x[at] > best || (x[at].is_nan() && !best.is_nan()) {
                        (winner, best) = (at, x[at]);
                    }
                }
            }
            visit(row * output[1] + column, winner);
        }
    }
}

pub(super) fn forward(x: &[f32], images: &Shape, window: Window, y: &mut [f32], shape: &Shape) {
    let (input, output) = (plane(images), plane(shape));
    for (x, y) in x.chunks_exact(input[0] * input[1]).zip(y.chunks_exact_mut(output[0] * output[1])) {
        each_winner(x, input, &window, output, |out, winner| y[out] = x[winner]);
    }
}

pub(super) fn gradient(x: &[f32], images: &Shape, window: Window, g: &[f32], outputs: &Shape, y: &mut [f32]) {
    let (input, output) = (plane(images), plane(outputs));
    y.fill(0.0);
    let planes = x.chunks_exact(input[0] * input[1]).zip(g.chunks_exact(output[0] * output[1]));
    for ((x, g), y) in planes.zip(y.chunks_exact_mut(input[0] * input[1])) {
        each_winner(x, input, &window, output, |out, winner| y[winner] += g[out]);
    }
}
