//! What a network makes of pictures whose classes are known: how often it is right, with an interval, and what it takes for what.

use std::collections::BTreeMap;
use std::error::Error;

use chalkgrad::Model;
use datasets::{Batch, Transforms};
use serde::{Deserialize, Serialize};

use crate::pictures::Part;

/// Pictures that are looked at together.
const BATCH: usize = 100;
/// Confusions that a card names.
const CONFUSIONS: usize = 8;
/// The quantile of the normal distribution that leaves 2.5% above it.
const Z: f64 = 1.959_964;

/// A fraction of the pictures, with the interval that holds the true one in 95 of 100 samples (Wilson 1927).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fraction {
    pub(crate) value: f64,
    pub(crate) interval: [f64; 2],
}

impl Fraction {
    pub(crate) fn of(hits: usize, n: usize) -> Self {
        let (n, value) = (n.max(1) as f64, hits as f64 / n.max(1) as f64);
        let centre = value + Z * Z / (2.0 * n);
        let half = Z * (value * (1.0 - value) / n + Z * Z / (4.0 * n * n)).sqrt();
        let interval = [centre - half, centre + half].map(|end| (end / (1.0 + Z * Z / n)).clamp(0.0, 1.0));
        Self { value, interval }
    }
}

/// Pictures of one class that were taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Confusion {
    pub(crate) class: String,
    pub(crate) taken_for: String,
    pub(crate) times: usize,
}

/// How a network does on a set of pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Judgement {
    pub(crate) n: usize,
    pub(crate) top1: Fraction,
    pub(crate) top3: Fraction,
    pub(crate) top5: Fraction,
    /// The mean cross-entropy.
    pub(crate) loss: f64,
    /// The most frequent, most frequent first.
    pub(crate) confusions: Vec<Confusion>,
}

/// Counts what comes, picture by picture.
#[derive(Default)]
struct Tally {
    n: usize,
    /// Right with the first, the first three, the first five guesses.
    hits: [usize; 3],
    loss: f64,
    confused: BTreeMap<(usize, usize), usize>,
}

impl Tally {
    /// One picture's logits, of which only those of the `offered` classes count.
    fn count(&mut self, logits: &[f32], label: usize, offered: &[usize]) {
        let right = f64::from(logits[label]);
        let sum: f64 = offered.iter().map(|&class| (f64::from(logits[class]) - right).exp()).sum();
        // As in a list sorted by logits, in which of equals the first stays first.
        let before =
            |&&class: &&usize| logits[class] > logits[label] || (logits[class] == logits[label] && class < label);
        let rank = offered.iter().filter(before).count();
        self.n += 1;
        self.loss += sum.ln();
        for (hits, guesses) in self.hits.iter_mut().zip([1, 3, 5]) {
            *hits += usize::from(rank < guesses);
        }
        let best =
            offered.iter().copied().reduce(|best, class| if logits[class] > logits[best] { class } else { best });
        if let Some(best) = best.filter(|&best| best != label) {
            *self.confused.entry((label, best)).or_default() += 1;
        }
    }

    fn judgement(self, classes: &[String]) -> Judgement {
        let mut confused: Vec<_> = self.confused.into_iter().collect();
        confused.sort_by_key(|&(_, times)| std::cmp::Reverse(times));
        let name = |((class, taken_for), times): ((usize, usize), usize)| Confusion {
            class: classes[class].clone(),
            taken_for: classes[taken_for].clone(),
            times,
        };
        let [top1, top3, top5] = self.hits.map(|hits| Fraction::of(hits, self.n));
        let confusions = confused.into_iter().take(CONFUSIONS).map(name).collect();
        Judgement { n: self.n, top1, top3, top5, loss: self.loss / self.n.max(1) as f64, confusions }
    }
}

/// Judges a model on pictures, among the classes that are offered.
pub(crate) fn judge(
    model: &mut Model,
    part: &Part,
    transforms: &Transforms,
    classes: &[String],
    offered: &[usize],
) -> Result<Judgement, Box<dyn Error>> {
    let mut batch = Batch::new(BATCH, part.shape())?;
    let mut tally = Tally::default();
    let all: Vec<usize> = (0..part.len()).collect();
    for indices in all.chunks(BATCH) {
        part.fill(&mut batch, indices, transforms, None)?;
        let logits = pollster::block_on(model.predict(&batch.images))?;
        for (row, &label) in logits.chunks_exact(logits.len() / BATCH).zip(&batch.labels).take(indices.len()) {
            tally.count(row, label as usize, offered);
        }
    }
    Ok(tally.judgement(classes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_wilsons() {
        // statsmodels.stats.proportion.proportion_confint(81, 263, method="wilson"), as in Newcombe (1998).
        let Fraction { value, interval } = Fraction::of(81, 263);
        assert!((value - 0.307_985).abs() < 1e-6);
        assert!((interval[0] - 0.2553).abs() < 1e-4 && (interval[1] - 0.3662).abs() < 1e-4, "{interval:?}");
        assert_eq!(Fraction::of(0, 0).interval[0], 0.0);
        assert!((Fraction::of(10, 10).interval[1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn only_what_is_offered_counts_and_of_equals_the_first() {
        let classes = ["a", "b", "c", "d"].map(str::to_owned);
        let mut tally = Tally::default();
        tally.count(&[0.0, 9.0, 1.0, 1.0], 2, &[0, 2, 3]);
        tally.count(&[0.0, 9.0, 1.0, 1.0], 3, &[0, 2, 3]);
        let judgement = tally.judgement(&classes);
        assert_eq!((judgement.n, judgement.top1.value, judgement.top3.value), (2, 0.5, 1.0));
        let expected = Confusion { class: "d".into(), taken_for: "c".into(), times: 1 };
        assert_eq!(judgement.confusions, [expected]);
        // Both labels have a share of 1 / (2 + e⁻¹).
        assert!((judgement.loss - (2.0 + (-1.0_f64).exp()).ln()).abs() < 1e-9);
    }
}
