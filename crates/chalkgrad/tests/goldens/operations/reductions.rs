//! Operations that make one number of many, along axes.

use serde::Deserialize;

use super::{check_twice_with, check_with};

/// The axes that go, and whether each stays as 1.
#[derive(Deserialize)]
struct Axes {
    axes: Vec<usize>,
    keep: bool,
}

/// What a variance takes off the count.
#[derive(Deserialize)]
struct Corrected {
    axes: Vec<usize>,
    keep: bool,
    correction: usize,
}

#[derive(Deserialize)]
struct Axis {
    axis: usize,
}

#[test]
fn sum_equals_pytorch() {
    check_with("sum", |x, Axes { axes, keep }: &Axes| x[0].sum(axes, *keep));
}

#[test]
fn mean_equals_pytorch() {
    check_with("mean", |x, Axes { axes, keep }: &Axes| x[0].mean(axes, *keep));
}

#[test]
fn variance_equals_pytorch_with_and_without_correction() {
    check_with("var", |x, Corrected { axes, keep, correction }: &Corrected| x[0].var(axes, *correction, *keep));
}

#[test]
fn the_largest_equals_pytorch_with_ties_sharing_the_gradient() {
    check_with("amax", |x, Axes { axes, keep }: &Axes| x[0].amax(axes, *keep));
}

#[test]
fn the_smallest_equals_pytorch_with_ties_sharing_the_gradient() {
    check_with("amin", |x, Axes { axes, keep }: &Axes| x[0].amin(axes, *keep));
}

#[test]
fn logsumexp_equals_pytorch() {
    check_with("logsumexp", |x, Axes { axes, keep }: &Axes| x[0].logsumexp(axes, *keep));
}

#[test]
fn softmax_equals_pytorch_over_any_axis() {
    check_with("softmax", |x, Axis { axis }: &Axis| x[0].softmax(*axis));
}

#[test]
fn log_softmax_equals_pytorch_over_any_axis() {
    check_with("log_softmax", |x, Axis { axis }: &Axis| x[0].log_softmax(*axis));
}

#[test]
fn argmax_takes_the_first_of_equals_as_pytorch_does() {
    check_with("argmax", |x, Axes { axes, keep }: &Axes| x[0].argmax(axes, *keep));
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice_with("log_softmax", |x, Axis { axis }: &Axis| x[0].log_softmax(*axis));
    check_twice_with("var", |x, Corrected { axes, keep, correction }: &Corrected| x[0].var(axes, *correction, *keep));
}
