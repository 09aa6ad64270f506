//! How many products a forward pass sums up.

use crate::op::Op;
use crate::{Node, Shape};

/// Multiply-adds of the nodes from one on that belong to this layer.
pub(super) fn multiply_adds(nodes: &[Node], from: usize, layer: &str) -> u64 {
    let own = nodes.iter().skip(from).filter(|node| node.layer == layer);
    own.map(|node| products_of(node, nodes)).fold(0, u64::saturating_add)
}

/// Products that one node sums up.
pub(super) fn products_of(node: &Node, nodes: &[Node]) -> u64 {
    let shape = |input: usize| node.inputs.get(input).map_or(&[][..], |&id| nodes[id].shape.dims());
    let (sums, terms) = match (&node.op, shape(1)) {
        (Op::Conv2d { .. }, [_, channels, height, width]) => (node.shape.elements(), channels * height * width),
        // Transposed: each number that comes in is spread over so many.
        (Op::Conv2dInputGradient { .. }, [_, channels, height, width]) => {
            (Shape::from(shape(0)).elements(), channels * height * width)
        }
        (Op::MatMul { transpose_b: true, .. }, [.., inner]) => (node.shape.elements(), *inner),
        (Op::MatMul { transpose_b: false, .. }, [.., inner, _]) => (node.shape.elements(), *inner),
        _ => (0, 0),
    };
    (sums as u64).saturating_mul(terms as u64)
}
