//! One number of many, along any axes: sums, means, the largest and its place; and softmax, which needs them.

use super::Tensor;
use crate::Shape;
use crate::op::{Op, distinct_axes};

impl<'g> Tensor<'g> {
    /// Sum over `axes`; each stays as 1 if `keep`.
    pub fn sum(self, axes: &[usize], keep: bool) -> Self {
        if axes.is_empty() { self } else { self.graph.apply(Op::Sum { axes: axes.to_vec(), keep }, &[self]) }
    }

    /// Mean over `axes`; each stays as 1 if `keep`.
    pub fn mean(self, axes: &[usize], keep: bool) -> Self {
        self.sum(axes, keep) * (1.0 / self.count(axes) as f64)
    }

    /// The sum over all workers that share a batch, each of which has a value of this shape: `torch.distributed.all_reduce`.
    /// Alone it is the value itself. A loss of shared batches is the sum of the workers' losses.
    pub fn all_reduce(self) -> Self {
        self.graph.apply(Op::AllReduce, &[self])
    }

    /// Variance over `axes`, divided by the count less `correction`: 1 is PyTorch's default and unbiased, 0 is the mean
    /// square. Not a number where nothing is left to divide by. Each axis stays as 1 if `keep`.
    pub fn var(self, axes: &[usize], correction: usize, keep: bool) -> Self {
        let centred = self - self.mean(axes, true);
        (centred * centred).sum(axes, keep) * (1.0 / self.count(axes).saturating_sub(correction) as f64)
    }

    /// The largest over `axes`; each stays as 1 if `keep`. Not a number where one is none; equals share the gradient.
    pub fn amax(self, axes: &[usize], keep: bool) -> Self {
        self.by_rows("amax", Op::Amax, axes, keep)
    }

    /// The smallest over `axes`; each stays as 1 if `keep`. Not a number where one is none; equals share the gradient.
    pub fn amin(self, axes: &[usize], keep: bool) -> Self {
        -(-self).by_rows("amin", Op::Amax, axes, keep)
    }

    /// Index of the first largest over `axes`; each stays as 1 if `keep`. Over several axes it counts through them in row-major
    /// order. A NaN is larger than all.
    pub fn argmax(self, axes: &[usize], keep: bool) -> Self {
        match axes.is_empty() {
            true => self.graph.constant(0.0, self.shape()),
            false => self.by_rows("argmax", Op::ArgMax, axes, keep),
        }
    }

    /// `log Σ eˣ` over `axes`, which overflows nowhere; each axis stays as 1 if `keep`.
    pub fn logsumexp(self, axes: &[usize], keep: bool) -> Self {
        let largest = self.amax(axes, true);
        // Where all are −∞, or one is ∞, it must not be taken from itself.
        let shift = largest.abs().eq(f64::INFINITY).choose(0.0, largest);
        let sum = (self - shift).exp().sum(axes, true).log() + shift;
        if keep { sum } else { sum.reshape(self.shape().reduced(axes, false)) }
    }

    /// `log(softmax(x))` over an axis.
    pub fn log_softmax(self, axis: usize) -> Self {
        let Some((rows, order)) = self.as_rows("log_softmax", &[axis]) else { return self.graph.constant(0.0, []) };
        self.graph.apply_for("log_softmax", &[self], Ok(Op::LogSoftmax), &[rows]).rows_as(&self.shape(), &order)
    }

    /// `eˣ / Σ eˣ` over an axis.
    pub fn softmax(self, axis: usize) -> Self {
        self.log_softmax(axis).exp()
    }

    /// How many elements go into one over these axes.
    fn count(self, axes: &[usize]) -> usize {
        let shape = self.shape();
        let lengths: Vec<usize> = axes.iter().filter_map(|&axis| shape.dims().get(axis).copied()).collect();
        Shape::from(lengths).elements()
    }

    /// An operation that makes one number of each row of a matrix, over any axes.
    fn by_rows(self, operation: &'static str, op: Op, axes: &[usize], keep: bool) -> Self {
        if axes.is_empty() {
            return self;
        }
        match self.as_rows(operation, axes) {
            Some((rows, _)) => {
                let shape = self.shape().reduced(axes, keep);
                self.graph.apply_for(operation, &[self], Ok(op), &[rows]).reshape(shape)
            }
            None => self.graph.constant(0.0, []),
        }
    }

    /// This tensor as a matrix whose rows run through `axes` in order, and the order of all axes that it then has. `None`, and
    /// the graph poisoned, where there are no such axes. Costs nothing where they are the last.
    pub(super) fn as_rows(self, operation: &'static str, axes: &[usize]) -> Option<(Self, Vec<usize>)> {
        let shape = self.shape();
        if let Err(rule) = distinct_axes(axes, shape.rank()) {
            self.refused(operation, [self.shape()], rule);
            return None;
        }
        let (last, mut order): (Vec<usize>, Vec<usize>) = (0..shape.rank()).partition(|axis| axes.contains(axis));
        let [rows, columns] = [&order, &last].map(|axes| self.count(axes));
        order.extend(last);
        Some((self.permute(&order).reshape([rows, columns]), order))
    }

    /// What was made of such rows, as a tensor of this shape: the way back from [`as_rows`](Self::as_rows).
    pub(super) fn rows_as(self, shape: &Shape, order: &[usize]) -> Self {
        let permuted: Vec<usize> = order.iter().map(|&axis| shape.dims()[axis]).collect();
        let mut back = vec![0; order.len()];
        order.iter().enumerate().for_each(|(to, &from)| back[from] = to);
        self.reshape(permuted).permute(&back)
    }
}
