//! How the learning rate moves from step to step.

/// A schedule; the optimiser's learning rate is its top.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Schedule {
    /// The optimiser's own rate, always.
    Constant,
    /// `torch.optim.lr_scheduler.OneCycleLR` with cosine annealing (Smith and Topin 2017): up from `max / div_factor`
    /// over the first `pct_start`, then down to a `final_div_factor`-th of where it began; momentum moves against it.
    OneCycle {
        total_steps: u64,
        pct_start: f64,
        div_factor: f64,
        final_div_factor: f64,
        /// Base and maximal momentum, or `None` to leave it alone.
        momentum: Option<[f64; 2]>,
    },
}

/// What a schedule gives for one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    pub learning_rate: f64,
    /// Momentum or β₁, where the schedule moves it.
    pub momentum: Option<f64>,
}

impl Schedule {
    /// One cycle with PyTorch's defaults.
    pub fn one_cycle(total_steps: u64) -> Self {
        Self::OneCycle {
            total_steps,
            pct_start: 0.3,
            div_factor: 25.0,
            final_div_factor: 1e4,
            momentum: Some([0.85, 0.95]),
        }
    }

    /// Steps after which it has nothing more to say.
    pub fn total_steps(&self) -> Option<u64> {
        match self {
            Self::Constant => None,
            Self::OneCycle { total_steps, .. } => Some(*total_steps),
        }
    }

    /// The rates of step number `step`, counted from 0; past the end, those of the last step.
    pub fn rates(&self, step: u64, learning_rate: f64) -> Rates {
        match *self {
            Self::Constant => Rates { learning_rate, momentum: None },
            Self::OneCycle { total_steps, pct_start, div_factor, final_div_factor, momentum } => {
                let initial = learning_rate / div_factor;
                let lowest = initial / final_div_factor;
                let step = step.min(total_steps.saturating_sub(1)) as f64;
                let top = pct_start * total_steps as f64 - 1.0;
                let last = total_steps as f64 - 1.0;
                let (rate, momentum_from, momentum_to, progress) = if step <= top {
                    let progress = if top > 0.0 { step / top } else { 1.0 };
                    (anneal(initial, learning_rate, progress), 1, 0, progress)
                } else {
                    let progress = (step - top) / (last - top);
                    (anneal(learning_rate, lowest, progress), 0, 1, progress)
                };
                let momentum =
                    momentum.map(|momentum| anneal(momentum[momentum_from], momentum[momentum_to], progress));
                Rates { learning_rate: rate, momentum }
            }
        }
    }
}

/// Along half a cosine.
fn anneal(from: f64, to: f64, progress: f64) -> f64 {
    to + (from - to) / 2.0 * ((std::f64::consts::PI * progress).cos() + 1.0)
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
}
