//! What a module's forward pass is written against: its place in the tree, its parameters by name, its children.

use std::cell::RefCell;
use std::fmt;

use crate::graph::MAX_ELEMENTS;
use crate::{Graph, Shape, Tensor};

/// A layer or a tree of them. `Display` prints it as PyTorch does.
pub trait Module: fmt::Display {
    /// Adds the forward pass to the graph. Parameters are asked of the scope by name, children are run through it.
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g>;
}

/// A parameter by its PyTorch path.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// `0.weight`
    pub path: String,
    pub shape: Shape,
    pub role: Role,
    /// Inputs that one output sums over, for initialisation.
    pub fan_in: usize,
    /// Whether a ReLU follows the sum that this bias is added to.
    pub feeds_relu: bool,
}

/// What a parameter does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Weight,
    Bias,
}

/// Everything that a forward pass finds out.
#[derive(Default)]
pub(super) struct Registry<'g> {
    pub(super) parameters: Vec<(Parameter, Tensor<'g>)>,
    /// Every module without children, in order, with its path, its text and its output.
    pub(super) layers: Vec<(String, String, Tensor<'g>)>,
}

/// A place in the module tree while a graph is being made.
pub struct Scope<'s, 'g> {
    graph: &'g Graph,
    registry: &'s RefCell<Registry<'g>>,
    path: String,
}

impl<'s, 'g> Scope<'s, 'g> {
    pub(super) fn root(graph: &'g Graph, registry: &'s RefCell<Registry<'g>>) -> Self {
        Self { graph, registry, path: String::new() }
    }

    /// The graph that grows.
    pub fn graph(&self) -> &'g Graph {
        self.graph
    }

    /// This module's parameter of that name; asking again, or from another module with the same path, shares it.
    pub fn parameter(&self, name: &str, role: Role, shape: impl Into<Shape>, fan_in: usize) -> Tensor<'g> {
        let path = join(&self.path, name);
        let mut registry = self.registry.borrow_mut();
        if let Some((_, tensor)) = registry.parameters.iter().find(|(parameter, _)| parameter.path == path) {
            return *tensor;
        }
        let mut shape = shape.into();
        if shape.elements() > MAX_ELEMENTS / 8 {
            self.graph.refuse("parameter", vec![shape], "a parameter of this size fits no device");
            shape = Shape::default();
        }
        let tensor = self.graph.leaf(format!("parameter/{path}"), shape.clone());
        registry.parameters.push((Parameter { path, shape, role, fan_in, feeds_relu: false }, tensor));
        tensor
    }

    /// Runs a child at `name` below this module.
    pub fn child(&self, name: &str, module: &dyn Module, input: Tensor<'g>) -> Tensor<'g> {
        let scope = Scope { graph: self.graph, registry: self.registry, path: join(&self.path, name) };
        let before = self.registry.borrow().layers.len();
        let text = module.to_string();
        let layer = format!("{} ({text})", scope.path);
        let output = self.graph.within(layer, || module.forward(&scope, input));
        if self.registry.borrow().layers.len() == before {
            self.registry.borrow_mut().layers.push((scope.path, text, output));
        }
        output
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.into() } else { format!("{path}.{name}") }
}
