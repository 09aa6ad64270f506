//! `models/NAME.toml`: all that a network that we ship is made from.

use std::error::Error;
use std::path::Path;

use chalkgrad::nn::{Loss, Network};
use chalkgrad::{Options, Shape};
use datasets::Transforms;
use protocol::{Optimizer, Schedule, Settings};
use serde::{Deserialize, Serialize};

use crate::pictures::Source;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    /// What it is, in a line.
    pub(crate) title: String,
    pub(crate) seed: u64,
    pub(crate) batch_size: usize,
    /// The part of each target that is spread over all classes.
    #[serde(default)]
    pub(crate) label_smoothing: f64,
    /// What is shipped is a running mean of the parameters, of which each step keeps this part; 0 ships the last ones.
    #[serde(default)]
    pub(crate) averaging: f64,
    /// What was tried, what it brought and where the network is weak: Markdown for its card.
    pub(crate) notes: String,
    /// As PyTorch writes it.
    pub(crate) network: String,
    pub(crate) data: Source,
    pub(crate) transforms: Transforms,
    pub(crate) optimizer: Optimizer,
    pub(crate) schedule: Schedule,
}

impl Recipe {
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// Whether both train the same.
    pub(crate) fn trains_as(&self, other: &Self) -> bool {
        let trained = |recipe: &Self| Self { title: String::new(), notes: String::new(), ..recipe.clone() };
        trained(self) == trained(other)
    }

    /// Passes over the training pictures.
    pub(crate) fn epochs(&self) -> Result<f64, String> {
        match self.schedule {
            Schedule::OneCycle { epochs, .. } => Ok(epochs),
            Schedule::Cosine { t_max, .. } => Ok(t_max),
            Schedule::Constant | Schedule::Step { .. } => {
                Err("a recipe's schedule is `one_cycle` or `cosine`, which say how long they are".into())
            }
        }
    }

    pub(crate) fn network(&self, input: [usize; 3]) -> Result<Network, Box<dyn Error>> {
        Ok(Network::new(lab::language::parse(&self.network)?, Shape::from(input))?)
    }

    pub(crate) fn loss(&self) -> Loss {
        Loss::CrossEntropyWith { weight: None, label_smoothing: self.label_smoothing }
    }

    pub(crate) fn options(&self, steps_per_epoch: u64) -> Result<Options, Box<dyn Error>> {
        let settings = Settings {
            batch_size: u32::try_from(self.batch_size)?,
            optimizer: self.optimizer,
            schedule: self.schedule,
            seed: self.seed,
            ..Settings::default()
        };
        Ok(Options { loss: self.loss(), ..lab::options(&settings, steps_per_epoch)? })
    }
}
