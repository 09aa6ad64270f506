//! Losses of examples.

use chalkgrad::{Reduction, Tensor};
use serde::Deserialize;

use super::{check, check_twice_with, check_with};

/// PyTorch's names of the reductions.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reduced {
    None,
    Mean,
    Sum,
}

impl From<Reduced> for Reduction {
    fn from(reduced: Reduced) -> Self {
        match reduced {
            Reduced::None => Self::None,
            Reduced::Mean => Self::Mean,
            Reduced::Sum => Self::Sum,
        }
    }
}

#[derive(Deserialize)]
struct CrossEntropy {
    weight: Option<Vec<f64>>,
    smoothing: f64,
    reduction: Reduced,
}

#[derive(Deserialize)]
struct Margin {
    weight: Option<Vec<f64>>,
    p: u32,
    margin: f64,
    reduction: Reduced,
}

#[derive(Deserialize)]
struct Regression {
    reduction: Reduced,
}

#[derive(Deserialize)]
struct Weighted {
    weight: Vec<f64>,
    reduction: Reduced,
}

/// Numbers of a test as a tensor.
fn vector<'g>(beside: Tensor<'g>, values: &[f64]) -> Tensor<'g> {
    let graph = beside.graph();
    let values: Vec<Tensor<'g>> = values.iter().map(|&value| graph.constant(value, [])).collect();
    graph.stack(&values, 0)
}

#[test]
fn cross_entropy_equals_pytorch() {
    check("cross_entropy", |x| x[0].cross_entropy(x[1]));
}

#[test]
fn cross_entropy_with_smoothed_labels_and_weights_equals_pytorch() {
    check_with("cross_entropy_with", |x, options: &CrossEntropy| {
        let weight = options.weight.as_ref().map(|weight| vector(x[0], weight));
        x[0].cross_entropy_with(x[1], weight, options.smoothing, options.reduction.into())
    });
}

#[test]
fn smoothing_may_be_a_tensor() {
    check_with("cross_entropy_with", |x, options: &CrossEntropy| {
        let weight = options.weight.as_ref().map(|weight| vector(x[0], weight));
        let smoothing = vector(x[0], &[options.smoothing]).sum(&[0], false);
        x[0].cross_entropy_with(x[1], weight, smoothing, options.reduction.into())
    });
}

#[test]
fn hinge_loss_equals_pytorch() {
    check_with("multi_margin_loss", |x, options: &Margin| {
        let weight = options.weight.as_ref().map(|weight| vector(x[0], weight));
        x[0].multi_margin_loss(x[1], options.p, options.margin, weight, options.reduction.into())
    });
}

#[test]
fn mean_squared_error_equals_pytorch() {
    check_with("mse_loss", |x, Regression { reduction }: &Regression| x[0].mse_loss(x[1], (*reduction).into()));
}

#[test]
fn mean_absolute_error_equals_pytorch() {
    check_with("l1_loss", |x, Regression { reduction }: &Regression| x[0].l1_loss(x[1], (*reduction).into()));
}

#[test]
fn binary_cross_entropy_equals_pytorch_far_out_too() {
    check_with("binary_cross_entropy_with_logits", |x, Regression { reduction }: &Regression| {
        x[0].binary_cross_entropy_with_logits(x[1], None, (*reduction).into())
    });
}

#[test]
fn weighted_binary_cross_entropy_equals_pytorch() {
    check_with("weighted_binary_cross_entropy", |x, Weighted { weight, reduction }: &Weighted| {
        x[0].binary_cross_entropy_with_logits(x[1], Some(vector(x[0], weight)), (*reduction).into())
    });
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice_with("mse_loss", |x, _: &Regression| x[0].mse_loss(x[1], Reduction::Mean));
}
