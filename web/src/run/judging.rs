//! What the network makes of whole splits, and the pictures that a judgement speaks of.

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use protocol::{Command, EventBody, Split, Views};

use super::{Run, events::tiles};
use crate::{judgement::Judgement, pictures::Tiles};

/// A judgement from the buffer beside an event.
pub(super) fn read(buffer: Option<&ArrayBuffer>, step: u64, is_averaged: bool) -> Option<Judgement> {
    Judgement::read(&Uint8Array::new(buffer?).to_vec(), step, is_averaged)
}

impl Run {
    /// Measures a whole split on request, while training waits.
    pub fn evaluate(self, split: Split, views: Views) {
        self.evaluating.set(Some(split));
        self.send(Command::Evaluate { split, views }, Vec::new(), move |result| {
            self.evaluating.set(None);
            if let Err(refusal) = result {
                self.notices.fail(refusal.message, None);
            }
        });
    }

    /// Fetches pictures of the test split; `None` where they cannot be had.
    pub fn fetch_pictures(self, pictures: Vec<u32>, then: impl FnOnce(Option<Tiles>) + 'static) {
        let command = Command::Picture { split: Split::Test, pictures };
        self.send(command, Vec::new(), move |result| {
            let shown = result.ok().and_then(|incoming| match &incoming.event.body {
                EventBody::Pictured { sheet } => tiles(sheet, incoming.buffers.first()),
                _ => None,
            });
            then(shown);
        });
    }
}
