//! How parameters begin.

use super::registry::{Parameter, Role};
use crate::Shape;
use crate::random::Stream;

/// First values of one parameter, a function of its shape and a stream of random numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// The same number everywhere.
    Constant(f64),
    /// Uniform in `low..high`.
    Uniform { low: f64, high: f64 },
    /// `N(mean, deviation²)`.
    Normal { mean: f64, deviation: f64 },
}

impl Init {
    /// PyTorch's default for the weight and the bias of a layer whose outputs each sum over `fan_in` inputs: uniform within
    /// `±1/√fan_in`. For the weight that is Kaiming uniform with `a = √5` (He et al. 2015).
    pub fn fan_in(fan_in: usize) -> Self {
        let bound = 1.0 / (fan_in.max(1) as f64).sqrt();
        Self::Uniform { low: -bound, high: bound }
    }

    /// The values of a tensor of this shape.
    pub fn values(&self, shape: &Shape, stream: &Stream) -> Vec<f32> {
        let value = |place: u64| match *self {
            Self::Constant(value) => value as f32,
            Self::Uniform { low, high } => (low + (high - low) * f64::from(stream.uniform(place))) as f32,
            Self::Normal { mean, deviation } => (mean + deviation * f64::from(stream.normal(place))) as f32,
        };
        (0..shape.elements() as u64).map(value).collect()
    }
}

/// A rule that gives every parameter of a network its first values, from a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Initialization {
    /// Each layer's own, which are PyTorch's.
    #[default]
    PyTorch,
    /// ConvNetJS's: weights `N(0, 1/fan_in)`, biases 0.1 before a ReLU and 0 elsewhere.
    ConvNetJs,
}

impl Initialization {
    /// The first values of the network's parameter number `index`. Every number is a function of (seed, index, place).
    pub fn values(self, parameter: &Parameter, seed: u64, index: usize) -> Vec<f32> {
        let fan_in: usize = parameter.shape.dims().iter().skip(1).product();
        let init = match (self, parameter.role) {
            (Self::PyTorch, _) | (Self::ConvNetJs, Role::Scale) => parameter.init,
            (Self::ConvNetJs, Role::Weight) => {
                Init::Normal { mean: 0.0, deviation: 1.0 / (fan_in.max(1) as f64).sqrt() }
            }
            (Self::ConvNetJs, Role::Bias) => Init::Constant(if parameter.feeds_relu { 0.1 } else { 0.0 }),
        };
        init.values(&parameter.shape, &Stream::new(seed, index as u64))
    }
}
