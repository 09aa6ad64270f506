//! The larger operations written as their definitions: the sums of a textbook, over one visit of every
//! (picture, channel, output place, kernel place).

use super::Real;
use crate::op::{Pool, Table, Window};
use crate::{Array, Shape};

pub(super) fn matmul<T: Real>(
    a: &Array<T>,
    transpose_a: bool,
    b: &Array<T>,
    transpose_b: bool,
    shape: &Shape,
) -> Array<T> {
    let [m, n] = matrix(shape);
    let inner = matrix(a.shape())[usize::from(!transpose_a)];
    let at_a = |row: usize, k: usize| if transpose_a { k * m + row } else { row * inner + k };
    let at_b = |k: usize, column: usize| if transpose_b { column * inner + k } else { k * n + column };
    Array::from_fn(shape, |i| {
        let (item, row, column) = (i / (m * n), i / n % m, i % n);
        let product = |k: usize| a[item * m * inner + at_a(row, k)] * b[item * inner * n + at_b(k, column)];
        (0..inner).map(product).sum()
    })
}

/// Lengths of the last two axes.
fn matrix(shape: &Shape) -> [usize; 2] {
    [shape.dims()[shape.rank() - 2], shape.dims()[shape.rank() - 1]]
}

/// Lengths of the four axes.
fn dims4(shape: &Shape) -> [usize; 4] {
    [0, 1, 2, 3].map(|axis| shape.dims()[axis])
}

/// Calls `visit(output place, input place, kernel place)` for each place of a plane's window that is not padding.
fn each_tap(window: Window, input: [usize; 2], output: [usize; 2], mut visit: impl FnMut(usize, usize, usize)) {
    for out in 0..output[0] * output[1] {
        for tap in 0..window.kernel[0] * window.kernel[1] {
            let place = |axis: usize, out: usize, tap: usize| {
                let at = out * window.stride[axis] + tap * window.dilation[axis];
                at.checked_sub(window.padding[axis]).filter(|&at| at < input[axis])
            };
            let row = place(0, out / output[1], tap / window.kernel[1]);
            let column = place(1, out % output[1], tap % window.kernel[1]);
            if let (Some(row), Some(column)) = (row, column) {
                visit(out, row * input[1] + column, tap);
            }
        }
    }
}

/// Calls `visit(images index, weight index, output index)` for each product of a convolution.
fn each_product(
    images: &Shape,
    outputs: &Shape,
    window: Window,
    groups: usize,
    mut visit: impl FnMut(usize, usize, usize),
) {
    let [batch, channels, height, width] = dims4(images);
    let [_, filters, out_height, out_width] = dims4(outputs);
    let (plane, out_plane, kernel) = (height * width, out_height * out_width, window.kernel[0] * window.kernel[1]);
    let group_channels = channels / groups;
    let mut taps = Vec::new();
    each_tap(window, [height, width], [out_height, out_width], |out, at, tap| taps.push((out, at, tap)));
    for picture in 0..batch {
        for pair in 0..filters * group_channels {
            let filter = pair / group_channels;
            let channel = filter / (filters / groups) * group_channels + pair % group_channels;
            for &(out, at, tap) in &taps {
                visit(
                    (picture * channels + channel) * plane + at,
                    pair * kernel + tap,
                    (picture * filters + filter) * out_plane + out,
                );
            }
        }
    }
}

pub(super) fn conv2d<T: Real>(
    x: &Array<T>,
    weight: &Array<T>,
    window: Window,
    groups: usize,
    shape: &Shape,
) -> Array<T> {
    let mut y = Array::from_fn(shape, |_| T::zero());
    each_product(x.shape(), shape, window, groups, |i, w, o| y[o] = y[o] + x[i] * weight[w]);
    y
}

pub(super) fn conv2d_input_gradient<T: Real>(
    g: &Array<T>,
    weight: &Array<T>,
    window: Window,
    groups: usize,
    shape: &Shape,
) -> Array<T> {
    let mut gradient = Array::from_fn(shape, |_| T::zero());
    each_product(shape, g.shape(), window, groups, |i, w, o| gradient[i] = gradient[i] + g[o] * weight[w]);
    gradient
}

pub(super) fn conv2d_weight_gradient<T: Real>(
    x: &Array<T>,
    g: &Array<T>,
    window: Window,
    groups: usize,
    shape: &Shape,
) -> Array<T> {
    let mut gradient = Array::from_fn(shape, |_| T::zero());
    each_product(x.shape(), g.shape(), window, groups, |i, w, o| gradient[w] = gradient[w] + x[i] * g[o]);
    gradient
}

/// Height, width and elements of a plane.
fn plane(shape: &Shape) -> ([usize; 2], usize) {
    let [_, _, height, width] = dims4(shape);
    ([height, width], height * width)
}

/// The first largest place of each window, as an index into `x`.
fn winners<T: Real>(x: &Array<T>, pool: &Pool, output: [usize; 2]) -> Vec<usize> {
    let (input, size) = plane(x.shape());
    let mut winners = Vec::new();
    for start in (0..x.len()).step_by(size) {
        let mut best: Vec<Option<usize>> = vec![None; output[0] * output[1]];
        each_tap(pool.window, input, output, |out, at, _| {
            let wins = |current: usize| x[start + at] > x[current] || (x[start + at].is_nan() && !x[current].is_nan());
            if best[out].is_none_or(wins) {
                best[out] = Some(start + at);
            }
        });
        winners.extend(best.into_iter().map(|best| best.expect("padding is at most half the kernel")));
    }
    winners
}

pub(super) fn max_pool2d<T: Real>(x: &Array<T>, pool: &Pool, shape: &Shape) -> Array<T> {
    let winners = winners(x, pool, plane(shape).0);
    Array::from_fn(shape, |i| x[winners[i]])
}

pub(super) fn max_pool2d_gradient<T: Real>(x: &Array<T>, g: &Array<T>, pool: &Pool) -> Array<T> {
    let mut gradient = Array::from_fn(x.shape(), |_| T::zero());
    for (out, winner) in winners(x, pool, plane(g.shape()).0).into_iter().enumerate() {
        gradient[winner] = gradient[winner] + g[out];
    }
    gradient
}

/// How many places each window of an average counts.
fn counts<T: Real>(pool: &Pool, input: [usize; 2], output: [usize; 2]) -> Vec<T> {
    let count = |axis: usize, out: usize| pool.span(axis, out, input[axis]).1;
    let counts = (0..output[0] * output[1]).map(|out| count(0, out / output[1]) * count(1, out % output[1]));
    counts.map(|count| T::from(count).unwrap_or_else(T::nan)).collect()
}

pub(super) fn avg_pool2d<T: Real>(x: &Array<T>, pool: &Pool, shape: &Shape) -> Array<T> {
    let ((input, size), (output, out_size)) = (plane(x.shape()), plane(shape));
    let counts: Vec<T> = counts(pool, input, output);
    let mut y = Array::from_fn(shape, |_| T::zero());
    for index in 0..x.len() / size {
        each_tap(pool.window, input, output, |out, at, _| {
            let to = index * out_size + out;
            y[to] = y[to] + x[index * size + at] / counts[out];
        });
    }
    y
}

pub(super) fn avg_pool2d_gradient<T: Real>(g: &Array<T>, pool: &Pool, shape: &Shape) -> Array<T> {
    let ((input, size), (output, out_size)) = (plane(shape), plane(g.shape()));
    let counts: Vec<T> = counts(pool, input, output);
    let mut gradient = Array::from_fn(shape, |_| T::zero());
    for index in 0..gradient.len() / size {
        each_tap(pool.window, input, output, |out, at, _| {
            let to = index * size + at;
            gradient[to] = gradient[to] + g[index * out_size + out] / counts[out];
        });
    }
    gradient
}

pub(super) fn resample<T: Real>(x: &Array<T>, rows: &Table, columns: &Table, shape: &Shape) -> Array<T> {
    let (([_, width], size), ([height, out_width], _)) = (plane(x.shape()), plane(shape));
    Array::from_fn(shape, |i| {
        let (plane, row, column) = (i / (height * out_width), i / out_width % height, i % out_width);
        let mut sum = T::zero();
        for &(y, down) in rows.row(row) {
            for &(at, across) in columns.row(column) {
                let weight = T::from(down * across).unwrap_or_else(T::nan);
                sum = sum + weight * x[plane * size + y * width + at];
            }
        }
        sum
    })
}
