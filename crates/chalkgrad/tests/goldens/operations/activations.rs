//! Activation functions, at their kinks and far out too.

use serde::Deserialize;

use super::{check, check_twice, check_with};

#[derive(Deserialize)]
struct Slope {
    slope: f64,
}

#[derive(Deserialize)]
struct Alpha {
    alpha: f64,
}

#[derive(Deserialize)]
struct Softplus {
    beta: f64,
    threshold: f64,
}

#[derive(Deserialize)]
struct Bounds {
    min: f64,
    max: f64,
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
fn leaky_relu_equals_pytorch() {
    check_with("leaky_relu", |x, Slope { slope }: &Slope| x[0].leaky_relu(*slope));
}

#[test]
fn elu_equals_pytorch() {
    check_with("elu", |x, Alpha { alpha }: &Alpha| x[0].elu(*alpha));
}

#[test]
fn selu_equals_pytorch() {
    check("selu", |x| x[0].selu());
}

#[test]
fn exact_gelu_equals_pytorch() {
    check("gelu", |x| x[0].gelu());
}

#[test]
fn gelu_by_tanh_equals_pytorch() {
    check("gelu_tanh", |x| x[0].gelu_tanh());
}

#[test]
fn silu_equals_pytorch() {
    check("silu", |x| x[0].silu());
}

#[test]
fn softplus_equals_pytorch_on_both_sides_of_its_threshold() {
    check_with("softplus", |x, Softplus { beta, threshold }: &Softplus| x[0].softplus(*beta, *threshold));
}

#[test]
fn mish_equals_pytorch() {
    check("mish", |x| x[0].mish());
}

#[test]
fn hardtanh_equals_pytorch_at_its_bounds_too() {
    check_with("hardtanh", |x, Bounds { min, max }: &Bounds| x[0].hardtanh(*min, *max));
}

#[test]
fn relu6_equals_pytorch_at_its_bounds_too() {
    check("relu6", |x| x[0].relu6());
}

#[test]
fn sin_relu_equals_pytorch() {
    check("sin_relu", |x| x[0].sin_relu());
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice("sigmoid", |x| x[0].sigmoid());
    check_twice("tanh", |x| x[0].tanh());
    check_twice("gelu", |x| x[0].gelu());
    check_twice("gelu_tanh", |x| x[0].gelu_tanh());
    check_twice("silu", |x| x[0].silu());
}
