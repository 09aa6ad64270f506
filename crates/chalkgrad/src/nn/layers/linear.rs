//! Fully connected layers.

use std::fmt;

use super::truth;
use crate::Tensor;
use crate::nn::{Init, Module, Role, Scope};

/// Fully connected layer, `torch.nn.Linear`.
///
/// ```
/// use chalkgrad::nn::{Linear, Network};
///
/// let network = Network::new(Linear::new(784, 10), [784])?;
/// assert_eq!(network.output().dims(), [10]);
/// assert_eq!(network.parameter_count(), 7_850);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linear {
    /// Numbers of an example that come in.
    pub in_features: usize,
    /// Numbers of an example that go out.
    pub out_features: usize,
    /// Whether a bias is added for each of them.
    pub bias: bool,
}

impl Linear {
    /// With bias.
    pub fn new(in_features: usize, out_features: usize) -> Self {
        Self { in_features, out_features, bias: true }
    }

    fn parameters<'g>(&self, scope: &Scope<'_, 'g>) -> (Tensor<'g>, Option<Tensor<'g>>) {
        let init = Init::fan_in(self.in_features);
        let weight = scope.parameter("weight", Role::Weight, [self.out_features, self.in_features], init);
        (weight, self.bias.then(|| scope.parameter("bias", Role::Bias, [self.out_features], init)))
    }
}

impl Module for Linear {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let (weight, bias) = self.parameters(scope);
        let shape = input.shape();
        let features = shape.dims().last();
        if features != Some(&self.in_features) {
            let rule = match (shape.dims(), features) {
                ([_, _, _, _], _) => "it takes [N, features]: put nn.Flatten() before it".into(),
                (_, Some(features)) => {
                    format!("it takes {} features an example, but {features} arrive", self.in_features)
                }
                (_, None) => "it takes [N, features], not a single number".into(),
            };
            scope.graph().refuse("linear", vec![shape, weight.shape()], rule);
        }
        input.linear(weight, bias)
    }

    fn register(&self, scope: &Scope<'_, '_>) {
        self.parameters(scope);
    }
}

impl fmt::Display for Linear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { in_features, out_features, bias } = *self;
        write!(f, "Linear(in_features={in_features}, out_features={out_features}, bias={})", truth(bias))
    }
}
