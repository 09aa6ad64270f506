//! Networks: layers under PyTorch's names, module trees with PyTorch's paths, and the graphs that they make.

mod init;
mod layers;
mod network;
mod scope;

pub use init::Initialization;
pub use layers::{AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, Sigmoid, Tanh};
pub use network::{LayerSummary, Network, NetworkGraph};
pub use scope::{Module, Parameter, Role, Scope};
