//! A training run as a file, from which it goes on with the same numbers: a line of JSON, the trainer's snapshot, the means.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::recipe::Recipe;

/// The first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) recipe: Recipe,
    pub(super) threads: usize,
    /// Of training, in all sessions.
    pub(super) seconds: f64,
    pub(super) log: Vec<Entry>,
    snapshot: usize,
}

/// What one epoch brought: a line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) epoch: u64,
    pub(super) step: u64,
    /// The mean over the epoch's batches, as they were trained on.
    pub(super) loss: f64,
    pub(super) accuracy: f64,
    pub(super) learning_rate: f64,
    /// What would be shipped now, on pictures that it never trains on.
    pub(super) held_out_accuracy: Option<f64>,
    pub(super) held_out_loss: Option<f64>,
    pub(super) seconds: f64,
}

pub(super) struct Checkpoint {
    pub(super) header: Header,
    pub(super) snapshot: Vec<u8>,
    pub(super) means: Vec<f32>,
}

impl Header {
    pub(super) fn new(recipe: &Recipe, threads: usize) -> Self {
        Self { recipe: recipe.clone(), threads, seconds: 0.0, log: Vec::new(), snapshot: 0 }
    }
}

impl Checkpoint {
    /// A file that is there whole or not at all.
    pub(super) fn write(&self, file: &Path) -> Result<(), String> {
        let header = Header { snapshot: self.snapshot.len(), ..self.header.clone() };
        let mut bytes = serde_json::to_vec(&header).map_err(|error| error.to_string())?;
        bytes.push(b'\n');
        bytes.extend(&self.snapshot);
        bytes.extend(self.means.iter().flat_map(|mean| mean.to_le_bytes()));
        let unfinished = file.with_extension("unfinished");
        let written = fs::write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, file));
        written.map_err(|error| format!("{}: {error}", file.display()))
    }

    /// `None` where there is none.
    pub(super) fn read(file: &Path) -> Result<Option<Self>, String> {
        if !file.exists() {
            return Ok(None);
        }
        let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let damaged = || format!("{}: this is no checkpoint that can be read", file.display());
        let end = bytes.iter().position(|&byte| byte == b'\n').ok_or_else(damaged)?;
        let header: Header = serde_json::from_slice(&bytes[..end]).map_err(|_| damaged())?;
        let (snapshot, means) = bytes[end + 1..].split_at_checked(header.snapshot).ok_or_else(damaged)?;
        let means =
            means.chunks_exact(4).map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect();
        Ok(Some(Self { snapshot: snapshot.to_vec(), means, header }))
    }
}
