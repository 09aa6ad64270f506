//! A drawing under way: strokes that are kept as strokes, and what can be undone. Pure numbers, no browser.

use protocol::{Drawing, Stroke};

/// Width and height of the pad in the units of its points: Quick, Draw!'s simplified drawings fit as they are, with a margin.
pub const SIDE: f32 = 272.0;
/// The largest coordinate of such a drawing.
const SIMPLIFIED: f32 = 255.0;
/// A pen that moved less than this drew nothing new.
const STEP: f32 = 0.75;
/// How near the eraser must come to a stroke.
const REACH: f32 = 7.0;
/// Drawings that can be gone back to.
const MOST_STEPS: usize = 200;

/// Strokes, the one under the pen, and what was before and after.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Paper {
    now: Named,
    pen: Option<Stroke>,
    past: Vec<Named>,
    future: Vec<Named>,
}

/// Finished strokes, and the word that they were drawn for, where that is known.
#[derive(Debug, Clone, PartialEq, Default)]
struct Named {
    strokes: Drawing,
    word: Option<String>,
}

impl Paper {
    /// Every stroke, with the one under the pen.
    pub fn drawing(&self) -> Drawing {
        self.now.strokes.iter().chain(&self.pen).cloned().collect()
    }

    /// What it was drawn for, where that is known.
    pub fn word(&self) -> Option<&str> {
        self.now.word.as_deref()
    }

    pub fn is_empty(&self) -> bool {
        self.now.strokes.is_empty() && self.pen.is_none()
    }

    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    pub fn is_drawing(&self) -> bool {
        self.pen.is_some()
    }

    /// The pen comes down.
    pub fn put_down(&mut self, point: [f32; 2]) {
        self.lift();
        self.pen = Some(vec![inside(point)]);
    }

    /// The pen moves to a place; where it came from, if that is a line.
    pub fn move_to(&mut self, point: [f32; 2]) -> Option<[[f32; 2]; 2]> {
        let (pen, point) = (self.pen.as_mut()?, inside(point));
        let before = *pen.last()?;
        // What is no number is no move either.
        let moved = distance(before, point);
        if moved.is_nan() || moved < STEP {
            return None;
        }
        pen.push(point);
        Some([before, point])
    }

    /// The pen goes up.
    pub fn lift(&mut self) {
        if let Some(stroke) = self.pen.take() {
            self.remember();
            self.now.strokes.push(stroke);
        }
    }

    /// Takes away the topmost stroke near a place. Whether there was one.
    pub fn erase_at(&mut self, point: [f32; 2]) -> bool {
        let Some(found) = self.now.strokes.iter().rposition(|stroke| comes_near(stroke, point)) else { return false };
        self.remove(found)
    }

    /// Takes away one stroke.
    pub fn remove(&mut self, stroke: usize) -> bool {
        if stroke >= self.now.strokes.len() {
            return false;
        }
        self.remember();
        self.now.strokes.remove(stroke);
        if self.now.strokes.is_empty() {
            self.now.word = None;
        }
        true
    }

    pub fn clear(&mut self) {
        self.pen = None;
        if !self.now.strokes.is_empty() {
            self.remember();
            self.now = Named::default();
        }
    }

    /// Another drawing takes the place of this one, fitted into the pad, with the word that it was drawn for.
    pub fn replace(&mut self, drawing: &Drawing, word: Option<String>) {
        self.pen = None;
        self.remember();
        self.now = Named { strokes: fitted(drawing), word };
    }

    /// Takes the line under the pen away, or else the last change.
    pub fn undo(&mut self) {
        if self.pen.take().is_some() {
            return;
        }
        if let Some(before) = self.past.pop() {
            self.future.push(std::mem::replace(&mut self.now, before));
        }
    }

    pub fn redo(&mut self) {
        if let Some(after) = self.future.pop() {
            self.past.push(std::mem::replace(&mut self.now, after));
        }
    }

    fn remember(&mut self) {
        self.future.clear();
        self.past.push(self.now.clone());
        if self.past.len() > MOST_STEPS {
            self.past.remove(0);
        }
    }
}

fn inside(point: [f32; 2]) -> [f32; 2] {
    point.map(|part| part.clamp(0.0, SIDE))
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn comes_near(stroke: &Stroke, point: [f32; 2]) -> bool {
    let near_segment = |ends: &[[f32; 2]]| {
        let along = [ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]];
        let length = along[0] * along[0] + along[1] * along[1];
        let part = ((point[0] - ends[0][0]) * along[0] + (point[1] - ends[0][1]) * along[1]) / length.max(1e-6);
        let part = part.clamp(0.0, 1.0);
        distance(point, [ends[0][0] + part * along[0], ends[0][1] + part * along[1]]) < REACH
    };
    stroke.windows(2).any(near_segment) || stroke.first().is_some_and(|&first| distance(first, point) < REACH)
}

/// The box around a drawing: its least and largest coordinates.
pub fn bounds(drawing: &Drawing) -> Option<([f32; 2], [f32; 2])> {
    let points = || drawing.iter().flatten();
    points().next()?;
    let end =
        |axis: usize, choose: fn(f32, f32) -> f32, start: f32| points().map(|point| point[axis]).fold(start, choose);
    let low = [0, 1].map(|axis| end(axis, f32::min, f32::INFINITY));
    Some((low, [0, 1].map(|axis| end(axis, f32::max, f32::NEG_INFINITY))))
}

/// A drawing of any size, moved and scaled so that it lies in the pad with a margin. A simplified one is only moved, by whole numbers:
/// it leaves as it came.
pub fn fitted(drawing: &Drawing) -> Drawing {
    let Some((low, high)) = bounds(drawing) else { return drawing.clone() };
    let longer = (high[0] - low[0]).max(high[1] - low[1]);
    if longer <= SIMPLIFIED && drawing.iter().flatten().flatten().all(|part| part.fract() == 0.0) {
        let by = [0, 1].map(|axis| (0.5 * (SIDE - low[axis] - high[axis])).floor());
        let moved = |point: &[f32; 2]| [point[0] + by[0], point[1] + by[1]];
        return drawing.iter().map(|stroke| stroke.iter().map(moved).collect()).collect();
    }
    let scale = if longer > 0.0 && longer.is_finite() { 0.8 * SIDE / longer } else { 1.0 };
    let place = |point: &[f32; 2]| {
        inside([0, 1].map(|axis| 0.5 * SIDE + scale * (point[axis] - 0.5 * (low[axis] + high[axis]))))
    };
    drawing.iter().map(|stroke| stroke.iter().map(place).collect()).collect()
}

/// The drawing as an SVG file: one polyline a stroke.
pub fn svg(drawing: &Drawing) -> String {
    let line = |stroke: &Stroke| {
        // A line of no length still has its round ends.
        let points: Vec<String> = stroke
            .iter()
            .chain(stroke.first().filter(|_| stroke.len() == 1))
            .map(|[x, y]| format!("{x:.1},{y:.1}"))
            .collect();
        format!("  <polyline points=\"{}\"/>\n", points.join(" "))
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIDE} {SIDE}\" fill=\"none\" stroke=\"black\" stroke-width=\"5\" \
         stroke-linecap=\"round\" stroke-linejoin=\"round\">\n{}</svg>\n",
        drawing.iter().map(line).collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_strokes() -> Paper {
        let mut paper = Paper::default();
        paper.put_down([10.0, 10.0]);
        paper.move_to([100.0, 10.0]);
        paper.lift();
        paper.put_down([50.0, 50.0]);
        paper.lift();
        paper
    }

    #[test]
    fn what_was_drawn_can_be_undone_and_redone() {
        let mut paper = two_strokes();
        let drawn = paper.drawing();
        paper.undo();
        assert_eq!(paper.drawing(), drawn[..1]);
        paper.undo();
        assert!(paper.is_empty() && !paper.can_undo());
        paper.undo();
        paper.redo();
        paper.redo();
        assert_eq!((paper.drawing(), paper.can_redo()), (drawn.clone(), false));
        paper.clear();
        paper.undo();
        assert_eq!(paper.drawing(), drawn);
        paper.put_down([1.0, 1.0]);
        paper.lift();
        assert!(!paper.can_redo(), "a new stroke is another future");
    }

    #[test]
    fn the_eraser_takes_the_stroke_that_it_touches() {
        let mut paper = two_strokes();
        assert!(!paper.erase_at([200.0, 200.0]));
        assert!(paper.erase_at([60.0, 14.0]), "the middle of the line, where there is no point");
        assert_eq!(paper.drawing(), vec![vec![[50.0, 50.0]]]);
        assert!(paper.erase_at([52.0, 49.0]), "a dot");
        assert!(paper.is_empty() && paper.can_undo());
    }

    #[test]
    fn the_word_stays_with_the_drawing_that_it_came_with() {
        let mut paper = two_strokes();
        paper.replace(&vec![vec![[0.0, 0.0], [200.0, 200.0]]], Some("line".into()));
        paper.put_down([1.0, 1.0]);
        paper.lift();
        assert_eq!(paper.word(), Some("line"));
        paper.undo();
        paper.undo();
        assert_eq!((paper.drawing().len(), paper.word()), (2, None), "what was there before has none");
        paper.redo();
        assert_eq!(paper.word(), Some("line"));
        assert!(paper.remove(0));
        assert_eq!(paper.word(), None, "nothing is left of it");
        paper.undo();
        paper.clear();
        assert_eq!(paper.word(), None);
    }

    #[test]
    fn the_pen_stays_on_the_pad_and_a_shaking_hand_draws_nothing() {
        let mut paper = Paper::default();
        assert_eq!(paper.move_to([3.0, 3.0]), None, "it is not down");
        paper.put_down([-5.0, 300.0]);
        assert_eq!(paper.move_to([0.3, SIDE - 0.1]), None);
        assert_eq!(paper.move_to([f32::NAN, 2.0]), None);
        assert_eq!(paper.drawing(), vec![vec![[0.0, SIDE]]]);
    }

    #[test]
    fn a_drawing_of_any_size_is_fitted_into_the_pad() {
        let wide = vec![vec![[1000.0, 0.0], [3000.0, 500.0]]];
        let [a, b] = [fitted(&wide)[0][0], fitted(&wide)[0][1]];
        assert!((b[0] - a[0] - 0.8 * SIDE).abs() < 0.01 && (0.5 * (a[1] + b[1]) - 0.5 * SIDE).abs() < 0.01);
        assert_eq!(fitted(&vec![vec![[7.0, 7.0]]]), vec![vec![[136.0, 136.0]]]);
        let simplified = vec![vec![[0.0, 3.0], [255.0, 200.0]], vec![[17.0, 0.0]]];
        assert_eq!(fitted(&simplified), vec![vec![[8.0, 39.0], [263.0, 236.0]], vec![[25.0, 36.0]]]);
        assert_eq!(fitted(&Drawing::new()), Drawing::new());
    }

    #[test]
    fn a_file_has_a_line_for_each_stroke() {
        let text = svg(&two_strokes().drawing());
        assert!(text.contains("<polyline points=\"10.0,10.0 100.0,10.0\"/>"), "{text}");
        assert!(text.contains("<polyline points=\"50.0,50.0 50.0,50.0\"/>"), "{text}");
    }
}
