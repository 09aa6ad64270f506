//! A module of one's own: a residual block (He et al. 2016), used in a network like any other layer.
//! `cargo run --release -p chalkgrad --example custom_module`

use std::fmt;

use chalkgrad::nn::{BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, Module, Network, Scope, Sequential};
use chalkgrad::optim::SGD;
use chalkgrad::random::Stream;
use chalkgrad::{Device, Examples, Options, Tensor, Trainer};

/// `relu(x + f(x))` with two convolutions in `f`.
struct Residual {
    channels: usize,
}

impl Module for Residual {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let conv = Conv2d::new(self.channels, self.channels, 3).padding(1).bias(false);
        let norm = BatchNorm2d::new(self.channels);
        // The names are PyTorch's attribute names: they make the keys of the state dict, `1.conv1.weight`.
        let inner = scope.child("conv1", &conv, input);
        let inner = scope.child("bn1", &norm, inner).relu();
        let inner = scope.child("conv2", &conv, inner);
        (input + scope.child("bn2", &norm, inner)).relu()
    }
}

/// A module says what it is, as in PyTorch's `repr`: errors and tables quote it.
impl fmt::Display for Residual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Residual(channels={})", self.channels)
    }
}

pub fn main() -> chalkgrad::Result<()> {
    let layers = Sequential::new()
        .with(Conv2d::new(1, 8, 3).padding(1))
        .with(Residual { channels: 8 })
        .with(MaxPool2d::new(2))
        .with(Residual { channels: 8 })
        .with(MaxPool2d::new(2))
        .with(Flatten)
        .with(Linear::new(8 * 2 * 2, 2));
    println!("{layers}\n");
    let network = Network::new(layers, [1, 8, 8])?;
    for layer in network.layers() {
        println!("{:10} {:10} {:4} parameters", layer.path, layer.output.to_string(), layer.parameters);
    }

    // Pictures whose left or right half is brighter.
    let noise = Stream::new(7, 0);
    let bright = |place: usize| place % 8 / 4 == place / 64 % 2;
    let images: Vec<f32> = (0..64 * 64).map(|i| noise.normal(i as u64) + if bright(i) { 0.8 } else { 0.0 }).collect();
    let labels: Vec<f32> = (0..64).map(|example| (example % 2) as f32).collect();
    let examples = Examples { images: &images, labels: &labels, weights: &[1.0; 64] };
    pollster::block_on(async {
        let mut trainer = Trainer::new(&Device::Cpu, network, Options::new(64, SGD::new(0.1))).await?;
        (0..40).try_for_each(|_| trainer.train(examples))?;
        let metrics = trainer.metrics().await?;
        let (first, last) = (metrics[0].loss, metrics[39].loss);
        println!("\nloss {first:.3}, and {last:.3} after 40 steps");
        assert!(last < first / 2.0, "the halves should be told apart by now");
        Ok(())
    })
}
