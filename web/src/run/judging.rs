//! What the network makes of whole splits, and the pictures that a judgement speaks of.

use std::sync::Arc;

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use protocol::{Command, EventBody, Picture, Split, Views};

use super::{Run, events::tiles, snapshots::BUDGET};
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

    /// Shows what the network was at a kept step, or is again: its filters, its guesses for a thousand test pictures and what it
    /// took for what. Nothing is asked of the engine.
    pub fn look_back(self, step: Option<u64>) {
        self.looking_back.set(step);
        let Some(kept) = step.and_then(|step| self.book.with_value(|book| book.snapshots.at(step))) else { return };
        if let Some(filters) = kept.filters() {
            self.filters.set(Some(filters));
        }
        let Some(judgement) = kept.judgement().map(Arc::new) else { return };
        self.predictions.update(|shown| {
            let Some(shown) = shown else { return };
            let guessed = |picture: &Picture| {
                let judged = judgement.pictures.get(picture.index as usize);
                Picture { guesses: judged.map_or_else(Vec::new, |judged| judged.guesses.clone()), ..picture.clone() }
            };
            shown.pictures = Arc::new(shown.pictures.iter().map(guessed).collect());
        });
        self.judged.set(Some(judgement));
    }

    /// Bytes that the kept steps may take.
    pub const BUDGET: u64 = BUDGET;

    /// Bytes that the kept steps take.
    pub fn kept_size(self) -> u64 {
        self.book.with_value(|book| book.snapshots.size())
    }

    /// Forgets the lines of earlier runs.
    pub fn forget_earlier_runs(self) {
        for curve in [self.loss, self.accuracy] {
            curve.update_value(|curve| curve.earlier.clear());
        }
        self.version.update(|version| *version += 1);
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
