//! Adam (Kingma and Ba 2015), its AMSGrad variant (Reddi, Kale and Kumar 2018), and AdamW, whose decay does not pass through
//! the moments (Loshchilov and Hutter 2019).

use super::Rates;
use super::rule::{Flat, Rule};
use crate::Tensor;

/// `torch.optim.Adam`: weight decay is added to the gradient, as L2 regularisation.
///
/// ```
/// use chalkgrad::optim::Adam;
///
/// // torch.optim.Adam(parameters, lr=3e-4, betas=(0.9, 0.95))
/// let rule = Adam { betas: [0.9, 0.95], ..Adam::new(3e-4) };
/// assert_eq!(rule.weight_decay, 0.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adam {
    /// The rate before any schedule; PyTorch's `lr`.
    pub learning_rate: f64,
    /// How slowly the mean of the gradients and the mean of their squares forget.
    pub betas: [f64; 2],
    /// Added to a denominator; PyTorch's `eps`.
    pub epsilon: f64,
    /// How strongly parameters are pulled towards 0.
    pub weight_decay: f64,
    /// Divides by the largest mean of squares so far instead of the present one.
    pub amsgrad: bool,
}

/// `torch.optim.AdamW`: weight decay pulls at the parameters themselves.
///
/// ```
/// use chalkgrad::optim::AdamW;
///
/// // torch.optim.AdamW(parameters, lr=1e-3)
/// let rule = AdamW::new(1e-3);
/// assert_eq!(rule.weight_decay, 0.01);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamW {
    /// The rate before any schedule; PyTorch's `lr`.
    pub learning_rate: f64,
    /// How slowly the mean of the gradients and the mean of their squares forget.
    pub betas: [f64; 2],
    /// Added to a denominator; PyTorch's `eps`.
    pub epsilon: f64,
    /// How strongly parameters are pulled towards 0.
    pub weight_decay: f64,
    /// Divides by the largest mean of squares so far instead of the present one.
    pub amsgrad: bool,
}

impl Default for Adam {
    fn default() -> Self {
        Self { learning_rate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8, weight_decay: 0.0, amsgrad: false }
    }
}

impl Default for AdamW {
    fn default() -> Self {
        Self { learning_rate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8, weight_decay: 1e-2, amsgrad: false }
    }
}

impl Adam {
    /// PyTorch's defaults at this rate.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, ..Self::default() }
    }
}

impl AdamW {
    /// PyTorch's defaults at this rate.
    pub fn new(learning_rate: f64) -> Self {
        Self { learning_rate, ..Self::default() }
    }

    /// The same numbers in the other's form.
    fn coupled(&self) -> Adam {
        let Self { learning_rate, betas, epsilon, weight_decay, amsgrad } = *self;
        Adam { learning_rate, betas, epsilon, weight_decay, amsgrad }
    }
}

impl Adam {
    /// A step of the moments of `g`, away from `from`.
    fn descend<'g>(&self, flat: &Flat<'g>, from: Tensor<'g>, g: Tensor<'g>) -> (Tensor<'g>, Vec<Tensor<'g>>) {
        let first = flat.scalar("beta1") * flat.states[0] + flat.scalar("one_minus_beta1") * g;
        let second = flat.scalar("beta2") * flat.states[1] + flat.scalar("one_minus_beta2") * g * g;
        let largest = self.amsgrad.then(|| flat.states[2].gt(second).choose(flat.states[2], second));
        let root = largest.unwrap_or(second).sqrt() + flat.scalar("epsilon");
        let new = from - flat.scalar("step_size") * flat.rate * first / root;
        (new, [first, second].into_iter().chain(largest).collect())
    }
}

impl Rule for Adam {
    fn name(&self) -> &'static str {
        "Adam"
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn states(&self) -> Vec<f32> {
        // The mean of gradients, the mean of their squares, and the largest of those for AMSGrad.
        vec![0.0; if self.amsgrad { 3 } else { 2 }]
    }

    fn scalars(&self, count: f64, rates: Rates) -> Vec<(&'static str, f64)> {
        let [first, second] = [rates.momentum.unwrap_or(self.betas[0]), self.betas[1]];
        // √(1 − β₂ᵗ) moves out of the denominator: ε is scaled with it.
        let root = (1.0 - second.powf(count)).sqrt();
        vec![
            ("learning_rate", rates.learning_rate),
            ("step_size", rates.learning_rate * root / (1.0 - first.powf(count))),
            ("beta1", first),
            ("one_minus_beta1", 1.0 - first),
            ("beta2", second),
            ("one_minus_beta2", 1.0 - second),
            ("epsilon", self.epsilon * root),
            ("weight_decay", self.weight_decay),
        ]
    }

    fn update<'g>(&self, flat: &Flat<'g>) -> (Tensor<'g>, Vec<Tensor<'g>>) {
        self.descend(flat, flat.parameters, flat.decayed_gradients())
    }
}

impl Rule for AdamW {
    fn name(&self) -> &'static str {
        "AdamW"
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn states(&self) -> Vec<f32> {
        self.coupled().states()
    }

    fn scalars(&self, count: f64, rates: Rates) -> Vec<(&'static str, f64)> {
        self.coupled().scalars(count, rates)
    }

    fn update<'g>(&self, flat: &Flat<'g>) -> (Tensor<'g>, Vec<Tensor<'g>>) {
        let decayed = flat.step(flat.parameters, "learning_rate", flat.weight_decay() * flat.parameters);
        self.coupled().descend(flat, decayed, flat.gradients)
    }
}
