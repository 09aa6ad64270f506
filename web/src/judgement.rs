//! What a network made of many pictures whose classes are known: how often it was right, what it took for what, and which pictures
//! those were. Pure numbers, read from the bytes that come with a measurement.

use protocol::{GUESS_BYTES, Guess};

/// The quantile of the normal distribution that leaves 2.5% above it.
const Z: f64 = 1.959_964;

/// One picture: its class and the best guesses, best first.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub label: u32,
    pub guesses: Vec<Guess>,
}

impl Judged {
    fn guess(&self) -> u32 {
        self.guesses.first().map_or(u32::MAX, |guess| guess.class)
    }

    pub fn is_right(&self) -> bool {
        self.guess() == self.label
    }

    fn confidence(&self) -> f32 {
        self.guesses.first().map_or(0.0, |guess| guess.probability)
    }
}

/// All pictures that were judged by one set of weights. A picture's place is its number in the split.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judgement {
    pub pictures: Vec<Judged>,
    /// The step of the weights.
    pub step: u64,
    /// Each picture was looked at several times.
    pub is_averaged: bool,
}

/// Which pictures are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    #[default]
    All,
    Right,
    Wrong,
    /// Wrong ones, those first of which the network was most certain.
    ConfidentMistakes,
}

/// Pictures of an outcome, of a class, and taken for a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    pub outcome: Outcome,
    pub class: Option<u32>,
    pub taken_for: Option<u32>,
}

/// A share of `n` with the interval that holds the true one in 95 of 100 samples (Wilson 1927).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Share {
    pub fn of(hits: usize, n: usize) -> Self {
        let (n, value) = (n.max(1) as f64, hits as f64 / n.max(1) as f64);
        let centre = value + Z * Z / (2.0 * n);
        let half = Z * (value * (1.0 - value) / n + Z * Z / (4.0 * n * n)).sqrt();
        let [low, high] = [centre - half, centre + half].map(|end| (end / (1.0 + Z * Z / n)).clamp(0.0, 1.0));
        Self { value, low, high }
    }
}

impl Judgement {
    /// `None` where the bytes are no whole pictures.
    pub fn read(bytes: &[u8], step: u64, is_averaged: bool) -> Option<Self> {
        let is_whole = !bytes.is_empty() && bytes.len().is_multiple_of(GUESS_BYTES);
        let picture = |bytes: &[u8]| {
            let number = |at: usize| u16::from_le_bytes([bytes[2 * at], bytes[2 * at + 1]]);
            let guesses = (1..4).filter(|&at| number(at) != u16::MAX).map(|at| Guess {
                class: number(at).into(),
                probability: f32::from(number(at + 3)) / f32::from(u16::MAX),
            });
            Judged { label: number(0).into(), guesses: guesses.collect() }
        };
        is_whole.then(|| Self { pictures: bytes.chunks_exact(GUESS_BYTES).map(picture).collect(), step, is_averaged })
    }

    pub fn accuracy(&self) -> Share {
        Share::of(self.pictures.iter().filter(|picture| picture.is_right()).count(), self.pictures.len())
    }

    /// How often each class (row) was taken for each (column).
    pub fn confusions(&self, classes: usize) -> Vec<Vec<usize>> {
        let mut table = vec![vec![0; classes]; classes];
        for picture in &self.pictures {
            let row = table.get_mut(picture.label as usize);
            if let Some(cell) = row.and_then(|row| row.get_mut(picture.guess() as usize)) {
                *cell += 1;
            }
        }
        table
    }

    /// The numbers of the pictures that a filter lets through, in their order or the most certain first.
    pub fn pictures_of(&self, filter: Filter) -> Vec<u32> {
        let passes = |picture: &Judged| {
            let is_wanted = match filter.outcome {
                Outcome::All => true,
                Outcome::Right => picture.is_right(),
                Outcome::Wrong | Outcome::ConfidentMistakes => !picture.is_right(),
            };
            is_wanted
                && filter.class.is_none_or(|class| class == picture.label)
                && filter.taken_for.is_none_or(|class| class == picture.guess())
        };
        let mut found: Vec<u32> =
            (0..).zip(&self.pictures).filter(|(_, picture)| passes(picture)).map(|(at, _)| at).collect();
        if filter.outcome == Outcome::ConfidentMistakes {
            let confidence = |at: u32| self.pictures[at as usize].confidence();
            found.sort_unstable_by(|&a, &b| confidence(b).total_cmp(&confidence(a)).then(a.cmp(&b)));
        }
        found
    }
}

/// The cells of a table of confusions that hold the most mistakes, largest first: class, what it was taken for, how often.
pub fn most_confused(counts: &[Vec<usize>], most: usize) -> Vec<(usize, usize, usize)> {
    let cells = counts
        .iter()
        .enumerate()
        .flat_map(|(class, row)| row.iter().enumerate().map(move |(taken_for, &count)| (class, taken_for, count)));
    let mut mistakes: Vec<_> = cells.filter(|&(class, taken_for, count)| class != taken_for && count > 0).collect();
    mistakes.sort_by_key(|&(.., count)| std::cmp::Reverse(count));
    mistakes.truncate(most);
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(pictures: &[[u16; 7]]) -> Vec<u8> {
        pictures.iter().flatten().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn judgement() -> Judgement {
        let pictures = [
            [0, 0, 1, 2, 65535, 0, 0],
            [1, 0, 1, 2, 40000, 20000, 5535],
            [1, 2, 1, 0, 50000, 0, 0],
            [1, 1, u16::MAX, u16::MAX, 9, 0, 0],
        ];
        Judgement::read(&bytes(&pictures), 7, false).unwrap()
    }

    #[test]
    fn pictures_are_read_and_counted() {
        let judgement = judgement();
        assert_eq!(judgement.pictures[0].guesses[0], Guess { class: 0, probability: 1.0 });
        assert_eq!(judgement.pictures[3].guesses.len(), 1);
        assert_eq!(judgement.accuracy().value, 0.5);
        assert_eq!(judgement.confusions(3), [[1, 0, 0], [1, 1, 1], [0, 0, 0]]);
        assert_eq!(Judgement::read(&[0; 13], 0, false), None);
        assert_eq!(Judgement::read(&[], 0, false), None);
    }

    #[test]
    fn a_filter_lets_through_what_it_says() {
        let judgement = judgement();
        let of = |outcome, class, taken_for| judgement.pictures_of(Filter { outcome, class, taken_for });
        assert_eq!(of(Outcome::All, None, None), [0, 1, 2, 3]);
        assert_eq!(of(Outcome::Right, None, None), [0, 3]);
        assert_eq!(of(Outcome::Wrong, Some(1), None), [1, 2]);
        assert_eq!(of(Outcome::ConfidentMistakes, None, None), [2, 1]);
        assert_eq!(of(Outcome::All, Some(1), Some(0)), [1]);
    }

    #[test]
    fn the_most_frequent_mistakes_come_first() {
        let counts = [vec![9, 1, 0], vec![4, 5, 1], vec![0, 2, 7]];
        assert_eq!(most_confused(&counts, 3), [(1, 0, 4), (2, 1, 2), (0, 1, 1)]);
        assert_eq!(most_confused(&[], 3), []);
    }

    #[test]
    fn an_interval_is_wilsons() {
        // As in Newcombe (1998): 81 of 263.
        let share = Share::of(81, 263);
        assert!((share.low - 0.2553).abs() < 1e-4 && (share.high - 0.3662).abs() < 1e-4, "{share:?}");
        assert_eq!(Share::of(0, 0).low, 0.0);
    }
}
