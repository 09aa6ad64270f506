//! Fused maps: random expressions over broadcast leaves with shared subexpressions, some of them written over a leaf.

use super::{Case, Draw};
use crate::{NodeId, Shape};

/// Random expressions of elementwise operations.
pub fn maps() -> Vec<Case> {
    (0..24).map(expression).collect()
}

fn expression(number: u64) -> Case {
    let mut draw = Draw::new(1_000 + number);
    let mut case = Case::new(format!("expression {number}"));
    let dims = [0; 4].map(|_| draw.between(1, 7));
    let [n, c, h, w] = dims;
    let shape = Shape::from(dims);
    let shapes = [shape.clone(), shape.clone(), [1, c, 1, 1].into(), [].into(), [h, w].into(), [n, 1, 1, w].into()];
    let mut nodes: Vec<NodeId> = Vec::new();
    for shape in &shapes {
        let values = (0..shape.elements()).map(|_| draw.normal()).collect();
        nodes.push(case.leaf(shape, values));
    }
    for _ in 0..draw.between(4, 40) {
        nodes.push(node(&case, &nodes, &shape, &mut draw));
    }
    // Whole tensors only: the last, and some on the way.
    let whole = |id: NodeId| case.graph.node(id).shape == shape;
    let full: Vec<NodeId> = nodes[shapes.len()..].iter().copied().filter(|&id| whole(id)).collect();
    let Some(&last) = full.last() else { return case };
    case.outputs = vec![last, draw.pick(&full)];
    if number.is_multiple_of(2) {
        case.assignments = vec![(last, "leaf.0".into())];
    }
    if number.is_multiple_of(4) {
        case.assignments.push((draw.pick(&full), "leaf.1".into()));
    }
    case
}

/// An operation over what is there already; values stay of moderate size.
fn node(case: &Case, nodes: &[NodeId], shape: &Shape, draw: &mut Draw) -> NodeId {
    let mut operand = || crate::Tensor::new(&case.graph, draw.pick(nodes));
    let (a, b, c) = (operand(), operand(), operand());
    // Leaves only: whether computed numbers are equal is a matter of precision.
    let leaf = crate::Tensor::new(&case.graph, nodes[0]);
    let made = match draw.between(0, 14) {
        0 => -a,
        1 => a.relu(),
        2 => a.sigmoid(),
        3 => a.tanh(),
        4 => a.tanh().exp(),
        5 => a + b,
        6 => a - b,
        7 => (a * b).tanh(),
        8 => a / (b * b + 1.0),
        9 => a.sin() + b.cos(),
        10 => a.erf() * b.abs().log1p(),
        11 => (a.abs() + 0.5).pow(b.tanh()),
        12 => a.maximum(b).minimum(c),
        13 => leaf.ge(crate::Tensor::new(&case.graph, nodes[1])).choose(b, c),
        _ => a * 0.5 + b.expand(shape),
    };
    made.id()
}
