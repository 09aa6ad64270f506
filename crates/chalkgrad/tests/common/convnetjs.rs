//! The ConvNetJS network with pictures to train it on.

use chalkgrad::nn::{Conv2d, Flatten, Initialization, Linear, MaxPool2d, Network, ReLU, Sequential};
use chalkgrad::optim::{Optimizer, Schedule};
use chalkgrad::random::Stream;
use chalkgrad::{Device, Examples, Options, Result, Trainer};

/// The ConvNetJS CIFAR-10 network.
pub(crate) fn convnetjs() -> Result<Network> {
    let block = |layers: Sequential, channels: [usize; 2]| {
        layers.with(Conv2d::new(channels[0], channels[1], 5).padding(2)).with(ReLU).with(MaxPool2d::new(2))
    };
    let features = [[3, 16], [16, 20], [20, 20]].into_iter().fold(Sequential::new(), block);
    Network::new(features.with(Flatten).with(Linear::new(320, 10)), [3, 32, 32])
}

/// A trainer by plain SGD at 0.01.
pub(crate) async fn trainer(device: &Device, network: Network, batch: usize) -> Result<Trainer> {
    let options = Options {
        batch,
        optimizer: Optimizer::sgd(0.01),
        schedule: Schedule::Constant,
        initialization: Initialization::PyTorch,
        seed: 5,
        decay_biases: true,
    };
    Trainer::new(device, network, options).await
}

/// Noise of ten kinds of brightness, which is something to learn.
pub(crate) struct Pictures {
    images: Vec<f32>,
    labels: Vec<f32>,
    weights: Vec<f32>,
}

/// The batch number `step`.
pub(crate) fn pictures(batch: usize, step: usize) -> Pictures {
    let stream = Stream::new(11, step as u64);
    let label = |example: usize| (example * 7 + step) % 10;
    let pixel = |i: usize| stream.uniform(i as u64) - 0.5 + (label(i / 3_072) as f32 - 4.5) / 10.0;
    Pictures {
        images: (0..batch * 3_072).map(pixel).collect(),
        labels: (0..batch).map(|example| label(example) as f32).collect(),
        weights: vec![1.0; batch],
    }
}

impl Pictures {
    /// As a trainer takes them.
    pub(crate) fn examples(&self) -> Examples<'_> {
        Examples { images: &self.images, labels: &self.labels, weights: &self.weights }
    }
}
