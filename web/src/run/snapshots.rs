//! Which snapshots are kept in memory: the latest, to go on after a crash; the last one known to be good, to go back to when
//! the loss stops being a number; and a thinning row of older ones, to rewind to. Snapshots are opaque bytes.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};
use protocol::{Settings, Sheet};

use crate::{judgement::Judgement, pictures::Tiles};

/// Older snapshots kept to rewind to, and the bytes that all may take, in memory and in the browser's storage. Beyond that, every
/// second one goes.
const ROW: usize = 24;
pub(super) const BUDGET: u64 = 64_000_000;

/// The whole state of a run at a step.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub step: u64,
    pub settings: Settings,
    pub(super) state: ArrayBuffer,
    pub(super) seen: Seen,
}

/// What can be seen of a kept step without an engine, as it came from there.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// The guesses for a thousand test pictures.
    pub guesses: Option<ArrayBuffer>,
    /// The first layer's filters.
    pub filters: Option<(Sheet, ArrayBuffer)>,
}

impl Snapshot {
    pub(super) fn new(step: u64, settings: Settings, bytes: ArrayBuffer) -> Self {
        Self { step, settings, state: bytes, seen: Seen::default() }
    }

    /// The same with what can be seen of it.
    pub(super) fn with(self, seen: Seen) -> Self {
        Self { seen, ..self }
    }

    /// What it makes of a thousand test pictures.
    pub(super) fn judgement(&self) -> Option<Judgement> {
        Judgement::read(&Uint8Array::new(self.seen.guesses.as_ref()?).to_vec(), self.step, false)
    }

    /// Its first layer's filters.
    pub(super) fn filters(&self) -> Option<Tiles> {
        let (sheet, bytes) = self.seen.filters.as_ref()?;
        Tiles::new(sheet.clone(), Uint8Array::new(bytes).to_vec())
    }

    /// Bytes that it takes.
    pub(super) fn size(&self) -> u64 {
        let filters = self.seen.filters.as_ref().map(|(_, bytes)| bytes);
        let parts = [Some(&self.state), self.seen.guesses.as_ref(), filters];
        parts.into_iter().flatten().map(|part| u64::from(part.byte_length())).sum()
    }

    /// A copy to transfer: the engine takes what it is given.
    pub(super) fn bytes(&self) -> ArrayBuffer {
        self.state.slice(0)
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
        while self.row.len() > 1 && (self.row.len() > ROW || self.size() > BUDGET) {
            self.thin();
        }
    }

    /// Every second one goes, but never the last.
    fn thin(&mut self) {
        let last = self.row.len() - 1;
        let mut index = 0;
        self.row.retain(|_| {
            index += 1;
            index - 1 == last || (last - index + 1).is_multiple_of(2)
        });
    }

    /// What an earlier visit kept, in order of steps.
    pub(super) fn take_up(&mut self, row: Vec<Snapshot>) {
        self.row = row.into_iter().map(Rc::new).collect();
    }

    pub(super) fn row(&self) -> Vec<Rc<Snapshot>> {
        self.row.clone()
    }

    /// Bytes of all together.
    pub(super) fn size(&self) -> u64 {
        self.row.iter().map(|snapshot| snapshot.size()).sum()
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
