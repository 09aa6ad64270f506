//! What scales an initialisation: how many numbers a sum runs over, and what the nonlinearity after it does to variance.

use crate::Shape;

/// Over which pass the variance is kept.
///
/// ```
/// use chalkgrad::nn::{Fan, Init, Nonlinearity};
///
/// // nn.init.kaiming_uniform_(weight, mode='fan_out', nonlinearity='relu')
/// let init = Init::kaiming_uniform(0.0, Fan::Out, Nonlinearity::ReLU);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fan {
    /// `fan_in`, the forward pass: each output of a weight `[out, in, …]` sums over `in × …` numbers.
    #[default]
    In,
    /// `fan_out`, the backward pass: each gradient sums over `out × …` numbers.
    Out,
}

impl Fan {
    /// How many numbers a sum runs over; 1 where a shape has no fan.
    pub(super) fn of(self, shape: &Shape) -> f64 {
        let dims = shape.dims();
        let channels = match self {
            Self::In => dims.get(1),
            Self::Out => dims.first(),
        };
        dims.iter().skip(2).chain(channels).map(|&dim| dim as f64).product()
    }
}

/// What follows a layer, as `torch.nn.init.calculate_gain` knows it.
///
/// ```
/// use chalkgrad::nn::Nonlinearity;
///
/// assert_eq!(Nonlinearity::Tanh.gain(None), 5.0 / 3.0);
/// assert_eq!(Nonlinearity::LeakyReLU.gain(Some(1.0)), 1.0, "which is no leak but a line");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Nonlinearity {
    /// Nothing; PyTorch's `linear` and `conv1d` to `conv_transpose3d`.
    Linear,
    /// The logistic function.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `max(0, x)`
    ReLU,
    /// `max(0, x) + slope × min(0, x)`
    LeakyReLU,
    /// `torch.nn.SELU`.
    SELU,
}

impl Nonlinearity {
    /// `torch.nn.init.calculate_gain`. The parameter is a leaky ReLU's slope below zero, 0.01 unless it is given; the others
    /// have none.
    pub fn gain(self, parameter: Option<f64>) -> f64 {
        match self {
            Self::Linear | Self::Sigmoid => 1.0,
            Self::Tanh => 5.0 / 3.0,
            Self::ReLU => std::f64::consts::SQRT_2,
            Self::LeakyReLU => (2.0 / (1.0 + parameter.unwrap_or(0.01).powi(2))).sqrt(),
            Self::SELU => 3.0 / 4.0,
        }
    }
}
