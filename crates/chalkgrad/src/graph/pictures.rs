//! What is done to pictures `[N, C, H, W]`: convolutions and pools.

use super::Tensor;
use crate::op::{Op, Window};

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
        let (shape, weight_shape) = (self.shape(), weight.shape());
        let rule = "it takes pictures of shape [N, C, H, W]";
        let size = <[usize; 4]>::try_from(shape.dims()).map_err(|_| rule.to_owned());
        let input = size.and_then(|[_, _, height, width]| window.transposed_output([height, width], output_padding));
        let op = input.map(|input| Op::Conv2dInputGradient { window, groups, input });
        // Asked here already, so that an error names what was called.
        match op.and_then(|op| op.shape(&[&shape, &weight_shape]).map(|_| op)) {
            Ok(op) => self.graph.apply(op, &[self, weight]).plus_channels("conv_transpose2d", bias),
            Err(rule) => {
                self.graph.refuse("conv_transpose2d", vec![shape, weight_shape], rule);
                self.graph.constant(0.0, [])
            }
        }
    }

    /// The largest of each window.
    pub fn max_pool2d(self, window: Window) -> Self {
        self.graph.apply(Op::MaxPool2d(window), &[self])
    }

    /// The mean of each window, padding counted as zero.
    pub fn avg_pool2d(self, window: Window) -> Self {
        self.graph.apply(Op::AvgPool2d(window), &[self])
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
