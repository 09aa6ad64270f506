//! Normalisation over the batch and over the features.

use std::fmt;

use super::{number, truth};
use crate::nn::{Init, Mode, Module, Role, Scope};
use crate::{Shape, Tensor};

macro_rules! batch_norms {
    ($($(#[$doc:meta])* $name:ident $ranks:pat => $rule:literal),*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            /// How many features or channels there are.
            pub num_features: usize,
            /// Added to the variance, so that nothing is divided by 0.
            pub eps: f64,
            /// How much of the running statistics a step replaces; `None` averages over all steps.
            pub momentum: Option<f64>,
            /// Whether there is a weight and a bias for each feature.
            pub affine: bool,
            /// Whether running statistics are kept for evaluation, or each batch takes its own there too.
            pub track_running_stats: bool,
        }

        impl $name {
            /// PyTorch's defaults: eps 1e-5, momentum 0.1, affine, with running statistics.
            pub fn new(num_features: usize) -> Self {
                Self { num_features, eps: 1e-5, momentum: Some(0.1), affine: true, track_running_stats: true }
            }

            fn common(&self) -> BatchNorm {
                let Self { num_features, eps, momentum, affine, track_running_stats } = *self;
                BatchNorm { num_features, eps, momentum, affine, track_running_stats }
            }
        }

        impl Module for $name {
            fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
                let shape = input.shape();
                let fits = matches!(shape.rank(), $ranks) && shape.dims()[1] == self.num_features;
                if !fits {
                    let rule = format!($rule, self.num_features);
                    scope.graph().refuse("batch_norm", vec![shape, [self.num_features].into()], rule);
                    return input;
                }
                self.common().forward(scope, input)
            }

            fn register(&self, scope: &Scope<'_, '_>) {
                self.common().state(scope);
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let momentum = self.momentum.map_or("None".into(), number);
                let (affine, track) = (truth(self.affine), truth(self.track_running_stats));
                write!(f, "{}({}, eps={}, momentum={momentum}", stringify!($name), self.num_features, number(self.eps))?;
                write!(f, ", affine={affine}, bias={affine}, track_running_stats={track})")
            }
        }
    )* };
}

batch_norms! {
    /// `torch.nn.BatchNorm1d` (Ioffe and Szegedy 2015): `[N, C]` or `[N, C, L]`, each feature over the batch.
    ///
    /// ```
    /// use chalkgrad::nn::{BatchNorm1d, Linear, Network, Sequential};
    ///
    /// let network = Network::new(Sequential::new().with(Linear::new(4, 8)).with(BatchNorm1d::new(8)), [4])?;
    /// let buffers: Vec<&str> = network.buffers().iter().map(|buffer| buffer.path.as_str()).collect();
    /// assert_eq!(buffers, ["1.running_mean", "1.running_var", "1.num_batches_tracked"]);
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    BatchNorm1d 2 | 3 => "it takes {} features, [N, C] or [N, C, L]",
    /// `torch.nn.BatchNorm2d` (Ioffe and Szegedy 2015): `[N, C, H, W]`, each channel over the batch and all places.
    ///
    /// ```
    /// use chalkgrad::nn::{BatchNorm2d, Conv2d, Network, Sequential};
    ///
    /// // The norm has a bias of its own.
    /// let layers = Sequential::new().with(Conv2d::new(3, 16, 3).bias(false)).with(BatchNorm2d::new(16));
    /// assert_eq!(Network::new(layers, [3, 8, 8])?.parameter_count(), 16 * 27 + 2 * 16);
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    BatchNorm2d 4 => "it takes pictures of {} channels, [N, C, H, W]"
}

/// What both have in common.
struct BatchNorm {
    num_features: usize,
    eps: f64,
    momentum: Option<f64>,
    affine: bool,
    track_running_stats: bool,
}

impl BatchNorm {
    /// Weight and bias, and mean, variance and count of the batches so far.
    fn state<'g>(&self, scope: &Scope<'_, 'g>) -> (Option<[Tensor<'g>; 2]>, Option<[Tensor<'g>; 3]>) {
        let parameter = |name, role, value| scope.parameter(name, role, [self.num_features], Init::Constant(value));
        let affine = self.affine.then(|| [parameter("weight", Role::Scale, 1.0), parameter("bias", Role::Bias, 0.0)]);
        let running = self.track_running_stats.then(|| {
            let buffer = |name, initial| scope.buffer(name, [self.num_features], initial);
            [buffer("running_mean", 0.0), buffer("running_var", 1.0), scope.counter("num_batches_tracked")]
        });
        (affine, running)
    }

    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let (affine, running) = self.state(scope);
        let (mean, variance) = match (scope.mode(), running) {
            (Mode::Evaluate, Some([mean, variance, _])) => (mean, variance),
            (mode, running) => {
                let places: usize = input.shape().dims().iter().skip(2).product();
                let count = scope.batch() * places;
                if mode == Mode::Train && count < 2 {
                    let rule = "it learns from the spread of a batch: more than one number a channel is needed";
                    scope.graph().refuse("batch_norm", vec![input.shape()], rule);
                }
                let (mean, variance) = input.statistics_by(|x, axes| scope.batch_mean(x, axes));
                if let Some(running) = running {
                    self.remember(scope, running, (mean, variance * (count as f64 / (count as f64 - 1.0))));
                }
                (mean, variance)
            }
        };
        let (weight, bias) = affine.map(|[weight, bias]| (weight, bias)).unzip();
        input.batch_norm(mean, variance, weight, bias, self.eps)
    }

    /// Moves the running statistics towards the batch's; the variance among them is the unbiased one.
    fn remember<'g>(
        &self,
        scope: &Scope<'_, 'g>,
        [mean, variance, batches]: [Tensor<'g>; 3],
        new: (Tensor<'g>, Tensor<'g>),
    ) {
        let batches = batches + 1.0;
        let share = match self.momentum {
            Some(momentum) => scope.graph().constant(momentum, []),
            None => 1.0 / batches,
        };
        scope.update("num_batches_tracked", batches);
        scope.update("running_mean", (1.0 - share) * mean + share * new.0);
        scope.update("running_var", (1.0 - share) * variance + share * new.1);
    }
}

/// `torch.nn.LayerNorm` (Ba, Kiros and Hinton 2016): each example over its last axes.
///
/// ```
/// use chalkgrad::nn::{LayerNorm, Network};
///
/// // Each row of 64 by itself, with 64 weights and 64 biases for all.
/// let network = Network::new(LayerNorm::new([64]), [12, 64])?;
/// assert_eq!(network.parameter_count(), 128);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNorm {
    /// Lengths of the axes it normalises over: the last ones.
    pub normalized_shape: Shape,
    /// Added to the variance, so that nothing is divided by 0.
    pub eps: f64,
    /// Whether there is a weight for each element.
    pub elementwise_affine: bool,
    /// Whether there is a bias for each element, if there is a weight.
    pub bias: bool,
}

impl LayerNorm {
    /// PyTorch's defaults: eps 1e-5, with weight and bias.
    pub fn new(normalized_shape: impl Into<Shape>) -> Self {
        Self { normalized_shape: normalized_shape.into(), eps: 1e-5, elementwise_affine: true, bias: true }
    }

    /// Weight and bias.
    fn parameters<'g>(&self, scope: &Scope<'_, 'g>) -> [Option<Tensor<'g>>; 2] {
        let parameter = |name, role, value| {
            let init = Init::Constant(value);
            self.elementwise_affine.then(|| scope.parameter(name, role, &self.normalized_shape, init))
        };
        let weight = parameter("weight", Role::Scale, 1.0);
        [weight, if self.bias { parameter("bias", Role::Bias, 0.0) } else { None }]
    }
}

impl Module for LayerNorm {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let shape = &self.normalized_shape;
        if !input.shape().dims().ends_with(shape.dims()) {
            let rule = format!("it normalises over last axes of the shape {shape}");
            scope.graph().refuse("layer_norm", vec![input.shape(), shape.clone()], rule);
            return input;
        }
        let [weight, bias] = self.parameters(scope);
        input.layer_norm(shape.rank(), weight, bias, self.eps)
    }

    fn register(&self, scope: &Scope<'_, '_>) {
        self.parameters(scope);
    }
}

impl fmt::Display for LayerNorm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lengths: Vec<String> = self.normalized_shape.dims().iter().map(usize::to_string).collect();
        let comma = if lengths.len() == 1 { "," } else { "" };
        let (lengths, affine) = (lengths.join(", "), truth(self.elementwise_affine));
        let bias = truth(self.elementwise_affine && self.bias);
        write!(f, "LayerNorm(({lengths}{comma}), eps={}, elementwise_affine={affine}, bias={bias})", number(self.eps))
    }
}
