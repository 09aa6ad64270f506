//! A run as a project file, and back: network, settings, weights, curves and seed, to go on exactly where it stood.

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use protocol::{Command, EventBody};

use super::{Run, exchange};
use crate::{
    files, format,
    project::{self, Project},
};

/// Largest project that is read.
const LARGEST: f64 = 1e9;

impl Run {
    /// Saves the run as one file.
    pub fn save_project(self) {
        self.send(Command::Snapshot, Vec::new(), move |taken| {
            self.send(Command::Export, Vec::new(), move |exported| {
                let (taken, exported) = match (taken, exported) {
                    (Ok(taken), Ok(exported)) => (taken, exported),
                    (Err(refusal), _) | (_, Err(refusal)) => {
                        self.notices.fail(refusal.message, None);
                        return;
                    }
                };
                let (EventBody::SnapshotTaken { step, .. }, Some(snapshot), Some(weights)) =
                    (&taken.event.body, taken.buffers.first(), exported.buffers.first())
                else {
                    return;
                };
                let bytes = |buffer: &ArrayBuffer| Uint8Array::new(buffer).to_vec();
                let project = Project {
                    settings: self.settings.get_untracked(),
                    step: *step,
                    snapshot: bytes(snapshot),
                    loss: self.loss.get_value(),
                    accuracy: self.accuracy.get_value(),
                };
                let written = project::write(&project, &bytes(weights)).ok();
                let saved = written.and_then(|file| {
                    files::save(&format!("step-{step}.chalkgrad"), &Uint8Array::from(file.as_slice()))
                });
                if saved.is_none() {
                    self.notices.fail("The browser does not let this page save files.", None);
                }
            });
        });
    }

    /// Opens a project file: its run takes the place of this one, paused where it stood.
    pub(super) async fn take_project(self, file: &web_sys::File) -> Result<(), String> {
        let buffer = exchange::read(file.size(), LARGEST, || file.array_buffer()).await?;
        let Project { settings, step, snapshot, loss, accuracy } = project::read(&Uint8Array::new(&buffer).to_vec())?;
        let command = Command::Restore { run: 0, settings: Box::new(settings.clone()) };
        let snapshot = Uint8Array::from(snapshot.as_slice()).buffer();
        let name = file.name();
        self.send(command, vec![snapshot], move |result| match result {
            Ok(_) => {
                self.draft.set(settings);
                self.loss.set_value(loss);
                self.accuracy.set_value(accuracy);
                self.version.update(|version| *version += 1);
                self.take_snapshot();
                self.notices.say(format!("{name} is open: its run stands at step {}.", format::grouped(step)), None);
            }
            Err(refusal) => {
                self.notices.fail(format!("{name}: {}", refusal.message), Some("Nothing was changed.".into()));
            }
        });
        Ok(())
    }
}
