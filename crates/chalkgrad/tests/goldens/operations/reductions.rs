//! Operations that make one number of many, along axes.

use serde::Deserialize;

use super::{check, check_twice, check_with};

/// The axes that go, and whether each stays as 1.
#[derive(Deserialize)]
struct Axes {
    axes: Vec<usize>,
    keep: bool,
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
fn softmax_equals_pytorch() {
    check("softmax", |x| x[0].softmax());
}

#[test]
fn log_softmax_equals_pytorch() {
    check("log_softmax", |x| x[0].log_softmax());
}

#[test]
fn argmax_takes_the_first_of_equals_as_pytorch_does() {
    check("argmax", |x| x[0].argmax());
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice("log_softmax", |x| x[0].log_softmax());
}
