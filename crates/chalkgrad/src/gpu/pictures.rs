//! The dispatches of convolutions and pools.

use super::kernels::{BUSY, Maker, truth, wgsl, words};
use super::pipeline::Dispatch;
use crate::Result;
use crate::op::Window;

pub(super) const CONV2D: &str = wgsl!("conv2d.wgsl");
pub(super) const CONV2D_WEIGHT_GRADIENT: &str = wgsl!("conv2d_weight_gradient.wgsl");
pub(super) const MAX_POOL2D: &str =
    wgsl!("shared/functions.wgsl", "shared/pool.wgsl", "shared/largest.wgsl", "max_pool2d.wgsl");
pub(super) const MAX_POOL2D_GRADIENT: &str =
    wgsl!("shared/functions.wgsl", "shared/pool.wgsl", "shared/largest.wgsl", "max_pool2d_gradient.wgsl");
pub(super) const AVG_POOL2D: &str = wgsl!("shared/pool.wgsl", "avg_pool2d.wgsl");
pub(super) const AVG_POOL2D_GRADIENT: &str = wgsl!("shared/pool.wgsl", "avg_pool2d_gradient.wgsl");

/// What the correlations of `conv2d` and of its input gradient are told.
struct Correlation {
    kernel: [usize; 2],
    dilation: [usize; 2],
    stride: [usize; 2],
    padding: [i64; 2],
    /// Distance between the picture's pixels.
    stretch: [usize; 2],
    groups: usize,
    /// Strides of the weight along the channels that are written and read.
    weight_strides: [usize; 2],
    turned: bool,
}

impl Maker<'_> {
    pub(super) fn conv2d(self, x: &[usize], y: &[usize], window: Window, groups: usize) -> Result<Vec<Dispatch>> {
        let Window { kernel, stride, padding, dilation } = window;
        let taps = kernel[0] * kernel[1];
        let weight_strides = [x[1] / groups * taps, taps];
        let padding = padding.map(|padding| padding as i64);
        let stretch = [1, 1];
        let correlation =
            Correlation { kernel, dilation, stride, padding, stretch, groups, weight_strides, turned: false };
        self.correlate(x, y, &correlation)
    }

    /// A correlation too: of the output gradient, stretched by the stride, with the filters turned round.
    pub(super) fn conv2d_input_gradient(
        self,
        gradient: &[usize],
        images: &[usize],
        window: Window,
        groups: usize,
    ) -> Result<Vec<Dispatch>> {
        let Window { kernel, dilation, .. } = window;
        let taps = kernel[0] * kernel[1];
        let weight_strides = [taps, images[1] / groups * taps];
        let padding = [0, 1].map(|axis| window.extent()[axis] as i64 - 1 - window.padding[axis] as i64);
        let (stride, stretch) = ([1, 1], window.stride);
        let correlation =
            Correlation { kernel, dilation, stride, padding, stretch, groups, weight_strides, turned: true };
        self.correlate(gradient, images, &correlation)
    }

    fn correlate(self, x: &[usize], y: &[usize], correlation: &Correlation) -> Result<Vec<Dispatch>> {
        let Correlation { kernel, dilation, stride, padding, stretch, groups, weight_strides, turned } = correlation;
        let group_filters = y[1] / groups;
        let group_weight = x[1] / groups * group_filters * kernel[0] * kernel[1];
        let mut uniform = words(&[x, &y[1..], kernel, stride]);
        uniform.extend(padding.map(|padding| padding as i32 as u32));
        uniform.extend(words(&[
            stretch,
            &[group_weight],
            weight_strides,
            &[*groups],
            dilation,
            &[usize::from(*turned)],
        ]));
        let rows = y[0] * groups * group_filters.div_ceil(4) * y[2];
        let wide = y[3] > 4 && (self.gpu.is_software() || rows * y[3].div_ceil(8) >= BUSY);
        let threads = rows * y[3].div_ceil(if wide { 8 } else { 4 });
        let mut dispatch = self.dispatch(CONV2D, uniform, self.all_bindings(), threads);
        let sliding = stride[1] == 1 && stretch[1] == 1 && dilation[1] == 1;
        let lone = group_filters == 1;
        dispatch.constants = vec![("sliding", truth(sliding)), ("wide", truth(wide)), ("lone", truth(lone))];
        Ok(vec![dispatch])
    }

    pub(super) fn conv2d_weight_gradient(
        self,
        x: &[usize],
        gradient: &[usize],
        window: Window,
        groups: usize,
    ) -> Result<Vec<Dispatch>> {
        let Window { kernel, stride, padding, dilation } = window;
        let taps = kernel[1].min(8);
        let filter_rows = x[1] / groups * kernel[0];
        let tiles = groups * (gradient[1] / groups).div_ceil(4) * filter_rows * kernel[1].div_ceil(taps);
        // Slices are of whole rows; each has as many steps as a row has columns.
        let slices = self.slices(tiles, x[0] * gradient[2] * gradient[3]).min(x[0] * gradient[2]).max(1);
        let uniform = words(&[x, &gradient[1..], &kernel, &stride, &padding, &dilation, &[groups, slices]]);
        let first = |this: &Self, sums| {
            let bindings = vec![this.inputs[0].clone(), this.inputs[1].clone(), sums];
            let mut dispatch = this.dispatch(CONV2D_WEIGHT_GRADIENT, uniform, bindings, tiles * slices);
            let sliding = stride[1] == 1 && dilation[1] == 1;
            dispatch.constants = vec![("taps", taps as f64), ("sliding", truth(sliding))];
            dispatch
        };
        self.summed(first, slices, gradient[1] * filter_rows * kernel[1])
    }

    pub(super) fn max_pool2d(self, images: &[usize], pooled: &[usize], window: Window) -> Result<Vec<Dispatch>> {
        self.pool(MAX_POOL2D, images, pooled, window, false)
    }

    pub(super) fn max_pool2d_gradient(
        self,
        images: &[usize],
        gradient: &[usize],
        window: Window,
    ) -> Result<Vec<Dispatch>> {
        let apart = (0..2).all(|axis| window.stride[axis] >= window.kernel[axis]);
        let mut dispatches = self.pool(MAX_POOL2D_GRADIENT, images, gradient, window, !apart)?;
        dispatches[0].constants = vec![("apart", truth(apart))];
        Ok(dispatches)
    }

    pub(super) fn avg_pool2d(self, images: &[usize], pooled: &[usize], window: Window) -> Result<Vec<Dispatch>> {
        self.pool(AVG_POOL2D, images, pooled, window, false)
    }

    pub(super) fn avg_pool2d_gradient(
        self,
        images: &[usize],
        gradient: &[usize],
        window: Window,
    ) -> Result<Vec<Dispatch>> {
        self.pool(AVG_POOL2D_GRADIENT, images, gradient, window, true)
    }

    /// A thread for each output element, or, for gradients, for each pixel.
    fn pool(
        self,
        source: &str,
        images: &[usize],
        pooled: &[usize],
        window: Window,
        per_pixel: bool,
    ) -> Result<Vec<Dispatch>> {
        let planes = images[0] * images[1];
        let sizes = [&images[2..], &pooled[2..], &window.kernel, &window.stride, &window.padding];
        let mut uniform = vec![planes as u32];
        uniform.extend(words(&sizes));
        let threads = planes * if per_pixel { images[2] * images[3] } else { pooled[2] * pooled[3] };
        Ok(vec![self.dispatch(source, uniform, self.all_bindings(), threads)])
    }
}
