//! Whole networks: logits, loss, accuracy and every parameter's gradient in each engine, and ten steps of training.

use std::collections::HashMap;

use chalkgrad::nn::{
    AdaptiveMaxPool2d, AvgPool2d, Conv2d, Flatten, Init, Linear, Loss, MaxPool2d, Mode, Network, NetworkGraph, ReLU,
    Sequential, Sigmoid, Tanh,
};
use chalkgrad::op::Window;
use chalkgrad::optim::SGD;
use chalkgrad::{Array, Device, Examples, Options, Tensor, Trainer, check_gradients};
use serde::Deserialize;

use crate::devices::{devices, interpret, run};
use crate::golden::{EQUAL, EQUAL_F64, Golden, Tolerance, load};
use crate::hash::{Fill, symmetric};

/// One row of `networks.json`.
#[derive(Deserialize)]
struct Row {
    name: String,
    input: Vec<usize>,
    batch: usize,
    classes: usize,
    logits: Golden,
    loss: f64,
    accuracy: f64,
    gradients: HashMap<String, Golden>,
    losses: Vec<f64>,
}

/// ConvNetJS's CIFAR-10 network.
fn convnetjs() -> Sequential {
    Sequential::new()
        .with(Conv2d::new(3, 16, 5).padding(2))
        .with(ReLU)
        .with(MaxPool2d::new(2))
        .with(Conv2d::new(16, 20, 5).padding(2))
        .with(ReLU)
        .with(MaxPool2d::new(2))
        .with(Conv2d::new(20, 20, 5).padding(2))
        .with(ReLU)
        .with(MaxPool2d::new(2))
        .with(Flatten)
        .with(Linear::new(320, 10))
}

fn strided() -> Sequential {
    Sequential::new()
        .with(Conv2d::new(2, 5, 3).stride(2).padding(1))
        .with(Tanh)
        .with(AvgPool2d::new(2))
        .with(Flatten)
        .with(Linear::new(45, 12))
        .with(Sigmoid)
        .with(Linear::new(12, 3))
}

fn keeping() -> Sequential {
    let oblong = Window { kernel: [3, 2], dilation: [2, 3], ..Window::square(1) };
    Sequential::new()
        .with(Conv2d::new(2, 3, 4).same_padding(true))
        .with(Tanh)
        .with(Conv2d { window: oblong, ..Conv2d::new(3, 4, 1) }.same_padding(true))
        .with(MaxPool2d::new(2).stride(1).dilation(3))
        .with(AdaptiveMaxPool2d { output_size: [4, 3] })
        .with(Flatten { start_dim: 2, end_dim: -1 })
        .with(Linear::new(12, 5))
        .with(Tanh)
        .with(Flatten { start_dim: -2, end_dim: -1 })
        .with(Linear::new(20, 4))
}

fn mlp() -> Sequential {
    Sequential::new().with(Linear::new(30, 40)).with(ReLU).with(Linear::new(40, 20)).with(Tanh).with(Linear::new(20, 7))
}

/// The parameters of a network as drawn by name, within PyTorch's default bound.
pub(crate) fn named(name: &str, network: &Network) -> Vec<(String, Array<f64>)> {
    let draw = |parameter: &chalkgrad::nn::Parameter| {
        let Init::Uniform { high: bound, .. } = parameter.init else { panic!("{} is not uniform", parameter.path) };
        (parameter.path.clone(), symmetric(&format!("{name}/{}", parameter.path), parameter.shape.dims(), bound))
    };
    network.parameters().iter().map(draw).collect()
}

/// Step number `step`'s pictures and labels.
pub(crate) fn batch_of(name: &str, step: usize, input: &[usize], batch: usize, classes: usize) -> [Array<f64>; 2] {
    let images = symmetric(&format!("{name}/images/{step}"), &[&[batch], input].concat(), 0.5);
    let labels = Fill::Whole { shape: vec![batch], count: classes as f64 };
    [images, labels.array(&format!("{name}/labels/{step}"))]
}

pub(crate) fn narrow(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&value| value as f32).collect()
}

/// Where to train, on what, for how long.
pub(crate) struct Run<'a> {
    pub(crate) device: &'a Device,
    pub(crate) name: &'a str,
    pub(crate) classes: usize,
    pub(crate) steps: usize,
}

impl Run<'_> {
    /// A trainer whose parameters are drawn by name.
    pub(crate) fn trainer(&self, network: Sequential, input: &[usize], options: Options) -> Trainer {
        let network = Network::new(network, input).unwrap();
        let parameters = named(self.name, &network);
        let trainer = pollster::block_on(Trainer::new(self.device, network, options)).unwrap();
        for (path, values) in parameters {
            trainer.store().write(&format!("parameter/{path}"), &narrow(&values)).unwrap();
        }
        trainer
    }

    /// The loss of each step before its update.
    pub(crate) fn losses(&self, trainer: &mut Trainer) -> Vec<f64> {
        let (input, batch) = (trainer.network().input().dims().to_vec(), trainer.options().batch);
        let weights = vec![1.0; batch];
        for step in 0..self.steps {
            let [images, labels] = batch_of(self.name, step, &input, batch, self.classes).map(|values| narrow(&values));
            trainer.train(Examples { images: &images, labels: &labels, weights: &weights }).unwrap();
        }
        let metrics = pollster::block_on(trainer.metrics()).unwrap();
        metrics.iter().map(|metrics| f64::from(metrics.loss)).collect()
    }
}

/// Panics unless these numbers are PyTorch's.
pub(crate) fn assert_all_close(found: &[f64], expected: &[f64], relative: f64, by: &str) {
    assert_eq!(found.len(), expected.len(), "{by}: how many");
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let near = (found - expected).abs() <= relative * expected.abs();
        assert!(near, "{by}: number {index} is {found}, PyTorch's is {expected}");
    }
}

impl Row {
    /// The graph's leaves with their values.
    fn leaves<'g>(&self, network: &Network, built: &'g NetworkGraph) -> Vec<(Tensor<'g>, Array<f64>)> {
        let [images, labels] = batch_of(&self.name, 0, &self.input, self.batch, self.classes);
        let weights = Fill::Uniform { shape: vec![self.batch], low: 0.5, high: 1.5 };
        let weights = weights.array(&format!("{}/weights", self.name));
        let values =
            [images, labels, weights].into_iter().chain(named(&self.name, network).into_iter().map(|row| row.1));
        let leaves = [built.images, built.labels, built.weights].into_iter().chain(built.parameters.iter().copied());
        leaves.map(|leaf| built.tensor(leaf)).zip(values).collect()
    }

    /// Compares logits, loss, accuracy, then each parameter's gradient.
    fn compare(&self, network: &Network, found: &[Vec<f64>], tolerance: Tolerance, by: &str) {
        let name = &self.name;
        self.logits.check(&format!("{name}/logits"), &found[0], tolerance, by);
        assert_all_close(&found[1], &[self.loss], 1e-5, &format!("{name} by {by}, loss"));
        assert_all_close(&found[2], &[self.accuracy], 1e-5, &format!("{name} by {by}, accuracy"));
        for (parameter, found) in network.parameters().iter().zip(&found[3..]) {
            let path = &parameter.path;
            self.gradients[path].check(&format!("{name}/gradient/{path}"), found, tolerance, by);
        }
    }
}

/// Checks a network forward, backward and in training, in every engine.
fn check(name: &str, network: fn() -> Sequential) {
    let row = load::<Vec<Row>>("networks").into_iter().find(|row| row.name == name).unwrap();
    let shape = Network::new(network(), &row.input[..]).unwrap();
    let built = shape.graph(row.batch, Mode::Train, &Loss::CrossEntropy).unwrap();
    let parameters: Vec<_> = built.parameters.iter().map(|&id| built.tensor(id)).collect();
    assert_eq!(parameters.len(), row.gradients.len());
    let leaves = row.leaves(&shape, &built);
    // The largest network's gradients are checked against PyTorch's alone: each difference costs two forward passes.
    if shape.parameter_count() < 10_000 {
        let (fixed, moved) = leaves.split_at(3);
        let report = check_gradients(&built.graph, built.tensor(built.loss), moved, fixed).unwrap();
        assert!(report.passed(), "{name} against finite differences:\n{report}");
    }
    let gradients = built.graph.backward(built.tensor(built.loss), &parameters).unwrap();
    let outputs = [&[built.logits, built.loss, built.accuracy].map(|id| built.tensor(id))[..], &gradients].concat();
    let (double, single) = ("the interpreter, f64", "the interpreter, f32");
    row.compare(&shape, &interpret::<f64>(&built.graph, &leaves, &outputs).unwrap(), EQUAL_F64, double);
    row.compare(&shape, &interpret::<f32>(&built.graph, &leaves, &outputs).unwrap(), EQUAL, single);
    for device in &devices() {
        row.compare(&shape, &run(device, &built.graph, &leaves, &outputs).unwrap(), EQUAL, device.kind());
        let options = Options::new(row.batch, SGD { momentum: 0.9, ..SGD::new(0.01) });
        let run = Run { device, name, classes: row.classes, steps: row.losses.len() };
        let losses = run.losses(&mut run.trainer(network(), &row.input, options));
        assert_all_close(&losses, &row.losses, 1e-4, &format!("{name} trained on {}, loss", device.kind()));
    }
}

#[test]
fn the_convnetjs_network_equals_pytorch_forward_backward_and_in_training() {
    check("convnetjs", convnetjs);
}

#[test]
fn a_strided_network_with_average_pooling_equals_pytorch() {
    check("strided", strided);
}

#[test]
fn a_network_that_keeps_sizes_and_pools_with_gaps_and_regions_equals_pytorch() {
    check("keeping", keeping);
}

#[test]
fn a_multi_layer_perceptron_equals_pytorch() {
    check("mlp", mlp);
}
