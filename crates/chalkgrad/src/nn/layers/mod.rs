//! The layers, with PyTorch's names, arguments and defaults. Each prints as PyTorch prints it.

mod activation;
mod container;
mod convolution;
mod linear;
mod normalization;
mod pooling;

pub use activation::{ELU, GELU, Hardtanh, LeakyReLU, ReLU, ReLU6, SELU, SiLU, Sigmoid, SinReLU, Softplus, Tanh};
pub use container::{Flatten, Identity, Sequential};
pub use convolution::{Conv2d, ConvTranspose2d};
pub use linear::Linear;
pub use normalization::{BatchNorm1d, BatchNorm2d, LayerNorm};
pub use pooling::{AvgPool2d, MaxPool2d};

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
