//! Optimisers over 20 steps of a small network, and schedules step by step.

use std::collections::HashMap;

use chalkgrad::Options;
use chalkgrad::nn::{Linear, Sequential, Tanh};
use chalkgrad::optim::{Optimizer, Schedule};
use serde::Deserialize;

use crate::devices::devices;
use crate::golden::{EQUAL, Golden, load};
use crate::networks::{Run, assert_all_close};

/// One row of `optimizers.json`.
#[derive(Deserialize)]
struct Row {
    title: String,
    #[serde(flatten)]
    rule: Rule,
    schedule: Option<OneCycle>,
    decay_biases: bool,
    frozen: Vec<String>,
    losses: Vec<f64>,
    parameters: HashMap<String, Golden>,
}

/// An optimiser as the goldens name it.
#[derive(Deserialize)]
#[serde(tag = "kind", content = "settings", rename_all = "lowercase")]
enum Rule {
    Sgd { learning_rate: f64, momentum: f64, nesterov: bool, weight_decay: f64 },
    Adadelta { learning_rate: f64, rho: f64, epsilon: f64, weight_decay: f64 },
    AdamW { learning_rate: f64, betas: [f64; 2], epsilon: f64, weight_decay: f64 },
}

/// A one-cycle schedule as the goldens name it.
#[derive(Deserialize, Clone, Copy)]
struct OneCycle {
    total_steps: u64,
    pct_start: f64,
    div_factor: f64,
    final_div_factor: f64,
    momentum: Option<[f64; 2]>,
}

impl From<&Rule> for Optimizer {
    fn from(rule: &Rule) -> Self {
        match *rule {
            Rule::Sgd { learning_rate, momentum, nesterov, weight_decay } => {
                Self::Sgd { learning_rate, momentum, nesterov, weight_decay }
            }
            Rule::Adadelta { learning_rate, rho, epsilon, weight_decay } => {
                Self::Adadelta { learning_rate, rho, epsilon, weight_decay }
            }
            Rule::AdamW { learning_rate, betas, epsilon, weight_decay } => {
                Self::AdamW { learning_rate, betas, epsilon, weight_decay }
            }
        }
    }
}

impl From<OneCycle> for Schedule {
    fn from(cycle: OneCycle) -> Self {
        let OneCycle { total_steps, pct_start, div_factor, final_div_factor, momentum } = cycle;
        Self::OneCycle { total_steps, pct_start, div_factor, final_div_factor, momentum }
    }
}

/// Checks every row of one kind: the loss of each step and the parameters after the last, on each device.
fn check(is_kind: fn(&Rule) -> bool) {
    let devices = devices();
    let rows = load::<Vec<Row>>("optimizers").into_iter().filter(|row| is_kind(&row.rule));
    for row in rows {
        for device in &devices {
            let options = Options {
                schedule: row.schedule.map_or(Schedule::Constant, Schedule::from),
                decay_biases: row.decay_biases,
                ..Options::new(8, (&row.rule).into())
            };
            let run = Run { device, name: "small", classes: 4, steps: row.losses.len() };
            let network = Sequential::new().with(Linear::new(6, 16)).with(Tanh).with(Linear::new(16, 4));
            let mut trainer = run.trainer(network, &[6], options);
            let freeze = |segments: &mut chalkgrad::optim::SegmentTable| {
                for segment in segments.segments_mut() {
                    segment.trainable = !row.frozen.contains(&segment.path);
                }
            };
            trainer.with_segments(freeze).unwrap();
            let losses = run.losses(&mut trainer);
            let (title, kind) = (&row.title, device.kind());
            assert_all_close(&losses, &row.losses, 1e-4, &format!("{title} on {kind}, loss"));
            for (path, golden) in &row.parameters {
                let values = pollster::block_on(trainer.model().parameter(path)).unwrap();
                let values: Vec<f64> = values.into_iter().map(f64::from).collect();
                golden.check(&format!("{title}/{path}"), &values, EQUAL, kind);
            }
        }
    }
}

#[test]
fn sgd_with_momentum_nesterov_and_decay_equals_pytorch() {
    check(|rule| matches!(rule, Rule::Sgd { .. }));
}

#[test]
fn adadelta_equals_pytorch() {
    check(|rule| matches!(rule, Rule::Adadelta { .. }));
}

#[test]
fn adamw_equals_pytorch() {
    check(|rule| matches!(rule, Rule::AdamW { .. }));
}

/// One row of `schedules.json`.
#[derive(Deserialize)]
struct ScheduleRow {
    learning_rate: f64,
    schedule: OneCycle,
    rates: Vec<f64>,
    momenta: Option<Vec<f64>>,
}

#[test]
fn one_cycle_moves_rate_and_momentum_as_pytorch_does_at_every_step() {
    for row in load::<Vec<ScheduleRow>>("schedules") {
        let schedule = Schedule::from(row.schedule);
        let steps = 0..row.schedule.total_steps;
        let all: Vec<_> = steps.map(|step| schedule.rates(step, row.learning_rate)).collect();
        let rates: Vec<f64> = all.iter().map(|rates| rates.learning_rate).collect();
        assert_all_close(&rates, &row.rates, 1e-8, &format!("{schedule:?}, rate"));
        let momenta: Option<Vec<f64>> = all.iter().map(|rates| rates.momentum).collect();
        assert_eq!(momenta.is_some(), row.momenta.is_some());
        if let (Some(found), Some(expected)) = (momenta, row.momenta) {
            assert_all_close(&found, &expected, 1e-8, &format!("{schedule:?}, momentum"));
        }
    }
}

#[test]
fn a_constant_schedule_stays() {
    for step in [0, 1, 1_000_000] {
        let rates = Schedule::Constant.rates(step, 0.1);
        assert_eq!((rates.learning_rate, rates.momentum), (0.1, None));
    }
}
