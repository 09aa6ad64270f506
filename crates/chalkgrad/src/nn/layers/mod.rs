//! The layers, with PyTorch's names, arguments and defaults. Each prints as PyTorch prints it.

mod activation;
mod container;
mod convolution;
mod dropout;
mod embedding;
mod linear;
mod normalization;
mod pooling;

pub use activation::{
    ELU, GELU, Hardtanh, LeakyReLU, LogSoftmax, Mish, ReLU, ReLU6, SELU, SiLU, Sigmoid, SinReLU, Softmax, Softplus,
    Tanh,
};
pub use container::{Flatten, Identity, Sequential};
pub use convolution::{Conv2d, ConvTranspose2d};
pub use dropout::{Dropout, Dropout2d};
pub use embedding::Embedding;
pub use linear::Linear;
pub use normalization::{BatchNorm1d, BatchNorm2d, LayerNorm};
pub use pooling::{AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool2d, MaxPool2d, Upsample};

use crate::Tensor;
use crate::nn::Scope;

/// The axis that PyTorch calls `dim`, which counts from the end where it is negative; the graph is poisoned where there is none.
fn axis<'g>(scope: &Scope<'_, 'g>, operation: &'static str, input: Tensor<'g>, dim: isize) -> Option<usize> {
    let shape = input.shape();
    let rank = shape.rank();
    let axis = if dim < 0 { rank.checked_add_signed(dim) } else { usize::try_from(dim).ok() };
    let axis = axis.filter(|&axis| axis < rank);
    if axis.is_none() {
        scope.graph().refuse(operation, vec![shape], format!("there is no axis {dim}"));
    }
    axis
}

/// A boolean as Python prints it.
fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// A number as Python prints it: `0.1`, `2.0`, `1e-05`.
fn number(value: f64) -> String {
    if value == 0.0 || (1e-4..1e16).contains(&value.abs()) {
        return format!("{value:?}");
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, size) = exponent.strip_prefix('-').map_or(("+", exponent), |size| ("-", size));
            format!("{digits}e{sign}{size:0>2}")
        }
        None => text,
    }
}

/// A pair as PyTorch prints it where it always prints both: `(3, 3)`.
fn pair([height, width]: [usize; 2]) -> String {
    format!("({height}, {width})")
}

/// A pair as PyTorch prints it where one number was given for both: `3`.
fn one_or_pair([height, width]: [usize; 2]) -> String {
    if height == width { height.to_string() } else { pair([height, width]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::{Interpolation, Size, Window};

    fn prints(layer: impl std::fmt::Display, text: &str) {
        assert_eq!(layer.to_string(), text);
    }

    #[test]
    fn layers_print_as_pytorch_prints_them() {
        let oblong = Window { kernel: [3, 5], stride: [1, 2], ..Window::square(1) };
        prints(Conv2d::new(3, 16, 5), "Conv2d(3, 16, kernel_size=(5, 5), stride=(1, 1))");
        prints(
            Conv2d::new(3, 6, 3).stride(2).padding(1).dilation(2).groups(3).bias(false),
            "Conv2d(3, 6, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), dilation=(2, 2), groups=3, bias=False)",
        );
        prints(
            Conv2d::new(3, 6, 4).dilation(2).padding(5).same_padding(true),
            "Conv2d(3, 6, kernel_size=(4, 4), stride=(1, 1), padding=same, dilation=(2, 2))",
        );
        prints(Conv2d { window: oblong, ..Conv2d::new(1, 2, 1) }, "Conv2d(1, 2, kernel_size=(3, 5), stride=(1, 2))");
        prints(
            ConvTranspose2d::new(3, 4, 3).stride(2).padding(1).output_padding(1),
            "ConvTranspose2d(3, 4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), output_padding=(1, 1))",
        );
        prints(Linear::new(5, 2), "Linear(in_features=5, out_features=2, bias=True)");
        prints(MaxPool2d::new(2), "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)");
        prints(
            MaxPool2d::new(3).stride(2).padding(1).ceil_mode(true),
            "MaxPool2d(kernel_size=3, stride=2, padding=1, dilation=1, ceil_mode=True)",
        );
        prints(
            MaxPool2d::new(2).dilation(3),
            "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=3, ceil_mode=False)",
        );
        prints(AvgPool2d::new(2).count_include_pad(false), "AvgPool2d(kernel_size=2, stride=2, padding=0)");
        prints(AdaptiveAvgPool2d::new(1), "AdaptiveAvgPool2d(output_size=1)");
        prints(AdaptiveMaxPool2d { output_size: [2, 3] }, "AdaptiveMaxPool2d(output_size=(2, 3))");
        prints(Upsample::new(2.0), "Upsample(scale_factor=2.0, mode='nearest')");
        prints(
            Upsample { size: Size::Pixels([4, 5]), mode: Interpolation::Bilinear { align_corners: true } },
            "Upsample(size=(4, 5), mode='bilinear')",
        );
        prints(
            BatchNorm2d::new(16),
            "BatchNorm2d(16, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
        );
        prints(
            BatchNorm1d { momentum: None, affine: false, track_running_stats: false, ..BatchNorm1d::new(4) },
            "BatchNorm1d(4, eps=1e-05, momentum=None, affine=False, bias=False, track_running_stats=False)",
        );
        prints(LayerNorm::new([64]), "LayerNorm((64,), eps=1e-05, elementwise_affine=True, bias=True)");
        prints(
            LayerNorm { bias: false, ..LayerNorm::new([3, 4]) },
            "LayerNorm((3, 4), eps=1e-05, elementwise_affine=True, bias=False)",
        );
        prints(Dropout::new(0.25), "Dropout(p=0.25, inplace=False)");
        prints(Flatten, "Flatten(start_dim=1, end_dim=-1)");
        prints(Flatten { start_dim: 2, end_dim: 3 }, "Flatten(start_dim=2, end_dim=3)");
        prints(Softmax { dim: 1 }, "Softmax(dim=1)");
        prints(LogSoftmax { dim: -1 }, "LogSoftmax(dim=-1)");
        prints(Embedding::new(10, 3), "Embedding(10, 3)");
        prints(Identity, "Identity()");
        prints(LeakyReLU::default(), "LeakyReLU(negative_slope=0.01)");
        prints(ELU::default(), "ELU(alpha=1.0)");
        prints(GELU::default(), "GELU(approximate='none')");
        prints(Softplus::default(), "Softplus(beta=1.0, threshold=20.0)");
        prints(Hardtanh::default(), "Hardtanh(min_val=-1.0, max_val=1.0)");
    }
}
