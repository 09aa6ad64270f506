//! Sessions: commands in, events out. A host (the worker, the native command) brings files, devices and a clock, hands commands
//! to a [`Lab`], and lets it [`work`](Lab::work) in slices. No browser types.

mod bench;
mod data;
mod drawings;
mod error;
mod lab;
pub mod language;
mod measure;
mod outbox;
mod parts;
mod session;
mod settings;
mod team;
#[cfg(not(target_family = "wasm"))]
mod threads;
pub mod tune;

pub use bench::Bench;
pub use data::{Data, Request};
pub use error::{LabError, Result};
pub use lab::{Files, Lab};
pub use measure::kernels;
pub use outbox::{Outbox, Outgoing};
pub use parts::{Explanations, Formats, Parts};
pub use session::{Next, Session};
pub use settings::options;
pub use team::{Hire, Team, serve, worker};
#[cfg(not(target_family = "wasm"))]
pub use threads::{Channel, Threads};

/// Seconds since some moment, ever growing.
pub type Clock = fn() -> f64;
