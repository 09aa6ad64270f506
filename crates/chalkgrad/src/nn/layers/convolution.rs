//! Convolutions, and the transposed ones that make pictures larger.

use std::fmt;

use super::pair;
use crate::Tensor;
use crate::nn::{Init, Module, Role, Scope};
use crate::op::Window;

macro_rules! builders {
    () => {
        /// The same with this stride.
        pub fn stride(self, stride: usize) -> Self {
            Self { window: self.window.stride(stride), ..self }
        }

        /// The same with padding on all four sides.
        pub fn padding(self, padding: usize) -> Self {
            Self { window: self.window.padding(padding), ..self }
        }

        /// The same with the kernel's places so far apart.
        pub fn dilation(self, dilation: usize) -> Self {
            Self { window: self.window.dilation(dilation), ..self }
        }

        /// The same in this many groups of channels, each with its own filters; both numbers of channels are divisible by it.
        pub fn groups(self, groups: usize) -> Self {
            Self { groups, ..self }
        }

        /// The same with or without a bias.
        pub fn bias(self, bias: bool) -> Self {
            Self { bias, ..self }
        }

        /// Weight `[kernels, shared, height, width]` and bias `[out_channels]`.
        fn filters<'g>(
            &self,
            scope: &Scope<'_, 'g>,
            kernels: usize,
            shared: usize,
        ) -> (Tensor<'g>, Option<Tensor<'g>>) {
            let [height, width] = self.window.kernel;
            // PyTorch takes the second axis for the inputs of a transposed convolution too.
            let init = Init::fan_in(shared.saturating_mul(height).saturating_mul(width));
            let weight = scope.parameter("weight", Role::Weight, [kernels, shared, height, width], init);
            (weight, self.bias.then(|| scope.parameter("bias", Role::Bias, [self.out_channels], init)))
        }

        fn print(
            &self,
            name: &str,
            padding: String,
            output_padding: [usize; 2],
            f: &mut fmt::Formatter<'_>,
        ) -> fmt::Result {
            let Window { kernel, stride, dilation, .. } = self.window;
            write!(f, "{name}({}, {}, kernel_size={}", self.in_channels, self.out_channels, pair(kernel))?;
            write!(f, ", stride={}", pair(stride))?;
            let [dilation, output_padding] = [dilation, output_padding].map(pair);
            for (name, value, default) in [
                ("padding", padding, "(0, 0)"),
                ("dilation", dilation, "(1, 1)"),
                ("output_padding", output_padding, "(0, 0)"),
            ] {
                if value != default {
                    write!(f, ", {name}={value}")?;
                }
            }
            if self.groups != 1 {
                write!(f, ", groups={}", self.groups)?;
            }
            f.write_str(if self.bias { ")" } else { ", bias=False)" })
        }
    };
}

/// 2-D convolution, `torch.nn.Conv2d`: `[N, in, H, W]` to `[N, out, H', W']`.
///
/// ```
/// use chalkgrad::nn::{Conv2d, Network};
///
/// let network = Network::new(Conv2d::new(3, 16, 5).padding(2).stride(2), [3, 32, 32])?;
/// assert_eq!(network.output().dims(), [16, 16, 16]);
/// // nn.Conv2d(16, 16, 3, padding='same', groups=16, bias=False): depthwise.
/// let depthwise = Conv2d::new(16, 16, 3).same_padding(true).groups(16).bias(false);
/// assert_eq!(Network::new(depthwise, [16, 8, 8])?.parameter_count(), 16 * 9);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conv2d {
    /// Channels of what comes in.
    pub in_channels: usize,
    /// Channels of what goes out.
    pub out_channels: usize,
    /// Kernel, stride, padding and dilation.
    pub window: Window,
    /// PyTorch's `padding='same'`: as much padding that pictures keep their size, whatever the window's is. Its stride must be 1.
    pub same_padding: bool,
    /// Channels fall into this many groups, each with its own filters; as many as channels is depthwise.
    pub groups: usize,
    /// Whether a bias is added for each channel.
    pub bias: bool,
}

impl Conv2d {
    /// A square kernel, stride 1, no padding, one group, with bias.
    pub fn new(in_channels: usize, out_channels: usize, kernel: usize) -> Self {
        let window = Window::square(kernel);
        Self { in_channels, out_channels, window, same_padding: false, groups: 1, bias: true }
    }

    /// The same with padding that keeps the size of pictures, or with the window's.
    pub fn same_padding(self, same_padding: bool) -> Self {
        Self { same_padding, ..self }
    }

    builders!();

    /// `None` where the channels do not fall into the groups.
    fn parameters<'g>(&self, scope: &Scope<'_, 'g>) -> Option<(Tensor<'g>, Option<Tensor<'g>>)> {
        Some(self.filters(scope, self.out_channels, per_group(self.in_channels, self.groups)?))
    }

    /// The pictures and the window that keeps their size. Where rows or columns of padding are odd in number, there is one
    /// more below or on the right, as PyTorch does it.
    fn same<'g>(&self, input: Tensor<'g>) -> (Tensor<'g>, Window) {
        let Window { kernel, dilation, .. } = self.window;
        let padding = [0, 1].map(|axis| dilation[axis].saturating_mul(kernel[axis].saturating_sub(1)));
        let more = padding.map(|padding| [0, padding % 2]);
        (input.pad(&more, 0.0), Window { padding: padding.map(|padding| padding / 2), ..self.window })
    }
}

impl Module for Conv2d {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let Some((weight, bias)) = self.parameters(scope) else {
            return refuse(scope, "conv2d", input, [self.in_channels, self.groups]);
        };
        if !self.same_padding {
            return input.conv2d_grouped(weight, bias, self.window, self.groups);
        }
        if self.window.stride != [1; 2] {
            let rule = "padding='same' keeps the size of pictures, and a stride over 1 does not";
            scope.graph().refuse("conv2d", vec![input.shape()], rule);
            return input;
        }
        let (input, window) = self.same(input);
        input.conv2d_grouped(weight, bias, window, self.groups)
    }

    fn register(&self, scope: &Scope<'_, '_>) {
        self.parameters(scope);
    }
}

impl fmt::Display for Conv2d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let padding = if self.same_padding { "same".into() } else { pair(self.window.padding) };
        self.print("Conv2d", padding, [0, 0], f)
    }
}

/// Transposed 2-D convolution, `torch.nn.ConvTranspose2d`: the gradient of a convolution used forward, which makes pictures
/// larger where the stride is over 1.
///
/// ```
/// use chalkgrad::nn::{ConvTranspose2d, Network};
///
/// let twice = ConvTranspose2d::new(8, 4, 3).stride(2).padding(1).output_padding(1);
/// assert_eq!(Network::new(twice, [8, 7, 7])?.output().dims(), [4, 14, 14]);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvTranspose2d {
    /// Channels of what comes in.
    pub in_channels: usize,
    /// Channels of what goes out.
    pub out_channels: usize,
    /// Kernel, stride, padding and dilation.
    pub window: Window,
    /// Rows and columns that are added below and on the right: a stride over 1 leaves the size open.
    pub output_padding: [usize; 2],
    /// Groups of channels, each with its own filters.
    pub groups: usize,
    /// Whether a bias is added for each channel.
    pub bias: bool,
}

impl ConvTranspose2d {
    /// A square kernel, stride 1, no padding, one group, with bias.
    pub fn new(in_channels: usize, out_channels: usize, kernel: usize) -> Self {
        let window = Window::square(kernel);
        Self { in_channels, out_channels, window, output_padding: [0; 2], groups: 1, bias: true }
    }

    /// The same with as many rows and columns added.
    pub fn output_padding(self, output_padding: usize) -> Self {
        Self { output_padding: [output_padding; 2], ..self }
    }

    builders!();

    /// `None` where the channels do not fall into the groups.
    fn parameters<'g>(&self, scope: &Scope<'_, 'g>) -> Option<(Tensor<'g>, Option<Tensor<'g>>)> {
        Some(self.filters(scope, self.in_channels, per_group(self.out_channels, self.groups)?))
    }
}

impl Module for ConvTranspose2d {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let Some((weight, bias)) = self.parameters(scope) else {
            return refuse(scope, "conv_transpose2d", input, [self.out_channels, self.groups]);
        };
        input.conv_transpose2d(weight, bias, self.window, self.output_padding, self.groups)
    }

    fn register(&self, scope: &Scope<'_, '_>) {
        self.parameters(scope);
    }
}

impl fmt::Display for ConvTranspose2d {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print("ConvTranspose2d", pair(self.window.padding), self.output_padding, f)
    }
}

/// Channels of one group, where they can be shared out evenly.
fn per_group(channels: usize, groups: usize) -> Option<usize> {
    (groups > 0 && channels.is_multiple_of(groups)).then(|| channels / groups)
}

fn refuse<'g>(
    scope: &Scope<'_, 'g>,
    operation: &'static str,
    input: Tensor<'g>,
    [channels, groups]: [usize; 2],
) -> Tensor<'g> {
    let rule = format!("{channels} channels do not fall into {groups} groups of one size");
    scope.graph().refuse(operation, vec![input.shape()], rule);
    input
}
