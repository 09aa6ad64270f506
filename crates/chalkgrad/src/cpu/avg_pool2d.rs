//! Average pooling: each window divides by the places that it counts.

use super::windows::plane;
use crate::Shape;
use crate::op::Pool;

/// Calls `visit(output place, input place, share)` for each pair of one plane.
fn each_pair(input: [usize; 2], pool: &Pool, output: [usize; 2], mut visit: impl FnMut(usize, usize, f32)) {
    for out in 0..output[0] * output[1] {
        let (rows, row_count) = pool.span(0, out / output[1], input[0]);
        let (columns, column_count) = pool.span(1, out % output[1], input[1]);
        let share = 1.0 / (row_count * column_count) as f32;
        for row in rows {
            for column in columns.clone() {
                visit(out, row * input[1] + column, share);
            }
        }
    }
}

pub(super) fn forward(x: &[f32], images: &Shape, pool: &Pool, y: &mut [f32], shape: &Shape) {
    let (input, output) = (plane(images), plane(shape));
    y.fill(0.0);
    for (x, y) in x.chunks_exact(input[0] * input[1]).zip(y.chunks_exact_mut(output[0] * output[1])) {
        each_pair(input, pool, output, |out, at, share| y[out] += x[at] * share);
    }
}

pub(super) fn gradient(g: &[f32], outputs: &Shape, pool: &Pool, y: &mut [f32], shape: &Shape) {
    let (input, output) = (plane(shape), plane(outputs));
    y.fill(0.0);
    for (g, y) in g.chunks_exact(output[0] * output[1]).zip(y.chunks_exact_mut(input[0] * input[1])) {
        each_pair(input, pool, output, |out, at, share| y[at] += g[out] * share);
    }
}
