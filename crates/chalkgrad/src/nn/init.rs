//! How parameters begin: the functions of `torch.nn.init`, and the rules that give a whole network its first values. Each
//! is a function of a shape and a stream of random numbers, so that a seed alone fixes every value.

mod gain;
mod orthogonal;
mod truncated;

pub use gain::{Fan, Nonlinearity};

use super::registry::{Parameter, Role};
use crate::graph::MAX_ELEMENTS;
use crate::order::order;
use crate::random::Stream;
use crate::{Error, Result, Shape};

/// First values of one parameter: a function of `torch.nn.init` with its arguments.
///
/// ```
/// use chalkgrad::nn::{Fan, Init, Nonlinearity};
/// use chalkgrad::random::Stream;
///
/// let init = Init::kaiming_normal(0.0, Fan::Out, Nonlinearity::ReLU);
/// let weight = init.values(&[16, 3, 5, 5].into(), &Stream::new(7, 0))?;
/// assert_eq!(weight.len(), 1200);
/// assert!(init.values(&[16].into(), &Stream::new(7, 0)).is_err(), "a vector has no fan");
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// The same number everywhere.
    Constant(f64),
    /// Uniform in `low..high`.
    Uniform {
        /// The smallest number.
        low: f64,
        /// No number reaches it.
        high: f64,
    },
    /// `N(mean, deviation²)`.
    Normal {
        /// Its centre.
        mean: f64,
        /// Its standard deviation.
        deviation: f64,
    },
    /// `N(mean, deviation²)` of which everything outside `low..=high` is drawn again.
    TruncNormal {
        /// The centre before truncation.
        mean: f64,
        /// The standard deviation before truncation.
        deviation: f64,
        /// The smallest number.
        low: f64,
        /// The largest number.
        high: f64,
    },
    /// 1 on the diagonal of a matrix, 0 elsewhere.
    Eye,
    /// A convolution that passes its channels on: weight `[O, C / groups, …]` with 1, 2 or 3 axes of space.
    Dirac {
        /// Groups of channels, each passed on by itself.
        groups: usize,
    },
    /// Glorot and Bengio 2010: uniform within `±gain √(6 / (fan_in + fan_out))`.
    XavierUniform {
        /// A factor for the nonlinearity that follows.
        gain: f64,
    },
    /// Glorot and Bengio 2010: `N(0, gain² · 2 / (fan_in + fan_out))`.
    XavierNormal {
        /// A factor for the nonlinearity that follows.
        gain: f64,
    },
    /// He et al. 2015: uniform within `±gain √(3 / fan)`.
    KaimingUniform {
        /// A factor for the nonlinearity that follows.
        gain: f64,
        /// Whether the forward or the backward pass keeps its variance.
        mode: Fan,
    },
    /// He et al. 2015: `N(0, gain² / fan)`.
    KaimingNormal {
        /// A factor for the nonlinearity that follows.
        gain: f64,
        /// Whether the forward or the backward pass keeps its variance.
        mode: Fan,
    },
    /// Saxe et al. 2013: `gain` times a matrix with orthonormal rows or columns, whichever are fewer.
    Orthogonal {
        /// The length of each row or column.
        gain: f64,
    },
    /// Martens 2010: `N(0, deviation²)`, with this part of each column zero.
    Sparse {
        /// The part of each column that is zero, in 0..=1.
        sparsity: f64,
        /// The standard deviation of the rest.
        deviation: f64,
    },
}

impl Init {
    /// PyTorch's default for the weight and the bias of a layer whose outputs each sum over `fan_in` inputs: uniform within
    /// `±1/√fan_in`. For the weight that is Kaiming uniform with `a = √5` (He et al. 2015).
    pub fn fan_in(fan_in: usize) -> Self {
        symmetric(1.0 / (fan_in.max(1) as f64).sqrt())
    }

    /// `torch.nn.init.uniform_`; PyTorch's default is 0 to 1.
    pub fn uniform(low: f64, high: f64) -> Self {
        Self::Uniform { low, high }
    }

    /// `torch.nn.init.normal_`; PyTorch's default is mean 0, deviation 1.
    pub fn normal(mean: f64, deviation: f64) -> Self {
        Self::Normal { mean, deviation }
    }

    /// `torch.nn.init.trunc_normal_`; PyTorch's default is mean 0, deviation 1, within −2 to 2.
    pub fn trunc_normal(mean: f64, deviation: f64, low: f64, high: f64) -> Self {
        Self::TruncNormal { mean, deviation, low, high }
    }

    /// `torch.nn.init.constant_`.
    pub fn constant(value: f64) -> Self {
        Self::Constant(value)
    }

    /// `torch.nn.init.ones_`.
    pub fn ones() -> Self {
        Self::Constant(1.0)
    }

    /// `torch.nn.init.zeros_`.
    pub fn zeros() -> Self {
        Self::Constant(0.0)
    }

    /// `torch.nn.init.eye_`, for matrices.
    pub fn eye() -> Self {
        Self::Eye
    }

    /// `torch.nn.init.dirac_`, for weights of convolutions; PyTorch's default is 1 group.
    pub fn dirac(groups: usize) -> Self {
        Self::Dirac { groups }
    }

    /// `torch.nn.init.xavier_uniform_`; PyTorch's default gain is 1.
    pub fn xavier_uniform(gain: f64) -> Self {
        Self::XavierUniform { gain }
    }

    /// `torch.nn.init.xavier_normal_`; PyTorch's default gain is 1.
    pub fn xavier_normal(gain: f64) -> Self {
        Self::XavierNormal { gain }
    }

    /// `torch.nn.init.kaiming_uniform_`. `a` is the slope of a leaky ReLU below zero and is not looked at otherwise; PyTorch's
    /// default is a leaky ReLU with `a = 0`, [`Fan::In`].
    pub fn kaiming_uniform(a: f64, mode: Fan, nonlinearity: Nonlinearity) -> Self {
        Self::KaimingUniform { gain: nonlinearity.gain(Some(a)), mode }
    }

    /// `torch.nn.init.kaiming_normal_`, with the arguments and defaults of [`Init::kaiming_uniform`].
    pub fn kaiming_normal(a: f64, mode: Fan, nonlinearity: Nonlinearity) -> Self {
        Self::KaimingNormal { gain: nonlinearity.gain(Some(a)), mode }
    }

    /// `torch.nn.init.orthogonal_`; PyTorch's default gain is 1.
    pub fn orthogonal(gain: f64) -> Self {
        Self::Orthogonal { gain }
    }

    /// `torch.nn.init.sparse_`, for matrices; PyTorch's default deviation is 0.01.
    pub fn sparse(sparsity: f64, deviation: f64) -> Self {
        Self::Sparse { sparsity, deviation }
    }

    /// The values of a tensor of this shape, or why PyTorch would refuse it.
    pub fn values(&self, shape: &Shape, stream: &Stream) -> Result<Vec<f32>> {
        if let Err(rule) = self.check(shape) {
            return Err(Error::Shape {
                layer: String::new(),
                operation: self.name(),
                shapes: vec![shape.clone()],
                rule,
            });
        }
        // A shape without elements has no fan either, so there is nothing to divide by.
        Ok(if shape.elements() == 0 { Vec::new() } else { self.draw(shape, stream) })
    }

    /// The values for a shape that was checked and has elements.
    fn draw(&self, shape: &Shape, stream: &Stream) -> Vec<f32> {
        let fill = |value: &dyn Fn(u64) -> f64| (0..shape.elements() as u64).map(|place| value(place) as f32).collect();
        let normal = |mean, deviation| fill(&|place| mean + deviation * f64::from(stream.normal(place)));
        let uniform = |low, high| fill(&|place| low + (high - low) * f64::from(stream.uniform(place)));
        let (fan_in, fan_out) = (Fan::In.of(shape), Fan::Out.of(shape));
        match *self {
            Self::Constant(value) => fill(&|_| value),
            Self::Uniform { low, high } => uniform(low, high),
            Self::Normal { mean, deviation } => normal(mean, deviation),
            Self::TruncNormal { mean, deviation, low, high } => {
                let truncated = truncated::Truncated::new(mean, deviation, low, high);
                fill(&|place| truncated.draw(stream, place))
            }
            Self::Eye => {
                let columns = shape.dims()[1] as u64;
                fill(&|place| if place / columns == place % columns { 1.0 } else { 0.0 })
            }
            Self::Dirac { groups } => dirac(shape, groups),
            Self::XavierUniform { gain } => symmetric(gain * (6.0 / (fan_in + fan_out)).sqrt()).draw(shape, stream),
            Self::XavierNormal { gain } => normal(0.0, gain * (2.0 / (fan_in + fan_out)).sqrt()),
            Self::KaimingUniform { gain, mode } => symmetric(gain * (3.0 / mode.of(shape)).sqrt()).draw(shape, stream),
            Self::KaimingNormal { gain, mode } => normal(0.0, gain / mode.of(shape).sqrt()),
            Self::Orthogonal { gain } => orthogonal::orthogonal(shape, gain, stream),
            Self::Sparse { sparsity, deviation } => sparse(normal(0.0, deviation), shape, sparsity, stream),
        }
    }

    /// PyTorch's name of the function, without its underscore.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Constant(_) => "constant",
            Self::Uniform { .. } => "uniform",
            Self::Normal { .. } => "normal",
            Self::TruncNormal { .. } => "trunc_normal",
            Self::Eye => "eye",
            Self::Dirac { .. } => "dirac",
            Self::XavierUniform { .. } => "xavier_uniform",
            Self::XavierNormal { .. } => "xavier_normal",
            Self::KaimingUniform { .. } => "kaiming_uniform",
            Self::KaimingNormal { .. } => "kaiming_normal",
            Self::Orthogonal { .. } => "orthogonal",
            Self::Sparse { .. } => "sparse",
        }
    }

    /// The rule that this shape or an argument breaks.
    pub(super) fn check(&self, shape: &Shape) -> Result<(), String> {
        let needs = |holds: bool, rule: &str| if holds { Ok(()) } else { Err(rule.to_owned()) };
        needs(shape.elements() <= MAX_ELEMENTS, "a tensor of this size fits no device")?;
        let scale = |value: f64, rule: &str| needs(value >= 0.0 && value.is_finite(), rule);
        let fan = needs(shape.rank() >= 2, "fan in and fan out need at least two axes, [out, in, …]");
        let matrix = needs(shape.rank() == 2, "it fills matrices, [rows, columns]");
        let deviation_rule = "the standard deviation must be a number that is not negative";
        match *self {
            Self::Constant(_) => Ok(()),
            Self::Eye => matrix,
            Self::Uniform { low, high } => {
                needs(low <= high && (high - low).is_finite(), "`low` must not be above `high`")
            }
            Self::Normal { deviation, .. } => scale(deviation, deviation_rule),
            Self::TruncNormal { deviation, low, high, .. } => {
                needs(deviation > 0.0 && deviation.is_finite(), "the standard deviation must be positive")?;
                needs(low <= high, "`low` must not be above `high`")
            }
            Self::Dirac { groups } => {
                let channels = shape.dims().first().copied().unwrap_or(0);
                needs((3..=5).contains(&shape.rank()), "it fills weights of convolutions, which have 3 to 5 axes")?;
                needs(groups > 0 && channels.is_multiple_of(groups), "the groups must divide the output channels")
            }
            Self::XavierUniform { gain }
            | Self::XavierNormal { gain }
            | Self::KaimingUniform { gain, .. }
            | Self::KaimingNormal { gain, .. } => {
                fan.and(scale(gain, "the gain must be a number that is not negative"))
            }
            Self::Orthogonal { .. } => needs(shape.rank() >= 2, "it needs at least two axes, [rows, columns, …]"),
            Self::Sparse { sparsity, deviation } => {
                needs((0.0..=1.0).contains(&sparsity), "the sparsity is a part, between 0 and 1")?;
                matrix.and(scale(deviation, deviation_rule))
            }
        }
    }
}

/// Uniform within `±bound`.
fn symmetric(bound: f64) -> Init {
    Init::Uniform { low: -bound, high: bound }
}

/// In each group, output channel `i` is input channel `i`: 1 in the middle of its kernel.
fn dirac(shape: &Shape, groups: usize) -> Vec<f32> {
    let (dims, strides) = (shape.dims(), shape.strides());
    let mut values = vec![0.0; shape.elements()];
    let (per_group, middle) =
        (dims[0] / groups, (2..dims.len()).map(|axis| dims[axis] / 2 * strides[axis]).sum::<usize>());
    for group in 0..groups {
        for channel in 0..per_group.min(dims[1]) {
            values[(group * per_group + channel) * strides[0] + channel * strides[1] + middle] = 1.0;
        }
    }
    values
}

/// Puts zeros into as many rows of each column as its sparsity says; which ones, random ranks decide.
fn sparse(mut values: Vec<f32>, shape: &Shape, sparsity: f64, stream: &Stream) -> Vec<f32> {
    let (rows, columns) = (shape.dims()[0], shape.dims()[1]);
    let zeros = (sparsity * rows as f64).ceil() as usize;
    for column in 0..columns {
        // The numbers after those of the normal distribution are still unused.
        let rank = |row: usize| stream.bits((values.len() + row * columns + column) as u64)[0];
        let ranks: Vec<u32> = (0..rows).map(rank).collect();
        let order = order(rows, &|a, b| ranks[a].cmp(&ranks[b]));
        order.iter().take(zeros).for_each(|row| values[row * columns + column] = 0.0);
    }
    values
}

/// A rule that gives every parameter of a network its first values, from a seed.
///
/// ```
/// use chalkgrad::Options;
/// use chalkgrad::nn::Initialization;
/// use chalkgrad::optim::SGD;
///
/// let options = Options { initialization: Initialization::ConvNetJs, ..Options::new(4, SGD::new(0.01)) };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Initialization {
    /// Each layer's own, which are PyTorch's.
    #[default]
    PyTorch,
    /// ConvNetJS's: weights `N(0, 1/fan_in)`, biases 0.1 before a ReLU and 0 elsewhere.
    ConvNetJs,
}

impl Initialization {
    /// The first values of the network's parameter number `index`. Every number is a function of (seed, index, place).
    pub fn values(self, parameter: &Parameter, seed: u64, index: usize) -> Result<Vec<f32>> {
        let fan_in: usize = parameter.shape.dims().iter().skip(1).product();
        let init = match (self, parameter.role) {
            (Self::PyTorch, _) | (Self::ConvNetJs, Role::Scale) => parameter.init,
            (Self::ConvNetJs, Role::Weight) => {
                Init::Normal { mean: 0.0, deviation: 1.0 / (fan_in.max(1) as f64).sqrt() }
            }
            (Self::ConvNetJs, Role::Bias) => Init::Constant(if parameter.feeds_relu { 0.1 } else { 0.0 }),
        };
        init.values(&parameter.shape, &Stream::new(seed, index as u64))
    }
}
