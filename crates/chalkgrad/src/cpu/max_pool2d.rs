//! Max pooling. A window's winner is its first largest place, or its first NaN, so that a NaN is never hidden.

use super::windows::plane;
use crate::Shape;
use crate::op::{Pool, Window};

/// Calls `visit(output place, winner)` for each window of one plane.
fn each_winner(x: &[f32], input: [usize; 2], pool: &Pool, output: [usize; 2], mut visit: impl FnMut(usize, usize)) {
    for row in 0..output[0] {
        let (rows, _) = pool.span(0, row, input[0]);
        for column in 0..output[1] {
            let (columns, _) = pool.span(1, column, input[1]);
            let mut winner = rows.start * input[1] + columns.start;
            let mut best = x[winner];
            for y in rows.clone() {
                for at in y * input[1] + columns.start..y * input[1] + columns.end {
                    if wins(x[at], best) {
                        (winner, best) = (at, x[at]);
                    }
                }
            }
            visit(row * output[1] + column, winner);
        }
    }
}

/// Two by two, side by side: what nearly every network pools with. Such windows need no bounds and no search, and a row or
/// column that is left over makes no window of its own.
fn halves(pool: &Pool, input: [usize; 2]) -> bool {
    let whole = !pool.ceil_mode || input.iter().all(|length| length.is_multiple_of(2));
    pool.window == Window::square(2).stride(2) && whole
}

pub(super) fn forward(x: &[f32], images: &Shape, pool: &Pool, y: &mut [f32], shape: &Shape) {
    let (input, output) = (plane(images), plane(shape));
    let halves = halves(pool, input);
    for (x, y) in x.chunks_exact(input[0] * input[1]).zip(y.chunks_exact_mut(output[0] * output[1])) {
        if halves {
            halve(x, input[1], y, output[1]);
        } else {
            each_winner(x, input, pool, output, |out, winner| y[out] = x[winner]);
        }
    }
}

pub(super) fn gradient(x: &[f32], images: &Shape, pool: &Pool, g: &[f32], outputs: &Shape, y: &mut [f32]) {
    let (input, output) = (plane(images), plane(outputs));
    let halves = halves(pool, input);
    let covered = halves && input == output.map(|length| 2 * length);
    if !covered {
        y.fill(0.0);
    }
    let planes = x.chunks_exact(input[0] * input[1]).zip(g.chunks_exact(output[0] * output[1]));
    for ((x, g), y) in planes.zip(y.chunks_exact_mut(input[0] * input[1])) {
        if halves {
            halve_gradient(x, input[1], g, output[1], y);
        } else {
            each_winner(x, input, pool, output, |out, winner| y[winner] += g[out]);
        }
    }
}

/// Whether `x` takes the place of the best so far.
#[inline(always)]
fn wins(x: f32, best: f32) -> bool {
    (x > best) | (x.is_nan() & !best.is_nan())
}

fn halve(x: &[f32], width: usize, y: &mut [f32], columns: usize) {
    let larger = |best: f32, x: f32| if wins(x, best) { x } else { best };
    for (rows, y) in x.chunks_exact(2 * width).zip(y.chunks_exact_mut(columns)) {
        let (top, bottom) = rows.split_at(width);
        for ((top, bottom), y) in top.chunks_exact(2).zip(bottom.chunks_exact(2)).zip(y) {
            *y = larger(larger(larger(top[0], top[1]), bottom[0]), bottom[1]);
        }
    }
}

fn halve_gradient(x: &[f32], width: usize, g: &[f32], columns: usize, y: &mut [f32]) {
    let rows = x.chunks_exact(2 * width).zip(y.chunks_exact_mut(2 * width)).zip(g.chunks_exact(columns));
    for ((x, y), g) in rows {
        let (top, bottom) = x.split_at(width);
        let (to_top, to_bottom) = y.split_at_mut(width);
        let from = top.chunks_exact(2).zip(bottom.chunks_exact(2)).zip(g);
        let to = to_top.chunks_exact_mut(2).zip(to_bottom.chunks_exact_mut(2));
        for (((top, bottom), &g), (to_top, to_bottom)) in from.zip(to) {
            let right = wins(top[1], top[0]);
            let best = if right { top[1] } else { top[0] };
            let left_below = wins(bottom[0], best);
            let best = if left_below { bottom[0] } else { best };
            let right_below = wins(bottom[1], best);
            let above = !left_below & !right_below;
            to_top[0] = if above & !right { g } else { 0.0 };
            to_top[1] = if above & right { g } else { 0.0 };
            to_bottom[0] = if left_below & !right_below { g } else { 0.0 };
            to_bottom[1] = if right_below { g } else { 0.0 };
        }
    }
}
