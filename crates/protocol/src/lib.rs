//! What the page and the engine say to each other: commands, events and their version.
//!
//! Every message is JSON, `{"type": "snake_case", …}`. Pictures, snapshots and weights travel beside it as raw transferred
//! buffers, in the order in which the message names them. A command is imperative (`step`), its event is past tense (`stepped`).
//! This crate holds types and nothing else: no kernels, no browser, so that the page stays small.

#[macro_use]
mod json;

mod command;
mod drawing;
mod event;
mod presets;
mod settings;

pub use command::{Command, Envelope, Form, Inside, Panel};
pub use drawing::{Drawing, Stroke, beginning, read_drawings, write_drawings};
pub use event::{
    Colouring, Event, EventBody, GUESS_BYTES, Gathering, GraphNode, GraphNodeKind, Guess, LayerInfo, LayerSheet,
    MaybeNumber, Neighbour, Notice, Picture, Sheet, Split, StopReason, Views,
};
pub use json::number;
pub use presets::{PRESETS, Preset, SKETCH_PRESETS};
pub use settings::{
    Augmentation, BenchRequest, BenchResult, CONVNETJS, DatasetName, DeviceName, Drawings, Initialization, KernelSpeed,
    Optimizer, Schedule, Settings, Stop, Transforms, Work,
};

/// Counts up when a message changes its meaning. The worker says it in `ready`; the page refuses another.
pub const VERSION: u32 = 4;

/// One training run: it begins with `configure` and ends with the next one. Zero before the first.
pub type RunId = u32;
