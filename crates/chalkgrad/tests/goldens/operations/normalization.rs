//! Normalisation.

use serde::Deserialize;

use super::check_with;

#[derive(Deserialize)]
struct Eps {
    eps: f64,
}

#[derive(Deserialize)]
struct Layer {
    axes: usize,
    eps: f64,
}

#[test]
fn batch_norm_with_a_batchs_own_statistics_equals_pytorch() {
    check_with("batch_norm", |x, options: &Eps| {
        let (mean, variance) = x[0].batch_statistics();
        x[0].batch_norm(mean, variance, x.get(1).copied(), x.get(2).copied(), options.eps)
    });
}

#[test]
fn batch_norm_with_given_statistics_equals_pytorch() {
    check_with("batch_norm_with", |x, options: &Eps| {
        x[0].batch_norm(x[1], x[2], x.get(3).copied(), x.get(4).copied(), options.eps)
    });
}

#[test]
fn layer_norm_equals_pytorch() {
    check_with("layer_norm", |x, options: &Layer| {
        x[0].layer_norm(options.axes, x.get(1).copied(), x.get(2).copied(), options.eps)
    });
}
