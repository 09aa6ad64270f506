//! How long it takes to fill a batch of 64 and to draw a shape: `cargo run --release -p chalkgrad-datasets --example batch_speed`.

use std::hint::black_box;
use std::time::Instant;

use datasets::{Augmentation, Augmenter, Batch, Examples, Sampler, Sampling, Transforms, shapes};

const PICTURES: usize = 5_000;
const BATCH: usize = 64;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let dataset = shapes::generate(1, PICTURES);
    println!("drawn shape: {:.1} µs each", started.elapsed().as_secs_f64() * 1e6 / PICTURES as f64);

    let sampling = Sampling { seed: 1, examples: PICTURES, shard_len: PICTURES, batch: BATCH, drop_last: true };
    let mut sampler = Sampler::new(sampling)?;
    let mut batch = Batch::new(BATCH, dataset.shape())?;
    let transforms = Transforms::default();
    for (name, augmentation) in [("plain", None), ("flip and shift", Some(Augmentation { flip: true, shift: 2 }))] {
        let mut times = Vec::new();
        for step in 0..2_000 {
            let position = sampler.position(step % sampler.steps_per_epoch());
            let augmenter = augmentation.map(|augmentation| Augmenter { augmentation, seed: 1, epoch: position.epoch });
            let started = Instant::now();
            batch.fill(&dataset, position.indices, &transforms, augmenter)?;
            times.push(started.elapsed());
            black_box(&batch);
        }
        times.sort_unstable();
        let microseconds = |place: usize| times[place].as_secs_f64() * 1e6;
        println!("batch of {BATCH}, {name}: {:.0} µs median, {:.0} µs at best", microseconds(1_000), microseconds(0));
    }
    Ok(())
}
