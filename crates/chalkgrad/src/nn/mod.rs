//! Networks: layers under PyTorch's names, module trees with PyTorch's paths, and the graphs that they make.

mod init;
mod layers;
mod loss;
mod network;
mod registry;
mod scope;

pub use init::{Fan, Init, Initialization, Nonlinearity};
pub use layers::{
    AvgPool2d, BatchNorm1d, BatchNorm2d, Conv2d, ConvTranspose2d, Flatten, Identity, LayerNorm, Linear, MaxPool2d,
    ReLU, Sequential, Sigmoid, Tanh,
};
pub use loss::Loss;
pub use network::{LayerSummary, Network, NetworkGraph};
pub use registry::{Buffer, Parameter, Role, Setting};
pub use scope::{Mode, Module, Scope};
