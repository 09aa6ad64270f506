//! Average pooling: padding counts as zeros, every window divides by its whole area.

use super::windows::{plane, span};
use crate::Shape;
use crate::op::Window;

/// Calls `visit(output place, input place)` for each pair of one plane.
fn each_pair(input: [usize; 2], window: &Window, output: [usize; 2], mut visit: impl FnMut(usize, usize)) {
    for out in 0..output[0] * output[1] {
        for row in span(window, 0, out / output[1], input[0]) {
            for column in span(window, 1, out % output[1], input[1]) {
                visit(out, row * input[1] + column);
            }
        }
    }
}

fn share(window: &Window) -> f32 {
    1.0 / (window.kernel[0] * window.kernel[1]) as f32
}

pub(super) fn forward(x: &[f32], images: &Shape, window: Window, y: &mut [f32], shape: &Shape) {
    let (input, output) = (plane(images), plane(shape));
    y.fill(0.0);
    for (x, y) in x.chunks_exact(input[0] * input[1]).zip(y.chunks_exact_mut(output[0] * output[1])) {
        each_pair(input, &window, output, |out, at| y[out] += x[at]);
        y.iter_mut().for_each(|y| *y *= share(&window));
    }
}

pub(super) fn gradient(g: &[f32], outputs: &Shape, window: Window, y: &mut [f32], shape: &Shape) {
    let (input, output) = (plane(shape), plane(outputs));
    y.fill(0.0);
    for (g, y) in g.chunks_exact(output[0] * output[1]).zip(y.chunks_exact_mut(input[0] * input[1])) {
        each_pair(input, &window, output, |out, at| y[at] += g[out] * share(&window));
    }
}
