//! Convolutions and pools.

use chalkgrad::Tensor;
use chalkgrad::op::{Interpolation, Pool, Size, Window};
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
    #[serde(default)]
    ceil_mode: bool,
    count_include_pad: Option<bool>,
}

impl Options {
    fn window(&self) -> Window {
        let dilation = self.dilation.unwrap_or([1; 2]);
        Window { kernel: self.kernel, stride: self.stride, padding: self.padding, dilation }
    }

    fn pool(&self) -> Pool {
        Pool::from(self.window()).ceil_mode(self.ceil_mode).count_include_pad(self.count_include_pad.unwrap_or(true))
    }
}

/// Another size of pictures.
#[derive(Deserialize)]
struct Resize {
    size: Option<[usize; 2]>,
    scale_factor: Option<[f64; 2]>,
    mode: Option<String>,
    align_corners: Option<bool>,
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
fn max_pool2d_equals_pytorch_with_ties_padding_gaps_and_ceil_mode() {
    check_with("max_pool2d", |x, options: &Options| x[0].max_pool2d(options.pool()));
}

#[test]
fn avg_pool2d_equals_pytorch_with_padding_counted_or_not_and_ceil_mode() {
    check_with("avg_pool2d", |x, options: &Options| x[0].avg_pool2d(options.pool()));
}

fn adaptive_avg_pool2d<'g>(x: &[Tensor<'g>], options: &Resize) -> Tensor<'g> {
    x[0].adaptive_avg_pool2d(options.size.unwrap())
}

fn interpolate<'g>(x: &[Tensor<'g>], options: &Resize) -> Tensor<'g> {
    let size = match (options.size, options.scale_factor) {
        (Some(size), _) => Size::Pixels(size),
        (None, factor) => Size::ScaleFactor(factor.unwrap()),
    };
    let mode = match (options.mode.as_deref(), options.align_corners) {
        (Some("nearest"), None) => Interpolation::Nearest,
        (mode, corners) => {
            assert_eq!(mode, Some("bilinear"));
            Interpolation::Bilinear { align_corners: corners.unwrap() }
        }
    };
    x[0].interpolate(size, mode)
}

#[test]
fn adaptive_pools_equal_pytorch_where_regions_overlap_too() {
    check_with("adaptive_avg_pool2d", adaptive_avg_pool2d);
    check_with("adaptive_max_pool2d", |x, options: &Resize| x[0].adaptive_max_pool2d(options.size.unwrap()));
}

#[test]
fn interpolate_equals_pytorch_by_size_and_by_factor_nearest_and_bilinear() {
    check_with("interpolate", interpolate);
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice_with("conv2d", conv2d);
    check_twice_with("conv_transpose2d", conv_transpose2d);
    check_twice_with("avg_pool2d", |x, options: &Options| x[0].tanh().avg_pool2d(options.pool()));
    check_twice_with("interpolate", |x, options: &Resize| interpolate(&[x[0].tanh()], options));
}
