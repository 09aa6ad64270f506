//! What a network makes of pictures whose classes are known: loss, accuracy, and the guesses for each picture.

use chalkgrad::order::order;
use datasets::Change;
use protocol::{GUESS_BYTES, Guess, Views};

/// Guesses kept for a picture.
pub(super) const GUESSES: usize = 3;
/// The class of a guess that there is none of.
const NONE: u16 = u16::MAX;

/// The changes under which a picture is looked at.
pub(super) fn changes(views: Views) -> Vec<Change> {
    let places = match views {
        Views::Single => return vec![Change::default()],
        Views::Averaged => [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)],
    };
    [false, true].into_iter().flat_map(|flip| places.map(|(right, down)| Change { flip, right, down })).collect()
}

/// Adds the probabilities of every row of logits, times `share`, to `sums`.
pub(super) fn add_probabilities(logits: &[f32], classes: usize, share: f64, sums: &mut [f64]) {
    for (row, sums) in logits.chunks_exact(classes).zip(sums.chunks_exact_mut(classes)) {
        let largest = row.iter().copied().map(f64::from).fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = row.iter().map(|&logit| (f64::from(logit) - largest).exp()).collect();
        let total: f64 = powers.iter().sum();
        sums.iter_mut().zip(powers).for_each(|(sum, power)| *sum += share * power / total);
    }
}

/// The probabilities of every row of logits.
pub(super) fn probabilities(logits: &[f32], classes: usize) -> Vec<f32> {
    let mut sums = vec![0.0; logits.len()];
    add_probabilities(logits, classes, 1.0, &mut sums);
    sums.into_iter().map(|probability| probability as f32).collect()
}

/// The best guesses of one row of probabilities, best first; of equals the first.
pub(super) fn best(row: &[f32], guesses: usize) -> Vec<Guess> {
    order(row.len(), &|a, b| row[b].total_cmp(&row[a]))
        .into_iter()
        .take(guesses)
        .map(|class| Guess { class: class as u32, probability: finite(row[class]) })
        .collect()
}

/// JSON has no NaN.
fn finite(value: f32) -> f32 {
    if value.is_finite() { value } else { 0.0 }
}

/// Sums over pictures, and each picture's guesses.
#[derive(Default, Clone)]
pub(super) struct Tally {
    loss: f64,
    right: usize,
    pub(super) examples: usize,
    /// As the page reads them: `GUESS_BYTES` a picture.
    pub(super) guesses: Vec<u8>,
}

impl Tally {
    /// Adds a picture of this class.
    pub(super) fn count(&mut self, label: usize, probabilities: &[f64]) {
        let row: Vec<f32> = probabilities.iter().map(|&probability| probability as f32).collect();
        let guesses = best(&row, GUESSES);
        self.loss -= probabilities[label].ln();
        self.right += usize::from(guesses[0].class as usize == label);
        self.examples += 1;
        let begin = self.guesses.len();
        let guess = |rank: usize| guesses.get(rank);
        let class = |rank| guess(rank).map_or(NONE, |guess| guess.class as u16);
        let part = |rank| guess(rank).map_or(0, |guess| (guess.probability * f32::from(u16::MAX)).round() as u16);
        for number in [label as u16, class(0), class(1), class(2), part(0), part(1), part(2)] {
            self.guesses.extend(number.to_le_bytes());
        }
        debug_assert_eq!(self.guesses.len(), begin + GUESS_BYTES);
    }

    /// The mean cross-entropy; `None` where it is no number.
    pub(super) fn loss(&self) -> Option<f32> {
        let loss = (self.loss / self.examples as f64) as f32;
        loss.is_finite().then_some(loss)
    }

    pub(super) fn accuracy(&self) -> f32 {
        (self.right as f64 / self.examples.max(1) as f64) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_seven_numbers() {
        let mut tally = Tally::default();
        tally.count(2, &[0.25, 0.0, 0.75]);
        tally.count(0, &[0.5, 0.5]);
        let numbers: Vec<u16> =
            tally.guesses.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        assert_eq!(numbers, [2, 2, 0, 1, 49151, 16384, 0, 0, 0, 1, NONE, 32768, 32768, 0]);
        assert_eq!((tally.accuracy(), tally.examples), (1.0, 2));
        let expected = -(0.75_f32.ln() + 0.5_f32.ln()) / 2.0;
        assert!((tally.loss().unwrap() - expected).abs() < 1e-6);
    }

    #[test]
    fn probabilities_are_softmax_and_a_nan_stays_one() {
        let mut sums = [0.0; 4];
        add_probabilities(&[0.0, 3.0_f32.ln(), 1000.0, 1000.0], 2, 0.5, &mut sums);
        for (sum, expected) in sums.iter().zip([0.125, 0.375, 0.25, 0.25]) {
            assert!((sum - expected).abs() < 1e-7);
        }
        let mut sums = [0.0; 2];
        add_probabilities(&[f32::NAN, 0.0], 2, 1.0, &mut sums);
        let mut tally = Tally::default();
        tally.count(1, &sums);
        assert_eq!(tally.loss(), None);
    }

    #[test]
    fn ten_views_are_ten_changes() {
        let all = changes(Views::Averaged);
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!((all.len(), distinct.len()), (10, 10));
        assert_eq!(changes(Views::Single), [Change::default()]);
    }
}
