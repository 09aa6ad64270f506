//! The layers, with PyTorch's names, arguments and defaults. Each prints as PyTorch prints it.

use std::fmt;

use super::Init;
use super::registry::Role;
use super::scope::{Module, Scope};
use crate::op::Window;
use crate::{Shape, Tensor};

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
        let Window { kernel, stride, padding } = self.window;
        let pair = |[height, width]: [usize; 2]| format!("({height}, {width})");
        write!(f, "Conv2d({}, {}, kernel_size={}", self.in_channels, self.out_channels, pair(kernel))?;
        write!(f, ", stride={}", pair(stride))?;
        if padding != [0, 0] {
            write!(f, ", padding={}", pair(padding))?;
        }
        f.write_str(if self.bias { ")" } else { ", bias=False)" })
    }
}

/// Fully connected layer, `torch.nn.Linear`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linear {
    pub in_features: usize,
    pub out_features: usize,
    pub bias: bool,
}

impl Linear {
    /// With bias.
    pub fn new(in_features: usize, out_features: usize) -> Self {
        Self { in_features, out_features, bias: true }
    }
}

impl Module for Linear {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let weight = [self.out_features, self.in_features];
        let init = Init::fan_in(self.in_features);
        let weight = scope.parameter("weight", Role::Weight, weight, init);
        let bias = self.bias.then(|| scope.parameter("bias", Role::Bias, [self.out_features], init));
        let shape = input.shape();
        match shape.dims() {
            [_, features] if *features == self.in_features => {}
            [_, features] => {
                let rule = format!("it takes {} features an example, but {features} arrive", self.in_features);
                scope.graph().refuse("linear", vec![shape, weight.shape()], rule);
            }
            _ => scope.graph().refuse("linear", vec![shape], "it takes [N, features]: put nn.Flatten() before it"),
        }
        input.linear(weight, bias)
    }
}

impl fmt::Display for Linear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bias = if self.bias { "True" } else { "False" };
        write!(f, "Linear(in_features={}, out_features={}, bias={bias})", self.in_features, self.out_features)
    }
}

macro_rules! pools {
    ($($(#[$doc:meta])* $name:ident $method:ident),*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            pub window: Window,
        }

        impl $name {
            /// A square window that moves by its own size.
            pub fn new(kernel: usize) -> Self {
                Self { window: Window::square(kernel).stride(kernel) }
            }
        }

        impl Module for $name {
            fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
                input.$method(self.window)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let plain = |[height, width]: [usize; 2]| match height == width {
                    true => height.to_string(),
                    false => format!("({height}, {width})"),
                };
                let Window { kernel, stride, padding } = self.window;
                write!(f, "{}(kernel_size={}, stride={}, padding={})", stringify!($name), plain(kernel), plain(stride), plain(padding))
            }
        }
    )* };
}

pools! {
    /// `torch.nn.MaxPool2d`.
    MaxPool2d max_pool2d,
    /// `torch.nn.AvgPool2d`; padding counts as zeros.
    AvgPool2d avg_pool2d
}

macro_rules! activations {
    ($($(#[$doc:meta])* $name:ident $method:ident),*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;

        impl Module for $name {
            fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
                input.$method()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "()"))
            }
        }
    )* };
}

activations! {
    /// `torch.nn.ReLU`.
    ReLU relu,
    /// `torch.nn.Sigmoid`.
    Sigmoid sigmoid,
    /// `torch.nn.Tanh`.
    Tanh tanh
}

/// `[N, …]` to `[N, features]`, `torch.nn.Flatten`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flatten;

impl Module for Flatten {
    fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let shape = input.shape();
        let [batch, rest @ ..] = shape.dims() else { return input };
        input.reshape([*batch, Shape::from(rest).elements()])
    }
}

impl fmt::Display for Flatten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flatten(start_dim=1, end_dim=-1)")
    }
}

/// Layers one after the other, `torch.nn.Sequential`; paths are `0`, `1`, ….
#[derive(Default)]
pub struct Sequential {
    layers: Vec<Box<dyn Module>>,
}

impl Sequential {
    /// An empty chain.
    pub fn new() -> Self {
        Self::default()
    }

    /// The chain with one more layer.
    pub fn with(mut self, layer: impl Module + 'static) -> Self {
        self.layers.push(Box::new(layer));
        self
    }
}

impl FromIterator<Box<dyn Module>> for Sequential {
    fn from_iter<I: IntoIterator<Item = Box<dyn Module>>>(layers: I) -> Self {
        Self { layers: layers.into_iter().collect() }
    }
}

impl Module for Sequential {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let layers = self.layers.iter().enumerate();
        layers.fold(input, |value, (index, layer)| scope.child(&index.to_string(), layer.as_ref(), value))
    }
}

impl fmt::Display for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sequential(")?;
        for (index, layer) in self.layers.iter().enumerate() {
            let text = layer.to_string().replace('\n', "\n  ");
            write!(f, "\n  ({index}): {text}")?;
        }
        f.write_str(if self.layers.is_empty() { ")" } else { "\n)" })
    }
}
