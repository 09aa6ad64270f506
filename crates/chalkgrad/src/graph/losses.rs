//! Losses, with PyTorch's names and reductions.

use super::{Operand, Tensor};
use crate::op::Op;

/// What becomes of the losses of a batch.
///
/// ```
/// use chalkgrad::{Graph, Reduction};
///
/// let graph = Graph::new();
/// let (x, target) = (graph.leaf("x", [5]), graph.leaf("target", [5]));
/// assert_eq!(x.mse_loss(target, Reduction::None).shape().dims(), [5]);
/// assert_eq!(x.mse_loss(target, Reduction::Mean).shape().rank(), 0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reduction {
    /// They stay as they are.
    None,
    /// Their mean: PyTorch's default.
    #[default]
    Mean,
    /// Their sum.
    Sum,
}

impl Reduction {
    /// Of numbers of any shape.
    fn of(self, losses: Tensor<'_>) -> Tensor<'_> {
        let every: Vec<usize> = (0..losses.shape().rank()).collect();
        match self {
            Self::None => losses,
            Self::Mean => losses.mean(&every, false),
            Self::Sum => losses.sum(&every, false),
        }
    }
}

impl<'g> Tensor<'g> {
    /// Logits `[N, K]` and labels `[N]` to each example's loss `[N]`; or `[N, K, d…]` and `[N, d…]` to `[N, d…]`. A label that
    /// names no class gives NaN.
    pub fn cross_entropy(self, labels: Self) -> Self {
        match self.classified("cross_entropy", labels) {
            Some([logits, classes]) => self
                .graph
                .apply_for("cross_entropy", &[self, labels], Ok(Op::CrossEntropy), &[logits, classes])
                .reshape(labels.shape()),
            None => self.graph.constant(0.0, []),
        }
    }

    /// [`cross_entropy`](Self::cross_entropy) with a weight `[K]` a class and labels smoothed: `label_smoothing`, 0 by default, is
    /// the part of each target that is spread over all classes (Szegedy et al. 2016). The mean is weighted, as PyTorch's.
    pub fn cross_entropy_with(
        self,
        labels: Self,
        weight: Option<Self>,
        label_smoothing: impl Operand<'g>,
        reduction: Reduction,
    ) -> Self {
        let losses = self.cross_entropy(labels);
        let shape = self.shape();
        let Some(&count) = shape.dims().get(1) else { return losses };
        if let Some(weight) = weight.filter(|weight| weight.shape().dims() != [count]) {
            let rule = format!("the weight must have one number for each of {count} classes");
            return self.refused("cross_entropy", [shape, weight.shape()], rule);
        }
        // Of the class that each label names.
        let own = weight.map(|weight| labels.embedding(weight.reshape([count, 1])).reshape(labels.shape()));
        let hard = own.map_or(losses, |own| losses * own);
        let smoothing = label_smoothing.beside(losses);
        let losses = match self.graph.node(smoothing.id).op {
            Op::Constant { value: 0.0 } => hard,
            _ => {
                let surprise = -self.log_softmax(1);
                let along: Vec<usize> = (0..shape.rank()).map(|axis| if axis == 1 { count } else { 1 }).collect();
                let spread = weight.map_or(surprise, |weight| surprise * weight.reshape(along)).mean(&[1], false);
                hard * (1.0 - smoothing) + spread * smoothing
            }
        };
        match (reduction, own) {
            (Reduction::Mean, Some(own)) => Reduction::Sum.of(losses) / Reduction::Sum.of(own),
            _ => reduction.of(losses),
        }
    }

    /// `(x − target)²`, both of one shape.
    pub fn mse_loss(self, target: Self, reduction: Reduction) -> Self {
        match self.is_beside("mse_loss", target) {
            true => reduction.of((self - target) * (self - target)),
            false => self.graph.constant(0.0, []),
        }
    }

    /// `|x − target|`, both of one shape.
    pub fn l1_loss(self, target: Self, reduction: Reduction) -> Self {
        match self.is_beside("l1_loss", target) {
            true => reduction.of((self - target).abs()),
            false => self.graph.constant(0.0, []),
        }
    }

    /// `−(pos_weight t log σ(x) + (1 − t) log(1 − σ(x)))` of logits x and targets t of one shape, each the probability that it
    /// is so. `pos_weight`, which broadcasts, weighs what is so.
    pub fn binary_cross_entropy_with_logits(
        self,
        target: Self,
        pos_weight: Option<Self>,
        reduction: Reduction,
    ) -> Self {
        if !self.is_beside("binary_cross_entropy_with_logits", target) {
            return self.graph.constant(0.0, []);
        }
        // −log σ(x) = log(1 + e⁻ˣ), and −log(1 − σ(x)) is x more. Beyond 40 the 1 is lost in f64 too.
        let surprise = (-self).softplus(1.0, 40.0);
        let weighted = pos_weight.map_or(surprise, |weight| surprise * ((weight - 1.0) * target + 1.0));
        reduction.of((1.0 - target) * self + weighted)
    }

    /// Scores `[N, K]` and labels `[N]`: `Σᵢ max(0, margin − x[label] + xᵢ)ᵖ / K` over all other classes i, weighted by the
    /// label's class where there are weights `[K]`. `torch.nn.MultiMarginLoss`; p is 1 or 2, both p and margin 1 by default.
    pub fn multi_margin_loss(
        self,
        labels: Self,
        p: u32,
        margin: impl Operand<'g>,
        weight: Option<Self>,
        reduction: Reduction,
    ) -> Self {
        let (shape, label_shape) = (self.shape(), labels.shape());
        let rule = match (shape.dims(), label_shape.dims()) {
            (&[n, classes], &[count]) if n == count => match weight.map(|weight| weight.shape()) {
                Some(weight) if weight.dims() != [classes] => {
                    Some(format!("the weight {weight} must have one number for each of {classes} classes"))
                }
                _ => (!(1..=2).contains(&p)).then(|| format!("p is 1 or 2, not {p}")),
            },
            _ => Some("it takes scores [N, K] and one label an example, [N]".into()),
        };
        if let Some(rule) = rule {
            return self.refused("multi_margin_loss", [shape, label_shape], rule);
        }
        let classes = shape.dims()[1];
        let own = self.gather(1, labels.unsqueeze(1));
        let above = (self - own + margin).relu();
        let powers = if p == 2 { above * above } else { above };
        let others = labels.one_hot(classes).choose(0.0, powers);
        let losses = others.mean(&[1], false);
        let weights = weight.map(|weight| labels.embedding(weight.reshape([classes, 1])).reshape(labels.shape()));
        reduction.of(weights.map_or(losses, |weights| losses * weights))
    }

    /// Logits as rows of classes, and one label a row.
    fn classified(self, operation: &'static str, labels: Self) -> Option<[Self; 2]> {
        let (shape, label_shape) = (self.shape(), labels.shape());
        let without_classes = shape.rank() >= 2 && shape.reduced(&[1], false) == label_shape;
        if !without_classes {
            let rule = "it takes logits [N, K] and one label an example, [N]; or [N, K, d…] and [N, d…]";
            self.graph.refuse(operation, vec![shape, label_shape], rule);
            return None;
        }
        let (rows, _) = self.as_rows(operation, &[1])?;
        Some([rows, labels.flatten(..)])
    }

    /// Whether both have one shape; the graph is poisoned where they have not. A target that broadcasts is nearly always a mistake.
    fn is_beside(self, operation: &'static str, target: Self) -> bool {
        let shapes = [self.shape(), target.shape()];
        let same = shapes[0] == shapes[1];
        if !same {
            self.graph.refuse(operation, shapes.into(), "output and target must have one shape");
        }
        same
    }
}
