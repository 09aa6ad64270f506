//! Max pooling. A window's winner is its first largest place, or its first NaN, so that a NaN is never hidden.

use super::{halving, windows::plane};
use crate::Shape;
use crate::op::{Pool, Window};

/// Calls `visit(output place, winner)` for each window of one plane.
fn each_winner(x: &[f32], input: [usize; 2], pool: &Pool, output: [usize; 2], mut visit: impl FnMut(usize, usize)) {
    let [down, across] = pool.window.dilation;
    for row in 0..output[0] {
        let (rows, _) = pool.span(0, row, input[0]);
        for column in 0..output[1] {
            let (columns, _) = pool.span(1, column, input[1]);
            let mut winner = rows.start * input[1] + columns.start;
            let mut best = x[winner];
            for y in rows.clone().step_by(down) {
                for at in (y * input[1] + columns.start..y * input[1] + columns.end).step_by(across) {
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
            halving::forward(x, input[1], y, output[1]);
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
            halving::gradient(x, input[1], g, output[1], y);
        } else {
            each_winner(x, input, pool, output, |out, winner| y[winner] += g[out]);
        }
    }
}

/// Whether `x` takes the place of the best so far.
fn wins(x: f32, best: f32) -> bool {
    (x > best) | (x.is_nan() & !best.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    /// Few different numbers, so that many windows have equal ones, and a NaN here and there.
    fn numbers(len: usize, seed: u64) -> Vec<f32> {
        let stream = Stream::new(seed, 0);
        let number = |index| match (stream.uniform(index) * 6.0) as u32 {
            0 => f32::NAN,
            step => step as f32,
        };
        (0..len as u64).map(number).collect()
    }

    #[test]
    fn windows_side_by_side_have_the_winners_of_the_search() {
        let pool = Pool::from(Window::square(2).stride(2));
        for (width, height) in (2..41).zip([2, 3, 4, 7].into_iter().cycle()) {
            let (input, output) = ([height, width], [height / 2, width / 2]);
            let (images, pooled) = (Shape::from([1, 1, height, width]), Shape::from([1, 1, output[0], output[1]]));
            let x = numbers(images.elements(), width as u64);
            let g: Vec<f32> = (1..=pooled.elements()).map(|place| place as f32).collect();
            let (mut y, mut to) = (vec![0.0; g.len()], vec![f32::NAN; x.len()]);
            forward(&x, &images, &pool, &mut y, &pooled);
            gradient(&x, &images, &pool, &g, &pooled, &mut to);
            let (mut searched, mut given) = (vec![0.0; g.len()], vec![0.0; x.len()]);
            each_winner(&x, input, &pool, output, |out, winner| {
                searched[out] = x[winner];
                given[winner] += g[out];
            });
            let bits = |numbers: &[f32]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&y), bits(&searched), "{height} × {width}");
            assert_eq!(to, given, "{height} × {width}");
        }
    }
}
