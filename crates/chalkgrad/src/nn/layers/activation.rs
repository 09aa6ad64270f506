//! Activation functions as layers.

use std::fmt;

use super::{axis, number};
use crate::Tensor;
use crate::nn::{Module, Scope};

macro_rules! activations {
    ($($(#[$doc:meta])* $name:ident $method:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[doc = concat!(
            "\n```\nuse chalkgrad::nn::{Linear, Network, Sequential, ", stringify!($name), "};\n\n",
            "let layers = Sequential::new().with(Linear::new(4, 3)).with(", stringify!($name), ");\n",
            "assert_eq!(Network::new(layers, [4])?.layers()[1].text, \"", stringify!($name), "()\");\n",
            "# Ok::<(), chalkgrad::Error>(())\n```",
        )]
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
    /// `torch.nn.ReLU`: `max(0, x)`.
    ReLU relu,
    /// `torch.nn.ReLU6`: between 0 and 6.
    ReLU6 relu6,
    /// `torch.nn.SELU` (Klambauer et al. 2017).
    SELU selu,
    /// `torch.nn.SiLU`: `x · σ(x)`.
    SiLU silu,
    /// `torch.nn.Mish` (Misra 2019): `x · tanh(softplus(x))`.
    Mish mish,
    /// `torch.nn.Sigmoid`.
    Sigmoid sigmoid,
    /// `torch.nn.Tanh`.
    Tanh tanh,
    /// `sin(x) + max(0, x)`, the lecture's own activation.
    SinReLU sin_relu,
}

/// Activations with numbers to choose, as PyTorch names and prints them.
macro_rules! tuned {
    ($($(#[$doc:meta])* $name:ident $method:ident { $($field:ident = $default:literal),* }),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name {
            $(
                #[doc = concat!("PyTorch's `", stringify!($field), "`.")]
                pub $field: f64,
            )*
        }

        impl Default for $name {
            /// PyTorch's.
            fn default() -> Self {
                Self { $($field: $default),* }
            }
        }

        impl Module for $name {
            fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
                input.$method($(self.$field),*)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let fields = [$(format!("{}={}", stringify!($field), number(self.$field))),*];
                write!(f, "{}({})", stringify!($name), fields.join(", "))
            }
        }
    )* };
}

tuned! {
    /// `torch.nn.LeakyReLU`: `x` where it is positive, `negative_slope · x` elsewhere.
    ///
    /// ```
    /// use chalkgrad::nn::{LeakyReLU, Linear, Network, Sequential};
    ///
    /// let layers = Sequential::new().with(Linear::new(4, 3)).with(LeakyReLU { negative_slope: 0.2 });
    /// assert_eq!(Network::new(layers, [4])?.layers()[1].text, "LeakyReLU(negative_slope=0.2)");
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    LeakyReLU leaky_relu { negative_slope = 0.01 },
    /// `torch.nn.ELU` (Clevert et al. 2016): `alpha · (eˣ − 1)` where `x` is negative.
    ///
    /// ```
    /// use chalkgrad::nn::{ELU, Linear, Network, Sequential};
    ///
    /// let layers = Sequential::new().with(Linear::new(4, 3)).with(ELU::default());
    /// assert_eq!(Network::new(layers, [4])?.layers()[1].text, "ELU(alpha=1.0)");
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    ELU elu { alpha = 1.0 },
    /// `torch.nn.Softplus`: `ln(1 + e^(beta·x)) / beta`, and `x` itself where `beta · x` is above the threshold.
    ///
    /// ```
    /// use chalkgrad::nn::{Linear, Network, Sequential, Softplus};
    ///
    /// let layers = Sequential::new().with(Linear::new(4, 3)).with(Softplus { beta: 2.0, ..Softplus::default() });
    /// assert_eq!(Network::new(layers, [4])?.layers()[1].text, "Softplus(beta=2.0, threshold=20.0)");
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    Softplus softplus { beta = 1.0, threshold = 20.0 },
    /// `torch.nn.Hardtanh`: between two numbers.
    ///
    /// ```
    /// use chalkgrad::nn::{Hardtanh, Linear, Network, Sequential};
    ///
    /// let layers = Sequential::new().with(Linear::new(4, 3)).with(Hardtanh { min_val: 0.0, max_val: 1.0 });
    /// assert_eq!(Network::new(layers, [4])?.layers()[1].text, "Hardtanh(min_val=0.0, max_val=1.0)");
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    Hardtanh hardtanh { min_val = -1.0, max_val = 1.0 },
}

/// `torch.nn.GELU` (Hendrycks and Gimpel 2016): `x · Φ(x)`, exactly or by a hyperbolic tangent.
///
/// ```
/// use chalkgrad::nn::{GELU, Linear, Network, Sequential};
///
/// let layers = Sequential::new().with(Linear::new(4, 3)).with(GELU { tanh: true });
/// assert_eq!(Network::new(layers, [4])?.layers()[1].text, "GELU(approximate='tanh')");
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GELU {
    /// PyTorch's `approximate="tanh"`.
    pub tanh: bool,
}

impl Module for GELU {
    fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        if self.tanh { input.gelu_tanh() } else { input.gelu() }
    }
}

impl fmt::Display for GELU {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GELU(approximate='{}')", if self.tanh { "tanh" } else { "none" })
    }
}

macro_rules! softmaxes {
    ($($(#[$doc:meta])* $name:ident $method:ident),*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name {
            /// The axis, counted from the end where negative.
            pub dim: isize,
        }

        impl Module for $name {
            fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
                let axis = axis(scope, stringify!($method), input, self.dim);
                axis.map_or(input, |axis| input.$method(axis))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(dim={})", stringify!($name), self.dim)
            }
        }
    )* };
}

softmaxes! {
    /// `torch.nn.Softmax`: positive numbers that add up to 1 along an axis.
    ///
    /// ```
    /// use chalkgrad::nn::{Linear, Network, Sequential, Softmax};
    ///
    /// let layers = Sequential::new().with(Linear::new(4, 3)).with(Softmax { dim: 1 });
    /// assert_eq!(Network::new(layers, [4])?.layers()[1].text, "Softmax(dim=1)");
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    Softmax softmax,
    /// `torch.nn.LogSoftmax`: their logarithms.
    ///
    /// ```
    /// use chalkgrad::nn::{Linear, LogSoftmax, Network, Sequential};
    ///
    /// let layers = Sequential::new().with(Linear::new(4, 3)).with(LogSoftmax { dim: -1 });
    /// assert_eq!(Network::new(layers, [4])?.layers()[1].text, "LogSoftmax(dim=-1)");
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    LogSoftmax log_softmax
}
