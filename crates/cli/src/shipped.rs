//! A network that we ship: `models/NAME.json` says what it is and what it reaches, `models/NAME.safetensors` has its weights.

use std::error::Error;
use std::path::Path;

use chalkgrad::nn::{Loss, Network};
use chalkgrad::{Device, Model, Shape, StateDict};
use datasets::Transforms;
use serde::{Deserialize, Serialize};

use crate::judge::Judgement;
use crate::pictures::Source;

/// The card, as programs read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Card {
    pub(crate) name: String,
    pub(crate) title: String,
    /// As PyTorch writes it.
    pub(crate) network: String,
    pub(crate) parameters: usize,
    /// Channels, height, width.
    pub(crate) input: [usize; 3],
    /// A logit's place is its class's.
    pub(crate) classes: Vec<String>,
    pub(crate) transforms: Transforms,
    /// What it learnt from, and for drawings how strokes become pictures.
    pub(crate) data: Source,
    pub(crate) seed: u64,
    pub(crate) epochs: f64,
    /// Of training.
    pub(crate) seconds: f64,
    pub(crate) threads: usize,
    /// What it is judged by, in words.
    pub(crate) judged_on: String,
    /// As shipped, and as trained, in f32.
    pub(crate) judgement: Judgement,
    pub(crate) accuracy_in_f32: f64,
}

impl Card {
    /// Reads a card and puts its network with its weights on a device.
    pub(crate) fn open(folder: &Path, name: &str, device: &Device) -> Result<(Self, Model), Box<dyn Error>> {
        let file = folder.join(format!("{name}.json"));
        let json = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let card: Self = serde_json::from_slice(&json).map_err(|error| format!("{}: {error}", file.display()))?;
        let network = Network::new(lab::language::parse(&card.network)?, Shape::from(card.input))?;
        let model = Model::new(device, network, Loss::CrossEntropy, 0)?;
        let file = folder.join(format!("{name}.safetensors"));
        let weights = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let named = |error: chalkgrad::Error| format!("{}: {error}", file.display());
        model.load_state_dict(&StateDict::from_safetensors(&weights).map_err(named)?).map_err(named)?;
        Ok((card, model))
    }
}
