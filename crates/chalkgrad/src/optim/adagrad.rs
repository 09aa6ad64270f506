//! Adagrad: each parameter's rate shrinks with all the gradients that it has seen (Duchi, Hazan and Singer 2011).

use super::Rates;
use super::rule::{Flat, Rule};
use crate::Tensor;

/// `torch.optim.Adagrad`.
///
/// ```
/// use chalkgrad::optim::Adagrad;
///
/// // torch.optim.Adagrad(parameters, lr=0.01, initial_accumulator_value=0.1)
/// let rule = Adagrad { initial_accumulator_value: 0.1, ..Adagrad::new(0.01) };
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adagrad {
    /// The rate before any schedule; PyTorch's `lr`.
    pub learning_rate: f64,
    /// PyTorch's `lr_decay`: step number t, counted from 0, goes at the rate `learning_rate / (1 + t · learning_rate_decay)`.
    pub learning_rate_decay: f64,
    /// How strongly parameters are pulled towards 0.
    pub weight_decay: f64,
    /// What the sum of squares begins with.
    pub initial_accumulator_value: f64,
    /// Added to a denominator; PyTorch's `eps`.
    pub epsilon: f64,
}

impl Default for Adagrad {
    fn default() -> Self {
        Self {
            learning_rate: 1e-2,
            learning_rate_decay: 0.0,
            weight_decay: 0.0,
            initial_accumulator_value: 0.0,
            epsilon: 1e-10,
        }
    }
}

impl Adagrad {
    /// PyTorch's defaults at this rate.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, ..Self::default() }
    }
}

impl Rule for Adagrad {
    fn name(&self) -> &'static str {
        "Adagrad"
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn states(&self) -> Vec<f32> {
        vec![self.initial_accumulator_value as f32] // the sum of squares
    }

    fn scalars(&self, count: f64, rates: Rates) -> Vec<(&'static str, f64)> {
        vec![
            ("learning_rate", rates.learning_rate / (1.0 + (count - 1.0) * self.learning_rate_decay)),
            ("weight_decay", self.weight_decay),
            ("epsilon", self.epsilon),
        ]
    }

    fn update<'g>(&self, flat: &Flat<'g>) -> (Tensor<'g>, Vec<Tensor<'g>>) {
        let g = flat.decayed_gradients();
        let squares = flat.states[0] + g * g;
        let direction = g / (squares.sqrt() + flat.scalar("epsilon"));
        (flat.step(flat.parameters, "learning_rate", direction), vec![squares])
    }
}
