//! RMSprop: gradients over the root of their mean square (Hinton's lecture 6e, 2012), centered as Graves 2013 does.

use super::Rates;
use super::rule::{Flat, Rule};
use crate::Tensor;

/// `torch.optim.RMSprop`.
///
/// ```
/// use chalkgrad::optim::RMSprop;
///
/// // torch.optim.RMSprop(parameters, lr=0.01, alpha=0.9, centered=True)
/// let rule = RMSprop { alpha: 0.9, centered: true, ..RMSprop::new(0.01) };
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RMSprop {
    /// The rate before any schedule; PyTorch's `lr`.
    pub learning_rate: f64,
    /// How slowly the mean square forgets.
    pub alpha: f64,
    /// Added to a denominator; PyTorch's `eps`.
    pub epsilon: f64,
    /// How strongly parameters are pulled towards 0.
    pub weight_decay: f64,
    /// How much of the last velocity stays in the next; 0 keeps none.
    pub momentum: f64,
    /// Divides by the gradients' deviation from their mean instead.
    pub centered: bool,
}

impl Default for RMSprop {
    fn default() -> Self {
        Self { learning_rate: 1e-2, alpha: 0.99, epsilon: 1e-8, weight_decay: 0.0, momentum: 0.0, centered: false }
    }
}

impl RMSprop {
    /// PyTorch's defaults at this rate.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, ..Self::default() }
    }
}

impl Rule for RMSprop {
    fn name(&self) -> &'static str {
        "RMSprop"
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn states(&self) -> Vec<f32> {
        // The mean of squares, the velocity, and the mean if centered.
        vec![0.0; if self.centered { 3 } else { 2 }]
    }

    fn scalars(&self, _count: f64, rates: Rates) -> Vec<(&'static str, f64)> {
        vec![
            ("learning_rate", rates.learning_rate),
            ("alpha", self.alpha),
            ("one_minus_alpha", 1.0 - self.alpha),
            ("epsilon", self.epsilon),
            ("momentum", rates.momentum.unwrap_or(self.momentum)),
            ("weight_decay", self.weight_decay),
        ]
    }

    fn update<'g>(&self, flat: &Flat<'g>) -> (Tensor<'g>, Vec<Tensor<'g>>) {
        let (alpha, rest) = (flat.scalar("alpha"), flat.scalar("one_minus_alpha"));
        let g = flat.decayed_gradients();
        let squares = alpha * flat.states[0] + rest * g * g;
        let mean = self.centered.then(|| alpha * flat.states[2] + rest * g);
        let spread = mean.map_or(squares, |mean| squares - mean * mean);
        let scaled = g / (spread.sqrt() + flat.scalar("epsilon"));
        let velocity = flat.scalar("momentum") * flat.states[1] + scaled;
        let states = [squares, velocity].into_iter().chain(mean);
        (flat.step(flat.parameters, "learning_rate", velocity), states.collect())
    }
}
