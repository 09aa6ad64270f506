//! Random flips and shifts, drawn from (seed, epoch, example) and nothing else.
//!
//! The same example changes from epoch to epoch, but not with the batch it happens to be in. What a shift brings in
//! is black: a pixel of 0 before any transform.

use serde::{Deserialize, Serialize};

use crate::random::{Random, Stream};

/// What may happen to a training picture. The default changes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augmentation {
    /// Mirror left and right with probability one half.
    pub flip: bool,
    /// Shift by −shift..=shift pixels along each axis.
    pub shift: u32,
}

/// An augmentation at its place in a run: all that the draw depends on but the example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Augmenter {
    pub augmentation: Augmentation,
    pub seed: u64,
    /// Counted from 0.
    pub epoch: u64,
}

/// What happens to one picture: it is mirrored, then moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    pub flip: bool,
    /// Pixels to the right.
    pub right: i32,
    /// Pixels down.
    pub down: i32,
}

impl Augmenter {
    /// The change of this example in this epoch.
    pub fn change(&self, example: usize) -> Change {
        let Augmentation { flip, shift } = self.augmentation;
        // Beyond this every picture is black; it keeps the arithmetic far from overflow.
        let shift = shift.min(1 << 16);
        // Only the low halves: four thousand million epochs or examples are out of reach.
        let mut random = Random::new(self.seed, Stream::Augmentation, [self.epoch as u32, example as u32]);
        // Each number is drawn whether used or not, so that switching one off leaves the other as it was.
        let mirrored = random.bits() >> 31 == 1;
        let mut offset = || random.below(2 * shift + 1) as i32 - shift as i32;
        Change { flip: flip && mirrored, right: offset(), down: offset() }
    }
}
