//! What a network learns to make small: one number an example, from its output and its target.

use crate::{Shape, Tensor};

/// A loss under PyTorch's name. A batch's loss is the mean over its examples, weighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Loss {
    /// `torch.nn.CrossEntropyLoss`: logits `[N, K]` and class indices `[N]`.
    #[default]
    CrossEntropy,
    /// `torch.nn.MSELoss`: output and target of one shape, `[N, …]`.
    MeanSquaredError,
}

impl Loss {
    /// PyTorch's name of the function.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CrossEntropy => "cross_entropy",
            Self::MeanSquaredError => "mse_loss",
        }
    }

    /// The shape of the targets of a batch whose output has this shape.
    pub(crate) fn targets(self, output: &Shape) -> Shape {
        match self {
            Self::CrossEntropy => output.dims()[..1].into(),
            Self::MeanSquaredError => output.clone(),
        }
    }

    /// What an output's shape breaks, for a sentence.
    pub(crate) fn rule(self, output: &Shape) -> Option<&'static str> {
        match self {
            Self::CrossEntropy => (output.rank() != 2).then_some(
                "a classifier ends in one score a class, [N, classes]; put nn.Flatten() before the last nn.Linear",
            ),
            Self::MeanSquaredError => None,
        }
    }

    /// `[N]`, one number an example.
    pub(crate) fn of<'g>(self, output: Tensor<'g>, targets: Tensor<'g>) -> Tensor<'g> {
        match self {
            Self::CrossEntropy => output.cross_entropy(targets),
            Self::MeanSquaredError => {
                let error = output - targets;
                let axes: Vec<usize> = (1..output.shape().rank()).collect();
                (error * error).mean(&axes, false)
            }
        }
    }

    /// `[N]`, 1 where an example is right; NaN where a loss knows no right and wrong.
    pub(crate) fn hits<'g>(self, output: Tensor<'g>, targets: Tensor<'g>) -> Tensor<'g> {
        match self {
            Self::CrossEntropy => output.argmax(&[1], false).eq(targets),
            Self::MeanSquaredError => output.graph().constant(f64::NAN, [output.shape().dims()[0]]),
        }
    }
}
