//! How parameters begin.

use super::scope::{Parameter, Role};
use crate::random::Stream;

/// A rule that gives every parameter its first values, from a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Initialization {
    /// PyTorch's defaults for `Conv2d` and `Linear`: weight and bias uniform within `±1/√fan_in` (for the weight that is
    /// Kaiming uniform with `a = √5`, He et al. 2015).
    #[default]
    PyTorch,
    /// ConvNetJS's: weights `N(0, 1/fan_in)`, biases 0.1 before a ReLU and 0 elsewhere.
    ConvNetJs,
}

impl Initialization {
    /// The first values of the network's parameter number `index`. Every number is a function of (seed, index, place).
    pub fn values(self, parameter: &Parameter, seed: u64, index: usize) -> Vec<f32> {
        let stream = Stream::new(seed, index as u64);
        let fan_in = parameter.fan_in.max(1) as f32;
        let value = |place: u64| match (self, parameter.role) {
            (Self::PyTorch, _) => (2.0 * stream.uniform(place) - 1.0) / fan_in.sqrt(),
            (Self::ConvNetJs, Role::Weight) => stream.normal(place) / fan_in.sqrt(),
            (Self::ConvNetJs, Role::Bias) if parameter.feeds_relu => 0.1,
            (Self::ConvNetJs, Role::Bias) => 0.0,
        };
        (0..parameter.shape.elements() as u64).map(value).collect()
    }
}
