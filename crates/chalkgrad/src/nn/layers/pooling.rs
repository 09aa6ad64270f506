//! Pooling.

use std::fmt;

use super::one_or_pair;
use crate::Tensor;
use crate::nn::{Module, Scope};
use crate::op::Window;

macro_rules! pools {
    ($($(#[$doc:meta])* $name:ident $method:ident),*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            pub window: Window,
        }

        impl $name {
            /// A square window that moves by its own size.
            pub fn new(kernel: usize) -> Self {
                Self { window: Window::square(kernel).stride(kernel) }
            }
        }

        impl Module for $name {
            fn forward<'g>(&self, _: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
                input.$method(self.window)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let [kernel, stride, padding] = [self.window.kernel, self.window.stride, self.window.padding].map(one_or_pair);
                write!(f, "{}(kernel_size={kernel}, stride={stride}, padding={padding})", stringify!($name))
            }
        }
    )* };
}

pools! {
    /// `torch.nn.MaxPool2d`.
    MaxPool2d max_pool2d,
    /// `torch.nn.AvgPool2d`; padding counts as zeros.
    AvgPool2d avg_pool2d
}
