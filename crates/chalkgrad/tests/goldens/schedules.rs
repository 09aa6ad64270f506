//! Schedules step by step, against PyTorch's scheduler objects.

use chalkgrad::optim::{Anneal, OneCycle, Schedule};
use serde::Deserialize;
use serde_json::Value;

use crate::golden::load;
use crate::networks::assert_all_close;

/// One row of `schedules.json`.
#[derive(Deserialize)]
struct Row {
    learning_rate: f64,
    schedule: Value,
    rates: Vec<f64>,
    momenta: Option<Vec<f64>>,
}

/// The schedule that the goldens name; what they leave out has its default.
pub(crate) fn schedule(settings: &Value) -> Schedule {
    let field = |name: &str| settings.get(name);
    let number = |name: &str, default: f64| field(name).map_or(default, |value| value.as_f64().unwrap());
    let count = |name: &str, default: u64| field(name).map_or(default, |value| value.as_u64().unwrap());
    let flag = |name: &str, default: bool| field(name).map_or(default, |value| value.as_bool().unwrap());
    match settings["kind"].as_str().unwrap() {
        "constant" => Schedule::Constant,
        "linear" => Schedule::Linear {
            start_factor: number("start_factor", 1.0 / 3.0),
            end_factor: number("end_factor", 1.0),
            total_iters: count("total_iters", 5),
        },
        "step" => Schedule::Step { step_size: count("step_size", 0), gamma: number("gamma", 0.1) },
        "multi_step" => {
            let milestones = field("milestones").unwrap().as_array().unwrap();
            let milestones = milestones.iter().map(|milestone| milestone.as_u64().unwrap()).collect();
            Schedule::MultiStep { milestones, gamma: number("gamma", 0.1) }
        }
        "exponential" => Schedule::Exponential { gamma: number("gamma", 0.0) },
        "cosine_annealing" => Schedule::CosineAnnealing { t_max: count("t_max", 0), eta_min: number("eta_min", 0.0) },
        "cosine_annealing_warm_restarts" => Schedule::CosineAnnealingWarmRestarts {
            t_0: count("t_0", 0),
            t_mult: count("t_mult", 1),
            eta_min: number("eta_min", 0.0),
        },
        "one_cycle" => {
            let default = OneCycle::new(count("total_steps", 0));
            let momentum = [number("base_momentum", 0.85), number("max_momentum", 0.95)];
            let linear = field("anneal_strategy").is_some_and(|strategy| strategy == "linear");
            Schedule::OneCycle(OneCycle {
                pct_start: number("pct_start", default.pct_start),
                div_factor: number("div_factor", default.div_factor),
                final_div_factor: number("final_div_factor", default.final_div_factor),
                momentum: flag("cycle_momentum", true).then_some(momentum),
                three_phase: flag("three_phase", default.three_phase),
                anneal_strategy: if linear { Anneal::Linear } else { default.anneal_strategy },
                ..default
            })
        }
        "sequential" => schedule(&settings["first"]).then(count("milestone", 0), schedule(&settings["then"])),
        "every" => schedule(&settings["schedule"]).every(count("steps", 0)),
        kind => panic!("there is no schedule {kind}"),
    }
}

#[test]
fn schedules_move_rate_and_momentum_as_pytorch_does_at_every_step() {
    for row in load::<Vec<Row>>("schedules") {
        assert!(row.rates.len() >= 20 || row.schedule["kind"] == "one_cycle", "{}", row.schedule);
        let schedule = schedule(&row.schedule);
        let all: Vec<_> = (0..).zip(&row.rates).map(|(step, _)| schedule.rates(step, row.learning_rate)).collect();
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
