//! Convolutions.

use std::fmt;

use super::pair;
use crate::Tensor;
use crate::nn::{Init, Module, Role, Scope};
use crate::op::Window;

/// 2-D convolution, `torch.nn.Conv2d`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conv2d {
    pub in_channels: usize,
    pub out_channels: usize,
    pub window: Window,
    pub bias: bool,
}

impl Conv2d {
    /// A square kernel, stride 1, no padding, with bias.
    pub fn new(in_channels: usize, out_channels: usize, kernel: usize) -> Self {
        Self { in_channels, out_channels, window: Window::square(kernel), bias: true }
    }

    /// The same with padding on all four sides.
    pub fn padding(self, padding: usize) -> Self {
        Self { window: self.window.padding(padding), ..self }
    }

    /// The same with this stride.
    pub fn stride(self, stride: usize) -> Self {
        Self { window: self.window.stride(stride), ..self }
    }
}

impl Module for Conv2d {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let [height, width] = self.window.kernel;
        let fan_in = self.in_channels.saturating_mul(height).saturating_mul(width);
        let weight = [self.out_channels, self.in_channels, height, width];
        let weight = scope.parameter("weight", Role::Weight, weight, Init::fan_in(fan_in));
        let bias = self.bias.then(|| scope.parameter("bias", Role::Bias, [self.out_channels], Init::fan_in(fan_in)));
        input.conv2d(weight, bias, self.window)
    }
}

impl fmt::Display for Conv2d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Window { kernel, stride, padding, .. } = self.window;

        write!(f, "Conv2d({}, {}, kernel_size={}", self.in_channels, self.out_channels, pair(kernel))?;
        write!(f, ", stride={}", pair(stride))?;
        if padding != [0, 0] {
            write!(f, ", padding={}", pair(padding))?;
        }
        f.write_str(if self.bias { ")" } else { ", bias=False)" })
    }
}
