//! What is cut into tiles: products of more than one, and convolutions of whole and of broken ones.

use super::cases::{Fill, case, from};
use super::{Case, Draw};
use crate::Shape;
use crate::op::{Op, Window};

/// What a device's tiles decide upon, products of more than one tile, and convolutions whose taps are written out.
pub fn tiled() -> Vec<Case> {
    let first = Op::Sum { axes: vec![], keep: false };
    let mut cases = from(first, |op| !matches!(op, Op::MaxPool2d(_)));
    let mut draw = Draw::new(1 << 20);
    for (m, n, k) in [(64, 32, 16), (65, 70, 33), (3, 130, 300)] {
        for (transpose_a, transpose_b) in [(false, false), (false, true), (true, false), (true, true)] {
            let a = if transpose_a { [2, k, m] } else { [2, m, k] };
            let b = if transpose_b { [2, n, k] } else { [2, k, n] };
            let inputs = [a, b].map(|matrices| (Shape::from(matrices), Fill::Normal));
            cases.push(case(Op::MatMul { transpose_a, transpose_b }, &inputs, &mut draw));
        }
    }
    cases.extend(convolutions().into_iter().flat_map(|(window, groups, channels, input)| {
        let output = window.output(input).unwrap_or_default();
        let images = Shape::from([5, groups * channels[0], input[0], input[1]]);
        let weight = Shape::from([groups * channels[1], channels[0], window.kernel[0], window.kernel[1]]);
        let gradient = Shape::from([5, groups * channels[1], output[0], output[1]]);
        let ops = [
            (Op::Conv2d { window, groups }, [&images, &weight]),
            (Op::Conv2dInputGradient { window, groups, input }, [&gradient, &weight]),
            (Op::Conv2dWeightGradient { window, groups }, [&images, &gradient]),
        ];
        ops.map(|(op, inputs)| case(op, &inputs.map(|shape| (shape.clone(), Fill::Normal)), &mut draw))
    }));
    cases
}

/// Window, groups, channels that a group reads and writes, height and width. Of whole and of broken tiles, of few and of many
/// channels at a time, with more padding than the kernel has, with strides that pass over pixels and such that do not.
fn convolutions() -> Vec<(Window, usize, [usize; 2], [usize; 2])> {
    let of = |kernel, padding| Window { kernel, padding, ..Window::square(1) };
    vec![
        (of([5, 5], [2, 2]), 1, [3, 8], [16, 16]),
        (of([3, 3], [1, 1]), 1, [8, 5], [9, 13]),
        (of([3, 3], [0, 0]), 1, [5, 4], [6, 6]),
        (of([1, 1], [0, 0]), 1, [16, 6], [8, 8]),
        (of([1, 1], [0, 0]), 1, [12, 4], [3, 5]),
        (of([1, 1], [2, 3]), 1, [3, 2], [2, 2]),
        (of([2, 5], [3, 0]), 2, [2, 6], [1, 30]),
        (of([5, 2], [0, 4]), 3, [4, 1], [11, 4]),
        (of([3, 3], [1, 1]), 6, [1, 1], [7, 7]),
        (of([1, 25], [0, 12]), 1, [2, 3], [2, 17]),
        (of([25, 1], [12, 0]), 1, [2, 9], [5, 1]),
        (of([5, 6], [2, 2]), 1, [2, 3], [9, 9]),
        (of([3, 3], [1, 1]).stride(2), 1, [8, 6], [16, 16]),
        (of([3, 3], [1, 1]).stride(2), 1, [3, 4], [7, 9]),
        (of([3, 3], [0, 0]).stride(2), 2, [4, 5], [8, 10]),
        (of([1, 1], [0, 0]).stride(2), 1, [8, 8], [8, 8]),
        (of([1, 1], [1, 2]).stride(3), 1, [3, 2], [2, 4]),
        (of([5, 5], [2, 2]).stride(3), 1, [2, 9], [20, 25]),
        (of([4, 4], [1, 1]).stride(2), 3, [1, 1], [12, 16]),
        (of([4, 5], [3, 4]).stride(4), 1, [4, 4], [17, 40]),
        (of([2, 2], [0, 0]).stride(5), 1, [2, 3], [12, 8]),
        (of([1, 1], [1, 3]).stride(2), 1, [3, 2], [5, 6]),
        (Window { dilation: [2, 3], ..of([3, 3], [2, 3]).stride(2) }, 1, [3, 4], [11, 14]),
        (Window { dilation: [2, 1], ..of([3, 4], [1, 1]).stride(3) }, 2, [2, 3], [12, 10]),
        (Window { stride: [1, 2], ..of([3, 3], [1, 1]) }, 1, [4, 4], [6, 12]),
        (Window { stride: [2, 1], ..of([3, 5], [2, 0]) }, 1, [2, 5], [9, 11]),
    ]
}
