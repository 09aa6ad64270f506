//! Stochastic gradient descent, with momentum (Polyak 1964) and Nesterov's look ahead (Sutskever et al. 2013).

use super::Rates;
use super::rule::{Flat, Rule};
use crate::Tensor;

/// `torch.optim.SGD`.
///
/// ```
/// use chalkgrad::optim::SGD;
///
/// // torch.optim.SGD(parameters, lr=0.1, momentum=0.9, nesterov=True)
/// let rule = SGD { momentum: 0.9, nesterov: true, ..SGD::new(0.1) };
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SGD {
    /// The rate before any schedule; PyTorch's `lr`.
    pub learning_rate: f64,
    /// How much of the last velocity stays in the next.
    pub momentum: f64,
    /// How much of the gradient is kept out of the velocity.
    pub dampening: f64,
    /// Whether it looks ahead along the velocity.
    pub nesterov: bool,
    /// How strongly parameters are pulled towards 0.
    pub weight_decay: f64,
}

impl Default for SGD {
    fn default() -> Self {
        Self { learning_rate: 1e-3, momentum: 0.0, dampening: 0.0, nesterov: false, weight_decay: 0.0 }
    }
}

impl SGD {
    /// PyTorch's defaults at this rate.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, ..Self::default() }
    }
}

impl Rule for SGD {
    fn name(&self) -> &'static str {
        "SGD"
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn states(&self) -> Vec<f32> {
        vec![0.0] // the velocity
    }

    fn scalars(&self, count: f64, rates: Rates) -> Vec<(&'static str, f64)> {
        let momentum = rates.momentum.unwrap_or(self.momentum);
        // PyTorch's velocity begins as the whole gradient, and without momentum it is the gradient.
        let undamped = count == 1.0 || momentum == 0.0;
        vec![
            ("learning_rate", rates.learning_rate),
            ("momentum", momentum),
            ("gradient_share", if undamped { 1.0 } else { 1.0 - self.dampening }),
            ("weight_decay", self.weight_decay),
        ]
    }

    fn update<'g>(&self, flat: &Flat<'g>) -> (Tensor<'g>, Vec<Tensor<'g>>) {
        let g = flat.decayed_gradients();
        let momentum = flat.scalar("momentum");
        let velocity = momentum * flat.states[0] + flat.scalar("gradient_share") * g;
        let direction = if self.nesterov { g + momentum * velocity } else { velocity };
        (flat.step(flat.parameters, "learning_rate", direction), vec![velocity])
    }
}
