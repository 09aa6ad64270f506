//! Where the lines of the plot lie, and its picture as SVG. Pure numbers and text, no browser.

use crate::{plots::ticks::Axis, run::Replay};

/// Room around the plot, in rem: at the left for percentages, at the right for names, above and below for words.
pub(super) const LEFT: f64 = 2.75;
pub(super) const RIGHT: f64 = 8.0;
const TOP: f64 = 1.375;
const BOTTOM: f64 = 1.5;
/// Between two names, and from a line's end to its name, in rem.
const NAME: f64 = 1.125;
pub(super) const LEADER: f64 = 1.25;

/// A plot of probability over points drawn, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plot {
    width: f64,
    height: f64,
    rem: f64,
    points: f64,
}

impl Plot {
    /// `points`: of the whole drawing.
    pub fn new((width, height): (f64, f64), rem: f64, points: usize) -> Self {
        Self { width, height, rem, points: points.max(1) as f64 }
    }

    fn right(&self) -> f64 {
        (self.width - RIGHT * self.rem).max(LEFT * self.rem + 1.0)
    }

    fn bottom(&self) -> f64 {
        (self.height - BOTTOM * self.rem).max(TOP * self.rem + 1.0)
    }

    pub fn x(&self, points: f64) -> f64 {
        let left = LEFT * self.rem;
        left + (self.right() - left) * (points / self.points).clamp(0.0, 1.0)
    }

    /// A network that has burst gives no probability: drawn as none.
    pub fn y(&self, probability: f32) -> f64 {
        let probability = if probability.is_finite() { f64::from(probability.clamp(0.0, 1.0)) } else { 0.0 };
        self.bottom() - (self.bottom() - TOP * self.rem) * probability
    }

    /// Where the names of the lines stand: as near to their lines' ends as they can without covering one another.
    pub fn name_places(&self, last: &[f32]) -> Vec<f64> {
        let ends: Vec<f64> = last.iter().map(|&probability| self.y(probability)).collect();
        spread(&ends, NAME * self.rem, self.bottom())
    }

    /// Axes, grid, and where a stroke ended.
    pub fn ground(&self, stroke_ends: &[usize]) -> String {
        let (left, right, bottom) = (self.x(0.0), self.right(), self.bottom());
        let mut svg = String::new();
        let mut line = |class: &str, [x1, y1, x2, y2]: [f64; 4]| {
            svg += &format!("<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>");
        };
        for percent in [0u8, 25, 50, 75, 100] {
            let y = self.y(f32::from(percent) / 100.0);
            line(if percent == 0 { "axis" } else { "grid" }, [left, y, right, y]);
        }
        for end in stroke_ends.iter().rev().skip(1) {
            let x = self.x(*end as f64);
            line("stroke-end", [x, self.y(1.0), x, bottom]);
        }
        let mut text = |x: f64, y: f64, anchor: &str, text: &str| {
            svg += &format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
        };
        for percent in [0u8, 50, 100] {
            let y = self.y(f32::from(percent) / 100.0) + 0.25 * self.rem;
            text(left - 0.375 * self.rem, y, "end", &format!("{percent}%"));
        }
        for tick in self.ticks() {
            text(self.x(tick), bottom + 1.125 * self.rem, "middle", &format!("{tick:.0}"));
        }
        text(self.width, bottom + 1.125 * self.rem, "end", "points drawn");
        text(0.0, 0.75 * self.rem, "start", "probability");
        if stroke_ends.len() > 1 {
            text(right, 0.75 * self.rem, "end", "┊ a stroke ends");
        }
        svg
    }

    /// Whole numbers of points.
    fn ticks(&self) -> Vec<f64> {
        let room = (self.right() - self.x(0.0)) / (3.0 * self.rem);
        let ticks = Axis::around(0.0, self.points, false).ticks((room as usize).clamp(2, 8));
        ticks.into_iter().filter(|tick| tick.fract().abs() < 1e-6).collect()
    }

    /// A line for each class, on to where its name stands. The first is drawn last: it lies on top.
    pub fn lines(&self, replay: &Replay, name_places: &[f64]) -> String {
        let mut svg = String::new();
        for (class, place) in name_places.iter().enumerate().rev() {
            let moments = replay.points.iter().zip(&replay.probabilities);
            let mut points = String::new();
            for (moment, probabilities) in moments {
                let probability = probabilities.get(class).copied().unwrap_or_default();
                points += &format!("{:.1},{:.1} ", self.x(f64::from(*moment)), self.y(probability));
            }
            svg += &format!(
                "<polyline class=\"of-{class}\" points=\"{points}{:.1},{place:.1}\"/>",
                self.right() + LEADER * self.rem
            );
        }
        svg
    }

    /// A rule at a moment, with a dot on each line.
    pub fn mark(&self, points: usize, probabilities: &[f32]) -> String {
        let x = self.x(points as f64);
        let mut svg =
            format!("<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>", self.y(1.0), self.bottom());
        for (class, probability) in probabilities.iter().enumerate().rev() {
            svg +=
                &format!("<circle class=\"of-{class}\" cx=\"{x:.1}\" cy=\"{:.1}\" r=\"3.5\"/>", self.y(*probability));
        }
        svg
    }
}

/// Places at least `apart`, none below `lowest`, each as near as may be to where it would stand alone. Places grow downwards.
fn spread(wanted: &[f64], apart: f64, lowest: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]).then(a.cmp(&b)));
    let mut places = wanted.to_vec();
    let mut free = f64::NEG_INFINITY;
    for &index in &order {
        places[index] = places[index].max(free);
        free = places[index] + apart;
    }
    let mut free = lowest;
    for &index in order.iter().rev() {
        places[index] = places[index].min(free);
        free = places[index] - apart;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replay() -> Replay {
        Replay {
            points: vec![5, 10, 20],
            classes: vec![7, 3],
            probabilities: vec![vec![0.0, 0.5], vec![0.25, f32::NAN], vec![1.0, 0.0]],
        }
    }

    #[test]
    fn lines_lie_between_the_axes_and_end_at_their_names() {
        let plot = Plot::new((500.0, 200.0), 16.0, 20);
        assert_eq!([plot.x(0.0), plot.x(20.0), plot.x(10.0)], [44.0, 372.0, 208.0]);
        assert_eq!([plot.y(1.0), plot.y(0.0), plot.y(f32::NAN)], [22.0, 176.0, 176.0]);
        let lines = plot.lines(&replay(), &plot.name_places(&[1.0, 0.0]));
        assert!(
            lines.ends_with("<polyline class=\"of-0\" points=\"126.0,176.0 208.0,137.5 372.0,22.0 392.0,22.0\"/>"),
            "{lines}"
        );
        assert!(!lines.contains("NaN"));
    }

    #[test]
    fn a_plot_without_room_still_is_one() {
        let plot = Plot::new((0.0, 0.0), 16.0, 0);
        let svg = plot.ground(&[0]) + &plot.lines(&replay(), &plot.name_places(&[0.5, 0.5])) + &plot.mark(0, &[0.5]);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn names_cover_neither_one_another_nor_the_words_below() {
        let wanted = [20.0, 100.0, 99.0, 101.0, 98.0];
        let places = spread(&wanted, 18.0, 101.0);
        assert_eq!(places[0], 20.0, "alone, it stands at its line's end");
        let mut sorted = places.clone();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.windows(2).all(|pair| pair[1] - pair[0] >= 18.0) && sorted[4] <= 101.0, "{places:?}");
        assert_eq!(spread(&[], 18.0, 100.0), Vec::<f64>::new());
    }
}
