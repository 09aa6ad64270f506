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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
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

#[cfg(test)]
mod tests {
    use super::*;

    fn augmenter(flip: bool, shift: u32) -> Augmenter {
        Augmenter { augmentation: Augmentation { flip, shift }, seed: 1, epoch: 0 }
    }

    #[test]
    fn half_are_mirrored_and_every_shift_comes_equally_often() {
        let augmenter = augmenter(true, 2);
        let mut counts = std::collections::BTreeMap::new();
        for example in 0..50_000 {
            *counts.entry(augmenter.change(example)).or_insert(0_u32) += 1;
        }
        // 2 × 5 × 5 changes, about 1,000 each; five deviations are 157.
        assert_eq!(counts.len(), 50);
        assert!(counts.values().all(|count| count.abs_diff(1_000) < 157), "{counts:?}");
    }

    #[test]
    fn a_change_depends_on_seed_epoch_and_example() {
        let here = augmenter(true, 1_000);
        assert_eq!(here.change(3), here.change(3));
        assert_ne!(here.change(3), here.change(4));
        assert_ne!(here.change(3), Augmenter { seed: 2, ..here }.change(3));
        assert_ne!(here.change(3), Augmenter { epoch: 1, ..here }.change(3));
    }

    #[test]
    fn switching_one_off_leaves_the_other_as_it_was() {
        for example in 0..50 {
            let both = augmenter(true, 2).change(example);
            assert_eq!(augmenter(false, 2).change(example), Change { flip: false, ..both });
            assert_eq!(augmenter(true, 0).change(example), Change { flip: both.flip, right: 0, down: 0 });
        }
    }

    #[test]
    fn the_largest_shift_does_not_overflow() {
        let change = augmenter(true, u32::MAX).change(usize::MAX);
        assert!(change.right.abs() <= 1 << 16 && change.down.abs() <= 1 << 16);
    }
}
