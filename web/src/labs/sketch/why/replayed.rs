//! What a replay says of a moment, in words and numbers, and how much of the drawing is shown when. No browser.

use protocol::Drawing;

use crate::run::Replay;

/// Guesses in the sentence below the plot.
const SAID: usize = 3;
/// Rows of the table for screen readers.
const ROWS: usize = 24;

/// After how many points each stroke ends.
pub(super) fn stroke_ends(drawing: &Drawing) -> Vec<usize> {
    let ends = drawing.iter().scan(0, |points, stroke| {
        *points += stroke.len();
        Some(*points)
    });
    ends.collect()
}

/// The moment that is told of a drawing of so many points: the last that is not later, or the first.
pub(super) fn moment_at(replay: &Replay, points: usize) -> usize {
    replay.points.partition_point(|&moment| moment as usize <= points).saturating_sub(1)
}

/// How much of a drawing is shown when this share of the time has passed: so many points, or whole strokes.
pub(super) fn points_at(share: f64, stroke_ends: &[usize], by_strokes: bool) -> usize {
    let all = stroke_ends.last().copied().unwrap_or_default();
    let points = ((share.clamp(0.0, 1.0) * all as f64).ceil() as usize).clamp(all.min(1), all);
    let whole = stroke_ends.iter().copied().find(|&end| end >= points);
    if by_strokes { whole.unwrap_or(all) } else { points }
}

pub(super) fn percent(probability: f32) -> String {
    format!("{:.0}%", 100.0 * probability)
}

/// Every class that is told of with its probability at a moment, the most probable first.
pub(super) fn best_first(replay: &Replay, moment: usize) -> Vec<(u32, f32)> {
    let probabilities = replay.probabilities.get(moment).or(replay.probabilities.last());
    let mut classes: Vec<(u32, f32)> =
        replay.classes.iter().copied().zip(probabilities.into_iter().flatten().copied()).collect();
    classes.sort_by(|a, b| b.1.total_cmp(&a.1));
    classes
}

/// "After 34 points: cat 41%, dog 12%."
pub(super) fn sentence(replay: &Replay, points: usize, all: usize, name: impl Fn(u32) -> String) -> String {
    let guesses = best_first(replay, moment_at(replay, points)).into_iter().take(SAID);
    let guesses: Vec<String> =
        guesses.map(|(class, probability)| format!("{} {}", name(class), percent(probability))).collect();
    match (points, points == all) {
        (0, _) => "Before the first point there is nothing to guess.".into(),
        (1, _) => format!("After 1 point: {}.", guesses.join(", ")),
        (_, false) => format!("After {points} points: {}.", guesses.join(", ")),
        (_, true) => format!("After all {points} points: {}.", guesses.join(", ")),
    }
}

/// Some moments at even distances, the last among them.
pub(super) fn table_rows(replay: &Replay) -> Vec<(u32, Vec<f32>)> {
    let rows: Vec<(u32, Vec<f32>)> = replay.points.iter().copied().zip(replay.probabilities.iter().cloned()).collect();
    let apart = rows.len().div_ceil(ROWS).max(1);
    let mut some: Vec<(u32, Vec<f32>)> = rows.into_iter().rev().step_by(apart).collect();
    some.reverse();
    some
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replay() -> Replay {
        Replay {
            points: (1..=100).collect(),
            classes: vec![0, 1, 2, 3],
            probabilities: (1..=100).map(|moment| vec![moment as f32 / 100.0, 0.5, 0.12, 0.01]).collect(),
        }
    }

    #[test]
    fn a_sentence_says_what_was_probable_at_a_moment() {
        let name = |class: u32| ["cat", "dog", "sun", "owl"][class as usize].to_owned();
        let said = |points| sentence(&replay(), points, 100, name);
        assert_eq!(said(34), "After 34 points: dog 50%, cat 34%, sun 12%.");
        assert_eq!(said(100), "After all 100 points: cat 100%, dog 50%, sun 12%.");
        assert_eq!(said(1), "After 1 point: dog 50%, sun 12%, cat 1%.");
        assert!(said(0).starts_with("Before"));
    }

    #[test]
    fn the_table_has_few_rows_and_the_last_moment() {
        let rows = table_rows(&replay());
        assert!(rows.len() <= ROWS && rows.len() > ROWS / 2);
        assert_eq!(rows.last().map(|row| row.0), Some(100));
        assert!(table_rows(&Replay { points: vec![], classes: vec![], probabilities: vec![] }).is_empty());
    }

    #[test]
    fn guesses_are_offered_best_first_even_where_there_are_none() {
        assert_eq!(best_first(&replay(), usize::MAX).iter().map(|guess| guess.0).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert!(best_first(&Replay { points: vec![], classes: vec![4], probabilities: vec![] }, 0).is_empty());
    }

    #[test]
    fn a_moment_is_told_until_the_next() {
        let three = Replay { points: vec![5, 10, 20], classes: vec![], probabilities: vec![vec![]; 3] };
        assert_eq!([0, 5, 9, 10, 19, 20, 99].map(|points| moment_at(&three, points)), [0, 0, 0, 1, 1, 2, 2]);
    }

    #[test]
    fn a_replay_ends_with_the_whole_drawing_and_jumps_by_strokes_where_motion_is_unwanted() {
        let drawing = vec![vec![[0.0; 2]; 10], vec![[0.0; 2]; 30]];
        let ends = stroke_ends(&drawing);
        assert_eq!(ends, [10, 40]);
        assert_eq!([0.0, 0.5, 0.99, 1.0, 7.0].map(|share| points_at(share, &ends, false)), [1, 20, 40, 40, 40]);
        assert_eq!([0.0, 0.2, 0.3, 1.0].map(|share| points_at(share, &ends, true)), [10, 10, 40, 40]);
        assert_eq!(points_at(0.5, &[], false), 0);
    }
}
