//! Networks: layers under PyTorch's names, module trees with PyTorch's paths, and the graphs that they make.

mod init;
mod layers;
mod loss;
mod network;
mod parts;
mod products;
mod registry;
mod scope;

pub use init::{Fan, Init, Initialization, Nonlinearity};
pub use layers::*;
pub use loss::Loss;
pub(crate) use network::batched;
pub use network::{LayerSummary, Network, NetworkGraph};
pub use parts::Part;
pub use registry::{Buffer, Parameter, Role, Setting};
pub(crate) use scope::RANDOM_WORDS;
pub use scope::{Mode, Module, Scope, declared};
