//! What becomes of numbers that are drawn. The draws themselves are held together in `tests/random.rs`.

use serde::Deserialize;

use super::{check_twice_with, check_with};

/// The probability that a number is dropped.
#[derive(Deserialize)]
struct Probability {
    p: f64,
}

#[test]
fn dropout_equals_pytorch_by_numbers_and_by_channels() {
    check_with("dropout", |x, Probability { p }: &Probability| x[0].dropout(*p, x[1]));
}

#[test]
fn a_probability_may_be_a_tensor() {
    check_with("dropout", |x, Probability { p }: &Probability| {
        let p = x[0].graph().constant(*p, [1]).sum(&[0], false);
        x[0].dropout(p, x[1])
    });
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice_with("dropout", |x, Probability { p }: &Probability| x[0].tanh().dropout(*p, x[1]));
}
