//! Optimisers as graphs: an update is nodes like any other, over the flat buffers of all parameters. Rates, betas and decay
//! are scalars uploaded each step, so that they change while training. Each rule stands in a file of its own, under
//! PyTorch's name, with its arguments (`learning_rate` for `lr`, `epsilon` for `eps`) and its defaults.
//!
//! ```
//! use chalkgrad::Options;
//! use chalkgrad::optim::{AdamW, Clip, Schedule};
//!
//! let steps_per_epoch = 500;
//! let schedule = Schedule::warm_up(0.1, 200).then(200, Schedule::cosine_annealing(10 * steps_per_epoch));
//! let rule = AdamW { weight_decay: 0.05, ..AdamW::new(1e-3) };
//! let options = Options { schedule, clip: Some(Clip::Norm(1.0)), ..Options::new(64, rule) };
//! assert_eq!(options.schedule.rates(0, options.optimizer.learning_rate()).learning_rate, 1e-4);
//! ```

mod adadelta;
mod adagrad;
mod adam;
mod clip;
mod rmsprop;
mod rule;
mod schedule;
mod segments;
mod sgd;
mod update;

pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adam::{Adam, AdamW};
pub use clip::Clip;
pub use rmsprop::RMSprop;
pub use schedule::{Anneal, OneCycle, Rates, Schedule};
pub use segments::{Segment, SegmentTable};
pub use sgd::SGD;
pub(crate) use update::Update;

use rule::Rule;

/// An update rule with its settings: `SGD { momentum: 0.9, ..SGD::new(0.1) }.into()`.
///
/// ```
/// use chalkgrad::optim::{AdamW, Optimizer};
///
/// let optimizer = Optimizer::from(AdamW::new(1e-3));
/// assert_eq!(optimizer.learning_rate(), 1e-3);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Optimizer {
    /// `torch.optim.SGD`.
    SGD(SGD),
    /// `torch.optim.Adagrad`.
    Adagrad(Adagrad),
    /// `torch.optim.RMSprop`.
    RMSprop(RMSprop),
    /// `torch.optim.Adadelta`.
    Adadelta(Adadelta),
    /// `torch.optim.Adam`.
    Adam(Adam),
    /// `torch.optim.AdamW`.
    AdamW(AdamW),
}

impl Optimizer {
    /// The rate before any schedule.
    pub fn learning_rate(&self) -> f64 {
        self.rule().learning_rate()
    }

    /// All that differs between the rules, in one place.
    pub(crate) fn rule(&self) -> &dyn Rule {
        match self {
            Self::SGD(rule) => rule,
            Self::Adagrad(rule) => rule,
            Self::RMSprop(rule) => rule,
            Self::Adadelta(rule) => rule,
            Self::Adam(rule) => rule,
            Self::AdamW(rule) => rule,
        }
    }
}

macro_rules! conversions {
    ($($rule:ident),*) => { $(
        impl From<$rule> for Optimizer {
            fn from(rule: $rule) -> Self {
                Self::$rule(rule)
            }
        }
    )* };
}

conversions!(SGD, Adagrad, RMSprop, Adadelta, Adam, AdamW);
