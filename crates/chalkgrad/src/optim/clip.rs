//! Gradient clipping, as nodes of the update. Its bound is a scalar uploaded each step; without clipping there are no nodes.

use super::rule::Flat;
use crate::Tensor;

/// What keeps a step short where the gradient is steep.
///
/// ```
/// use chalkgrad::Options;
/// use chalkgrad::optim::{Clip, SGD};
///
/// let options = Options { clip: Some(Clip::Norm(1.0)), ..Options::new(64, SGD::new(0.1)) };
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Clip {
    /// `torch.nn.utils.clip_grad_norm_`: where the norm of all trainable parameters' gradients together exceeds this, they
    /// are scaled down to it.
    Norm(f64),
    /// `torch.nn.utils.clip_grad_value_`: each number to at most this far from 0.
    Value(f64),
}

impl Clip {
    /// The bound, by the name that the nodes read.
    pub(crate) fn scalar(self) -> (&'static str, f64) {
        match self {
            Self::Norm(bound) | Self::Value(bound) => ("clip", bound),
        }
    }

    /// The clipped gradients.
    pub(crate) fn apply<'g>(self, flat: &Flat<'g>) -> Tensor<'g> {
        let g = flat.gradients;
        let bound = flat.scalar("clip");
        let constant = |value: f64| flat.graph.constant(value, g.shape());
        match self {
            // g · min(1, bound / (‖g‖ + 10⁻⁶)); a norm that is no number makes every gradient none.
            Self::Norm(_) => {
                let counted = flat.frozen().choose(constant(0.0), g);
                let norm = (counted * counted).sum(&[0], true).sqrt().expand(g.shape());
                let share = bound / (norm + 1e-6);
                g * share.gt(constant(1.0)).choose(constant(1.0), share)
            }
            Self::Value(_) => {
                let below = g.gt(bound).choose(bound, g);
                (-bound).gt(below).choose(-bound, below)
            }
        }
    }
}
