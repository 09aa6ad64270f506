//! Activation functions as layers.

use std::fmt;

use crate::Tensor;
use crate::nn::{Module, Scope};

macro_rules! activations {
    ($($(#[$doc:meta])* $name:ident $method:ident),*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;

        impl Module for $name {
            fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
                input.$method()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "()"))
            }
        }
    )* };
}

activations! {
    /// `torch.nn.ReLU`.
    ReLU relu,
    /// `torch.nn.Sigmoid`.
    Sigmoid sigmoid,
    /// `torch.nn.Tanh`.
    Tanh tanh
}
