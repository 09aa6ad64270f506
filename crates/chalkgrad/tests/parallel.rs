//! A batch that threads share gives the losses and parameters that one alone gives, up to rounding.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use chalkgrad::nn::{
    BatchNorm2d, Conv2d, Dropout, Flatten, Initialization, Linear, Loss, MaxPool2d, Network, ReLU, Sequential,
};
use chalkgrad::optim::{AdamW, SGD};
use chalkgrad::random::Stream;
use chalkgrad::{Device, Error, Examples, Line, Metrics, Options, Result, Share, Trainer, Worker};
use pollster::block_on;

const BATCH: usize = 10;
const STEPS: usize = 6;

struct Channel {
    to: Sender<Vec<f32>>,
    from: Receiver<Vec<f32>>,
}

impl Line for Channel {
    fn send(&mut self, frame: Vec<f32>) {
        // A frame to nobody is missed when the answer is waited for.
        drop(self.to.send(frame));
    }

    async fn receive(&mut self) -> Result<Vec<f32>> {
        self.from.recv().map_err(|_| Error::WorkerLost { reason: "its thread is gone".into() })
    }
}

/// Batch norm, which needs the whole batch's statistics, and dropout, which must not depend on who works an example.
fn network() -> Network {
    let layers = Sequential::new()
        .with(Conv2d::new(2, 6, 3).padding(1))
        .with(BatchNorm2d::new(6))
        .with(ReLU)
        .with(MaxPool2d::new(2))
        .with(Dropout::new(0.3))
        .with(Conv2d::new(6, 8, 3))
        .with(BatchNorm2d::new(8))
        .with(ReLU)
        .with(Flatten)
        .with(Linear::new(32, 3));
    Network::new(layers, [2, 8, 8]).unwrap()
}

/// Two ends of one line.
fn line() -> [Channel; 2] {
    let ((to, there), (back, from)) = (channel(), channel());
    [Channel { to, from }, Channel { to: back, from: there }]
}

fn hire(share: Share, loss: Loss) -> Channel {
    let [here, mut there] = line();
    thread::spawn(move || block_on(async { Worker::new(network(), loss, share).await?.serve(&mut there).await }));
    here
}

struct Data {
    images: Vec<f32>,
    labels: Vec<f32>,
    weights: Vec<f32>,
}

impl Data {
    fn new(step: usize) -> Self {
        let stream = Stream::new(3, step as u64);
        Self {
            images: (0..BATCH as u64 * 128).map(|index| stream.uniform(index) - 0.5).collect(),
            labels: (0..BATCH).map(|index| ((index + step) % 3) as f32).collect(),
            // Not all alike: workers divide by what the whole batch counts.
            weights: (0..BATCH).map(|index| 1.0 + (index % 4) as f32 / 2.0).collect(),
        }
    }

    fn examples(&self) -> Examples<'_> {
        Examples { images: &self.images, labels: &self.labels, weights: &self.weights }
    }
}

fn options() -> Options {
    let optimizer = SGD { momentum: 0.9, ..SGD::new(0.05) };
    Options { seed: 5, initialization: Initialization::PyTorch, ..Options::new(BATCH, optimizer) }
}

struct Run {
    metrics: Vec<Metrics>,
    weight: Vec<f32>,
    running_var: Vec<f32>,
}

fn train(workers: usize, options: Options) -> Run {
    block_on(async {
        let loss = options.loss.clone();
        let mut trainer = Trainer::new(&Device::Cpu, network(), options).await.unwrap();
        let share = |rank| Share::of_rank(rank, workers, BATCH).unwrap();
        let mut lines: Vec<Channel> = (1..workers).map(|rank| hire(share(rank), loss.clone())).collect();
        trainer.share_among(workers).await.unwrap();
        for step in 0..STEPS {
            trainer.train_with(Data::new(step).examples(), &mut lines).await.unwrap();
        }
        Run {
            metrics: trainer.metrics().await.unwrap(),
            weight: trainer.model().parameter("5.weight").await.unwrap(),
            running_var: trainer.model().buffer("6.running_var").await.unwrap(),
        }
    })
}

fn alone(options: Options) -> Run {
    block_on(async {
        let mut trainer = Trainer::new(&Device::Cpu, network(), options).await.unwrap();
        for step in 0..STEPS {
            trainer.train(Data::new(step).examples()).unwrap();
        }
        Run {
            metrics: trainer.metrics().await.unwrap(),
            weight: trainer.model().parameter("5.weight").await.unwrap(),
            running_var: trainer.model().buffer("6.running_var").await.unwrap(),
        }
    })
}

fn assert_close(one: &[f32], other: &[f32], tolerance: f32) {
    assert_eq!(one.len(), other.len());
    for (index, (one, other)) in one.iter().zip(other).enumerate() {
        assert!((one - other).abs() <= tolerance, "number {index}: {one} and {other}");
    }
}

fn assert_same(one: &Run, other: &Run, tolerance: f32) {
    let losses = |run: &Run| run.metrics.iter().map(|metrics| metrics.loss).collect::<Vec<_>>();
    let accuracies = |run: &Run| run.metrics.iter().map(|metrics| metrics.accuracy).collect::<Vec<_>>();
    assert_close(&losses(one), &losses(other), tolerance);
    assert_close(&accuracies(one), &accuracies(other), 1e-6);
    assert_close(&one.weight, &other.weight, tolerance);
    assert_close(&one.running_var, &other.running_var, tolerance);
}

#[test]
fn two_three_and_ten_workers_give_what_one_gives_up_to_rounding() {
    let one = alone(options());
    for workers in [2, 3, 10] {
        assert_same(&one, &train(workers, options()), 2e-5);
    }
}

#[test]
fn every_loss_can_be_shared() {
    let weight = Some(vec![1.0, 0.5, 2.0]);
    let losses = [
        Loss::CrossEntropyWith { weight: weight.clone(), label_smoothing: 0.1 },
        Loss::MultiMargin { p: 1, margin: 1.0, weight },
    ];
    for loss in losses {
        let options = Options { loss, optimizer: AdamW::new(1e-3).into(), ..options() };
        assert_same(&alone(options.clone()), &train(3, options), 1e-4);
    }
}

#[test]
fn as_many_workers_give_the_same_bits_again() {
    let bits = |run: Run| run.weight.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(train(3, options())), bits(train(3, options())));
}

#[test]
fn a_step_whose_worker_dies_changes_nothing_and_can_be_repeated_with_another() {
    block_on(async {
        let mut trainer = Trainer::new(&Device::Cpu, network(), options()).await.unwrap();
        trainer.share_among(2).await.unwrap();
        let share = Share::of_rank(1, 2, BATCH).unwrap();
        let mut lines = vec![hire(share, Loss::CrossEntropy)];
        for step in 0..STEPS {
            if step == 3 {
                // One that answers the first sum, and then is gone.
                let [here, mut there] = line();
                let before = trainer.snapshot().await.unwrap();
                thread::spawn(move || {
                    block_on(async {
                        there.receive().await.unwrap();
                        there.send(vec![1.0; 6]);
                        there.receive().await.unwrap();
                    });
                });
                let error = trainer.train_with(Data::new(step).examples(), &mut [here]).await.unwrap_err();
                assert_eq!(error.to_string(), "a worker that shares the batch was lost (its thread is gone)");
                assert!(trainer.snapshot().await.unwrap() == before, "a lost step left something behind");
                lines = vec![hire(share, Loss::CrossEntropy)];
            }
            trainer.train_with(Data::new(step).examples(), &mut lines).await.unwrap();
        }
        let run = Run {
            metrics: trainer.metrics().await.unwrap(),
            weight: trainer.model().parameter("5.weight").await.unwrap(),
            running_var: trainer.model().buffer("6.running_var").await.unwrap(),
        };
        assert_same(&alone(options()), &run, 2e-5);
    });
}

#[test]
fn what_cannot_be_shared_is_refused_in_a_sentence() {
    block_on(async {
        let mut trainer = Trainer::new(&Device::Cpu, network(), options()).await.unwrap();
        let error = trainer.share_among(11).await.unwrap_err().to_string();
        assert_eq!(error, "a batch of 10 is for 1 to 10 workers, not 11");
        assert!(trainer.share_among(0).await.is_err());
        trainer.share_among(2).await.unwrap();
        let data = Data::new(0);
        let error = trainer.train(data.examples()).unwrap_err().to_string();
        assert_eq!(error, "the workers are 2 since the batch was shared, not 1");
        let short = Examples { images: &data.images[1..], ..data.examples() };
        let mut lines = [hire(Share::of_rank(1, 2, BATCH).unwrap(), Loss::CrossEntropy)];
        assert!(trainer.train_with(short, &mut lines).await.is_err());
        trainer.train_with(data.examples(), &mut lines).await.unwrap();
    });
}
