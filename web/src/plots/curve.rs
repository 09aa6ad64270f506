//! A curve of a training run, drawn on a canvas: the raw numbers faint behind their smoothed line, held-out measurements
//! as marked points, axes with ticks and units, and the step that is being read. The time it takes depends on its width only.

use web_sys::CanvasRenderingContext2d;

use super::{canvas::token, ticks::Axis, trace::Trace};
use crate::format;

/// What one plot shows.
#[derive(Debug, Clone, Default)]
pub struct Curve {
    /// The number of each training step.
    pub train: Trace,
    /// Measurements on pictures that were not trained on, in order of steps.
    pub held_out: Vec<Measurement>,
    /// The training lines of earlier runs, and of what a run did before it went back; the latest last.
    pub earlier: Vec<Trace>,
}

/// Earlier lines that are kept, and the fewest steps that make one.
const EARLIER: usize = 5;
const LEAST_STEPS: u64 = 20;

/// A mean over a number of examples, at a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measurement {
    pub step: u64,
    pub value: f64,
    /// How many examples it was measured on.
    pub examples: u64,
}

impl Curve {
    /// Another run begins: this one's line stays behind it.
    pub fn begin_again(&mut self) {
        self.leave_behind();
        (self.train, self.held_out) = Default::default();
    }

    /// Goes back to `step`: what came at it or later stays behind as a branch.
    pub fn branch(&mut self, step: u64) {
        if self.train.range().1 > step + LEAST_STEPS {
            self.leave_behind();
        }
        self.truncate(step);
    }

    fn leave_behind(&mut self) {
        let (first, end) = self.train.range();
        if end - first >= LEAST_STEPS {
            self.earlier.push(self.train.clone());
            self.earlier.drain(..self.earlier.len().saturating_sub(EARLIER));
        }
    }

    fn truncate(&mut self, step: u64) {
        self.train.truncate(step);
        self.held_out.retain(|measurement| measurement.step <= step);
    }

    pub fn measure(&mut self, measurement: Measurement) {
        self.held_out.retain(|kept| kept.step < measurement.step);
        self.held_out.push(measurement);
    }

    /// The last held-out measurement at or before a step.
    pub fn held_out_at(&self, step: u64) -> Option<Measurement> {
        self.held_out.iter().rev().find(|measurement| measurement.step <= step).copied()
    }

    pub fn is_empty(&self) -> bool {
        self.train.is_empty() && self.held_out.is_empty()
    }
}

/// How numbers of a plot are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A bare number, such as a cross-entropy.
    Plain,
    /// A fraction, shown as a percentage.
    Percent,
}

impl Unit {
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Plain => format::significant(value),
            Self::Percent => format::percent(value),
        }
    }

    pub fn tick(self, value: f64) -> String {
        match self {
            Self::Plain => format::significant(value),
            Self::Percent => format!("{}%", format::significant(value * 100.0)),
        }
    }
}

/// How a curve is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub unit: Unit,
    /// Steps that the smoothed line averages over.
    pub window: u64,
    pub logarithmic: bool,
    /// A level to compare with, and its name: what guessing would give.
    pub reference: Option<(f64, String)>,
    /// The step that is being read.
    pub reading: Option<u64>,
    /// Only these steps, from and to.
    pub range: Option<(u64, u64)>,
    /// The steps that a drag has covered so far.
    pub selection: Option<(u64, u64)>,
}

/// The colours of the current theme.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Palette {
    ink: String,
    soft: String,
    line: String,
    held_out: String,
    panel: String,
}

impl Palette {
    pub fn of_page() -> Self {
        Self {
            ink: token("--ink"),
            soft: token("--ink-soft"),
            line: token("--line"),
            held_out: token("--held-out"),
            panel: token("--panel"),
        }
    }
}

/// Where the plot stands in its canvas, in CSS pixels, and its two axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    /// Size of the root's text in pixels: everything scales with it.
    rem: f64,
    pub steps: Axis,
    pub values: Axis,
}

impl Frame {
    /// Lays the plot out in a canvas of this size.
    pub fn new(curve: &Curve, view: &View, width: f64, height: f64, rem: f64) -> Self {
        let (left, top) = (3.1 * rem, 0.5 * rem);
        let (width, height) = ((width - left - 0.75 * rem).max(1.0), (height - top - 1.5 * rem).max(1.0));
        let (first, end) = curve.train.range();
        let last = curve.held_out.last().map_or(end, |point| point.step.max(end)).max(first + 20);
        let earlier = curve.earlier.iter().map(Trace::range);
        let (first, last) = earlier.fold((first, last), |(first, last), (from, to)| (first.min(from), last.max(to)));
        let (first, last) = view.range.map_or((first, last), |(from, to)| (from, to.max(from + 1)));
        let steps = Axis::around(first as f64, last as f64, false);
        let mut frame = Self { left, top, width, height, rem, steps, values: Axis::around(0.0, 1.0, false) };
        frame.values = frame.value_axis(curve, view);
        frame
    }

    fn value_axis(&self, curve: &Curve, view: &View) -> Axis {
        let smoothed = (0..=self.width as u64 / 4)
            .filter_map(|column| curve.train.smoothed(self.step_at(self.left + column as f64 * 4.0), view.window));
        let shown = |step: u64| step as f64 >= self.steps.low && step as f64 <= self.steps.high;
        let points = curve.held_out.iter().filter(|point| shown(point.step)).map(|point| point.value);
        let reference = view.reference.iter().map(|(value, _)| *value);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in smoothed.chain(points).chain(reference) {
            low = low.min(value);
            high = high.max(value);
        }
        if view.logarithmic {
            return Axis::around(low * 0.85, high * 1.15, true);
        }
        let pad = ((high - low) * 0.12).max(0.02 * high.abs());
        let low = if low >= 0.0 { (low - pad).max(0.0) } else { low - pad };
        match view.unit {
            Unit::Percent => Axis::around(0.0, (high * 1.3).clamp(0.2, 1.0), false),
            Unit::Plain => Axis::around(low, high + pad, false),
        }
    }

    /// Left, top, width and height of the room between the axes.
    pub fn room(&self) -> [f64; 4] {
        [self.left, self.top, self.width, self.height]
    }

    pub fn x(&self, step: f64) -> f64 {
        self.left + self.steps.place(step) * self.width
    }

    pub fn y(&self, value: f64) -> f64 {
        self.top + (1.0 - self.values.place(value).clamp(-0.02, 1.02)) * self.height
    }

    /// The step under a horizontal position.
    pub fn step_at(&self, x: f64) -> u64 {
        self.steps.value(((x - self.left) / self.width).clamp(0.0, 1.0)).round().max(0.0) as u64
    }
}

/// Draws everything. The context is scaled to CSS pixels and cleared.
pub fn draw(context: &CanvasRenderingContext2d, curve: &Curve, view: &View, frame: &Frame, palette: &Palette) {
    if curve.is_empty() {
        return;
    }
    draw_axes(context, view, frame, palette);
    context.save();
    context.begin_path();
    context.rect(frame.left, frame.top - 2.0, frame.width + 1.0, frame.height + 4.0);
    context.clip();
    draw_reference(context, view, frame, palette);
    draw_selection(context, view, frame, palette);
    draw_raw(context, curve, frame, palette);
    context.set_stroke_style_str(&palette.soft);
    context.set_line_width(1.2);
    dashes(context, &[5.0, 3.0]);
    for earlier in &curve.earlier {
        draw_smoothed(context, earlier, view, frame);
    }
    dashes(context, &[]);
    context.set_stroke_style_str(&palette.ink);
    context.set_line_width(2.0);
    draw_smoothed(context, &curve.train, view, frame);
    draw_held_out(context, curve, frame, palette);
    draw_reading(context, curve, view, frame, palette);
    context.restore();
}

fn font(frame: &Frame) -> String {
    format!("{}px system-ui, -apple-system, \"Segoe UI\", sans-serif", frame.rem * 0.78)
}

fn draw_axes(context: &CanvasRenderingContext2d, view: &View, frame: &Frame, palette: &Palette) {
    context.set_font(&font(frame));
    context.set_fill_style_str(&palette.soft);
    context.set_stroke_style_str(&palette.line);
    context.set_line_width(1.0);
    context.set_text_align("right");
    context.set_text_baseline("middle");
    for tick in frame.values.ticks(((frame.height / (2.2 * frame.rem)) as usize).max(3)) {
        let y = frame.y(tick).round() + 0.5;
        line(context, (frame.left, y), (frame.left + frame.width, y));
        let _ = context.fill_text(&view.unit.tick(tick), frame.left - 0.4 * frame.rem, y);
    }
    context.set_text_align("center");
    context.set_text_baseline("top");
    let bottom = frame.top + frame.height;
    for tick in frame.steps.ticks((frame.width / (5.0 * frame.rem)) as usize) {
        let x = frame.x(tick);
        line(context, (x, bottom), (x, bottom + 0.25 * frame.rem));
        let text = format::grouped(tick.max(0.0) as u64);
        // The last number stays within the canvas.
        let middle = x.min(frame.left + frame.width + 0.6 * frame.rem - 0.25 * frame.rem * text.len() as f64);
        let _ = context.fill_text(&text, middle, bottom + 0.35 * frame.rem);
    }
    context.set_text_align("right");
    let _ = context.fill_text("step", frame.left - 0.8 * frame.rem, bottom + 0.35 * frame.rem);
}

fn line(context: &CanvasRenderingContext2d, from: (f64, f64), to: (f64, f64)) {
    context.begin_path();
    context.move_to(from.0, from.1);
    context.line_to(to.0, to.1);
    context.stroke();
}

fn draw_reference(context: &CanvasRenderingContext2d, view: &View, frame: &Frame, palette: &Palette) {
    let Some((value, name)) = &view.reference else { return };
    let y = frame.y(*value);
    context.set_stroke_style_str(&palette.soft);
    dashes(context, &[2.0, 4.0]);
    line(context, (frame.left, y), (frame.left + frame.width, y));
    dashes(context, &[]);
    context.set_text_align("right");
    context.set_text_baseline("bottom");
    let _ = context.fill_text(name, frame.left + frame.width, y - 2.0);
}

fn dashes(context: &CanvasRenderingContext2d, lengths: &[f64]) {
    let array: js_sys::Array = lengths.iter().map(|length| wasm_bindgen::JsValue::from_f64(*length)).collect();
    let _ = context.set_line_dash(&array);
}

/// The raw numbers, faint: a thin line while there is room for every step, then each column's smallest to largest.
fn draw_raw(context: &CanvasRenderingContext2d, curve: &Curve, frame: &Frame, palette: &Palette) {
    context.set_stroke_style_str(&palette.ink);
    context.set_line_width(1.2);
    context.begin_path();
    let (first, end) = curve.train.range();
    if end - first < 2 * frame.width as u64 {
        context.set_global_alpha(0.18);
        for step in first..end {
            if let Some(value) = curve.train.smoothed(step, 1) {
                context.line_to(frame.x(step as f64), frame.y(value));
            }
        }
        context.stroke();
        context.set_global_alpha(1.0);
        return;
    }
    context.set_global_alpha(0.14);
    for column in 0..frame.width as u64 {
        let x = frame.left + column as f64;
        let (from, to) = (frame.step_at(x), frame.step_at(x + 1.0));
        if let Some((low, high)) = curve.train.extent(from, to.max(from + 1)) {
            context.move_to(x, frame.y(f64::from(low)) + 0.6);
            context.line_to(x, frame.y(f64::from(high)) - 0.6);
        }
    }
    context.stroke();
    context.set_global_alpha(1.0);
}

fn draw_smoothed(context: &CanvasRenderingContext2d, line: &Trace, view: &View, frame: &Frame) {
    context.set_line_join("round");
    context.begin_path();
    for (x, y) in smoothed_points(line, view, frame) {
        context.line_to(x, y);
    }
    context.stroke();
}

/// The smoothed line, a point a column and a step at most.
pub fn smoothed_points(line: &Trace, view: &View, frame: &Frame) -> Vec<(f64, f64)> {
    let (first, end) = line.range();
    let mut points = Vec::new();
    let mut drawn = None;
    for column in 0..=frame.width as u64 {
        let step = frame.step_at(frame.left + column as f64);
        if step < first || step >= end || drawn == Some(step) {
            continue;
        }
        if let Some(value) = line.smoothed(step, view.window) {
            points.push((frame.x(step as f64), frame.y(value)));
            drawn = Some(step);
        }
    }
    points
}

fn draw_selection(context: &CanvasRenderingContext2d, view: &View, frame: &Frame, palette: &Palette) {
    let Some((from, to)) = view.selection else { return };
    let (left, right) = (frame.x(from as f64), frame.x(to as f64));
    context.set_global_alpha(0.15);
    context.set_fill_style_str(&palette.ink);
    context.fill_rect(left.min(right), frame.top, (right - left).abs(), frame.height);
    context.set_global_alpha(1.0);
}

fn draw_held_out(context: &CanvasRenderingContext2d, curve: &Curve, frame: &Frame, palette: &Palette) {
    context.set_stroke_style_str(&palette.held_out);
    context.set_fill_style_str(&palette.held_out);
    context.set_line_width(2.0);
    context.begin_path();
    for point in &curve.held_out {
        context.line_to(frame.x(point.step as f64), frame.y(point.value));
    }
    context.stroke();
    let every = curve.held_out.len().div_ceil((frame.width / (0.9 * frame.rem)) as usize + 1).max(1);
    for point in curve.held_out.iter().rev().step_by(every) {
        context.begin_path();
        let (x, y) = (frame.x(point.step as f64), frame.y(point.value));
        let _ = context.arc(x, y, 0.2 * frame.rem, 0.0, std::f64::consts::TAU);
        context.fill();
    }
}

fn draw_reading(context: &CanvasRenderingContext2d, curve: &Curve, view: &View, frame: &Frame, palette: &Palette) {
    let Some(step) = view.reading else { return };
    let x = frame.x(step as f64).round() + 0.5;
    context.set_stroke_style_str(&palette.soft);
    context.set_line_width(1.0);
    line(context, (x, frame.top), (x, frame.top + frame.height));
    if let Some(value) = curve.train.smoothed(step, view.window) {
        context.set_fill_style_str(&palette.ink);
        context.set_stroke_style_str(&palette.panel);
        context.set_line_width(2.0);
        context.begin_path();
        let _ = context.arc(x, frame.y(value), 0.28 * frame.rem, 0.0, std::f64::consts::TAU);
        context.fill();
        context.stroke();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(steps: u64) -> Curve {
        let mut curve = Curve::default();
        curve.train.extend(0, &vec![1.0; steps as usize]);
        curve
    }

    #[test]
    fn earlier_lines_stay_behind_and_the_oldest_go() {
        let mut again = curve(100);
        again.begin_again();
        assert_eq!((again.train.range(), again.earlier.len()), ((0, 0), 1));
        again.begin_again();
        assert_eq!(again.earlier.len(), 1, "nothing was done in between");
        for _ in 0..9 {
            again.train.extend(0, &[1.0; 50]);
            again.begin_again();
        }
        assert_eq!(again.earlier.len(), EARLIER);
        let mut branched = curve(100);
        branched.branch(40);
        assert_eq!((branched.train.range(), branched.earlier[0].range()), ((0, 40), (0, 100)));
        branched.branch(38);
        assert_eq!(branched.earlier.len(), 1, "two steps are no branch");
    }
}
