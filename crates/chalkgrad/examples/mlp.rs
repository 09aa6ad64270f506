//! A multi-layer perceptron that reads digits: `cargo run --release -p chalkgrad --example mlp`. The digits are drawn here, as
//! a pocket calculator shows them, moved about and under noise, in MNIST's format of 28 × 28 numbers, so that no data is needed.

use chalkgrad::nn::{Flatten, Linear, Network, ReLU, Sequential};
use chalkgrad::optim::AdamW;
use chalkgrad::random::Stream;
use chalkgrad::{Device, Examples, Options, RING, Trainer};

const SIDE: usize = 28;
const BATCH: usize = 64;
/// Which of the seven segments each digit lights: top, upper left and right, middle, lower left and right, bottom.
const DIGITS: [&str; 10] =
    ["1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"];
/// Where the segments lie: left, top, width, height.
const SEGMENTS: [[usize; 4]; 7] =
    [[0, 0, 9, 2], [0, 0, 2, 8], [7, 0, 2, 8], [0, 7, 9, 2], [0, 7, 2, 9], [7, 7, 2, 9], [0, 14, 9, 2]];

/// Pictures `[N, 28, 28]` and labels `[N]`, a function of the seed.
fn digits(seed: u64, count: usize) -> (Vec<f32>, Vec<f32>) {
    let noise = Stream::new(seed, 0);
    let mut images: Vec<f32> = (0..(count * SIDE * SIDE) as u64).map(|place| 0.4 * noise.normal(place)).collect();
    let mut labels = Vec::new();
    for (example, image) in images.chunks_exact_mut(SIDE * SIDE).enumerate() {
        let [digit, left, top, _] = Stream::new(seed, 1).bits(example as u64).map(|bits| bits as usize >> 8);
        let (digit, left, top) = (digit % 10, 6 + left % 7, 3 + top % 7);
        let lit = SEGMENTS.iter().zip(DIGITS[digit].chars()).filter(|(_, lit)| *lit == '1');
        for ([x, y, width, height], _) in lit {
            (0..width * height).for_each(|i| image[(top + y + i / width) * SIDE + left + x + i % width] += 1.0);
        }
        labels.push(digit as f32);
    }
    (images, labels)
}

pub fn main() -> chalkgrad::Result<()> {
    let network =
        Sequential::new().with(Flatten).with(Linear::new(SIDE * SIDE, 128)).with(ReLU).with(Linear::new(128, 10));
    let network = Network::new(network, [SIDE, SIDE])?;
    let (images, labels) = digits(1, 128 * BATCH);
    pollster::block_on(async {
        let mut trainer = Trainer::new(&Device::Cpu, network, Options::new(BATCH, AdamW::new(2e-3))).await?;
        for epoch in 1..=4 {
            for (images, labels) in images.chunks_exact(BATCH * SIDE * SIDE).zip(labels.chunks_exact(BATCH)) {
                trainer.train(Examples { images, labels, weights: &[1.0; BATCH] })?;
                if trainer.unread() == RING {
                    let loss = trainer.metrics().await?.iter().map(|metrics| metrics.loss).sum::<f32>() / RING as f32;
                    println!("epoch {epoch}, step {:3}: loss {loss:.3}", trainer.steps());
                }
            }
        }
        let (images, labels) = digits(2, 1000);
        let test = Examples { images: &images, labels: &labels, weights: &[1.0; 1000] };
        let evaluation = trainer.model_mut().evaluate(test).await?;
        println!("{:.1} % of 1000 new digits are right", 100.0 * evaluation.accuracy);
        assert!(evaluation.accuracy > 0.8, "the digits should be learned by now");
        Ok(())
    })
}
