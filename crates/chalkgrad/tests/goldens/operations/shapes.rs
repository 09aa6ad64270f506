//! Operations that move elements.

use serde::Deserialize;

use super::{check_twice_with, check_with};

/// The shape that comes out.
#[derive(Deserialize)]
struct To {
    shape: Vec<usize>,
}

/// The order of the axes.
#[derive(Deserialize)]
struct Axes {
    axes: Vec<usize>,
}

#[derive(Deserialize)]
struct Axis {
    axis: usize,
}

/// Every `step`th place of an axis.
#[derive(Deserialize)]
struct Range {
    axis: usize,
    start: usize,
    end: usize,
    step: usize,
}

#[derive(Deserialize)]
struct Part {
    axis: usize,
    start: usize,
    len: usize,
}

#[derive(Deserialize)]
struct Place {
    axis: usize,
    index: usize,
}

/// How much before and after each of the last axes, and of what.
#[derive(Deserialize)]
struct Padding {
    amounts: Vec<[usize; 2]>,
    value: f64,
}

#[derive(Deserialize)]
struct Pair {
    one: usize,
    other: usize,
}

#[derive(Deserialize)]
struct FirstAndLast {
    first: usize,
    last: usize,
}

#[test]
fn reshape_equals_pytorch() {
    check_with("reshape", |x, To { shape }: &To| x[0].reshape(&shape[..]));
}

#[test]
fn permute_equals_pytorch() {
    check_with("permute", |x, Axes { axes }: &Axes| x[0].permute(axes));
}

#[test]
fn expand_equals_pytorch() {
    check_with("expand", |x, To { shape }: &To| x[0].expand(&shape[..]));
}

#[test]
fn concatenation_equals_pytorch() {
    check_with("concat", |x, Axis { axis }: &Axis| x[0].graph().concat(x, *axis));
}

#[test]
fn stacks_equal_pytorch() {
    check_with("stack", |x, Axis { axis }: &Axis| x[0].graph().stack(x, *axis));
}

#[test]
fn slices_equal_pytorch() {
    check_with("slice", |x, range: &Range| x[0].slice(range.axis, range.start..range.end, range.step));
}

#[test]
fn parts_of_an_axis_equal_pytorch() {
    check_with("narrow", |x, &Part { axis, start, len }: &Part| x[0].narrow(axis, start, len));
}

#[test]
fn axes_of_length_one_come_and_go_as_in_pytorch() {
    check_with("unsqueeze", |x, Axis { axis }: &Axis| x[0].unsqueeze(*axis));
    check_with("squeeze", |x, Axis { axis }: &Axis| x[0].squeeze(*axis));
}

#[test]
fn selected_places_equal_pytorch() {
    check_with("select", |x, Place { axis, index }: &Place| x[0].select(*axis, *index));
}

#[test]
fn flipped_axes_equal_pytorch() {
    check_with("flip", |x, Axes { axes }: &Axes| x[0].flip(axes));
}

#[test]
fn padding_equals_pytorch() {
    check_with("pad", |x, Padding { amounts, value }: &Padding| x[0].pad(amounts, *value));
}

#[test]
fn transposition_equals_pytorch() {
    check_with("transpose", |x, Pair { one, other }: &Pair| x[0].transpose(*one, *other));
}

#[test]
fn flattening_equals_pytorch() {
    check_with("flatten", |x, FirstAndLast { first, last }: &FirstAndLast| match x[0].shape().rank() {
        0 => x[0].flatten(..),
        _ => x[0].flatten(*first..=*last),
    });
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice_with("concat", |x, Axis { axis }: &Axis| x[0].graph().concat(x, *axis).tanh());
    check_twice_with("slice", |x, range: &Range| x[0].tanh().slice(range.axis, range.start..range.end, range.step));
    check_twice_with("pad", |x, Padding { amounts, value }: &Padding| x[0].tanh().pad(amounts, *value));
}
