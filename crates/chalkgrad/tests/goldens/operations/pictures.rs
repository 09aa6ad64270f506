//! Convolutions and pools.

use chalkgrad::op::Window;
use serde::Deserialize;

use super::{check_twice_with, check_with};

/// A window over pictures.
#[derive(Deserialize)]
struct Options {
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
}

impl Options {
    fn window(&self) -> Window {
        Window { kernel: self.kernel, stride: self.stride, padding: self.padding }
    }
}

#[test]
fn conv2d_equals_pytorch_over_strides_paddings_and_kernels() {
    check_with("conv2d", |x, options: &Options| x[0].conv2d(x[1], x.get(2).copied(), options.window()));
}

#[test]
fn max_pool2d_equals_pytorch_with_ties_and_padding() {
    check_with("max_pool2d", |x, options: &Options| x[0].max_pool2d(options.window()));
}

#[test]
fn avg_pool2d_equals_pytorch_with_padding_counted() {
    check_with("avg_pool2d", |x, options: &Options| x[0].avg_pool2d(options.window()));
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice_with("conv2d", |x, options: &Options| x[0].conv2d(x[1], x.get(2).copied(), options.window()));
    check_twice_with("avg_pool2d", |x, options: &Options| x[0].tanh().avg_pool2d(options.window()));
}
