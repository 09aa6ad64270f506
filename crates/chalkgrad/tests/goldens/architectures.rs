//! Whole architectures from user-defined modules, learning and used: logits, loss and gradients in each engine, then five
//! steps of training, running statistics and logits again.

use std::collections::HashMap;
use std::fmt;

use chalkgrad::nn::{
    AdaptiveAvgPool2d, AvgPool2d, BatchNorm2d, Conv2d, Dropout, Flatten, Init, Linear, Loss, MaxPool2d, Mode, Module,
    Network, NetworkGraph, ReLU, ReLU6, Role, Scope, Sequential, Tanh,
};
use chalkgrad::op::Op;
use chalkgrad::optim::SGD;
use chalkgrad::{Array, Device, Examples, Options, Tensor, Trainer};
use serde::Deserialize;

use crate::devices::{devices, interpret, run};
use crate::golden::{EQUAL, EQUAL_F64, Golden, Tolerance, load};
use crate::hash::Fill;
use crate::networks::{assert_all_close, batch_of, narrow};

/// One row of `architectures.json`.
#[derive(Deserialize)]
struct Row {
    name: String,
    input: Vec<usize>,
    batch: usize,
    classes: usize,
    /// Before any step, used.
    eval: Judged,
    /// Before any step, learning.
    train: Judged,
    losses: Vec<f64>,
    /// Running statistics after the steps.
    buffers: HashMap<String, Golden>,
    /// Logits after the steps, used.
    learned: Golden,
}

/// A pass forward and back.
#[derive(Deserialize)]
struct Judged {
    logits: Golden,
    loss: f64,
    gradients: HashMap<String, Golden>,
}

impl Judged {
    /// Compares logits, loss and each parameter's gradient.
    fn compare(&self, title: &str, network: &Network, found: &[Vec<f64>], tolerance: Tolerance, by: &str) {
        self.logits.check(&format!("{title}/logits"), &found[0], tolerance, by);
        assert_all_close(&found[1], &[self.loss], 1e-5, &format!("{title} by {by}, loss"));
        for (parameter, found) in network.parameters().iter().zip(&found[2..]) {
            let path = &parameter.path;
            self.gradients[path].check(&format!("{title}/gradient/{path}"), found, tolerance, by);
        }
    }
}

fn lenet5() -> Sequential {
    Sequential::new()
        .with(Conv2d::new(1, 6, 5).padding(2))
        .with(Tanh)
        .with(AvgPool2d::new(2))
        .with(Conv2d::new(6, 16, 5))
        .with(Tanh)
        .with(AvgPool2d::new(2))
        .with(Flatten)
        .with(Linear::new(400, 120))
        .with(Tanh)
        .with(Linear::new(120, 84))
        .with(Tanh)
        .with(Linear::new(84, 10))
}

fn vgg() -> Sequential {
    let layers = [[3, 8], [8, 8], [8, 16], [16, 16]].into_iter().enumerate();
    let features = layers.fold(Sequential::new(), |features, (index, [from, to])| {
        let features =
            features.with(Conv2d::new(from, to, 3).padding(1).bias(false)).with(BatchNorm2d::new(to)).with(ReLU);
        if index % 2 == 1 { features.with(MaxPool2d::new(2)) } else { features }
    });
    features.with(Flatten).with(Linear::new(256, 32)).with(ReLU).with(Dropout::new(0.0)).with(Linear::new(32, 10))
}

/// He et al. 2016.
struct BasicBlock {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    conv2: Conv2d,
    bn2: BatchNorm2d,
    downsample: Option<Sequential>,
}

impl BasicBlock {
    fn new(from: usize, to: usize, stride: usize) -> Self {
        let shortcut = || {
            let convolution = Conv2d::new(from, to, 1).stride(stride).bias(false);
            Sequential::new().with(convolution).with(BatchNorm2d::new(to))
        };
        Self {
            conv1: Conv2d::new(from, to, 3).stride(stride).padding(1).bias(false),
            bn1: BatchNorm2d::new(to),
            conv2: Conv2d::new(to, to, 3).padding(1).bias(false),
            bn2: BatchNorm2d::new(to),
            downsample: (stride != 1 || from != to).then(shortcut),
        }
    }
}

impl fmt::Display for BasicBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BasicBlock()")
    }
}

impl Module for BasicBlock {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, x: Tensor<'g>) -> Tensor<'g> {
        let identity = self.downsample.as_ref().map_or(x, |layers| scope.child("downsample", layers, x));
        let y = scope.child("bn1", &self.bn1, scope.child("conv1", &self.conv1, x)).relu();
        let y = scope.child("bn2", &self.bn2, scope.child("conv2", &self.conv2, y));
        (y + identity).relu()
    }
}

struct ResNet20 {
    conv1: Conv2d,
    bn1: BatchNorm2d,
    layers: [Sequential; 3],
    fc: Linear,
}

impl ResNet20 {
    fn new() -> Self {
        let layer = |from, to, stride| {
            let blocks = [(from, stride), (to, 1), (to, 1)].into_iter();
            blocks.fold(Sequential::new(), |layer, (from, stride)| layer.with(BasicBlock::new(from, to, stride)))
        };
        Self {
            conv1: Conv2d::new(3, 16, 3).padding(1).bias(false),
            bn1: BatchNorm2d::new(16),
            layers: [layer(16, 16, 1), layer(16, 32, 2), layer(32, 64, 2)],
            fc: Linear::new(64, 10),
        }
    }
}

impl fmt::Display for ResNet20 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResNet20()")
    }
}

impl Module for ResNet20 {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, x: Tensor<'g>) -> Tensor<'g> {
        let x = scope.child("bn1", &self.bn1, scope.child("conv1", &self.conv1, x)).relu();
        let layers = ["layer1", "layer2", "layer3"].into_iter().zip(&self.layers);
        let x = layers.fold(x, |x, (name, layer)| scope.child(name, layer, x));
        let x = scope.child("pool", &AdaptiveAvgPool2d::new(1), x);
        scope.child("fc", &self.fc, scope.child("flatten", &Flatten, x))
    }
}

fn unit(from: usize, to: usize, kernel: usize) -> Sequential {
    let convolution = Conv2d::new(from, to, kernel).padding(kernel / 2).bias(false);
    Sequential::new().with(convolution).with(BatchNorm2d::new(to)).with(ReLU)
}

/// Szegedy et al. 2015: four branches, side by side.
struct Inception([Sequential; 4]);

impl Inception {
    fn new(from: usize, one: usize, three: [usize; 2], five: [usize; 2], pool: usize) -> Self {
        let narrow = |[inner, outer]: [usize; 2], kernel| {
            Sequential::new().with(unit(from, inner, 1)).with(unit(inner, outer, kernel))
        };
        let pooled = Sequential::new().with(MaxPool2d::new(3).stride(1).padding(1)).with(unit(from, pool, 1));
        Self([unit(from, one, 1), narrow(three, 3), narrow(five, 5), pooled])
    }
}

impl fmt::Display for Inception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inception()")
    }
}

impl Module for Inception {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, x: Tensor<'g>) -> Tensor<'g> {
        let names = ["branch1", "branch2", "branch3", "branch4"].into_iter();
        let branches: Vec<_> = names.zip(&self.0).map(|(name, branch)| scope.child(name, branch, x)).collect();
        scope.graph().concat(&branches, 1)
    }
}

fn googlenet() -> Sequential {
    Sequential::new()
        .with(unit(3, 16, 3))
        .with(MaxPool2d::new(3).stride(2).ceil_mode(true))
        .with(Inception::new(16, 8, [6, 12], [4, 6], 6))
        .with(Inception::new(32, 12, [8, 16], [4, 8], 8))
        .with(MaxPool2d::new(3).stride(2).padding(1))
        .with(Inception::new(44, 16, [8, 16], [4, 8], 8))
        .with(AdaptiveAvgPool2d::new(1))
        .with(Flatten)
        .with(Linear::new(48, 10))
}

/// Howard et al. 2017: depthwise, then pointwise.
fn mobilenet() -> Sequential {
    let stem = Conv2d::new(3, 8, 3).stride(2).padding(1).bias(false);
    let stem = Sequential::new().with(stem).with(BatchNorm2d::new(8)).with(ReLU6);
    let separable = |network: Sequential, [from, to, stride]: [usize; 3]| {
        let depthwise = Conv2d::new(from, from, 3).stride(stride).padding(1).groups(from).bias(false);
        let pointwise = Conv2d::new(from, to, 1).bias(false);
        let network = network.with(depthwise).with(BatchNorm2d::new(from)).with(ReLU6);
        network.with(pointwise).with(BatchNorm2d::new(to)).with(ReLU6)
    };
    let body = [[8, 16, 1], [16, 32, 2], [32, 32, 1]].into_iter().fold(stem, separable);
    body.with(AdaptiveAvgPool2d::new(1)).with(Flatten).with(Linear::new(32, 10))
}

/// A parameter's values, drawn by name: within PyTorch's default bound, or spread scales where it is normalised.
fn drawn(name: &str, parameter: &chalkgrad::nn::Parameter) -> Array<f64> {
    let (low, high) = match (parameter.role, &parameter.init) {
        (Role::Scale, _) => (0.5, 1.5),
        (_, Init::Uniform { low, high }) => (*low, *high),
        _ => (-0.5, 0.5),
    };
    Fill::Uniform { shape: parameter.shape.dims().to_vec(), low, high }.array(&format!("{name}/{}", parameter.path))
}

impl Row {
    /// Every leaf of the graph with its value before any step.
    fn leaves<'g>(&self, network: &Network, built: &'g NetworkGraph) -> Vec<(Tensor<'g>, Array<f64>)> {
        let [images, labels] = batch_of(&self.name, 0, &self.input, self.batch, self.classes);
        let value = |name: &str, shape: &chalkgrad::Shape| match name.split_once('/') {
            Some(("parameter", path)) => {
                drawn(&self.name, network.parameters().iter().find(|parameter| parameter.path == path).unwrap())
            }
            Some(("buffer", path)) => {
                let buffer = network.buffers().iter().find(|buffer| buffer.path == path).unwrap();
                Array::from_fn(shape, |_| f64::from(buffer.initial))
            }
            Some(("input", rest)) if rest.ends_with("images") => images.clone(),
            Some(("input", rest)) if rest.ends_with("labels") => labels.clone(),
            Some(("input", _)) => Array::from_fn(shape, |_| 1.0),
            // Dropout's probability and random words: it drops nothing here.
            _ => Array::from_fn(shape, |_| 0.0),
        };
        let nodes = built.graph.nodes();
        let leaves = nodes.iter().enumerate().filter_map(|(id, node)| match &node.op {
            Op::Leaf { name } => Some((built.tensor(id), value(name, &node.shape))),
            _ => None,
        });
        leaves.collect()
    }

    /// Checks a pass forward and back in every engine.
    fn judge(&self, network: &Network, mode: Mode) {
        let (expected, title) = match mode {
            Mode::Train => (&self.train, format!("{}/train", self.name)),
            Mode::Evaluate => (&self.eval, format!("{}/eval", self.name)),
        };
        let built = network.graph(self.batch, mode, &Loss::CrossEntropy).unwrap();
        let parameters: Vec<_> = built.parameters.iter().map(|&id| built.tensor(id)).collect();
        let paths: Vec<&String> = network.parameters().iter().map(|parameter| &parameter.path).collect();
        assert_eq!(paths.len(), expected.gradients.len(), "{title} has the parameters {paths:?}");
        // `backward` adds no leaves.
        let leaves = self.leaves(network, &built);
        let gradients = built.graph.backward(built.tensor(built.loss), &parameters).unwrap();
        let outputs = [&[built.logits, built.loss].map(|id| built.tensor(id))[..], &gradients].concat();
        let found = interpret::<f64>(&built.graph, &leaves, &outputs).unwrap();
        expected.compare(&title, network, &found, EQUAL_F64, "the interpreter");
        for device in &devices() {
            let found = run(device, &built.graph, &leaves, &outputs).unwrap();
            expected.compare(&title, network, &found, EQUAL, device.kind());
        }
    }

    fn learn(&self, network: Network, device: &Device) {
        let (name, by) = (&self.name, device.kind());
        let sgd = SGD { momentum: 0.9, ..SGD::new(0.01) };
        let parameters: Vec<_> =
            network.parameters().iter().map(|parameter| (parameter.path.clone(), drawn(name, parameter))).collect();
        let mut trainer = pollster::block_on(Trainer::new(device, network, Options::new(self.batch, sgd))).unwrap();
        for (path, values) in parameters {
            trainer.store().write(&format!("parameter/{path}"), &narrow(&values)).unwrap();
        }
        let batch = |step| batch_of(name, step, &self.input, self.batch, self.classes).map(|values| narrow(&values));
        let weights = vec![1.0; self.batch];
        for step in 0..self.losses.len() {
            let [images, labels] = batch(step);
            trainer.train(Examples { images: &images, labels: &labels, weights: &weights }).unwrap();
        }
        let widen = |values: &[f32]| values.iter().map(|&value| f64::from(value)).collect::<Vec<f64>>();
        let losses: Vec<f32> =
            pollster::block_on(trainer.metrics()).unwrap().iter().map(|metrics| metrics.loss).collect();
        assert_all_close(&widen(&losses), &self.losses, 1e-4, &format!("{name} trained on {by}, loss"));
        for (path, golden) in &self.buffers {
            let found = pollster::block_on(trainer.model().buffer(path)).unwrap();
            golden.check(&format!("{name}/buffer/{path}"), &widen(&found), EQUAL, by);
        }
        // The pictures of the last step.
        let [images, _] = batch(self.losses.len() - 1);
        let learned = pollster::block_on(trainer.model_mut().predict(&images)).unwrap();
        self.learned.check(&format!("{name}/learned"), &widen(&learned), EQUAL, by);
    }
}

/// Checks an architecture, used and learning.
fn check(name: &str, root: fn() -> Box<dyn Module>) {
    let row = load::<Vec<Row>>("architectures").into_iter().find(|row| row.name == name).unwrap();
    let make = || Network::new(root(), &row.input[..]).unwrap();
    row.judge(&make(), Mode::Evaluate);
    row.judge(&make(), Mode::Train);
    devices().iter().for_each(|device| row.learn(make(), device));
}

#[test]
fn lenet_5_equals_pytorch() {
    check("lenet5", || Box::new(lenet5()));
}

#[test]
fn a_vgg_like_network_equals_pytorch() {
    check("vgg", || Box::new(vgg()));
}

#[test]
fn resnet_20_equals_pytorch() {
    check("resnet20", || Box::new(ResNet20::new()));
}

#[test]
fn a_small_googlenet_equals_pytorch() {
    check("googlenet", || Box::new(googlenet()));
}

#[test]
fn a_depthwise_separable_network_equals_pytorch() {
    check("mobilenet", || Box::new(mobilenet()));
}
