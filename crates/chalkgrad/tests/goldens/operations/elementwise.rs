//! Operations that go element by element.

use serde::Deserialize;

use super::{check, check_twice, check_with};

/// A number as exponent.
#[derive(Deserialize)]
struct Exponent {
    exponent: f64,
}

/// One of them may be missing.
#[derive(Deserialize)]
struct Bounds {
    min: Option<f64>,
    max: Option<f64>,
}

#[test]
fn addition_equals_pytorch() {
    check("add", |x| x[0] + x[1]);
}

#[test]
fn subtraction_equals_pytorch() {
    check("sub", |x| x[0] - x[1]);
}

#[test]
fn multiplication_equals_pytorch() {
    check("mul", |x| x[0] * x[1]);
}

#[test]
fn division_equals_pytorch() {
    check("div", |x| x[0] / x[1]);
}

#[test]
fn powers_equal_pytorch() {
    check("pow", |x| x[0].pow(x[1]));
}

#[test]
fn powers_with_a_number_equal_pytorch_for_negative_bases_too() {
    check_with("pow_number", |x, Exponent { exponent }: &Exponent| x[0].pow(*exponent));
}

#[test]
fn greater_than_equals_pytorch() {
    check("gt", |x| x[0].gt(x[1]));
}

#[test]
fn equality_equals_pytorch() {
    check("eq", |x| x[0].eq(x[1]));
}

#[test]
fn greater_or_equal_equals_pytorch() {
    check("ge", |x| x[0].ge(x[1]));
}

#[test]
fn less_than_equals_pytorch() {
    check("lt", |x| x[0].lt(x[1]));
}

#[test]
fn less_or_equal_equals_pytorch() {
    check("le", |x| x[0].le(x[1]));
}

#[test]
fn inequality_equals_pytorch() {
    check("ne", |x| x[0].ne(x[1]));
}

#[test]
fn maximum_equals_pytorch_where_both_are_equal_too() {
    check("maximum", |x| x[0].maximum(x[1]));
}

#[test]
fn minimum_equals_pytorch_where_both_are_equal_too() {
    check("minimum", |x| x[0].minimum(x[1]));
}

#[test]
fn clamp_equals_pytorch_with_one_bound_and_at_both() {
    check_with("clamp", |x, Bounds { min, max }: &Bounds| x[0].clamp(*min, *max));
}

#[test]
fn where_equals_pytorch() {
    check("where", |x| x[0].choose(x[1], x[2]));
}

#[test]
fn negation_equals_pytorch() {
    check("neg", |x| -x[0]);
}

#[test]
fn absolute_values_equal_pytorch() {
    check("abs", |x| x[0].abs());
}

#[test]
fn exp_equals_pytorch() {
    check("exp", |x| x[0].exp());
}

#[test]
fn log_equals_pytorch() {
    check("log", |x| x[0].log());
}

#[test]
fn sqrt_equals_pytorch() {
    check("sqrt", |x| x[0].sqrt());
}

#[test]
fn expm1_equals_pytorch_near_zero_too() {
    check("expm1", |x| x[0].expm1());
}

#[test]
fn log1p_equals_pytorch_near_zero_too() {
    check("log1p", |x| x[0].log1p());
}

#[test]
fn sine_equals_pytorch_up_to_a_hundred_thousand() {
    check("sin", |x| x[0].sin());
}

#[test]
fn cosine_equals_pytorch_up_to_a_hundred_thousand() {
    check("cos", |x| x[0].cos());
}

#[test]
fn the_error_function_equals_pytorch() {
    check("erf", |x| x[0].erf());
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice("div", |x| x[0] / x[1]);
    check_twice("pow", |x| x[0].pow(x[1]));
    check_twice("exp", |x| x[0].exp());
    check_twice("expm1", |x| x[0].expm1());
    check_twice("log", |x| x[0].log());
    check_twice("log1p", |x| x[0].log1p());
    check_twice("sqrt", |x| x[0].sqrt());
    check_twice("sin", |x| x[0].sin());
    check_twice("cos", |x| x[0].cos());
    check_twice("erf", |x| x[0].erf());
}
