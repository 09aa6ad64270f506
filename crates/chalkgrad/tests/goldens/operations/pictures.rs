//! Convolutions and pools.

use chalkgrad::Tensor;
use chalkgrad::op::Window;
use serde::Deserialize;

use super::{check_twice_with, check_with};

/// A window over pictures.
#[derive(Deserialize)]
struct Options {
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    dilation: Option<[usize; 2]>,
    groups: Option<usize>,
    #[serde(default)]
    output_padding: [usize; 2],
}

impl Options {
    fn window(&self) -> Window {
        let dilation = self.dilation.unwrap_or([1; 2]);
        Window { kernel: self.kernel, stride: self.stride, padding: self.padding, dilation }
    }
}

fn conv2d<'g>(x: &[Tensor<'g>], options: &Options) -> Tensor<'g> {
    let bias = x.get(2).copied();
    match options.groups {
        Some(groups) => x[0].conv2d_grouped(x[1], bias, options.window(), groups),
        None => x[0].conv2d(x[1], bias, options.window()),
    }
}

fn conv_transpose2d<'g>(x: &[Tensor<'g>], options: &Options) -> Tensor<'g> {
    let groups = options.groups.unwrap_or(1);
    x[0].conv_transpose2d(x[1], x.get(2).copied(), options.window(), options.output_padding, groups)
}

#[test]
fn conv2d_equals_pytorch_over_strides_paddings_kernels_dilations_and_groups() {
    check_with("conv2d", conv2d);
}

#[test]
fn conv_transpose2d_equals_pytorch() {
    check_with("conv_transpose2d", conv_transpose2d);
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
    check_twice_with("conv2d", conv2d);
    check_twice_with("conv_transpose2d", conv_transpose2d);
    check_twice_with("avg_pool2d", |x, options: &Options| x[0].tanh().avg_pool2d(options.window()));
}
