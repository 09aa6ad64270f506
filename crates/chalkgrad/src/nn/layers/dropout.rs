//! Dropout: while a network learns, numbers are left out at random, and the others are larger by as much.

use std::fmt;

use super::number;
use crate::nn::{Mode, Module, Scope};
use crate::{Shape, Tensor};

macro_rules! dropouts {
    ($($(#[$doc:meta])* $name:ident $together:expr),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name {
            /// The probability; a setting of the layer that can change between two steps.
            pub p: f64,
        }

        impl $name {
            /// PyTorch's default is 0.5.
            pub fn new(p: f64) -> Self {
                Self { p }
            }
        }

        impl Module for $name {
            fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
                drop_out(self.p, $together, scope, input)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(p={}, inplace=False)", stringify!($name), number(self.p))
            }
        }
    )* };
}

dropouts! {
    /// `torch.nn.Dropout` (Srivastava et al. 2014): each number by itself.
    ///
    /// ```
    /// use chalkgrad::nn::{Dropout, Linear, Loss, Network, Sequential};
    /// use chalkgrad::{Device, Model};
    ///
    /// let layers = Sequential::new().with(Linear::new(4, 3)).with(Dropout::new(0.5));
    /// let model = Model::new(&Device::Cpu, Network::new(layers, [4])?, Loss::MeanSquaredError, 0)?;
    /// model.set("1.p", 0.2)?; // from the next step on
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    Dropout |shape| shape.clone(),
    /// `torch.nn.Dropout2d` (Tompson et al. 2015): each channel of `[N, C, …]` as a whole.
    ///
    /// ```
    /// use chalkgrad::nn::{Conv2d, Dropout2d, Loss, Network, Sequential};
    /// use chalkgrad::{Device, Model};
    ///
    /// let layers = Sequential::new().with(Conv2d::new(3, 8, 3)).with(Dropout2d::new(0.5));
    /// let model = Model::new(&Device::Cpu, Network::new(layers, [3, 9, 9])?, Loss::MeanSquaredError, 0)?;
    /// model.set("1.p", 0.2)?; // from the next step on
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    Dropout2d |shape| shape.dims().iter().enumerate().map(|(axis, &len)| if axis < 2 { len } else { 1 }).collect::<Vec<_>>().into(),
}

/// `together` says which shape the random numbers have: what they stretch over is dropped together.
fn drop_out<'g>(p: f64, together: impl Fn(&Shape) -> Shape, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
    if !(0.0..=1.0).contains(&p) {
        let rule = format!("a probability lies between 0 and 1, and {p} does not");
        scope.graph().refuse("dropout", vec![input.shape()], rule);
        return input;
    }
    match scope.mode() {
        Mode::Evaluate => input,
        Mode::Train => input.dropout(scope.setting("p", p), scope.random(together(&input.shape()))),
    }
}
