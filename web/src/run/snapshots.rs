//! Which snapshots are kept in memory: the latest, to go on after a crash; the last one known to be good, to go back to when
//! the loss stops being a number; and a thinning row of older ones, to rewind to. Snapshots are opaque bytes.

use std::{rc::Rc, sync::Arc};

use js_sys::ArrayBuffer;
use protocol::Settings;

use crate::{judgement::Judgement, pictures::Tiles};

/// Older snapshots kept to rewind to. Beyond that, every second one goes.
const ROW: usize = 24;

/// The whole state of a run at a step.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub step: u64,
    pub settings: Settings,
    bytes: ArrayBuffer,
    /// What it makes of a thousand test pictures.
    pub judgement: Option<Arc<Judgement>>,
    /// Its first layer's filters.
    pub filters: Option<Tiles>,
}

impl Snapshot {
    pub(super) fn new(step: u64, settings: Settings, bytes: ArrayBuffer) -> Self {
        Self { step, settings, bytes, judgement: None, filters: None }
    }

    /// The same with what can be seen of it.
    pub(super) fn seen(self, judgement: Option<Arc<Judgement>>, filters: Option<Tiles>) -> Self {
        Self { judgement, filters, ..self }
    }

    /// A copy to transfer: the engine takes what it is given.
    pub(super) fn bytes(&self) -> ArrayBuffer {
        self.bytes.slice(0)
    }
}

#[derive(Debug, Default)]
pub(super) struct Snapshots {
    /// In order of steps.
    row: Vec<Rc<Snapshot>>,
    /// Losses up to this step were numbers: snapshots before it are good.
    good_until: u64,
}

impl Snapshots {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Keeps one more. Those that lie after it belong to a past that the run has left.
    pub(super) fn keep(&mut self, snapshot: Snapshot) {
        self.row.retain(|kept| kept.step < snapshot.step);
        self.good_until = self.good_until.min(snapshot.step);
        self.row.push(Rc::new(snapshot));
        if self.row.len() > ROW {
            let last = self.row.len() - 1;
            let mut index = 0;
            self.row.retain(|_| {
                index += 1;
                index - 1 == last || (index - 1).is_multiple_of(2)
            });
        }
    }

    /// The steps before this one had losses that were numbers.
    pub(super) fn losses_were_numbers_until(&mut self, step: u64) {
        self.good_until = self.good_until.max(step);
    }

    pub(super) fn latest(&self) -> Option<Rc<Snapshot>> {
        self.row.last().cloned()
    }

    /// The last snapshot after which a loss was still a number.
    pub(super) fn last_good(&self) -> Option<Rc<Snapshot>> {
        self.row.iter().rev().find(|snapshot| snapshot.step < self.good_until).cloned()
    }

    pub(super) fn at(&self, step: u64) -> Option<Rc<Snapshot>> {
        self.row.iter().find(|snapshot| snapshot.step == step).cloned()
    }

    pub(super) fn steps(&self) -> Vec<u64> {
        self.row.iter().map(|snapshot| snapshot.step).collect()
    }
}
