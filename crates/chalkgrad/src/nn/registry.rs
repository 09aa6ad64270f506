//! What a forward pass finds out about a network: its parameters, buffers and settings by their PyTorch paths, what it
//! writes back after a step, and its layers in order.

use super::Init;
use super::parts::Call;
use crate::{Shape, Tensor};

/// A parameter by its PyTorch path.
///
/// ```
/// use chalkgrad::nn::{Linear, Network, ReLU, Role, Sequential};
///
/// let network = Network::new(Sequential::new().with(Linear::new(4, 3)).with(ReLU), [4])?;
/// let bias = &network.parameters()[1];
/// assert_eq!((bias.path.as_str(), bias.shape.dims(), bias.role), ("0.bias", &[3][..], Role::Bias));
/// assert!(bias.feeds_relu);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
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

impl Parameter {
    /// The path of the module that it belongs to.
    pub(super) fn module(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(module, _)| module)
    }
}

/// What a parameter does.
///
/// ```
/// use chalkgrad::nn::{BatchNorm1d, Linear, Network, Role, Sequential};
///
/// let network = Network::new(Sequential::new().with(Linear::new(4, 3)).with(BatchNorm1d::new(3)), [4])?;
/// let roles: Vec<Role> = network.parameters().iter().map(|parameter| parameter.role).collect();
/// assert_eq!(roles, [Role::Weight, Role::Bias, Role::Scale, Role::Bias]);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
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
///
/// ```
/// use chalkgrad::nn::{BatchNorm2d, Network};
///
/// let network = Network::new(BatchNorm2d::new(8), [8, 5, 5])?;
/// let variance = &network.buffers()[1];
/// assert_eq!((variance.path.as_str(), variance.initial), ("running_var", 1.0));
/// # Ok::<(), chalkgrad::Error>(())
/// ```
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
///
/// ```
/// use chalkgrad::nn::{Dropout, Linear, Network, Sequential};
///
/// let network = Network::new(Sequential::new().with(Dropout::new(0.5)).with(Linear::new(4, 3)), [4])?;
/// let setting = &network.settings()[0];
/// assert_eq!((setting.path.as_str(), setting.value), ("0.p", 0.5));
/// # Ok::<(), chalkgrad::Error>(())
/// ```
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
    /// Every call of a module that has no children or computes products of its own, in order.
    pub(super) layers: Vec<Row<'g>>,
    /// Every call of a module or a function in which there is no other, in order.
    pub(super) calls: Vec<Call>,
    /// Every key of parameters, buffers and aliases, as they were registered.
    pub(super) keys: Vec<String>,
    /// Keys of what has another key already, with that.
    pub(super) aliases: Vec<(String, String)>,
}

impl<'g> Registry<'g> {
    /// The parameter of this path, or the one that it is another name for.
    pub(super) fn parameter(&self, path: &str) -> Option<Tensor<'g>> {
        let path = self.aliases.iter().find(|(alias, _)| alias == path).map_or(path, |(_, of)| of.as_str());
        self.parameters.iter().find(|(parameter, _)| parameter.path == path).map(|(_, tensor)| *tensor)
    }
}

/// One call of a module.
pub(super) struct Row<'g> {
    pub(super) path: String,
    pub(super) text: String,
    pub(super) output: Tensor<'g>,
    pub(super) multiply_adds: u64,
}
