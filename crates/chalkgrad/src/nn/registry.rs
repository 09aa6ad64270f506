//! What a forward pass finds out about a network: its parameters, buffers and settings by their PyTorch paths, what it
//! writes back after a step, and its layers in order.

use super::Init;
use crate::{Shape, Tensor};

/// A parameter by its PyTorch path.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// `0.weight`
    pub path: String,
    /// Its shape.
    pub shape: Shape,
    /// What it does in its layer.
    pub role: Role,
    /// Its layer's default, PyTorch's.
    pub init: Init,
    /// Whether a ReLU follows the sum that this bias is added to.
    pub feeds_relu: bool,
}

/// What a parameter does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Multiplies what comes in: the weight of a convolution or of a linear layer.
    Weight,
    /// Is added.
    Bias,
    /// Scales what was normalised.
    Scale,
}

/// State that is saved with the parameters and changed by forward passes, not by gradients.
#[derive(Debug, Clone, PartialEq)]
pub struct Buffer {
    /// `1.running_mean`
    pub path: String,
    /// Its shape.
    pub shape: Shape,
    /// Its first value, everywhere.
    pub initial: f32,
    /// Whether it counts: PyTorch keeps it as i64.
    pub counts: bool,
}

/// A number that a layer reads when it runs, so that it can change between two steps: the probability of a dropout.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// `2.p`
    pub path: String,
    /// What it begins as.
    pub value: f32,
}

/// Everything that a forward pass finds out.
#[derive(Default)]
pub(super) struct Registry<'g> {
    pub(super) parameters: Vec<(Parameter, Tensor<'g>)>,
    /// Each with its value as this pass leaves it.
    pub(super) buffers: Vec<(Buffer, Tensor<'g>)>,
    pub(super) settings: Vec<(Setting, Tensor<'g>)>,
    /// The path of every module below the root, parents before children.
    pub(super) modules: Vec<String>,
    /// The leaf of the random words, and how often numbers were drawn from it.
    pub(super) random: Option<(Tensor<'g>, u32)>,
    /// Every module without children, in order, with its path, its text and its output.
    pub(super) layers: Vec<(String, String, Tensor<'g>)>,
}
