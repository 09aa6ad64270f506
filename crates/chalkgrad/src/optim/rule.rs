//! What sets one optimiser apart from another: the states that it keeps, the numbers that change from step to step, and the
//! nodes of its update. Which parameters are frozen, and how gradients are clipped, is no rule's business.

use super::Rates;
use crate::{Graph, Tensor};

/// An update rule.
pub(crate) trait Rule {
    /// PyTorch's name.
    fn name(&self) -> &'static str;

    /// The rate before any schedule.
    fn learning_rate(&self) -> f64;

    /// For each flat state, the value that its elements begin with.
    fn states(&self) -> Vec<f32>;

    /// What the update reads as [`Flat::scalar`], by name. `count` is 1 in the first step of the states.
    fn scalars(&self, count: f64, rates: Rates) -> Vec<(&'static str, f64)>;

    /// The new parameters and the new states.
    fn update<'g>(&self, flat: &Flat<'g>) -> (Tensor<'g>, Vec<Tensor<'g>>);
}

/// What an update reads, each as long as the flat buffer of parameters.
pub(crate) struct Flat<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) parameters: Tensor<'g>,
    pub(crate) gradients: Tensor<'g>,
    pub(crate) states: Vec<Tensor<'g>>,
    /// The segments' rate multipliers; negative where one is frozen.
    pub(crate) rate: Tensor<'g>,
    /// The segments' decay multipliers.
    pub(crate) decay: Tensor<'g>,
}

impl<'g> Flat<'g> {
    /// 1 where a segment is frozen, else 0. Its rate is negative there.
    pub(crate) fn frozen(&self) -> Tensor<'g> {
        self.graph.constant(0.0, self.rate.shape()).gt(self.rate)
    }

    /// A number of this step, everywhere.
    pub(crate) fn scalar(&self, name: &str) -> Tensor<'g> {
        self.graph.leaf(format!("scalar/{name}"), []).expand(self.parameters.shape())
    }

    /// Each parameter's weight decay: the scalar `weight_decay` times its segment's multiplier.
    pub(crate) fn weight_decay(&self) -> Tensor<'g> {
        self.scalar("weight_decay") * self.decay
    }

    /// The gradient with weight decay as L2 regularisation: `g + λ p`.
    pub(crate) fn decayed_gradients(&self) -> Tensor<'g> {
        self.gradients + self.weight_decay() * self.parameters
    }

    /// The parameters, gone a step against `direction`: `p − α d`, where α is this scalar times the segment's multiplier.
    pub(crate) fn step(&self, from: Tensor<'g>, rate: &str, direction: Tensor<'g>) -> Tensor<'g> {
        from - self.scalar(rate) * self.rate * direction
    }
}
