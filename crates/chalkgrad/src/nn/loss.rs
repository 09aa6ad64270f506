//! What a network learns to make small: one number an example, from its output and its target. Numbers of a loss lie on the
//! device beside the parameters, so that they can change between two steps.

use crate::{Error, Reduction, Result, Shape, Tensor};

/// A loss of a batch: the mean over its examples, each weighted as [`Examples`](crate::Examples) say.
///
/// ```
/// use chalkgrad::Options;
/// use chalkgrad::nn::Loss;
/// use chalkgrad::optim::Adam;
///
/// let loss = Loss::CrossEntropyWith { weight: None, label_smoothing: 0.1 };
/// let options = Options { loss, ..Options::new(64, Adam::new(1e-3)) };
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Loss {
    /// `torch.nn.CrossEntropyLoss`: logits `[N, K]` and class indices `[N]`.
    #[default]
    CrossEntropy,
    /// `torch.nn.CrossEntropyLoss` with its arguments. Under weights the mean is over the weights of the labels' classes.
    CrossEntropyWith {
        /// How much each of the `K` classes counts.
        weight: Option<Vec<f32>>,
        /// The part of each target that is spread over all classes, from 0 to 1.
        label_smoothing: f64,
    },
    /// `torch.nn.MSELoss`: output and target of one shape, `[N, …]`.
    MeanSquaredError,
    /// `torch.nn.BCEWithLogitsLoss`: logits and targets of one shape, `[N, …]`, each target the probability that it is so.
    BinaryCrossEntropyWithLogits {
        /// How much it counts where it is so, for each place of the last axis.
        pos_weight: Option<Vec<f32>>,
    },
    /// `torch.nn.MultiMarginLoss`, the hinge of several classes: scores `[N, K]` and class indices `[N]`.
    MultiMargin {
        /// The power, 1 or 2; PyTorch's default is 1.
        p: u32,
        /// How far the right class must be above each other; PyTorch's default is 1.
        margin: f64,
        /// How much each of the `K` classes counts.
        weight: Option<Vec<f32>>,
    },
}

/// What the mean loss and the accuracy of a batch are made of; all are scalars.
pub(crate) struct Sums<'g> {
    /// The examples' losses, weighted.
    pub(crate) losses: Tensor<'g>,
    /// What the losses are divided by.
    pub(crate) counts: Tensor<'g>,
    /// The weights of the examples that are right.
    pub(crate) hits: Tensor<'g>,
    /// The weights of all examples.
    pub(crate) examples: Tensor<'g>,
}

/// The leaves of a loss's numbers.
const WEIGHT: &str = "loss/weight";
const LABEL_SMOOTHING: &str = "loss/label_smoothing";
const MARGIN: &str = "loss/margin";

impl Loss {
    /// PyTorch's name of the function.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::CrossEntropy | Self::CrossEntropyWith { .. } => "cross_entropy",
            Self::MeanSquaredError => "mse_loss",
            Self::BinaryCrossEntropyWithLogits { .. } => "binary_cross_entropy_with_logits",
            Self::MultiMargin { .. } => "multi_margin_loss",
        }
    }

    /// Its numbers, by the name of the leaf that they are given to.
    pub(crate) fn numbers(&self) -> Vec<(&'static str, Vec<f32>)> {
        let scalar = match self {
            Self::CrossEntropyWith { label_smoothing, .. } => Some((LABEL_SMOOTHING, *label_smoothing)),
            Self::MultiMargin { margin, .. } => Some((MARGIN, *margin)),
            Self::CrossEntropy | Self::MeanSquaredError | Self::BinaryCrossEntropyWithLogits { .. } => None,
        };
        let scalar = scalar.map(|(name, value)| (name, vec![value as f32]));
        scalar.into_iter().chain(self.weight().map(|weight| (WEIGHT, weight.clone()))).collect()
    }

    /// Whether both make the same graph: at most their numbers differ.
    pub(crate) fn same_graph(&self, other: &Self) -> bool {
        let form = |loss: &Self| {
            let power = if let Self::MultiMargin { p, .. } = loss { *p } else { 1 };
            let leaves: Vec<_> = loss.numbers().into_iter().map(|(name, values)| (name, values.len())).collect();
            (loss.name(), power, leaves)
        };
        form(self) == form(other)
    }

    /// The shape of the targets of a batch whose output has this shape.
    pub(crate) fn targets(&self, output: &Shape) -> Shape {
        match self.takes_classes() {
            true => output.dims()[..1].into(),
            false => output.clone(),
        }
    }

    /// That an output of this shape, with its batch, and the loss's own numbers fit together.
    pub(crate) fn check(&self, output: &Shape) -> Result<()> {
        let refuse = |rule: String| {
            let (layer, shapes) = (String::new(), vec![output.clone()]);
            Err(Error::Shape { layer, operation: self.name(), shapes, rule })
        };
        if self.takes_classes() && output.rank() != 2 {
            let rule =
                "a classifier ends in one score a class, [N, classes]; put nn.Flatten() before the last nn.Linear";
            return refuse(rule.into());
        }
        match self {
            Self::CrossEntropyWith { label_smoothing, .. } if !(0.0..=1.0).contains(label_smoothing) => {
                let rule = format!("lies between 0 and 1, and {label_smoothing} does not");
                return Err(Error::Setting { name: "label_smoothing", rule });
            }
            Self::MultiMargin { p, .. } if !(1..=2).contains(p) => {
                return Err(Error::Setting { name: "p", rule: format!("is 1 or 2, not {p}") });
            }
            _ => {}
        }
        let places = output.dims().get(1..).and_then(|dims| dims.last());
        match self.weight() {
            Some(weight) if Some(&weight.len()) != places => {
                refuse(format!("the loss has {} weights, but takes one for each place of the last axis", weight.len()))
            }
            _ => Ok(()),
        }
    }

    /// The sums over a batch whose examples count by `weights`, `[N]`.
    pub(crate) fn sums<'g>(&self, output: Tensor<'g>, targets: Tensor<'g>, weights: Tensor<'g>) -> Sums<'g> {
        let (losses, counts) = self.losses(output, targets, weights);
        let hits = self.hits(output, targets, weights.shape());
        let [losses, counts, hits, examples] =
            [losses * weights, counts, hits * weights, weights].map(|of_examples| of_examples.sum(&[0], false));
        Sums { losses, counts, hits, examples }
    }

    /// `[N]` each example's loss, and how much it counts in the mean.
    fn losses<'g>(&self, output: Tensor<'g>, targets: Tensor<'g>, weights: Tensor<'g>) -> (Tensor<'g>, Tensor<'g>) {
        let graph = output.graph();
        let weight = self.weight().map(|weight| graph.leaf(WEIGHT, [weight.len()]));
        let of_examples = |losses: Tensor<'g>| losses.mean(&beyond_the_batch(losses), false);
        let losses = match self {
            Self::CrossEntropy => output.cross_entropy(targets),
            Self::CrossEntropyWith { .. } => {
                output.cross_entropy_with(targets, weight, graph.leaf(LABEL_SMOOTHING, []), Reduction::None)
            }
            Self::MeanSquaredError => of_examples(output.mse_loss(targets, Reduction::None)),
            Self::BinaryCrossEntropyWithLogits { .. } => {
                of_examples(output.binary_cross_entropy_with_logits(targets, weight, Reduction::None))
            }
            Self::MultiMargin { p, .. } => {
                output.multi_margin_loss(targets, *p, graph.leaf(MARGIN, []), weight, Reduction::None)
            }
        };
        // PyTorch divides by the weights of the labels' classes here, and here alone.
        let counts = match (self, weight) {
            (Self::CrossEntropyWith { .. }, Some(weight)) => {
                weights * targets.embedding(weight.unsqueeze(1)).reshape(targets.shape())
            }
            _ => weights,
        };
        (losses, counts)
    }

    /// `[N]`, 1 where an example is right; NaN where a loss knows no right and wrong.
    fn hits<'g>(&self, output: Tensor<'g>, targets: Tensor<'g>, examples: Shape) -> Tensor<'g> {
        match self {
            Self::CrossEntropy | Self::CrossEntropyWith { .. } | Self::MultiMargin { .. } => {
                output.argmax(&[1], false).eq(targets)
            }
            // Every logit on the side of 0 that its target is on of ½.
            Self::BinaryCrossEntropyWithLogits { .. } => {
                output.gt(0.0).eq(targets.gt(0.5)).amin(&beyond_the_batch(output), false)
            }
            Self::MeanSquaredError => output.graph().constant(f64::NAN, examples),
        }
    }

    fn takes_classes(&self) -> bool {
        match self {
            Self::CrossEntropy | Self::CrossEntropyWith { .. } | Self::MultiMargin { .. } => true,
            Self::MeanSquaredError | Self::BinaryCrossEntropyWithLogits { .. } => false,
        }
    }

    fn weight(&self) -> Option<&Vec<f32>> {
        match self {
            Self::CrossEntropy | Self::MeanSquaredError => None,
            Self::CrossEntropyWith { weight, .. } | Self::MultiMargin { weight, .. } => weight.as_ref(),
            Self::BinaryCrossEntropyWithLogits { pos_weight } => pos_weight.as_ref(),
        }
    }
}

/// Every axis but the first.
fn beyond_the_batch(tensor: Tensor<'_>) -> Vec<usize> {
    (1..tensor.shape().rank()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_that_does_not_fit_the_output_or_has_absurd_numbers_is_refused_with_a_sentence() {
        let error = |loss: Loss, output: &[usize]| loss.check(&output.into()).unwrap_err().to_string();
        let hinge = |p| Loss::MultiMargin { p, margin: 1.0, weight: None };
        let smoothed = |label_smoothing| Loss::CrossEntropyWith { weight: None, label_smoothing };
        let weighted = |weight| Loss::CrossEntropyWith { weight: Some(weight), label_smoothing: 0.0 };
        assert!(error(hinge(1), &[4, 3, 2]).contains("multi_margin_loss cannot take [4, 3, 2]"));
        assert_eq!(error(hinge(3), &[4, 3]), "p is 1 or 2, not 3");
        assert_eq!(error(smoothed(1.5), &[4, 3]), "label_smoothing lies between 0 and 1, and 1.5 does not");
        assert!(error(smoothed(f64::NAN), &[4, 3]).contains("NaN"));
        assert!(error(weighted(vec![1.0; 4]), &[4, 3]).contains("4 weights, but takes one for each place"));
        let weighted = Loss::BinaryCrossEntropyWithLogits { pos_weight: Some(vec![]) };
        assert!(error(weighted.clone(), &[4]).contains("0 weights"));
        assert!(error(weighted, &[4, 3]).contains("0 weights"));
    }

    #[test]
    fn only_the_numbers_of_a_loss_change_while_it_trains() {
        let hinge = |p, margin, classes| Loss::MultiMargin { p, margin, weight: Some(vec![1.0; classes]) };
        assert!(hinge(1, 1.0, 3).same_graph(&hinge(1, 2.0, 3)));
        assert!(!hinge(1, 1.0, 3).same_graph(&hinge(2, 1.0, 3)));
        assert!(!hinge(1, 1.0, 3).same_graph(&hinge(1, 1.0, 4)));
        assert!(!Loss::CrossEntropy.same_graph(&Loss::MeanSquaredError));
        let plain = Loss::CrossEntropyWith { weight: None, label_smoothing: 0.0 };
        assert!(!Loss::CrossEntropy.same_graph(&plain));
    }
}
