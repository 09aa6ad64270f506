//! A network of `networks.mjs`, its layers one after the other.

use burn::{
    module::{Module, ModuleVisitor, Param},
    nn::{
        BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d, Relu,
        conv::{Conv2d, Conv2dConfig},
        pool::{AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig, MaxPool2d, MaxPool2dConfig},
    },
    tensor::{Device, Tensor},
};
use serde::Deserialize;

/// A layer as `networks.mjs` writes it.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Layer {
    Conv { inputs: usize, outputs: usize, kernel: usize, stride: usize, padding: usize, bias: bool, relu: bool },
    BatchNorm { channels: usize, relu: bool },
    MaxPool { size: usize },
    AveragePool,
    Linear { from: Vec<usize>, outputs: usize, bias: bool, relu: bool },
    Residual { body: Vec<Layer>, shortcut: Vec<Layer> },
}

#[derive(Module, Debug)]
enum Operation {
    Conv(Conv2d),
    BatchNorm(BatchNorm),
    Relu(Relu),
    MaxPool(MaxPool2d),
    AveragePool(AdaptiveAvgPool2d),
    Linear(Linear),
    Residual(Residual),
}

/// `relu(body(x) + shortcut(x))`.
#[derive(Module, Debug)]
struct Residual {
    body: Sequence,
    shortcut: Sequence,
    relu: Relu,
}

#[derive(Module, Debug)]
struct Sequence {
    operations: Vec<Operation>,
}

#[derive(Module, Debug)]
pub struct Network {
    layers: Sequence,
}

impl Layer {
    fn has_relu(&self) -> bool {
        matches!(
            self,
            Layer::Conv { relu: true, .. } | Layer::BatchNorm { relu: true, .. } | Layer::Linear { relu: true, .. }
        )
    }
}

impl Operation {
    fn new(layer: &Layer, device: &Device) -> Operation {
        match layer {
            &Layer::Conv { inputs, outputs, kernel, stride, padding, bias, .. } => Operation::Conv(
                Conv2dConfig::new([inputs, outputs], [kernel, kernel])
                    .with_stride([stride, stride])
                    .with_padding(PaddingConfig2d::Explicit(padding, padding, padding, padding))
                    .with_bias(bias)
                    .init(device),
            ),
            &Layer::BatchNorm { channels, .. } => Operation::BatchNorm(BatchNormConfig::new(channels).init(device)),
            &Layer::MaxPool { size } => Operation::MaxPool(MaxPool2dConfig::new([size, size]).init()),
            Layer::AveragePool => Operation::AveragePool(AdaptiveAvgPool2dConfig::new([1, 1]).init()),
            Layer::Linear { from, outputs, bias, .. } => {
                Operation::Linear(LinearConfig::new(from.iter().product(), *outputs).with_bias(*bias).init(device))
            }
            Layer::Residual { body, shortcut } => Operation::Residual(Residual {
                body: Sequence::new(body, device),
                shortcut: Sequence::new(shortcut, device),
                relu: Relu::new(),
            }),
        }
    }

    /// `[N, C, H, W]` before and after; what is linear has one place for each of its numbers.
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Operation::Conv(conv) => conv.forward(x),
            Operation::BatchNorm(norm) => norm.forward(x),
            Operation::Relu(relu) => relu.forward(x),
            Operation::MaxPool(pool) => pool.forward(x),
            Operation::AveragePool(pool) => pool.forward(x),
            Operation::Linear(linear) => linear.forward(x.flatten::<2>(1, 3)).unsqueeze_dims(&[2, 3]),
            Operation::Residual(block) => {
                let sum = block.body.forward(x.clone()) + block.shortcut.forward(x);
                block.relu.forward(sum)
            }
        }
    }
}

impl Sequence {
    fn new(layers: &[Layer], device: &Device) -> Sequence {
        let mut operations = Vec::new();
        for layer in layers {
            operations.push(Operation::new(layer, device));
            if layer.has_relu() {
                operations.push(Operation::Relu(Relu::new()));
            }
        }
        Sequence { operations }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.operations.iter().fold(x, |x, operation| operation.forward(x))
    }
}

impl Network {
    pub fn new(layers: &[Layer], device: &Device) -> Network {
        Network { layers: Sequence::new(layers, device) }
    }

    /// How many numbers it learns. Burn's own count has the running statistics in it.
    pub fn count_parameters(&self) -> usize {
        let mut count = Count(0);
        self.visit(&mut count);
        count.0
    }

    /// `[N, C, H, W]` to `[N, classes]`.
    pub fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.layers.forward(pictures).flatten(1, 3)
    }
}

struct Count(usize);

impl ModuleVisitor for Count {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if parameter.val().is_require_grad() {
            self.0 += parameter.lazy_shape().num_elements();
        }
    }
}
