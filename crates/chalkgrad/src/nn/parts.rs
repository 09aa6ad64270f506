//! The network as a graph to be drawn: calls of modules and functions, and which reads whose result.

use std::ops::Range;

use super::products::products_of;
use super::registry::Parameter;
use crate::order::distinct;
use crate::{Node, NodeId, Shape, Tensor};

/// One call of a module without children or of a function, in the order of calls; the first is the input.
///
/// ```
/// use chalkgrad::nn::{Linear, Network, ReLU, Sequential};
///
/// let network = Network::new(Sequential::new().with(Linear::new(4, 3)).with(ReLU), [4])?;
/// let parts = network.parts();
/// assert_eq!(parts.iter().map(|part| part.path.as_str()).collect::<Vec<_>>(), ["", "0", "1"]);
/// assert_eq!((parts[1].parameters, parts[2].inputs.as_slice()), (15, &[1][..]));
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The module that it is, or in which the function is called.
    pub path: String,
    /// The module as PyTorch prints it, or what the function is called: `+`, `torch.cat`.
    pub text: String,
    /// Whether it is a module of its own, rather than a function.
    pub is_module: bool,
    /// The parts whose results it reads, each once.
    pub inputs: Vec<usize>,
    /// For one example, without the batch.
    pub output: Shape,
    /// Numbers to train, where it is the first call of its module.
    pub parameters: usize,
    /// Multiply-adds of one example's forward pass.
    pub multiply_adds: u64,
}

/// A call while a graph is being made.
pub(super) struct Call {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) is_module: bool,
    /// What it added to the graph.
    pub(super) nodes: Range<NodeId>,
}

/// The calls of a pass over `examples` pictures as parts. A node that no call made is one by itself, if it reads another part.
pub(super) fn parts(
    nodes: &[Node],
    images: Tensor<'_>,
    calls: &[Call],
    parameters: &[Parameter],
    examples: usize,
) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::with_capacity(calls.len() + 1);
    // Which part made each node.
    let mut makers: Vec<Option<usize>> = vec![None; nodes.len()];
    let new = |path: &str, text: &str, is_module: bool| Part {
        path: path.into(),
        text: text.into(),
        is_module,
        inputs: Vec::new(),
        output: Shape::default(),
        parameters: 0,
        multiply_adds: 0,
    };
    makers[images.id()] = Some(0);
    parts.push(Part { output: super::network::example(&nodes[images.id()].shape), ..new("", "input", false) });
    let mut calls = calls.iter().filter(|call| !call.nodes.is_empty()).peekable();
    let mut at = images.id() + 1;
    while at < nodes.len() {
        let call = calls.next_if(|call| call.nodes.start <= at);
        let range = call.map_or(at..at + 1, |call| at.max(call.nodes.start)..call.nodes.end.max(at));
        at = range.end.max(at);
        if range.is_empty() {
            continue;
        }
        let read = nodes[range.clone()].iter().flat_map(|node| &node.inputs).filter(|id| !range.contains(id));
        let inputs = distinct(&read.filter_map(|&id| makers[id]).collect::<Vec<_>>());
        if call.is_none() && inputs.is_empty() {
            continue;
        }
        let mut part = match call {
            Some(call) => new(&call.path, &call.text, call.is_module),
            None => new("", nodes[range.start].op.name(), false),
        };
        if part.is_module && !parts.iter().any(|earlier| earlier.is_module && earlier.path == part.path) {
            let own = parameters.iter().filter(|parameter| parameter.module() == part.path);
            part.parameters = own.map(|parameter| parameter.shape.elements()).sum();
        }
        // A layer's last node may be what it remembers, rather than its result.
        let made = &nodes[range.clone()];
        let is_result = |node: &&Node| node.shape.rank() > 1 && node.shape.dims()[0] == examples;
        let result = made.iter().rev().find(is_result).or(made.last());
        part.output = result.map_or_else(Shape::default, |node| super::network::example(&node.shape));
        let products = range.clone().map(|id| products_of(&nodes[id], nodes)).fold(0, u64::saturating_add);
        part.multiply_adds = products / examples as u64;
        part.inputs = inputs;
        makers[range].fill(Some(parts.len()));
        parts.push(part);
    }
    parts
}
