//! What the page asks: one variant a command, each answered by its past-tense event.

use serde::{Deserialize, Serialize};

use crate::{BenchRequest, DeviceName, Optimizer, RunId, Schedule, Settings, Work};

/// A command with the number that its answer repeats in `reply_to`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    pub id: u32,
    #[serde(flatten)]
    pub command: Command,
}

/// What the page asks of the engine. Each is answered by its past-tense event, or by `failed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// The first command: the address of the folder that holds `data/`, and the script that starts another engine. Answered by
    /// `opened`.
    Open {
        base_url: String,
        #[serde(default)]
        script: String,
    },
    /// Build the network and its programs and show the first shard's pictures. Answered by `configured`.
    Configure { run: RunId, settings: Box<Settings> },
    /// Read network text as `configure` would, and build nothing. Answered by `checked`, or by `failed` with the place.
    Check { network: String },
    /// Train until `pause`. Answered by `trained` at once; `progressed` follows.
    Train,
    /// Stop after the step in flight. Answered by `paused`.
    Pause,
    /// Train exactly this many steps, then stay paused. Answered by `stepped`.
    Step { steps: u32 },
    /// Back to the initial parameters of the same seed. Answered by `reset`.
    Reset,
    /// Change what may change while training: rates, decay, schedule. Answered by `adjusted`.
    Adjust { optimizer: Optimizer, schedule: Schedule },
    /// Which pictures the page wants to see from now on, and of which test picture (its index). Answered by `watched`.
    Watch { panels: Vec<Panel>, picture: u32 },
    /// The page drew this panel's last picture and can take the next.
    Acknowledge { panel: Panel },
    /// Measure loss and accuracy over the whole split. Answered by `evaluated`.
    Evaluate { split: crate::Split },
    /// Take the run's whole state. Answered by `snapshot_taken` with one buffer.
    Snapshot,
    /// Start a run again from a snapshot (the buffer beside this message). Answered by `configured`.
    Restore { run: RunId, settings: Box<Settings> },
    /// Measure training speed as DESIGN's contract says. Pauses the run. Answered by `benched`.
    Bench { request: Box<BenchRequest> },
    /// Measure what a device can do at most and, if asked for, its kernels. Pauses the run. Answered by `measured`.
    Measure {
        device: DeviceName,
        #[serde(default)]
        kernels: bool,
    },
    /// From one engine to another that it started: work a share of every batch that comes as a frame of raw numbers, and nothing
    /// else from now on. Answered by `hired`.
    Work { work: Work },
    /// Are you alive? Answered by `ponged`.
    Ping,
}

/// A picture that the engine computes by a probe of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Panel {
    /// A grid of test pictures with their best guesses: event `predicted`.
    Predictions,
    /// The first layer's filters in colour: event `filters_drawn`.
    Filters,
    /// Activations of the watched picture, layer by layer: event `activations_drawn`.
    Activations,
}
