//! The dispatches of convolutions, pools and resampling.

use super::buffer::bytes;
use super::kernels::{Maker, truth, words};
use super::pipeline::{Binding, Dispatch};
use super::source::wgsl;
use crate::op::{Pool, Table, Window};
use crate::tiles::BUSY;
use crate::{Pixels, Result};

pub(super) const CONV2D: &str = wgsl!("conv2d.wgsl");
pub(super) const CONV2D_WEIGHT_GRADIENT: &str = wgsl!("conv2d_weight_gradient.wgsl");
pub(super) const MAX_POOL2D: &str =
    wgsl!("shared/functions.wgsl", "shared/pool.wgsl", "shared/largest.wgsl", "max_pool2d.wgsl");
pub(super) const MAX_POOL2D_GRADIENT: &str =
    wgsl!("shared/functions.wgsl", "shared/pool.wgsl", "shared/largest.wgsl", "max_pool2d_gradient.wgsl");
pub(super) const AVG_POOL2D: &str = wgsl!("shared/pool.wgsl", "avg_pool2d.wgsl");
pub(super) const AVG_POOL2D_GRADIENT: &str = wgsl!("shared/pool.wgsl", "avg_pool2d_gradient.wgsl");
pub(super) const RESAMPLE: &str = wgsl!("resample.wgsl");

/// What the correlations of `conv2d` and of its input gradient are told.
pub(super) struct Correlation {
    pub(super) kernel: [usize; 2],
    pub(super) dilation: [usize; 2],
    pub(super) stride: [usize; 2],
    pub(super) padding: [i64; 2],
    /// Distance between the picture's pixels.
    pub(super) stretch: [usize; 2],
    pub(super) groups: usize,
    /// Strides of the weight along the channels that are written and read.
    pub(super) weight_strides: [usize; 2],
    pub(super) turned: bool,
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
        let apart = [0, 1].map(|axis| stride[axis].max(stretch[axis]));
        if self.writes_out(*kernel, apart, *dilation) {
            return self.correlate_unrolled(x, y, correlation);
        }
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
        let wide = y[3] > 4
            && match self.tiles().pixels {
                Pixels::Four => false,
                Pixels::FourOrEight => rows * y[3].div_ceil(8) >= BUSY,
                Pixels::Eight | Pixels::Unrolled => true,
            };
        let threads = rows * y[3].div_ceil(if wide { 8 } else { 4 });
        let mut dispatch = self.dispatch(CONV2D, uniform, self.all_bindings(), threads);
        let sliding = stride[1] == 1 && *stretch == [1, 1] && dilation[1] == 1;
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
        if self.writes_out(kernel, stride, dilation) {
            return self.weight_gradient_unrolled(x, gradient, window, groups);
        }
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

    pub(super) fn max_pool2d(self, images: &[usize], pooled: &[usize], pool: &Pool) -> Result<Vec<Dispatch>> {
        self.pool(MAX_POOL2D, images, pooled, pool, false)
    }

    pub(super) fn max_pool2d_gradient(
        self,
        images: &[usize],
        gradient: &[usize],
        pool: &Pool,
    ) -> Result<Vec<Dispatch>> {
        let extent = pool.window.extent();
        let apart = (0..2).all(|axis| pool.window.stride[axis] >= extent[axis]);
        let mut dispatches = self.pool(MAX_POOL2D_GRADIENT, images, gradient, pool, !apart)?;
        dispatches[0].constants.push(("apart", truth(apart)));
        Ok(dispatches)
    }

    pub(super) fn avg_pool2d(self, images: &[usize], pooled: &[usize], pool: &Pool) -> Result<Vec<Dispatch>> {
        self.pool(AVG_POOL2D, images, pooled, pool, false)
    }

    pub(super) fn avg_pool2d_gradient(
        self,
        images: &[usize],
        gradient: &[usize],
        pool: &Pool,
    ) -> Result<Vec<Dispatch>> {
        self.pool(AVG_POOL2D_GRADIENT, images, gradient, pool, true)
    }

    /// A thread for each output element, or, for gradients, for each pixel.
    fn pool(
        self,
        source: &str,
        images: &[usize],
        pooled: &[usize],
        pool: &Pool,
        per_pixel: bool,
    ) -> Result<Vec<Dispatch>> {
        let planes = images[0] * images[1];
        let Window { kernel, stride, padding, dilation } = pool.window;
        let count = [usize::from(pool.count_include_pad)];
        let uniform = words(&[&[planes], &images[2..], &pooled[2..], &kernel, &stride, &padding, &dilation, &count]);
        let threads = planes * if per_pixel { images[2] * images[3] } else { pooled[2] * pooled[3] };
        let mut dispatch = self.dispatch(source, uniform, self.all_bindings(), threads);
        dispatch.constants = vec![("bare", truth(padding == [0; 2]))];
        Ok(vec![dispatch])
    }

    /// A thread for each output element; the table goes to the device once.
    pub(super) fn resample(self, x: &[usize], y: &[usize], [rows, columns]: [Table; 2]) -> Result<Vec<Dispatch>> {
        let starts = rows.starts.len() + columns.starts.len();
        let begin = |first: usize| move |start: &usize| (starts + 2 * (first + start)) as u32;
        let mut table: Vec<u32> = rows.starts.iter().map(begin(0)).collect();
        table.extend(columns.starts.iter().map(begin(rows.taps.len())));
        let taps = rows.taps.iter().chain(&columns.taps);
        table.extend(taps.flat_map(|&(place, weight)| [place as u32, (weight as f32).to_bits()]));
        let buffer = self.gpu.allocate(table.len(), "the weights of a resampling")?;
        self.gpu.write_words(&buffer, &table);
        let planes = x[0] * x[1];
        let uniform = words(&[&[planes], &x[2..], &y[2..]]);
        let mut bindings = self.all_bindings();
        bindings.insert(1, Binding { offset: 0, size: bytes(table.len()), buffer });
        Ok(vec![self.dispatch(RESAMPLE, uniform, bindings, planes * y[2] * y[3])])
    }
}
