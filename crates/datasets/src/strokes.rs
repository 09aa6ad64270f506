//! Strokes of a pen to pixels: one rasteriser for the pad, for files of drawings and for training.
//!
//! [`Raster::OFFICIAL`] is the published rule of the Quick, Draw! bitmaps; a model's transforms may ask for another line and place.

use serde::{Deserialize, Serialize};

/// A place on the drawing: right, down; in any unit.
pub type Point = [f32; 2];

/// Samples of a pixel along each axis.
const SAMPLES: usize = 8;

/// Where a drawing's bounding box goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// Its centre into the picture's.
    Centre,
    /// Its corner half a line from the picture's.
    TopLeft,
}

/// How strokes become a picture: white on black, lines with round ends and joins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raster {
    /// Height and width of the picture, in pixels.
    pub side: usize,
    /// The longer side of the strokes' bounding box, in pixels.
    pub extent: f32,
    /// How thick a line is, in pixels.
    pub line: f32,
    pub placement: Placement,
}

impl Raster {
    /// Drawings of 256 units with lines of 16 and a margin of 16 and half a line, centred, on 28 pixels.
    pub const OFFICIAL: Self =
        Self { side: 28, extent: 255.0 * 28.0 / 304.0, line: 16.0 * 28.0 / 304.0, placement: Placement::Centre };

    /// The pad's: what `models/sketch-345.toml` was trained with. Larger and finer than the official one.
    pub const PAD: Self = Self { side: 28, extent: 26.0, line: 1.2, placement: Placement::Centre };

    /// The picture of a drawing, `[side, side]`. Each stroke covers what lies under it as far as it covers a pixel.
    pub fn draw(&self, strokes: &[Vec<Point>]) -> Vec<u8> {
        let place = self.place(strokes.iter().flatten());
        let mut canvas = Canvas::new(self.side);
        for stroke in strokes {
            let mut from = None;
            for &point in stroke {
                let to = place.point(point);
                canvas.line(from.unwrap_or(to), to, 0.5 * self.line);
                from = Some(to);
            }
            canvas.end_stroke();
        }
        canvas.into_bytes()
    }

    /// Where a drawing of these points goes.
    pub(crate) fn place<'a>(&self, points: impl Iterator<Item = &'a Point>) -> Place {
        let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for point in points {
            low = [0, 1].map(|axis| low[axis].min(point[axis]));
            high = [0, 1].map(|axis| high[axis].max(point[axis]));
        }
        let longer = (high[0] - low[0]).max(high[1] - low[1]);
        let scale = if longer > 0.0 && longer.is_finite() { self.extent / longer } else { 1.0 };
        match self.placement {
            Placement::Centre => {
                Place { scale, of: [0, 1].map(|axis| 0.5 * (low[axis] + high[axis])), to: 0.5 * self.side as f32 }
            }
            Placement::TopLeft => Place { scale, of: low, to: 0.5 * self.line },
        }
    }
}

/// From a drawing's units to pixels: `of` comes to lie at `to` along both axes.
pub(crate) struct Place {
    scale: f32,
    of: Point,
    to: f32,
}

impl Place {
    pub(crate) fn point(&self, point: Point) -> Point {
        [0, 1].map(|axis| self.to + self.scale * (point[axis] - self.of[axis]))
    }
}

/// A picture in the making: which samples the stroke under way covers, and how far the strokes before it cover each pixel.
pub(crate) struct Canvas {
    side: usize,
    /// A bit a sample: rows of samples, of each a byte a pixel.
    samples: Vec<u8>,
    /// Pixel rows that the stroke under way touches.
    touched: std::ops::Range<usize>,
    covered: Vec<f32>,
}

impl Canvas {
    /// Black.
    pub(crate) fn new(side: usize) -> Self {
        Self { side, samples: vec![0; SAMPLES * side * side], touched: side..0, covered: vec![0.0; side * side] }
    }

    /// A line with round ends, in pixels, as a part of the stroke under way.
    pub(crate) fn line(&mut self, from: Point, to: Point, radius: f32) {
        let along = [to[0] - from[0], to[1] - from[1]];
        let length = along[0].hypot(along[1]);
        if !(length.is_finite() && radius.is_finite()) {
            return;
        }
        // From the middle of the line to its edge.
        let across = if length > 0.0 { [-along[1], along[0]].map(|part| part * radius / length) } else { [0.0; 2] };
        let samples = SAMPLES as f32;
        let rows = SAMPLES * self.side;
        let first = ((from[1].min(to[1]) - radius) * samples - 0.5).ceil().clamp(0.0, rows as f32) as usize;
        let end = ((from[1].max(to[1]) + radius) * samples + 0.5).floor().clamp(0.0, rows as f32) as usize;
        for row in first..end {
            let y = (row as f32 + 0.5) / samples;
            // A line with round ends is convex: what it covers of a row of samples lies between two ends.
            let (mut left, mut right) = (f32::INFINITY, f32::NEG_INFINITY);
            let mut reach = |x: f32| (left, right) = (left.min(x), right.max(x));
            for [x, centre] in [from, to] {
                let half = radius * radius - (y - centre) * (y - centre);
                if half >= 0.0 {
                    reach(x - half.sqrt());
                    reach(x + half.sqrt());
                }
            }
            for sign in [-1.0, 1.0] {
                let part = (y - from[1] - sign * across[1]) / along[1];
                if (0.0..=1.0).contains(&part) {
                    reach(from[0] + sign * across[0] + part * along[0]);
                }
            }
            self.cover(row, left * samples - 0.5, right * samples - 0.5);
        }
        let pixel_rows = first / SAMPLES..end.div_ceil(SAMPLES);
        self.touched = self.touched.start.min(pixel_rows.start)..self.touched.end.max(pixel_rows.end);
    }

    /// The samples of a row from one place to another.
    fn cover(&mut self, row: usize, left: f32, right: f32) {
        let last = (SAMPLES * self.side) as f32 - 1.0;
        if !(left <= right && left <= last && right >= 0.0) {
            return;
        }
        let (first, last) = (left.max(0.0).ceil() as usize, right.min(last).floor() as usize);
        if first > last {
            return;
        }
        let pixels = &mut self.samples[row * self.side..(row + 1) * self.side];
        let (from, to) = (first / SAMPLES, last / SAMPLES);
        let (head, tail) = (0xFF_u8 << (first % SAMPLES), 0xFF_u8 >> (SAMPLES - 1 - last % SAMPLES));
        if from == to {
            pixels[from] |= head & tail;
        } else {
            pixels[from] |= head;
            pixels[from + 1..to].fill(0xFF);
            pixels[to] |= tail;
        }
    }

    /// Lays the stroke under way over those before it.
    pub(crate) fn end_stroke(&mut self) {
        let side = self.side;
        for row in self.touched.clone() {
            let samples = &mut self.samples[row * SAMPLES * side..(row + 1) * SAMPLES * side];
            for (column, covered) in self.covered[row * side..(row + 1) * side].iter_mut().enumerate() {
                let count: u32 = samples[column..].iter().step_by(side).map(|byte| byte.count_ones()).sum();
                *covered += (1.0 - *covered) * count as f32 / (SAMPLES * SAMPLES) as f32;
            }
            samples.fill(0);
        }
        self.touched = side..0;
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.covered.iter().map(|covered| (covered * 255.0).round() as u8).collect()
    }
}
