//! Fits a sine with a small multi-layer perceptron: `cargo run --release -p chalkgrad --example regression`.

use chalkgrad::nn::{Linear, Loss, Network, Sequential, Tanh};
use chalkgrad::optim::Adam;
use chalkgrad::{Device, Examples, Options, RING, Trainer};

const POINTS: usize = 256;

pub fn main() -> chalkgrad::Result<()> {
    let network = Sequential::new()
        .with(Linear::new(1, 32))
        .with(Tanh)
        .with(Linear::new(32, 32))
        .with(Tanh)
        .with(Linear::new(32, 1));
    let network = Network::new(network, [1])?;
    let x: Vec<f32> = (0..POINTS).map(|point| 6.0 * point as f32 / POINTS as f32 - 3.0).collect();
    let y: Vec<f32> = x.iter().map(|x| x.sin()).collect();
    let examples = Examples { images: &x, labels: &y, weights: &[1.0; POINTS] };
    let options = Options { loss: Loss::MeanSquaredError, ..Options::new(POINTS, Adam::new(1e-2)) };

    pollster::block_on(async {
        let mut trainer = Trainer::new(&Device::Cpu, network, options).await?;
        let mut loss = f32::NAN;
        for step in 1..=512 {
            trainer.train(examples)?;
            // Training does not wait for its numbers: they gather on the device and are read now and then.
            if trainer.unread() == RING {
                loss = trainer.metrics().await?.last().map_or(loss, |metrics| metrics.loss);
                println!("step {step:3}: mean squared error {loss:.6}");
            }
        }
        let points = [-2.0, -1.0, 0.0, 1.0, 2.0_f32];
        let predictions = trainer.model_mut().predict(&points).await?;
        for (x, prediction) in points.iter().zip(predictions.iter()) {
            println!("sin({x:4}) = {:6.3}, the network says {prediction:6.3}", x.sin());
        }
        assert!(loss < 0.01, "the sine should be learned by now");
        Ok(())
    })
}
