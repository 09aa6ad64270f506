//! The computation graph: nodes with an operation, a shape and the nodes they read. Building it computes shapes and
//! nothing else; running is the business of `interpreter.rs` and `program.rs`.

mod activations;
mod elementwise;
mod indices;
mod losses;
mod matrices;
mod normalization;
mod pictures;
mod random;
mod reductions;
mod shapes;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

pub use losses::Reduction;

use crate::op::{Binary, Op, Unary};
use crate::{Error, Result, Shape};

/// More than this many numbers fit no device; larger shapes are typing errors.
pub(crate) const MAX_ELEMENTS: usize = 1 << 31;

/// A node's place in its graph. Nodes read only nodes before them.
pub type NodeId = usize;

/// One operation with what it reads.
///
/// ```
/// use chalkgrad::Graph;
///
/// let graph = Graph::new();
/// let (x, y) = (graph.leaf("x", [2]), graph.leaf("y", [2]));
/// let node = graph.node((x * y).id());
/// assert_eq!(node.op.name(), "mul");
/// assert_eq!(node.inputs, [x.id(), y.id()]);
/// ```
#[derive(Debug, Clone)]
pub struct Node {
    /// What it does.
    pub op: Op,
    /// What it reads, in the order that the operation says.
    pub inputs: Vec<NodeId>,
    /// The shape of its value.
    pub shape: Shape,
    /// The layer that made it, by path and text; empty outside a network.
    pub layer: String,
}

/// A growing list of nodes. The first shape error poisons it: `backward`, `compile` and `run` return that error.
///
/// ```
/// use chalkgrad::Graph;
///
/// let graph = Graph::new();
/// let x = graph.leaf("x", [2, 3]);
/// let loss = (x * x).sum(&[0, 1], false);
/// let before = graph.len();
/// let gradient = graph.backward(loss, &[x])?[0];
/// assert_eq!(gradient.shape(), x.shape());
/// assert!(graph.len() > before, "the gradient is nodes too");
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Default)]
pub struct Graph {
    nodes: RefCell<Vec<Node>>,
    error: RefCell<Option<Error>>,
    layer: RefCell<String>,
    /// Line and column of the text that nodes are being made for, if there is one.
    place: Cell<Option<[u32; 2]>>,
    /// What that text calls what it does there.
    operation: RefCell<String>,
}

/// A handle to a node: what expressions are written with.
///
/// ```
/// use chalkgrad::Graph;
///
/// let graph = Graph::new();
/// let (x, bias) = (graph.leaf("x", [4, 1]), graph.leaf("bias", [3]));
/// let y = (2.0 * x + bias).relu(); // broadcasts, as NumPy does
/// assert_eq!(y.shape().dims(), [4, 3]);
/// assert_eq!(y.mean(&[0], false).shape().dims(), [3]);
/// ```
#[derive(Clone, Copy)]
pub struct Tensor<'g> {
    graph: &'g Graph,
    id: NodeId,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// A value that is given by this name when the graph runs.
    pub fn leaf(&self, name: impl Into<String>, shape: impl Into<Shape>) -> Tensor<'_> {
        self.push(Node { op: Op::Leaf { name: name.into() }, inputs: vec![], shape: shape.into(), layer: self.layer() })
    }

    /// The same number everywhere.
    pub fn constant(&self, value: f64, shape: impl Into<Shape>) -> Tensor<'_> {
        self.push(Node { op: Op::Constant { value }, inputs: vec![], shape: shape.into(), layer: self.layer() })
    }

    /// The first shape error of this graph.
    pub fn check(&self) -> Result<()> {
        self.error.borrow().clone().map_or(Ok(()), Err)
    }

    /// A copy of one node, to look at. Panics where there is no such node.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes.borrow()[id].clone()
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.borrow().len()
    }

    /// True for a graph without nodes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every node, in order.
    pub fn nodes(&self) -> std::cell::Ref<'_, Vec<Node>> {
        self.nodes.borrow()
    }

    /// The handle of a node that exists.
    pub fn tensor(&self, id: NodeId) -> Option<Tensor<'_>> {
        (id < self.len()).then_some(Tensor { graph: self, id })
    }

    /// Runs `build` with errors and nodes attributed to `layer`.
    pub(crate) fn within<R>(&self, layer: String, build: impl FnOnce() -> R) -> R {
        let outer = self.layer.replace(layer);
        let result = build();
        self.layer.replace(outer);
        result
    }

    /// Errors name this line and column of a text from now on.
    pub(crate) fn set_place(&self, place: Option<[u32; 2]>) {
        self.place.set(place);
    }

    /// Errors that have a place name this operation in place of the graph's own.
    pub(crate) fn set_operation(&self, operation: &str) {
        operation.clone_into(&mut self.operation.borrow_mut());
    }

    fn layer(&self) -> String {
        self.layer.borrow().clone()
    }

    fn push(&self, node: Node) -> Tensor<'_> {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(node);
        Tensor { graph: self, id: nodes.len() - 1 }
    }

    /// Appends a node; a shape error poisons the graph and gives a scalar in its place.
    pub(crate) fn apply(&self, op: Op, inputs: &[Tensor<'_>]) -> Tensor<'_> {
        let shapes: Vec<Shape> = inputs.iter().map(|input| input.shape()).collect();
        let shape = match inputs.iter().all(|input| self.owns(*input)) {
            true => op.shape(&shapes.iter().collect::<Vec<_>>()),
            false => Err("they belong to different graphs".into()),
        };
        let shape = shape.and_then(|shape| match shape.elements() <= MAX_ELEMENTS {
            true => Ok(shape),
            false => Err(format!("the result {shape} would have more numbers than any device holds")),
        });
        match shape {
            Ok(shape) => {
                let inputs = inputs.iter().map(|input| input.id).collect();
                self.push(Node { op, inputs, shape, layer: self.layer() })
            }
            Err(rule) => {
                self.refuse(op.name(), shapes, rule);
                self.constant(0.0, [])
            }
        }
    }

    /// Whether this is one of its own nodes.
    pub(crate) fn owns(&self, tensor: Tensor<'_>) -> bool {
        std::ptr::eq(self, tensor.graph)
    }

    /// Appends a node whose shape errors name the method that was called, or poisons the graph with the rule that broke
    /// before there was an operation.
    fn apply_as(&self, operation: &'static str, op: Result<Op, String>, inputs: &[Tensor<'_>]) -> Tensor<'_> {
        self.apply_for(operation, inputs, op, inputs)
    }

    /// The same, where errors name the shapes of `given`, of which `inputs` were made.
    fn apply_for(
        &self,
        operation: &'static str,
        given: &[Tensor<'_>],
        op: Result<Op, String>,
        inputs: &[Tensor<'_>],
    ) -> Tensor<'_> {
        let shapes: Vec<Shape> = inputs.iter().map(|input| input.shape()).collect();
        match op.and_then(|op| op.shape(&shapes.iter().collect::<Vec<_>>()).map(|_| op)) {
            Ok(op) => self.apply(op, inputs),
            Err(rule) => {
                self.refuse(operation, given.iter().map(|tensor| tensor.shape()).collect(), rule);
                self.constant(0.0, [])
            }
        }
    }

    /// Poisons the graph: these shapes break this rule. Only the first such error is kept.
    pub(crate) fn refuse(&self, operation: &'static str, shapes: Vec<Shape>, rule: impl Into<String>) {
        self.poison(Error::Shape { layer: self.layer(), operation, shapes, rule: rule.into() });
    }

    /// The same, with a sentence instead of an operation.
    pub(crate) fn refuse_module(&self, rule: String) {
        // A line says where it is, and who wrote it knows the layer.
        let layer = if self.place.get().is_some() { String::new() } else { self.layer() };
        self.poison(Error::Module { layer, rule });
    }

    fn poison(&self, error: Error) {
        self.error.borrow_mut().get_or_insert_with(|| match self.place.get() {
            Some([line, column]) => {
                Error::At { line, column, operation: self.operation.borrow().clone(), error: Box::new(error) }
            }
            None => error,
        });
    }
}

impl<'g> Tensor<'g> {
    /// Its node's place.
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The graph that it belongs to.
    pub fn graph(self) -> &'g Graph {
        self.graph
    }

    /// Its shape.
    pub fn shape(self) -> Shape {
        self.graph.nodes.borrow()[self.id].shape.clone()
    }

    fn unary(self, unary: Unary) -> Self {
        self.graph.apply(Op::Unary(unary), &[self])
    }

    /// Broadcasts both, then applies the operation element by element.
    fn binary(self, binary: Binary, other: impl Operand<'g>) -> Self {
        let other = other.beside(self);
        match self.shape().broadcast(&other.shape()) {
            Some(shape) => self.graph.apply(Op::Binary(binary), &[self.expand(&shape), other.expand(&shape)]),
            None => self.graph.apply(Op::Binary(binary), &[self, other]),
        }
    }

    /// Poisons the graph, and gives a scalar to go on with.
    fn refused(self, operation: &'static str, shapes: impl Into<Vec<Shape>>, rule: impl Into<String>) -> Self {
        self.graph.refuse(operation, shapes.into(), rule);
        self.graph.constant(0.0, [])
    }
}

impl PartialEq for Tensor<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.graph.owns(*other) && self.id == other.id
    }
}

impl fmt::Debug for Tensor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = self.graph.node(self.id);
        write!(f, "%{} = {}{:?}: {}", self.id, node.op.name(), node.inputs, node.shape)
    }
}

/// What stands beside a tensor in an expression: another tensor, or the same number everywhere.
///
/// ```
/// use chalkgrad::{Graph, Operand, Tensor};
///
/// fn distance<'g>(x: Tensor<'g>, from: impl Operand<'g>) -> Tensor<'g> {
///     (x - from).abs()
/// }
///
/// let graph = Graph::new();
/// let (x, y) = (graph.leaf("x", [3]), graph.leaf("y", [3]));
/// assert_eq!(distance(x, 1.0).shape(), distance(x, y).shape());
/// ```
pub trait Operand<'g> {
    /// It as a tensor that broadcasts with `other`.
    fn beside(self, other: Tensor<'g>) -> Tensor<'g>;
}

impl<'g> Operand<'g> for Tensor<'g> {
    fn beside(self, _: Tensor<'g>) -> Tensor<'g> {
        self
    }
}

impl<'g> Operand<'g> for f64 {
    fn beside(self, other: Tensor<'g>) -> Tensor<'g> {
        other.graph.constant(self, other.shape())
    }
}

impl Neg for Tensor<'_> {
    type Output = Self;

    fn neg(self) -> Self {
        self.unary(Unary::Neg)
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $binary:ident),*) => { $(
        impl<'g, O: Operand<'g>> $trait<O> for Tensor<'g> {
            type Output = Self;

            fn $method(self, other: O) -> Self {
                self.binary(Binary::$binary, other)
            }
        }

        impl<'g> $trait<Tensor<'g>> for f64 {
            type Output = Tensor<'g>;

            fn $method(self, other: Tensor<'g>) -> Tensor<'g> {
                self.beside(other).binary(Binary::$binary, other)
            }
        }
    )* };
}

operators!(Add add Add, Sub sub Sub, Mul mul Mul, Div div Div);

impl<'g> Tensor<'g> {
    /// The handle of a node known to exist.
    pub(crate) fn new(graph: &'g Graph, id: NodeId) -> Self {
        debug_assert!(id < graph.len());
        Self { graph, id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Interpreter;

    #[test]
    fn tensors_of_different_graphs_are_refused_and_not_mixed_up() {
        let (one, other) = (Graph::new(), Graph::new());
        let (x, y) = (one.leaf("x", []), other.leaf("y", []));
        assert_eq!(other.backward(y, &[x]).unwrap_err(), Error::OtherGraph);
        assert!(matches!(Interpreter::<f64>::new().run(&other, &[(x, 1.0)]), Err(Error::OtherGraph)));
        let sum = x + y;
        assert!(one.check().unwrap_err().to_string().contains("different graphs"));
        assert_eq!(one.backward(sum, &[x]).unwrap_err(), one.check().unwrap_err());
    }
}
