//! The ConvNetJS network with pictures to train it on.

use chalkgrad::nn::{Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU, Sequential};
use chalkgrad::optim::SGD;
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
    let options = Options { seed: 5, ..Options::new(batch, SGD::new(0.01)) };
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

/// Losses of 20 steps of 16 pictures on the CPU, natively. Printed by `cargo test --test agreement -- --nocapture`.
const NATIVE_LOSSES: [f32; 20] = [
    2.30434, 2.3096375, 2.295702, 2.3004057, 2.3097906, 2.2965205, 2.2998266, 2.305329, 2.3023922, 2.2968826, 2.302063,
    2.3037453, 2.288393, 2.2971003, 2.3057828, 2.2920537, 2.2939258, 2.2999527, 2.2989051, 2.2915711,
];

/// Trains 20 steps and holds every loss to the native one.
pub(crate) async fn expect_native_losses(device: &Device) {
    let network = convnetjs().expect("it fits together");
    let mut trainer = trainer(device, network, 16).await.expect("it compiles");
    for step in 0..NATIVE_LOSSES.len() {
        trainer.train(pictures(16, step).examples()).expect("it trains");
    }
    let losses: Vec<f32> = trainer.metrics().await.expect("it reads").iter().map(|step| step.loss).collect();
    println!("{losses:?}");
    for (step, (loss, native)) in losses.iter().zip(NATIVE_LOSSES).enumerate() {
        assert!((loss - native).abs() < 1e-5, "step {step}: {loss} instead of {native}");
    }
}
