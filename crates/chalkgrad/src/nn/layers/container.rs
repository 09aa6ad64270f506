//! What holds layers together, and what only changes shapes.

use std::fmt;

use crate::nn::{Module, Scope};
use crate::{Shape, Tensor};

/// `[N, …]` to `[N, features]`, `torch.nn.Flatten`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flatten;

impl Module for Flatten {
    fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let shape = input.shape();
        let [batch, rest @ ..] = shape.dims() else { return input };
        input.reshape([*batch, Shape::from(rest).elements()])
    }
}

impl fmt::Display for Flatten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flatten(start_dim=1, end_dim=-1)")
    }
}

/// What came in, `torch.nn.Identity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity;

impl Module for Identity {
    fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        input
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity()")
    }
}

/// Layers one after the other, `torch.nn.Sequential`; paths are `0`, `1`, ….
#[derive(Default)]
pub struct Sequential {
    layers: Vec<Box<dyn Module>>,
}

impl Sequential {
    /// An empty chain.
    pub fn new() -> Self {
        Self::default()
    }

    /// The chain with one more layer.
    pub fn with(mut self, layer: impl Module + 'static) -> Self {
        self.layers.push(Box::new(layer));
        self
    }
}

impl FromIterator<Box<dyn Module>> for Sequential {
    fn from_iter<I: IntoIterator<Item = Box<dyn Module>>>(layers: I) -> Self {
        Self { layers: layers.into_iter().collect() }
    }
}

impl Module for Sequential {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let layers = self.layers.iter().enumerate();
        layers.fold(input, |value, (index, layer)| scope.child(&index.to_string(), layer.as_ref(), value))
    }
}

impl fmt::Display for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sequential(")?;
        for (index, layer) in self.layers.iter().enumerate() {
            let text = layer.to_string().replace('\n', "\n  ");
            write!(f, "\n  ({index}): {text}")?;
        }
        f.write_str(if self.layers.is_empty() { ")" } else { "\n)" })
    }
}
