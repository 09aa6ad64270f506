//! What is done to pictures `[N, C, H, W]`: convolutions, pools and other sizes.

use super::Tensor;
use crate::op::{Interpolation, Op, Pool, Resampling, Size, Window};

impl Tensor<'_> {
    /// Images `[N, C, H, W]`, weight `[O, C, kh, kw]`, bias `[O]` to `[N, O, H', W']`.
    pub fn conv2d(self, weight: Self, bias: Option<Self>, window: Window) -> Self {
        self.conv2d_grouped(weight, bias, window, 1)
    }

    /// [`conv2d`](Self::conv2d) of `groups` groups of channels, each with its own filters: weight `[O, C / groups, kh, kw]`,
    /// both `C` and `O` divisible by `groups`. With as many groups as channels it is depthwise.
    pub fn conv2d_grouped(self, weight: Self, bias: Option<Self>, window: Window, groups: usize) -> Self {
        self.graph.apply(Op::Conv2d { window, groups }, &[self, weight]).plus_channels("conv2d", bias)
    }

    /// The convolution backwards, which makes small pictures larger: what multiplies by the transpose of
    /// [`conv2d_grouped`](Self::conv2d_grouped)'s matrix. Images `[N, C, H, W]`, weight `[C, O / groups, kh, kw]`, bias `[O]`
    /// to `[N, O, H', W']`, where `H' = (H − 1) stride − 2 padding + dilation (kh − 1) + 1 + output_padding`.
    ///
    /// The output padding, [height, width], is smaller than the stride or the dilation.
    pub fn conv_transpose2d(
        self,
        weight: Self,
        bias: Option<Self>,
        window: Window,
        output_padding: [usize; 2],
        groups: usize,
    ) -> Self {
        let output = self.size().and_then(|size| window.transposed_output(size, output_padding));
        // A convolution leaves out less than its stride; whole strides of output padding are rows of zeros that come in.
        let strides = [0, 1].map(|axis| output_padding[axis].checked_div(window.stride[axis]).unwrap_or(0));
        let images = if output.is_ok() { self.pad(&strides.map(|more| [0, more]), 0.0) } else { self };
        let op = output.map(|input| Op::Conv2dInputGradient { window, groups, input });
        let name = "conv_transpose2d";
        self.graph.apply_for(name, &[self, weight], op, &[images, weight]).plus_channels(name, bias)
    }

    /// The largest of each window, which may have gaps: `[N, C, H, W]` to `[N, C, H', W']`. Padding never wins, a NaN always does.
    pub fn max_pool2d(self, pool: impl Into<Pool>) -> Self {
        self.graph.apply(Op::MaxPool2d(pool.into()), &[self])
    }

    /// The mean of each window: `[N, C, H, W]` to `[N, C, H', W']`. Padding counts as zeros unless the [`Pool`] says otherwise.
    pub fn avg_pool2d(self, pool: impl Into<Pool>) -> Self {
        self.graph.apply(Op::AvgPool2d(pool.into()), &[self])
    }

    /// The means of as many regions as `output` says, [height, width]: `[N, C, H, W]` to `[N, C, height, width]` for pictures
    /// of any size. Regions of rows `⌊i H / height⌋` up to `⌈(i + 1) H / height⌉`, columns alike.
    pub fn adaptive_avg_pool2d(self, output: [usize; 2]) -> Self {
        self.resample("adaptive_avg_pool2d", |input| Ok([0, 1].map(|axis| Resampling::mean(input[axis], output[axis]))))
    }

    /// The largest of each of as many regions, which are [`adaptive_avg_pool2d`](Self::adaptive_avg_pool2d)'s.
    pub fn adaptive_max_pool2d(self, output: [usize; 2]) -> Self {
        // Each region as a window of its own, all of one size: where a region is smaller, its last rows and columns come again.
        let apart = self.resample("adaptive_max_pool2d", |input| {
            Ok([0, 1].map(|axis| Resampling::regions(input[axis], output[axis])))
        });
        let Ok([height, width]) = apart.size() else { return apart };
        let kernel = [height / output[0], width / output[1]];
        apart.max_pool2d(Window { kernel, stride: kernel, ..Window::square(1) })
    }

    /// The pictures in another size: `[N, C, H, W]` to `[N, C, H', W']`.
    pub fn interpolate(self, size: Size, mode: Interpolation) -> Self {
        self.resample("interpolate", |input| Resampling::interpolation(input, size, mode))
    }

    fn resample(
        self,
        operation: &'static str,
        axes: impl FnOnce([usize; 2]) -> Result<[Resampling; 2], String>,
    ) -> Self {
        let axes = self.size().and_then(axes);
        if axes.as_ref().is_ok_and(|axes| axes.iter().all(Resampling::changes_nothing)) {
            return self;
        }
        let op = axes.map(|[rows, columns]| Op::Resample { rows, columns, transposed: false });
        self.graph.apply_as(operation, op, &[self])
    }

    /// Height and width of pictures.
    fn size(self) -> Result<[usize; 2], String> {
        match *self.shape().dims() {
            [_, _, height, width] => Ok([height, width]),
            _ => Err("it takes pictures of shape [N, C, H, W]".into()),
        }
    }

    /// A bias `[C]`, one number a channel.
    fn plus_channels(self, operation: &'static str, bias: Option<Self>) -> Self {
        let Some(bias) = bias else { return self };
        let (shape, bias_shape) = (self.shape(), bias.shape());
        let &[channels] = bias_shape.dims() else {
            self.graph.refuse(operation, vec![shape, bias_shape], "the bias must have the shape [out]");
            return self;
        };
        if shape.dims().get(1).is_some_and(|&out| out != channels) {
            let rule = format!("the result has {} channels, the bias is made for {channels}", shape.dims()[1]);
            self.graph.refuse(operation, vec![shape, bias_shape], rule);
            return self;
        }
        self + bias.reshape([1, channels, 1, 1])
    }
}
