//! Operations that go element by element.

use super::{check, check_twice};

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
fn greater_than_equals_pytorch() {
    check("gt", |x| x[0].gt(x[1]));
}

#[test]
fn equality_equals_pytorch() {
    check("eq", |x| x[0].eq(x[1]));
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
fn relu_equals_pytorch_at_zero_too() {
    check("relu", |x| x[0].relu());
}

#[test]
fn sigmoid_equals_pytorch() {
    check("sigmoid", |x| x[0].sigmoid());
}

#[test]
fn tanh_equals_pytorch() {
    check("tanh", |x| x[0].tanh());
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice("div", |x| x[0] / x[1]);
    check_twice("exp", |x| x[0].exp());
    check_twice("log", |x| x[0].log());
    check_twice("sqrt", |x| x[0].sqrt());
    check_twice("sigmoid", |x| x[0].sigmoid());
    check_twice("tanh", |x| x[0].tanh());
}
