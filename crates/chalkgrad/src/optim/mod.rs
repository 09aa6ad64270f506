//! Optimisers as graphs: an update is nodes like any other, over the flat buffer of all parameters, and compiles to one
//! kernel. Rates, betas and decay are scalars uploaded each step, so that they change while training.

mod schedule;
mod segments;

pub use schedule::{Rates, Schedule};
pub use segments::{Segment, SegmentTable};

use crate::{Graph, Tensor};

/// An update rule with its settings, under PyTorch's names (`learning_rate` for `lr`).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Optimizer {
    /// `torch.optim.SGD` without dampening.
    Sgd { learning_rate: f64, momentum: f64, nesterov: bool, weight_decay: f64 },
    /// `torch.optim.Adadelta` (Zeiler 2012).
    Adadelta { learning_rate: f64, rho: f64, epsilon: f64, weight_decay: f64 },
    /// `torch.optim.AdamW` (Loshchilov and Hutter 2019).
    AdamW { learning_rate: f64, betas: [f64; 2], epsilon: f64, weight_decay: f64 },
}

/// What an update reads, each as long as the flat buffer of parameters.
pub(crate) struct Update<'g> {
    pub(crate) parameters: Tensor<'g>,
    pub(crate) gradients: Tensor<'g>,
    pub(crate) states: Vec<Tensor<'g>>,
    /// The segments' rate multipliers; 0 is frozen.
    pub(crate) rate: Tensor<'g>,
    /// The segments' decay multipliers.
    pub(crate) decay: Tensor<'g>,
}

/// Names of the scalars that updates read; a rule uses those it needs.
pub(crate) const SCALARS: [&str; 8] = [
    "learning_rate",
    "momentum",
    "one_minus_momentum",
    "second",
    "one_minus_second",
    "epsilon",
    "weight_decay",
    "step_size",
];

impl Optimizer {
    /// `torch.optim.SGD(lr)` with its defaults.
    pub fn sgd(learning_rate: f64) -> Self {
        Self::Sgd { learning_rate, momentum: 0.0, nesterov: false, weight_decay: 0.0 }
    }

    /// `torch.optim.AdamW(lr)` with its defaults.
    pub fn adamw(learning_rate: f64) -> Self {
        Self::AdamW { learning_rate, betas: [0.9, 0.999], epsilon: 1e-8, weight_decay: 1e-2 }
    }

    /// `torch.optim.Adadelta()` with its defaults.
    pub fn adadelta() -> Self {
        Self::Adadelta { learning_rate: 1.0, rho: 0.9, epsilon: 1e-6, weight_decay: 0.0 }
    }

    /// The rate before any schedule.
    pub fn learning_rate(&self) -> f64 {
        match *self {
            Self::Sgd { learning_rate, .. }
            | Self::Adadelta { learning_rate, .. }
            | Self::AdamW { learning_rate, .. } => learning_rate,
        }
    }

    /// What one-cycle cycles: the momentum, or β₁.
    pub fn momentum(&self) -> Option<f64> {
        match *self {
            Self::Sgd { momentum, .. } => Some(momentum),
            Self::Adadelta { .. } => None,
            Self::AdamW { betas, .. } => Some(betas[0]),
        }
    }

    /// Flat state buffers that the rule keeps.
    pub(crate) fn states(&self) -> usize {
        match self {
            Self::Sgd { .. } => 1,
            Self::Adadelta { .. } | Self::AdamW { .. } => 2,
        }
    }

    /// Whether two settings share one update graph, so that only scalars differ.
    pub(crate) fn same_graph(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sgd { nesterov, .. }, Self::Sgd { nesterov: other, .. }) => nesterov == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// The values of `SCALARS` for step number `step`, counted from 0.
    pub(crate) fn scalars(&self, step: u64, rates: Rates) -> [f32; SCALARS.len()] {
        let count = step as f64 + 1.0;
        let [momentum, second, epsilon, weight_decay, step_size] = match *self {
            Self::Sgd { momentum, weight_decay, .. } => {
                [rates.momentum.unwrap_or(momentum), 0.0, 0.0, weight_decay, rates.learning_rate]
            }
            Self::Adadelta { rho, epsilon, weight_decay, .. } => [rho, 0.0, epsilon, weight_decay, rates.learning_rate],
            Self::AdamW { betas, epsilon, weight_decay, .. } => {
                let first = rates.momentum.unwrap_or(betas[0]);
                // √(1 − β₂ᵗ) moves out of the denominator: ε is scaled with it.
                let root = (1.0 - betas[1].powf(count)).sqrt();
                let step_size = rates.learning_rate * root / (1.0 - first.powf(count));
                [first, betas[1], epsilon * root, weight_decay, step_size]
            }
        };
        [rates.learning_rate, momentum, 1.0 - momentum, second, 1.0 - second, epsilon, weight_decay, step_size]
            .map(|value| value as f32)
    }

    /// The new parameters and the new states.
    pub(crate) fn update<'g>(&self, graph: &'g Graph, update: &Update<'g>) -> (Tensor<'g>, Vec<Tensor<'g>>) {
        let Update { parameters: p, gradients: g, states, rate, decay } = update;
        let (p, g) = (*p, *g);
        let scalar = |name: &str| graph.leaf(format!("scalar/{name}"), []).expand(p.shape());
        let decayed = scalar("weight_decay") * *decay;
        let (new, new_states) = match self {
            Self::Sgd { nesterov, .. } => {
                let g = g + decayed * p;
                let momentum = scalar("momentum");
                let velocity = momentum * states[0] + g;
                let direction = if *nesterov { g + momentum * velocity } else { velocity };
                (p - scalar("step_size") * *rate * direction, vec![velocity])
            }
            Self::Adadelta { .. } => {
                let (rho, rest, epsilon) = (scalar("momentum"), scalar("one_minus_momentum"), scalar("epsilon"));
                let g = g + decayed * p;
                let squares = rho * states[0] + rest * g * g;
                let delta = (states[1] + epsilon).sqrt() / (squares + epsilon).sqrt() * g;
                let deltas = rho * states[1] + rest * delta * delta;
                (p - scalar("step_size") * *rate * delta, vec![squares, deltas])
            }
            Self::AdamW { .. } => {
                let first = scalar("momentum") * states[0] + scalar("one_minus_momentum") * g;
                let second = scalar("second") * states[1] + scalar("one_minus_second") * g * g;
                let kept = p - scalar("learning_rate") * *rate * decayed * p;
                let step = scalar("step_size") * *rate * first / (second.sqrt() + scalar("epsilon"));
                (kept - step, vec![first, second])
            }
        };
        // A frozen segment keeps its bits, its state too.
        let trainable = rate.gt(graph.constant(0.0, p.shape()));
        let keep = |new: Tensor<'g>, old: Tensor<'g>| trainable.choose(new, old);
        let new_states = new_states.into_iter().zip(states).map(|(new, &old)| keep(new, old)).collect();
        (keep(new, p), new_states)
    }
}
