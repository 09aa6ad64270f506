//! What holds layers together, and what only changes shapes.

use std::fmt;

use super::axis;
use crate::Tensor;
use crate::nn::{Module, Scope};

/// `torch.nn.Flatten`: the axes from `start_dim` to `end_dim` as one, `[N, …]` to `[N, features]` by default.
///
/// ```
/// use chalkgrad::nn::{Conv2d, Flatten, Network, Sequential};
///
/// let maps = || Sequential::new().with(Conv2d::new(3, 8, 1));
/// assert_eq!(Network::new(maps().with(Flatten), [3, 4, 5])?.output().dims(), [160]);
/// let rows = Flatten { start_dim: 2, end_dim: -1 };
/// assert_eq!(Network::new(maps().with(rows), [3, 4, 5])?.output().dims(), [8, 20]);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flatten {
    /// The first, counted from the end where negative.
    pub start_dim: isize,
    /// The last.
    pub end_dim: isize,
}

/// PyTorch's defaults, so that `Flatten` stands for `nn.Flatten()` as `ReLU` does for `nn.ReLU()`.
#[allow(non_upper_case_globals, reason = "a layer without arguments is its name")]
pub const Flatten: Flatten = Flatten { start_dim: 1, end_dim: -1 };

impl Module for Flatten {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let ends = axis(scope, "flatten", input, self.start_dim).zip(axis(scope, "flatten", input, self.end_dim));
        match ends {
            Some((first, last)) if first > last => {
                let rule = "start_dim comes before end_dim, or is the same axis";
                scope.graph().refuse("flatten", vec![input.shape()], rule);
                input
            }
            Some((first, last)) => input.flatten(first..=last),
            None => input,
        }
    }
}

impl fmt::Display for Flatten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flatten(start_dim={}, end_dim={})", self.start_dim, self.end_dim)
    }
}

/// What came in, `torch.nn.Identity`.
///
/// ```
/// use chalkgrad::nn::{Identity, Linear, Network, Sequential};
///
/// // In the place of a head that was cut off.
/// let network = Network::new(Sequential::new().with(Linear::new(8, 4)).with(Identity), [8])?;
/// assert_eq!(network.layers()[1].text, "Identity()");
/// # Ok::<(), chalkgrad::Error>(())
/// ```
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
///
/// ```
/// use chalkgrad::nn::{Linear, Network, ReLU, Sequential};
///
/// let block = || Sequential::new().with(Linear::new(4, 4)).with(ReLU);
/// let network = Network::new(Sequential::new().with(block()).with(block()), [4])?;
/// let paths: Vec<&str> = network.parameters().iter().map(|parameter| parameter.path.as_str()).collect();
/// assert_eq!(paths, ["0.0.weight", "0.0.bias", "1.0.weight", "1.0.bias"]);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
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

    fn register(&self, scope: &Scope<'_, '_>) {
        for (index, layer) in self.layers.iter().enumerate() {
            scope.declare(&index.to_string(), layer.as_ref());
        }
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
