//! What modules do beyond a forward pass: dropping out, remembering, sharing.

use std::fmt;

use chalkgrad::nn::{BatchNorm1d, Dropout, Identity, Linear, Loss, Module, Network, Scope, Sequential};
use chalkgrad::optim::SGD;
use chalkgrad::{Device, Examples, Options, Tensor, Trainer};
use pollster::block_on;

/// A trainer of a small network on the CPU that learns nothing: its rate is 0.
fn trainer(network: Sequential, input: usize, seed: u64) -> Trainer {
    let network = Network::new(network, [input]).unwrap();
    let options = Options { loss: Loss::MeanSquaredError, seed, ..Options::new(4, SGD::new(0.0)) };
    block_on(Trainer::new(&Device::Cpu, network, options)).unwrap()
}

/// The losses of steps on the same examples: numbers that differ where random numbers do.
fn losses(trainer: &mut Trainer, steps: usize) -> Vec<f32> {
    let images: Vec<f32> = (0..4 * 64).map(|i| (i % 7) as f32 - 3.0).collect();
    let labels = vec![0.0; 4 * 2];
    for _ in 0..steps {
        trainer.train(Examples { images: &images, labels: &labels, weights: &[1.0; 4] }).unwrap();
    }
    block_on(trainer.metrics()).unwrap().iter().map(|metrics| metrics.loss).collect()
}

fn dropping(p: f64) -> Sequential {
    Sequential::new().with(Dropout::new(p)).with(Linear::new(64, 2))
}

#[test]
fn dropout_draws_anew_each_step_and_the_seed_fixes_all_of_it() {
    let first = losses(&mut trainer(dropping(0.5), 64, 1), 5);
    assert!(first.windows(2).all(|pair| pair[0] != pair[1]), "{first:?}");
    assert_eq!(first, losses(&mut trainer(dropping(0.5), 64, 1), 5));
    // Another seed draws other numbers for the parameters too: what changes between steps is dropout's.
    let other = losses(&mut trainer(dropping(0.5), 64, 2), 5);
    assert_ne!(first, other);
}

#[test]
fn the_probability_of_a_dropout_changes_between_two_steps() {
    let mut trainer = trainer(dropping(0.5), 64, 1);
    let kept = losses(&mut self::trainer(Sequential::new().with(Identity).with(Linear::new(64, 2)), 64, 1), 1)[0];
    assert_ne!(losses(&mut trainer, 1)[0], kept);
    trainer.model().set("0.p", 0.0).unwrap();
    assert_eq!(losses(&mut trainer, 1)[0], kept);
    trainer.model().set("0.p", 1.0).unwrap();
    let bias = block_on(trainer.model().parameter("1.bias")).unwrap();
    let nothing_but_bias = bias.iter().map(|b| b * b).sum::<f32>() / 2.0;
    assert!((losses(&mut trainer, 1)[0] - nothing_but_bias).abs() < 1e-6);
}

#[test]
fn nothing_is_dropped_where_a_network_is_used() {
    let mut dropped = trainer(dropping(0.9), 64, 1);
    let mut kept = trainer(Sequential::new().with(Identity).with(Linear::new(64, 2)), 64, 1);
    let images: Vec<f32> = (0..64).map(|i| i as f32 / 64.0).collect();
    let [dropped, kept] = [&mut dropped, &mut kept].map(|it| block_on(it.model_mut().predict(&images)).unwrap());
    assert_eq!(dropped, kept);
}

#[test]
fn a_probability_outside_0_to_1_is_refused_by_name() {
    let error = Network::new(Sequential::new().with(Dropout::new(1.5)).with(Linear::new(4, 2)), [4]).err().unwrap();
    assert!(error.to_string().contains("1.5"), "{error}");
}

#[test]
fn without_a_momentum_batch_norm_averages_over_all_steps() {
    let norm = BatchNorm1d { momentum: None, ..BatchNorm1d::new(64) };
    let mut trainer = trainer(Sequential::new().with(norm).with(Linear::new(64, 2)), 64, 1);
    losses(&mut trainer, 3);
    assert_eq!(block_on(trainer.model().buffer("0.num_batches_tracked")).unwrap(), [3.0]);
    // The same batch three times: the average is the batch's own mean.
    let mean = block_on(trainer.model().buffer("0.running_mean")).unwrap();
    let own: f32 = [0, 64, 128, 192].iter().map(|i| (i % 7) as f32 - 3.0).sum::<f32>() / 4.0;
    assert!((mean[0] - own).abs() < 1e-6, "{} instead of {own}", mean[0]);
    trainer.reset().unwrap();
    assert_eq!(block_on(trainer.model().buffer("0.num_batches_tracked")).unwrap(), [0.0]);
}

#[test]
fn batch_norm_refuses_to_learn_from_a_single_number() {
    let network = Network::new(Sequential::new().with(BatchNorm1d::new(4)).with(Linear::new(4, 2)), [4]).unwrap();
    let options = Options { loss: Loss::MeanSquaredError, ..Options::new(1, SGD::new(0.1)) };
    let error = block_on(Trainer::new(&Device::Cpu, network, options)).err().unwrap().to_string();
    assert!(error.contains("more than one number a channel"), "{error}");
}

/// Runs one child twice: its parameters are shared.
struct Twice(Linear);

impl fmt::Display for Twice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Twice()")
    }
}

impl Module for Twice {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, x: Tensor<'g>) -> Tensor<'g> {
        scope.child("layer", &self.0, scope.child("layer", &self.0, x))
    }
}

#[test]
fn a_child_that_runs_twice_shares_its_parameters() {
    let network = Network::new(Twice(Linear::new(5, 5)), [5]).unwrap();
    let paths: Vec<&str> = network.parameters().iter().map(|parameter| parameter.path.as_str()).collect();
    assert_eq!(paths, ["layer.weight", "layer.bias"]);
    assert_eq!(network.parameter_count(), 30);
}
