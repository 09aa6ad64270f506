//! Trains a convolutional network on CIFAR-10, or on drawn shapes while `chalkgrad data` has not fetched it:
//! `cargo run --release -p chalkgrad --example cifar10 -- STEPS`.

use chalkgrad::nn::{Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU, Sequential};
use chalkgrad::optim::{AdamW, Schedule};
use chalkgrad::{Device, Examples, Options, Trainer};
use datasets::{Batch, Dataset, Sampler, Sampling, Transforms, cifar10, shapes};

pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let steps = std::env::args().nth(1).and_then(|steps| steps.parse().ok()).unwrap_or(192);
    let data = match std::fs::read("data/cifar10/train-00.bin") {
        Ok(bytes) => {
            let shard = cifar10::Shard::decode("train-00", bytes)?;
            let classes = cifar10::CLASSES.map(str::to_owned).to_vec();
            Dataset::new(shapes::SHAPE, classes, shard.pixels().to_vec(), shard.labels().to_vec())?
        }
        Err(_) => shapes::generate(1, 1000),
    };
    let layers = Sequential::new().with(Conv2d::new(3, 16, 5).padding(2)).with(ReLU).with(MaxPool2d::new(4));
    let network = Network::new(layers.with(Flatten).with(Linear::new(1024, 10)), shapes::SHAPE)?;
    let sampling = Sampling { seed: 1, examples: 1000, shard_len: 1000, batch: 32, drop_last: true };
    let (mut sampler, mut batch) = (Sampler::new(sampling)?, Batch::new(32, shapes::SHAPE)?);
    let options = Options { schedule: Schedule::one_cycle(steps), ..Options::new(32, AdamW::new(1e-2)) };
    pollster::block_on(async {
        let mut trainer = Trainer::new(&Device::Cpu, network, options).await?;
        for step in 0..steps {
            batch.fill(&data, sampler.position(step).indices, &Transforms::default(), None)?;
            trainer.train(Examples { images: &batch.images, labels: &batch.labels, weights: &batch.weights })?;
            if trainer.unread() == 32 {
                let mean = trainer.metrics().await?.iter().map(|metrics| metrics.loss).sum::<f32>() / 32.0;
                println!("step {:4}: loss {mean:.3}", step + 1);
            }
        }
        Ok(())
    })
}
