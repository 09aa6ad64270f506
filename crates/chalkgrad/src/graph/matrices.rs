//! Products of matrices, and of stacks of them.

use super::Tensor;
use crate::Shape;
use crate::op::Op;

impl Tensor<'_> {
    /// Matrix product, as `torch.matmul`: `[…, m, k]` by `[…, k, n]` to `[…, m, n]`, the leading axes broadcast. A tensor of one
    /// axis is a row on the left and a column on the right; that axis is gone in the result.
    pub fn matmul(self, other: Self) -> Self {
        let shapes = [self.shape(), other.shape()];
        let [a, b] = [shapes[0].dims(), shapes[1].dims()];
        let left = if a.len() == 1 { vec![1, a[0]] } else { a.to_vec() };
        let right = if b.len() == 1 { vec![b[0], 1] } else { b.to_vec() };
        let (Some((&[m, inner], stack)), Some((&[rows, n], other_stack))) =
            (left.split_last_chunk::<2>().map(swap), right.split_last_chunk::<2>().map(swap))
        else {
            return self.refused("matmul", shapes, "a single number is no matrix: multiply by it with *");
        };
        if inner != rows {
            let rule = format!("the first has {inner} columns, so the second must have {inner} rows, not {rows}");
            return self.refused("matmul", shapes, rule);
        }
        let Some(leading) = Shape::from(stack).broadcast(&other_stack.into()) else {
            return self.refused("matmul", shapes, "the axes before the last two must broadcast to one shape");
        };
        let with = |more: &[usize]| Shape::from([leading.dims(), more].concat());
        let product = if other_stack.is_empty() {
            // One matrix on the right: the stack on the left is a matrix of many rows.
            let count = Shape::from(&left[..left.len() - 1]).elements();
            self.reshape([count, inner]).matmul_with(other.reshape(right), false, false)
        } else {
            let count = leading.elements();
            let [first, second] =
                [(self, left, [m, inner]), (other, right, [inner, n])].map(|(factor, shape, matrix)| {
                    let stretched = factor.reshape(shape).expand(with(&matrix));
                    stretched.reshape([count, matrix[0], matrix[1]])
                });
            first.matmul_with(second, false, false)
        };
        let rows: &[usize] = if a.len() == 1 { &[] } else { &[m] };
        let columns: &[usize] = if b.len() == 1 { &[] } else { &[n] };
        product.reshape(with(&[rows, columns].concat()))
    }

    /// Product of two matrices, or of two stacks of as many; each is read transposed if its flag says so.
    pub(crate) fn matmul_with(self, other: Self, transpose_a: bool, transpose_b: bool) -> Self {
        self.graph.apply(Op::MatMul { transpose_a, transpose_b }, &[self, other])
    }

    /// `x · weightᵀ + bias`, as PyTorch's: `[…, in]`, `[out, in]`, `[out]` to `[…, out]`.
    pub fn linear(self, weight: Self, bias: Option<Self>) -> Self {
        let shapes = [self.shape(), weight.shape()];
        let (Some((&features, leading)), &[out, inner]) = (shapes[0].dims().split_last(), shapes[1].dims()) else {
            return self.refused("linear", shapes, "it takes […, in] and a weight of shape [out, in]");
        };
        if features != inner {
            let rule = format!("the last axis has {features} features, the weight is made for {inner}");
            return self.refused("linear", shapes, rule);
        }
        let rows = self.reshape([Shape::from(leading).elements(), features]);
        let product = rows.matmul_with(weight, false, true).reshape([leading, &[out]].concat());
        bias.map_or(product, |bias| product + bias)
    }
}

/// The last two axes, then those before.
fn swap<'a>((before, last): (&'a [usize], &'a [usize; 2])) -> (&'a [usize; 2], &'a [usize]) {
    (last, before)
}

#[cfg(test)]
mod tests {
    use crate::{Graph, Shape};

    fn product(a: &[usize], b: &[usize]) -> Result<Shape, String> {
        let graph = Graph::new();
        let product = graph.leaf("a", a).matmul(graph.leaf("b", b)).shape();
        graph.check().map(|()| product).map_err(|error| error.to_string())
    }

    #[test]
    fn leading_axes_broadcast_and_single_axes_are_rows_and_columns() {
        let of = |a: &[usize], b: &[usize]| product(a, b).unwrap().dims().to_vec();
        assert_eq!(of(&[2, 1, 3, 4], &[5, 4, 6]), [2, 5, 3, 6]);
        assert_eq!(of(&[3, 4], &[2, 4, 6]), [2, 3, 6]);
        assert_eq!(of(&[2, 3, 4], &[4, 6]), [2, 3, 6]);
        assert!(of(&[4], &[4]).is_empty());
        assert_eq!(of(&[4], &[2, 4, 6]), [2, 6]);
        assert_eq!(of(&[2, 3, 4], &[4]), [2, 3]);
        assert_eq!(of(&[0, 3, 0], &[0, 6]), [0, 3, 6]);
    }

    #[test]
    fn factors_that_do_not_fit_are_refused_with_both_shapes() {
        assert_eq!(
            product(&[2, 3, 4], &[2, 5, 6]).unwrap_err(),
            "matmul cannot take [2, 3, 4] and [2, 5, 6]: the first has 4 columns, so the second must have 4 rows, not 5"
        );
        assert!(product(&[2, 3, 4], &[3, 4, 6]).unwrap_err().contains("must broadcast"));
        assert!(product(&[], &[3]).unwrap_err().contains("no matrix"));
        let huge = product(&[1 << 40, 1, 3, 4], &[1 << 40, 4, 3]);
        assert!(huge.is_err(), "{huge:?}");
    }

    #[test]
    fn linear_names_the_features_that_do_not_fit() {
        let graph = Graph::new();
        graph.leaf("x", [2, 3, 4]).linear(graph.leaf("weight", [6, 5]), None);
        assert_eq!(
            graph.check().unwrap_err().to_string(),
            "linear cannot take [2, 3, 4] and [6, 5]: the last axis has 4 features, the weight is made for 5"
        );
    }
}
