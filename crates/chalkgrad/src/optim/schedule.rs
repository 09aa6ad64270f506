//! How the learning rate moves from step to step, under the names of `torch.optim.lr_scheduler` without their `LR`.
//!
//! Times are steps, counted from 0. An epoch is as many steps as the data has batches, so `StepLR(30)`, stepped once an epoch,
//! is `step(30 * steps_per_epoch)`; cosines then move within an epoch too. [`Schedule::every`] moves once an epoch instead.

use std::f64::consts::PI;

/// A schedule. Each begins from the optimiser's own learning rate, which is the top of one-cycle.
///
/// ```
/// use chalkgrad::optim::Schedule;
///
/// // A tenth of the rate after 30 epochs of 500 steps, and after 60.
/// let schedule = Schedule::multi_step([30, 60]).every(500);
/// let rate = |epoch: u64| schedule.rates(500 * epoch, 0.1).learning_rate;
/// assert_eq!((rate(29), rate(30)), (0.1, 0.1 * 0.1));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each variant says in a line what its fields are")]
pub enum Schedule {
    /// The optimiser's own rate, always.
    Constant,
    /// `LinearLR`: from `start_factor` times the rate to `end_factor` times it in `total_iters` steps.
    Linear { start_factor: f64, end_factor: f64, total_iters: u64 },
    /// `StepLR`: times `gamma` after every `step_size` steps.
    Step { step_size: u64, gamma: f64 },
    /// `MultiStepLR`: times `gamma` at each milestone.
    MultiStep { milestones: Vec<u64>, gamma: f64 },
    /// `ExponentialLR`: times `gamma` after every step.
    Exponential { gamma: f64 },
    /// `CosineAnnealingLR`: along half a cosine to `eta_min` in `t_max` steps, and up again (Loshchilov and Hutter 2017).
    CosineAnnealing { t_max: u64, eta_min: f64 },
    /// `CosineAnnealingWarmRestarts`: down to `eta_min` in `t_0` steps, then from the top again, each time `t_mult` times as
    /// long (the same).
    CosineAnnealingWarmRestarts { t_0: u64, t_mult: u64, eta_min: f64 },
    /// `OneCycleLR` (Smith and Topin 2017).
    OneCycle(OneCycle),
    /// `SequentialLR` of two: `first` for `milestone` steps, then `then`, which counts its steps from there.
    Sequential { first: Box<Schedule>, milestone: u64, then: Box<Schedule> },
    /// `schedule` moves only once in so many steps: PyTorch's, stepped once an epoch.
    Every { steps: u64, schedule: Box<Schedule> },
}

/// Up from `rate / div_factor` over the first `pct_start` of the steps, then down to a `final_div_factor`-th of where it
/// began; momentum moves against it.
///
/// ```
/// use chalkgrad::optim::{OneCycle, Schedule};
///
/// let schedule = Schedule::OneCycle(OneCycle { pct_start: 0.1, ..OneCycle::new(1_000) });
/// assert_eq!(schedule.rates(99, 0.5).learning_rate, 0.5, "the top");
/// assert_eq!(schedule.rates(0, 0.5).momentum, Some(0.95));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OneCycle {
    /// How long the cycle is.
    pub total_steps: u64,
    /// The part of the steps in which the rate rises.
    pub pct_start: f64,
    /// The top over the rate at which it begins.
    pub div_factor: f64,
    /// The rate at which it begins over the one at which it ends.
    pub final_div_factor: f64,
    /// PyTorch's base and maximal momentum, or `None` to leave it alone.
    pub momentum: Option<[f64; 2]>,
    /// Down to where it began in as many steps as it went up, and only then to the end.
    pub three_phase: bool,
    /// The shape of the way.
    pub anneal_strategy: Anneal,
}

/// The way from one rate to another.
///
/// ```
/// use chalkgrad::optim::{Anneal, OneCycle, Schedule};
///
/// let cycle = OneCycle { anneal_strategy: Anneal::Linear, ..OneCycle::new(1_000) };
/// assert_eq!(Schedule::OneCycle(cycle).total_steps(), Some(1_000));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anneal {
    /// Half a cosine.
    Cosine,
    /// A straight line.
    Linear,
}

/// What a schedule gives for one step.
///
/// ```
/// use chalkgrad::optim::{Rates, Schedule};
///
/// let Rates { learning_rate, momentum } = Schedule::cosine_annealing(100).rates(50, 0.2);
/// assert!((learning_rate - 0.1).abs() < 1e-12);
/// assert_eq!(momentum, None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// The step's learning rate.
    pub learning_rate: f64,
    /// Momentum or β₁, where the schedule moves it.
    pub momentum: Option<f64>,
}

impl Schedule {
    /// Times 0.1 after every `step_size` steps.
    pub fn step(step_size: u64) -> Self {
        Self::Step { step_size, gamma: 0.1 }
    }

    /// Times 0.1 at each milestone.
    pub fn multi_step(milestones: impl Into<Vec<u64>>) -> Self {
        Self::MultiStep { milestones: milestones.into(), gamma: 0.1 }
    }

    /// Along half a cosine to 0.
    pub fn cosine_annealing(t_max: u64) -> Self {
        Self::CosineAnnealing { t_max, eta_min: 0.0 }
    }

    /// Along half a cosine to 0 every `t_0` steps.
    pub fn cosine_annealing_warm_restarts(t_0: u64) -> Self {
        Self::CosineAnnealingWarmRestarts { t_0, t_mult: 1, eta_min: 0.0 }
    }

    /// One cycle with PyTorch's defaults.
    pub fn one_cycle(total_steps: u64) -> Self {
        Self::OneCycle(OneCycle::new(total_steps))
    }

    /// `LinearLR` from `start_factor` times the rate to all of it: a warm-up, to be followed by another schedule with
    /// [`Schedule::then`].
    pub fn warm_up(start_factor: f64, steps: u64) -> Self {
        Self::Linear { start_factor, end_factor: 1.0, total_iters: steps }
    }

    /// This for the first `milestone` steps, then `next`, which begins there.
    pub fn then(self, milestone: u64, next: Self) -> Self {
        Self::Sequential { first: Box::new(self), milestone, then: Box::new(next) }
    }

    /// Moves once in so many steps.
    pub fn every(self, steps: u64) -> Self {
        Self::Every { steps, schedule: Box::new(self) }
    }

    /// Steps after which it has nothing more to say.
    pub fn total_steps(&self) -> Option<u64> {
        match self {
            Self::Constant
            | Self::Linear { .. }
            | Self::Step { .. }
            | Self::MultiStep { .. }
            | Self::Exponential { .. }
            | Self::CosineAnnealing { .. }
            | Self::CosineAnnealingWarmRestarts { .. } => None,
            Self::OneCycle(cycle) => Some(cycle.total_steps),
            Self::Sequential { milestone, then, .. } => Some(then.total_steps()?.saturating_add(*milestone)),
            Self::Every { steps, schedule } => Some(schedule.total_steps()?.saturating_mul(*steps)),
        }
    }

    /// The rates of step number `step`, counted from 0; past the end, those of the last step.
    pub fn rates(&self, step: u64, learning_rate: f64) -> Rates {
        let factor = |factor: f64| Rates { learning_rate: factor * learning_rate, momentum: None };
        let power = |gamma: f64, exponent: u64| factor(gamma.powf(exponent as f64));
        let cosine = |progress: f64, eta_min: f64| {
            let learning_rate = Anneal::Cosine.between(learning_rate, eta_min, progress);
            Rates { learning_rate, momentum: None }
        };
        match self {
            Self::Constant => factor(1.0),
            Self::Linear { start_factor, end_factor, total_iters } => {
                factor(Anneal::Linear.between(*start_factor, *end_factor, share(step, *total_iters).min(1.0)))
            }
            Self::Step { step_size, gamma } => power(*gamma, step / (*step_size).max(1)),
            Self::MultiStep { milestones, gamma } => {
                power(*gamma, milestones.iter().filter(|&&milestone| milestone <= step).count() as u64)
            }
            Self::Exponential { gamma } => power(*gamma, step),
            Self::CosineAnnealing { t_max, eta_min } => cosine(share(step, *t_max), *eta_min),
            Self::CosineAnnealingWarmRestarts { t_0, t_mult, eta_min } => {
                let (since, length) = restarted(step, *t_0, *t_mult);
                cosine(share(since, length), *eta_min)
            }
            Self::OneCycle(cycle) => cycle.rates(step, learning_rate),
            Self::Sequential { first, milestone, then } => match step.checked_sub(*milestone) {
                None => first.rates(step, learning_rate),
                Some(since) => then.rates(since, learning_rate),
            },
            Self::Every { steps, schedule } => schedule.rates(step / (*steps).max(1), learning_rate),
        }
    }
}

impl OneCycle {
    /// PyTorch's defaults.
    pub fn new(total_steps: u64) -> Self {
        Self {
            total_steps,
            pct_start: 0.3,
            div_factor: 25.0,
            final_div_factor: 1e4,
            momentum: Some([0.85, 0.95]),
            three_phase: false,
            anneal_strategy: Anneal::Cosine,
        }
    }

    fn rates(&self, step: u64, highest: f64) -> Rates {
        let initial = highest / self.div_factor;
        let lowest = initial / self.final_div_factor;
        let [base, most] = self.momentum.unwrap_or_default();
        let total = self.total_steps as f64;
        let up = (self.pct_start * total - 1.0, [initial, highest], [most, base]);
        // Each phase by its last step, its rates and its momenta, from and to.
        let phases = match self.three_phase {
            true => vec![
                up,
                (2.0 * self.pct_start * total - 2.0, [highest, initial], [base, most]),
                (total - 1.0, [initial, lowest], [most, most]),
            ],
            false => vec![up, (total - 1.0, [highest, lowest], [base, most])],
        };
        let step = step.min(self.total_steps.saturating_sub(1)) as f64;
        let index = phases.iter().position(|&(end, ..)| step <= end).unwrap_or(phases.len() - 1);
        let (end, rates, momenta) = phases[index];
        let start = if index > 0 { phases[index - 1].0 } else { 0.0 };
        let progress = if end > start { (step - start) / (end - start) } else { 1.0 };
        let between = |[from, to]: [f64; 2]| self.anneal_strategy.between(from, to, progress);
        Rates { learning_rate: between(rates), momentum: self.momentum.map(|_| between(momenta)) }
    }
}

impl Anneal {
    fn between(self, from: f64, to: f64, progress: f64) -> f64 {
        match self {
            Self::Cosine => to + (from - to) / 2.0 * ((PI * progress).cos() + 1.0),
            Self::Linear => from + (to - from) * progress,
        }
    }
}

/// `step / total`; all of nothing is 1.
fn share(step: u64, total: u64) -> f64 {
    if total == 0 { 1.0 } else { step as f64 / total as f64 }
}

/// Steps since the last restart, and until the next.
fn restarted(step: u64, t_0: u64, t_mult: u64) -> (u64, u64) {
    let (mut since, mut length) = (step, t_0.max(1));
    if t_mult <= 1 {
        return (since % length, length);
    }
    while since >= length {
        since -= length;
        length = length.saturating_mul(t_mult);
    }
    (since, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cycle_begins_at_a_25th_peaks_at_the_top_and_ends_near_zero() {
        let schedule = Schedule::one_cycle(100);
        assert!((schedule.rates(0, 1.0).learning_rate - 0.04).abs() < 1e-12);
        assert!((schedule.rates(29, 1.0).learning_rate - 1.0).abs() < 1e-12);
        assert!((schedule.rates(99, 1.0).learning_rate - 4e-6).abs() < 1e-12);
        assert_eq!(schedule.rates(29, 1.0).momentum, Some(0.85));
    }

    #[test]
    fn a_warm_up_climbs_and_hands_over() {
        let schedule = Schedule::warm_up(0.5, 10).then(10, Schedule::step(5));
        let rates: Vec<f64> = [0, 5, 10, 14, 15].map(|step| schedule.rates(step, 2.0).learning_rate).into();
        assert_eq!(rates, [1.0, 1.5, 2.0, 2.0, 0.2]);
        assert_eq!(Schedule::warm_up(0.5, 10).then(10, Schedule::one_cycle(20)).total_steps(), Some(30));
    }

    #[test]
    fn a_schedule_that_moves_once_an_epoch_stays_within_it() {
        let schedule = Schedule::cosine_annealing(4).every(100);
        let rates: Vec<f64> = [0, 99, 200, 299, 400].map(|step| schedule.rates(step, 2.0).learning_rate).into();
        assert_eq!(rates, [2.0, 2.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn lengths_of_zero_and_steps_without_end_give_numbers() {
        let schedules = [
            Schedule::step(0),
            Schedule::warm_up(0.1, 0).every(0),
            Schedule::cosine_annealing(0),
            Schedule::CosineAnnealingWarmRestarts { t_0: 0, t_mult: 2, eta_min: 0.0 },
            Schedule::CosineAnnealingWarmRestarts { t_0: 3, t_mult: u64::MAX, eta_min: 0.0 },
            Schedule::one_cycle(0).then(u64::MAX, Schedule::one_cycle(u64::MAX)),
        ];
        for schedule in schedules {
            schedule.total_steps();
            for step in [0, 1, 2, u64::MAX] {
                assert!(schedule.rates(step, 0.1).learning_rate.is_finite(), "{schedule:?} at {step}");
            }
        }
    }
}
