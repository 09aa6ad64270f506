//! Trains a small convolutional network on drawn shapes: `cargo run --release -p chalkgrad --example train`.

use chalkgrad::nn::{Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU, Sequential};
use chalkgrad::optim::{AdamW, Schedule};
use chalkgrad::{Device, Examples, Options, RING, Trainer};
use datasets::{Batch, Sampler, Sampling, Transforms, shapes};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let network = Sequential::new()
        .with(Conv2d::new(3, 16, 5).padding(2))
        .with(ReLU)
        .with(MaxPool2d::new(4))
        .with(Flatten)
        .with(Linear::new(1024, 10));
    let network = Network::new(network, shapes::SHAPE)?;
    let data = shapes::generate(1, 4000);
    let sampling = Sampling { seed: 1, examples: 4000, shard_len: 4000, batch: 64, drop_last: true };
    let mut sampler = Sampler::new(sampling)?;
    let mut batch = Batch::new(64, shapes::SHAPE)?;
    let steps = 10 * sampler.steps_per_epoch();
    let options = Options { schedule: Schedule::one_cycle(steps), ..Options::new(64, AdamW::new(1e-2)) };
    pollster::block_on(async {
        let mut trainer = Trainer::new(&Device::Cpu, network, options).await?;
        for step in 0..steps {
            batch.fill(&data, sampler.position(step).indices, &Transforms::default(), None)?;
            trainer.train(Examples { images: &batch.images, labels: &batch.labels, weights: &batch.weights })?;
            if trainer.unread() == RING {
                let metrics = trainer.metrics().await?;
                let mean = metrics.iter().map(|metrics| metrics.loss).sum::<f32>() / RING as f32;
                println!("step {:4}: loss {mean:.3}", step + 1);
            }
        }
        Ok(())
    })
}
