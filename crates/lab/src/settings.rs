//! The page's settings as the library takes them, each checked.

use chalkgrad::nn::{Initialization, Loss, Network};
use chalkgrad::optim::{Adadelta, Adagrad, Adam, AdamW, Anneal, OneCycle, Optimizer, RMSprop, SGD, Schedule};
use chalkgrad::{Model, Options, Shape};

use crate::error::{LabError, Result};
use crate::language;

/// What the protocol calls a device.
pub(crate) fn device_name(device: &chalkgrad::Device) -> &'static str {
    if device.kind() == "gpu" { "webgpu" } else { "cpu" }
}

/// Parses and fits a network text to pictures of this shape.
pub(crate) fn network(text: &str, input: [usize; 3]) -> Result<Network> {
    Ok(Network::new(language::parse(text)?, Shape::from(input))?)
}

/// How to train with these settings, where an epoch has this many steps.
pub fn options(settings: &protocol::Settings, steps_per_epoch: u64) -> Result<Options> {
    let (optimizer, decay_biases) = optimizer(&settings.optimizer)?;
    Ok(Options {
        loss: loss(settings.label_smoothing)?,
        schedule: schedule(&settings.schedule, steps_per_epoch)?,
        initialization: match settings.initialization {
            protocol::Initialization::Pytorch => Initialization::PyTorch,
            protocol::Initialization::Convnetjs => Initialization::ConvNetJs,
        },
        seed: settings.seed,
        decay_biases,
        ..Options::new(settings.batch_size as usize, optimizer)
    })
}

/// Cross-entropy, with a part of each target spread over all classes.
pub(crate) fn loss(label_smoothing: f64) -> Result<Loss> {
    let label_smoothing = check(
        "label_smoothing",
        label_smoothing,
        (0.0..1.0).contains(&label_smoothing),
        "must be at least 0 and below 1",
    )?;
    Ok(match label_smoothing {
        0.0 => Loss::CrossEntropy,
        _ => Loss::CrossEntropyWith { weight: None, label_smoothing },
    })
}

/// Gives every dropout this probability; without one, that of the network's text.
pub(crate) fn set_dropout(model: &Model, dropout: Option<f64>) -> Result<()> {
    for setting in model.network().settings() {
        let probability = match dropout {
            Some(probability) => fraction("dropout", probability)? as f32,
            None => setting.value,
        };
        model.set(&setting.path, probability)?;
    }
    Ok(())
}

/// As the data set's batches take them.
pub(crate) fn transforms(transforms: &protocol::Transforms, channels: usize) -> Result<datasets::Transforms> {
    let protocol::Transforms { scale, mean, deviation } = transforms.clone();
    let transforms = datasets::Transforms { scale, mean, deviation };
    transforms.check(channels).map_err(|error| LabError::Data { message: error.to_string() })?;
    Ok(transforms)
}

/// The update rule, and whether biases decay.
pub(crate) fn optimizer(optimizer: &protocol::Optimizer) -> Result<(Optimizer, bool)> {
    Ok(match *optimizer {
        protocol::Optimizer::Sgd { learning_rate, momentum, dampening, nesterov, weight_decay } => {
            let momentum = fraction("momentum", momentum)?;
            let dampening = check("dampening", dampening, (0.0..=1.0).contains(&dampening), "must be between 0 and 1")?;
            if nesterov && (momentum == 0.0 || dampening > 0.0) {
                return Err(LabError::Setting { name: "nesterov", rule: "needs a momentum above 0 and no dampening" });
            }
            let (learning_rate, weight_decay) = rates(learning_rate, weight_decay)?;
            (SGD { learning_rate, momentum, dampening, nesterov, weight_decay }.into(), true)
        }
        protocol::Optimizer::Adagrad {
            learning_rate,
            learning_rate_decay,
            weight_decay,
            initial_accumulator_value,
            epsilon,
        } => {
            let (learning_rate, weight_decay) = rates(learning_rate, weight_decay)?;
            let rule = Adagrad {
                learning_rate,
                learning_rate_decay: not_negative("learning_rate_decay", learning_rate_decay)?,
                weight_decay,
                initial_accumulator_value: not_negative("initial_accumulator_value", initial_accumulator_value)?,
                epsilon: positive("epsilon", epsilon)?,
            };
            (rule.into(), true)
        }
        protocol::Optimizer::Rmsprop { learning_rate, alpha, epsilon, weight_decay, momentum, centered } => {
            let (alpha, momentum) = (fraction("alpha", alpha)?, fraction("momentum", momentum)?);
            let epsilon = positive("epsilon", epsilon)?;
            let (learning_rate, weight_decay) = rates(learning_rate, weight_decay)?;
            (RMSprop { learning_rate, alpha, epsilon, weight_decay, momentum, centered }.into(), true)
        }
        protocol::Optimizer::Adadelta { learning_rate, rho, epsilon, weight_decay, decay_biases } => {
            let (rho, epsilon) = (fraction("rho", rho)?, positive("epsilon", epsilon)?);
            let (learning_rate, weight_decay) = rates(learning_rate, weight_decay)?;
            (Adadelta { learning_rate, rho, epsilon, weight_decay }.into(), decay_biases)
        }
        protocol::Optimizer::Adam { learning_rate, beta1, beta2, epsilon, weight_decay, amsgrad } => {
            let (betas, epsilon) = moments(beta1, beta2, epsilon)?;
            let (learning_rate, weight_decay) = rates(learning_rate, weight_decay)?;
            (Adam { learning_rate, betas, epsilon, weight_decay, amsgrad }.into(), true)
        }
        protocol::Optimizer::Adamw { learning_rate, beta1, beta2, epsilon, weight_decay, amsgrad } => {
            let (betas, epsilon) = moments(beta1, beta2, epsilon)?;
            let (learning_rate, weight_decay) = rates(learning_rate, weight_decay)?;
            (AdamW { learning_rate, betas, epsilon, weight_decay, amsgrad }.into(), true)
        }
    })
}

/// The schedule in steps.
pub(crate) fn schedule(schedule: &protocol::Schedule, steps_per_epoch: u64) -> Result<Schedule> {
    let steps = |epochs: f64| (epochs * steps_per_epoch as f64).ceil().max(1.0) as u64;
    Ok(match *schedule {
        protocol::Schedule::Constant => Schedule::Constant,
        protocol::Schedule::Step { step_size, gamma } => {
            Schedule::Step { step_size: steps(positive("step_size", step_size)?), gamma: not_negative("gamma", gamma)? }
        }
        protocol::Schedule::Cosine { t_max, eta_min } => Schedule::CosineAnnealing {
            t_max: steps(positive("t_max", t_max)?),
            eta_min: not_negative("eta_min", eta_min)?,
        },
        protocol::Schedule::OneCycle {
            epochs,
            pct_start,
            div_factor,
            final_div_factor,
            cycle_momentum,
            base_momentum,
            max_momentum,
        } => {
            let momentum = [fraction("base_momentum", base_momentum)?, fraction("max_momentum", max_momentum)?];
            Schedule::OneCycle(OneCycle {
                total_steps: steps(positive("epochs", epochs)?),
                pct_start: fraction("pct_start", pct_start)?,
                div_factor: positive("div_factor", div_factor)?,
                final_div_factor: positive("final_div_factor", final_div_factor)?,
                momentum: cycle_momentum.then_some(momentum),
                three_phase: false,
                anneal_strategy: Anneal::Cosine,
            })
        }
    })
}

fn rates(learning_rate: f64, weight_decay: f64) -> Result<(f64, f64)> {
    Ok((not_negative("learning_rate", learning_rate)?, not_negative("weight_decay", weight_decay)?))
}

/// β₁ and β₂, and ε.
fn moments(beta1: f64, beta2: f64, epsilon: f64) -> Result<([f64; 2], f64)> {
    Ok(([fraction("beta1", beta1)?, fraction("beta2", beta2)?], positive("epsilon", epsilon)?))
}

fn check(name: &'static str, value: f64, holds: bool, rule: &'static str) -> Result<f64> {
    if value.is_finite() && holds { Ok(value) } else { Err(LabError::Setting { name, rule }) }
}

fn positive(name: &'static str, value: f64) -> Result<f64> {
    check(name, value, value > 0.0, "must be above 0")
}

fn not_negative(name: &'static str, value: f64) -> Result<f64> {
    check(name, value, value >= 0.0, "must be a number of at least 0")
}

fn fraction(name: &'static str, value: f64) -> Result<f64> {
    check(name, value, (0.0..1.0).contains(&value), "must be at least 0 and below 1")
}
