//! Optimisers over 20 steps of a small network: with every setting, schedules, parameter groups and clipping. And on from a
//! snapshot, bit by bit.

use std::collections::HashMap;

use chalkgrad::nn::{Linear, Sequential, Tanh};
use chalkgrad::optim::{Adadelta, Adagrad, Adam, AdamW, Clip, Optimizer, RMSprop, SGD, Schedule, SegmentTable};
use chalkgrad::{Device, Options, Result, Trainer};
use serde::Deserialize;
use serde_json::Value;

use crate::devices::devices;
use crate::golden::{EQUAL, Golden, load};
use crate::networks::{Run, assert_all_close};
use crate::schedules::schedule;

/// One row of `optimizers.json`.
#[derive(Deserialize)]
struct Row {
    title: String,
    kind: String,
    settings: Value,
    schedule: Option<Value>,
    decay_biases: bool,
    /// Patterns with their rate and decay multipliers.
    groups: Vec<(String, f32, f32)>,
    frozen: Vec<String>,
    clip: Option<(String, f64)>,
    losses: Vec<f64>,
    parameters: HashMap<String, Golden>,
}

impl Row {
    /// What the row leaves out has our default, which must be PyTorch's.
    fn optimizer(&self) -> Optimizer {
        let field = |name: &str| self.settings.get(name);
        let number = |name: &str, default: f64| field(name).map_or(default, |value| value.as_f64().unwrap());
        let flag = |name: &str, default: bool| field(name).map_or(default, |value| value.as_bool().unwrap());
        let pair = |name: &str, default: [f64; 2]| {
            field(name).map_or(default, |values| [0, 1].map(|index| values[index].as_f64().unwrap()))
        };
        macro_rules! rule {
            ($rule:ident { $($field:ident: $read:ident),* }) => {{
                let default = $rule::default();
                $rule { $($field: $read(stringify!($field), default.$field)),* }.into()
            }};
        }
        match self.kind.as_str() {
            "sgd" => rule!(SGD {
                learning_rate: number,
                momentum: number,
                dampening: number,
                nesterov: flag,
                weight_decay: number
            }),
            "adagrad" => rule!(Adagrad {
                learning_rate: number,
                learning_rate_decay: number,
                weight_decay: number,
                initial_accumulator_value: number,
                epsilon: number
            }),
            "rmsprop" => rule!(RMSprop {
                learning_rate: number,
                alpha: number,
                epsilon: number,
                weight_decay: number,
                momentum: number,
                centered: flag
            }),
            "adadelta" => {
                rule!(Adadelta { learning_rate: number, rho: number, epsilon: number, weight_decay: number })
            }
            "adam" => {
                rule!(Adam { learning_rate: number, betas: pair, epsilon: number, weight_decay: number, amsgrad: flag })
            }
            "adamw" => rule!(AdamW {
                learning_rate: number,
                betas: pair,
                epsilon: number,
                weight_decay: number,
                amsgrad: flag
            }),
            kind => panic!("there is no optimiser {kind}"),
        }
    }

    fn options(&self) -> Options {
        Options {
            schedule: self.schedule.as_ref().map_or(Schedule::Constant, schedule),
            decay_biases: self.decay_biases,
            clip: self.clip.as_ref().map(|(kind, bound)| match kind.as_str() {
                "norm" => Clip::Norm(*bound),
                _ => Clip::Value(*bound),
            }),
            ..Options::new(8, self.optimizer())
        }
    }

    fn group(&self, segments: &mut SegmentTable) -> Result<()> {
        for (pattern, rate, decay) in &self.groups {
            segments.group(pattern)?.for_each(|segment| (segment.rate, segment.decay) = (*rate, *decay));
        }
        self.frozen.iter().try_for_each(|pattern| segments.requires_grad(pattern, false))
    }

    fn trainer(&self, run: &Run<'_>) -> Trainer {
        let mut trainer = run.trainer(small(), &[6], self.options());
        pollster::block_on(trainer.with_segments(|segments| self.group(segments))).unwrap();
        trainer
    }
}

fn small() -> Sequential {
    Sequential::new().with(Linear::new(6, 16)).with(Tanh).with(Linear::new(16, 4))
}

fn rows(kind: &str) -> Vec<Row> {
    load::<Vec<Row>>("optimizers").into_iter().filter(|row| row.kind == kind).collect()
}

fn bits(trainer: &Trainer) -> Vec<u32> {
    let values = pollster::block_on(trainer.store().read("flat/parameters")).unwrap();
    values.into_iter().map(f32::to_bits).collect()
}

/// Checks every row of one kind on each device: the loss of each step and the parameters after the last.
fn check(kind: &str) {
    for (row, device) in rows(kind).iter().flat_map(|row| devices().into_iter().map(move |device| (row, device))) {
        let run = Run { device: &device, name: "small", classes: 4, steps: row.losses.len() };
        let mut trainer = row.trainer(&run);
        let losses = run.losses(&mut trainer);
        let (title, device) = (&row.title, device.kind());
        assert_all_close(&losses, &row.losses, 1e-4, &format!("{title} on {device}, loss"));
        for (path, golden) in &row.parameters {
            let values = pollster::block_on(trainer.model().parameter(path)).unwrap();
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            golden.check(&format!("{title}/{path}"), &values, EQUAL, device);
        }
    }
    for row in rows(kind) {
        continues_from_a_snapshot(&row);
    }
}

/// A new trainer that is given a snapshot ends with the very bits of the one that trained on.
fn continues_from_a_snapshot(row: &Row) {
    let first = Run { device: &Device::Cpu, name: "small", classes: 4, steps: 7 };
    let mut trained = row.trainer(&first);
    first.losses(&mut trained);
    let snapshot = pollster::block_on(trained.snapshot()).unwrap();
    first.losses(&mut trained);
    let mut restored = row.trainer(&first);
    restored.restore(&snapshot).unwrap();
    assert_eq!(restored.steps(), 7);
    first.losses(&mut restored);
    assert_eq!(bits(&restored), bits(&trained), "{}", row.title);
}

#[test]
fn sgd_with_momentum_dampening_nesterov_and_decay_equals_pytorch() {
    check("sgd");
}

#[test]
fn adagrad_equals_pytorch() {
    check("adagrad");
}

#[test]
fn rmsprop_with_momentum_and_centered_equals_pytorch() {
    check("rmsprop");
}

#[test]
fn adadelta_equals_pytorch() {
    check("adadelta");
}

#[test]
fn adam_and_amsgrad_equal_pytorch() {
    check("adam");
}

#[test]
fn adamw_equals_pytorch() {
    check("adamw");
}

fn run() -> Run<'static> {
    Run { device: &Device::Cpu, name: "small", classes: 4, steps: 10 }
}

fn trained(options: Options) -> Trainer {
    let mut trainer = run().trainer(small(), &[6], options);
    run().losses(&mut trainer);
    trainer
}

#[test]
fn a_bound_that_nothing_reaches_leaves_every_bit() {
    let plain = Options::new(8, SGD { momentum: 0.9, ..SGD::new(0.1) });
    let bound = |clip| Options { clip: Some(clip), ..plain.clone() };
    let expected = bits(&trained(plain.clone()));
    assert_eq!(bits(&trained(bound(Clip::Norm(f64::INFINITY)))), expected);
    assert_eq!(bits(&trained(bound(Clip::Value(f64::INFINITY)))), expected);
}

#[test]
fn another_optimiser_begins_with_empty_states_and_its_first_step() {
    // Adam's first step moves every number by the rate, however small its gradient: only where its count begins anew.
    let mut trainer = trained(Options::new(8, SGD::new(0.1)));
    let before = pollster::block_on(trainer.model().parameter("0.weight")).unwrap();
    let adam = Options::new(8, Adam { epsilon: 0.0, ..Adam::new(0.01) });
    pollster::block_on(trainer.adjust(adam)).unwrap();
    Run { steps: 1, ..run() }.losses(&mut trainer);
    let after = pollster::block_on(trainer.model().parameter("0.weight")).unwrap();
    for (before, after) in before.iter().zip(after) {
        assert!(((before - after).abs() - 0.01).abs() < 1e-6, "{before} to {after}");
    }
}

#[test]
fn clipping_and_nesterov_come_and_go_without_forgetting_the_velocity() {
    let momentum = SGD { momentum: 0.9, ..SGD::new(0.1) };
    let mut trainer = trained(Options::new(8, momentum));
    let options = Options { clip: Some(Clip::Norm(1e6)), ..trainer.options().clone() };
    pollster::block_on(trainer.adjust(options)).unwrap();
    run().losses(&mut trainer);
    let mut plain = trained(Options::new(8, momentum));
    run().losses(&mut plain);
    assert_eq!(bits(&trainer), bits(&plain));
    let nesterov = Options::new(8, SGD { nesterov: true, ..momentum });
    pollster::block_on(trainer.adjust(nesterov)).unwrap();
    let velocity = pollster::block_on(trainer.store().read("flat/state.0")).unwrap();
    assert!(velocity.iter().any(|&value| value != 0.0));
}

#[test]
fn what_is_frozen_keeps_its_bits_and_learns_again_when_thawed() {
    let mut trainer = trained(Options::new(8, AdamW::new(0.01)));
    let freeze = |trainer: &mut Trainer, pattern: &str, trainable| {
        pollster::block_on(trainer.with_segments(|segments| segments.requires_grad(pattern, trainable)))
    };
    let weights = |trainer: &Trainer| pollster::block_on(trainer.model().parameter("0.weight")).unwrap();
    let before = weights(&trainer);
    freeze(&mut trainer, "0.*", false).unwrap();
    run().losses(&mut trainer);
    assert_eq!(weights(&trainer), before);
    assert!(freeze(&mut trainer, "1.*", false).unwrap_err().to_string().contains("`1.*`"));
    freeze(&mut trainer, "0.*", true).unwrap();
    run().losses(&mut trainer);
    assert_ne!(weights(&trainer), before);
}

#[test]
fn a_multiplier_that_is_no_factor_is_refused_by_the_parameters_name() {
    let mut trainer = trained(Options::new(8, SGD::new(0.1)));
    for factor in [-1.0, f32::NAN, f32::INFINITY] {
        let change = |segments: &mut SegmentTable| {
            segments.group("2.*")?.for_each(|segment| segment.rate = factor);
            Ok(())
        };
        let error = pollster::block_on(trainer.with_segments(change)).unwrap_err();
        assert!(error.to_string().contains("`2.weight`"), "{error}");
    }
}

#[test]
fn the_batch_size_stays() {
    let mut trainer = trained(Options::new(8, SGD::new(0.1)));
    let error = pollster::block_on(trainer.adjust(Options::new(4, SGD::new(0.1)))).unwrap_err();
    assert!(error.to_string().contains("batch size"), "{error}");
}
