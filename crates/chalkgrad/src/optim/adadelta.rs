//! Adadelta: steps as large as past steps were, relative to past gradients (Zeiler 2012).

use super::Rates;
use super::rule::{Flat, Rule};
use crate::Tensor;

/// `torch.optim.Adadelta`.
///
/// ```
/// use chalkgrad::optim::Adadelta;
///
/// // torch.optim.Adadelta(parameters)
/// let rule = Adadelta::default();
/// assert_eq!((rule.learning_rate, rule.rho), (1.0, 0.9));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adadelta {
    /// The rate before any schedule; PyTorch's `lr`.
    pub learning_rate: f64,
    /// How slowly the two mean squares forget.
    pub rho: f64,
    /// Added to a denominator; PyTorch's `eps`.
    pub epsilon: f64,
    /// How strongly parameters are pulled towards 0.
    pub weight_decay: f64,
}

impl Default for Adadelta {
    fn default() -> Self {
        Self { learning_rate: 1.0, rho: 0.9, epsilon: 1e-6, weight_decay: 0.0 }
    }
}

impl Adadelta {
    /// PyTorch's defaults at this rate.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, ..Self::default() }
    }
}

impl Rule for Adadelta {
    fn name(&self) -> &'static str {
        "Adadelta"
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn states(&self) -> Vec<f32> {
        vec![0.0; 2] // the mean squares of gradients and of steps
    }

    fn scalars(&self, _count: f64, rates: Rates) -> Vec<(&'static str, f64)> {
        vec![
            ("learning_rate", rates.learning_rate),
            ("rho", self.rho),
            ("one_minus_rho", 1.0 - self.rho),
            ("epsilon", self.epsilon),
            ("weight_decay", self.weight_decay),
        ]
    }

    fn update<'g>(&self, flat: &Flat<'g>) -> (Tensor<'g>, Vec<Tensor<'g>>) {
        let (rho, rest, epsilon) = (flat.scalar("rho"), flat.scalar("one_minus_rho"), flat.scalar("epsilon"));
        let g = flat.decayed_gradients();
        let squares = rho * flat.states[0] + rest * g * g;
        let delta = (flat.states[1] + epsilon).sqrt() / (squares + epsilon).sqrt() * g;
        let deltas = rho * flat.states[1] + rest * delta * delta;
        (flat.step(flat.parameters, "learning_rate", delta), vec![squares, deltas])
    }
}
