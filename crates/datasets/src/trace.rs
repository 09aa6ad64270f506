//! A drawing's lines as line segments, and the distorted drawings that a network learns from: what is drawn with the pad's own
//! rasteriser has the pad's own lines, whether it came as a bitmap or as strokes.

use serde::{Deserialize, Serialize};

use crate::quickdraw::SIDE;
use crate::random::{Random, Stream};
use crate::strokes::{Canvas, Point, Raster};

/// Ink below this is the edge of a line, whose middle lies in the pixel beside it.
const INK: u8 = 90;

/// A drawing as the middles of its lines, in the bitmap's pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Tracing {
    segments: Vec<Segment>,
}

/// A piece of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Segment {
    /// The number of its stroke. Those of a stroke follow one another; a bitmap's lines are one stroke.
    stroke: usize,
    ends: [Point; 2],
}

/// Random changes of a drawing. Each is the most that it may be; all are zero in the default, which changes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Distortion {
    /// Mirror left and right with probability one half.
    pub flip: bool,
    /// Degrees to either side.
    pub rotation: f32,
    /// The logarithm of how much longer one axis becomes than the other.
    pub stretch: f32,
    /// Sideways for each pixel down, to either side.
    pub shear: f32,
    /// Waves that bend the lines, in pixels.
    pub waves: f32,
    /// Smaller by up to this part, after it was placed.
    pub shrink: f32,
    /// Pixels along each axis, after it was placed.
    pub shift: f32,
    /// The logarithm of how much thicker or thinner the line is.
    pub line: f32,
    /// The radius of a disc in which the lines are missing, in pixels.
    pub erase: f32,
}

impl Tracing {
    /// Of strokes in any unit, which come to lie where the official bitmap has them, so that a distortion bends both alike: in
    /// pieces of at most a pixel, as a bitmap's lines are. A stroke of one point is a dot; points that are no numbers are left out.
    pub fn from_strokes(strokes: &[Vec<Point>]) -> Self {
        let finite = |stroke: &Vec<Point>| -> Vec<Point> {
            stroke.iter().copied().filter(|point| point.iter().all(|at| at.is_finite())).collect()
        };
        let strokes: Vec<Vec<Point>> = strokes.iter().map(finite).collect();
        let place = Raster::OFFICIAL.place(strokes.iter().flatten());
        let mut segments = Vec::new();
        for (stroke, points) in strokes.iter().enumerate() {
            let points: Vec<Point> = points.iter().map(|&point| place.point(point)).collect();
            if let [dot] = points[..] {
                segments.push(Segment { stroke, ends: [dot, dot] });
            }
            for line in points.windows(2) {
                let along = [0, 1].map(|axis| line[1][axis] - line[0][axis]);
                // No line is longer than the diagonal, unless its coordinates are beyond all numbers.
                let pieces = along[0].hypot(along[1]).ceil().clamp(1.0, 1.5 * SIDE as f32);
                let at = |piece: f32| [0, 1].map(|axis| line[0][axis] + piece / pieces * along[axis]);
                let piece = |piece: u16| [at(f32::from(piece)), at(f32::from(piece) + 1.0)];
                segments.extend((0..pieces as u16).map(|number| Segment { stroke, ends: piece(number) }));
            }
        }
        Self { segments }
    }

    /// Of a bitmap of 28 × 28 bytes, white on black. Any other length has no lines.
    pub fn new(bitmap: &[u8]) -> Self {
        let ink = |x: isize, y: isize| {
            let inside = (0..SIDE as isize).contains(&x) && (0..SIDE as isize).contains(&y);
            if inside { bitmap.get(y as usize * SIDE + x as usize).copied().unwrap_or(0) } else { 0 }
        };
        // The middle of the ink around: both pixels that a line lies between have the same.
        let middle = |x: isize, y: isize| {
            let mut sums = [0.0_f32; 3];
            for (dx, dy) in (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy))) {
                let weight = f32::from(ink(x + dx, y + dy));
                sums = [sums[0] + weight * dx as f32, sums[1] + weight * dy as f32, sums[2] + weight];
            }
            [x as f32 + 0.5 + sums[0] / sums[2], y as f32 + 0.5 + sums[1] / sums[2]]
        };
        let mut segments = Vec::new();
        for (x, y) in (0..SIDE as isize).flat_map(|y| (0..SIDE as isize).map(move |x| (x, y))) {
            if ink(x, y) < INK {
                continue;
            }
            let here = middle(x, y);
            let mut alone = true;
            for (dx, dy) in [(1, 0), (0, 1), (1, 1), (-1, 1)] {
                // Where two pixels touch at a corner, a way around the corner is enough.
                let around = dx != 0 && dy != 0 && (ink(x + dx, y) >= INK || ink(x, y + dy) >= INK);
                if ink(x + dx, y + dy) >= INK && !around {
                    segments.push(Segment { stroke: 0, ends: [here, middle(x + dx, y + dy)] });
                }
                alone &= ink(x + dx, y + dy) < INK && ink(x - dx, y - dy) < INK;
            }
            if alone {
                segments.push(Segment { stroke: 0, ends: [here, here] });
            }
        }
        Self { segments }
    }

    /// The picture of the drawing as a pad would draw it, `[side, side]`.
    pub fn draw(&self, raster: &Raster) -> Vec<u8> {
        paint(&self.segments, raster, |point| point, raster.line)
    }

    /// The same, changed: a function of the seed, the epoch and the example's number.
    pub fn distorted(&self, raster: &Raster, by: &Distortion, seed: u64, epoch: u64, example: usize) -> Vec<u8> {
        let random = &mut Random::new(seed, Stream::Distortion, [epoch as u32, example as u32]);
        let before = by.draw_bend(random);
        let hole = by.draw_hole(random, &self.segments);
        let whole = |segment: &&Segment| !segment.ends.iter().any(|point| hole(*point));
        let bent = |segment: &Segment| Segment { ends: segment.ends.map(&before), ..*segment };
        let segments: Vec<Segment> = self.segments.iter().filter(whole).map(bent).collect();
        let line = raster.line * (by.line * random.between(-1.0, 1.0)).exp();
        paint(&segments, raster, by.draw_nudge(random, raster.side), line)
    }
}

impl Distortion {
    /// What `models/sketch-345.toml` was trained with, for drawings that `Raster::PAD` draws.
    pub const PAD: Self = Self {
        flip: true,
        rotation: 15.0,
        stretch: 0.4,
        shear: 0.2,
        waves: 3.0,
        shrink: 0.1,
        shift: 0.5,
        line: 0.2,
        erase: 4.0,
    };

    /// Mirror, rotation, stretch, shear and waves.
    fn draw_bend(&self, random: &mut Random) -> impl Fn(Point) -> Point + use<> {
        let mut either = |most: f32| random.between(-most, most);
        let mirror = if self.flip && either(1.0) < 0.0 { -1.0 } else { 1.0 };
        let (sine, cosine) = either(self.rotation).to_radians().sin_cos();
        let (stretch, shear) = (either(0.5 * self.stretch).exp(), either(self.shear));
        // Of each wave: how often it swings across the picture along x and y, where it begins, and how far it moves x and y.
        let waves: [[f32; 5]; 3] = [(); 3].map(|()| {
            let (far, turn) = (self.waves / 3.0, std::f32::consts::TAU / SIDE as f32);
            [1.5 * turn, 1.5 * turn, std::f32::consts::PI, far, far].map(&mut either)
        });
        move |[x, y]| {
            let (x, y) = (mirror * (x - 0.5 * SIDE as f32), y - 0.5 * SIDE as f32);
            let (x, y) = (stretch * (x + shear * y), y / stretch);
            let (mut x, mut y) = (cosine * x - sine * y, sine * x + cosine * y);
            let at = [x, y];
            for [along, down, begin, right, low] in waves {
                let swing = (along * at[0] + down * at[1] + begin).sin();
                (x, y) = (x + right * swing, y + low * swing);
            }
            [x, y]
        }
    }

    /// Whether a point lies in the hole.
    fn draw_hole(&self, random: &mut Random, segments: &[Segment]) -> impl Fn(Point) -> bool + use<> {
        let radius = self.erase * random.unit();
        let place = random.below(segments.len() as u32) as usize;
        let [x, y] = segments.get(place).map_or([0.0; 2], |segment| segment.ends[0]);
        move |point| (point[0] - x).hypot(point[1] - y) < radius
    }

    /// Size and place, after the drawing was brought to the raster's.
    fn draw_nudge(&self, random: &mut Random, side: usize) -> impl Fn(Point) -> Point + use<> {
        let scale = 1.0 - self.shrink * random.unit();
        let shift = [(); 2].map(|()| random.between(-self.shift, self.shift));
        let middle = 0.5 * side as f32;
        move |point| [0, 1].map(|axis| middle + shift[axis] + scale * (point[axis] - middle))
    }
}

fn paint(segments: &[Segment], raster: &Raster, nudge: impl Fn(Point) -> Point, line: f32) -> Vec<u8> {
    let place = raster.place(segments.iter().flat_map(|segment| &segment.ends));
    let mut canvas = Canvas::new(raster.side);
    for stroke in segments.chunk_by(|a, b| a.stroke == b.stroke) {
        for segment in stroke {
            let [from, to] = segment.ends.map(|point| nudge(place.point(point)));
            canvas.line(from, to, 0.5 * line);
        }
        canvas.end_stroke();
    }
    canvas.into_bytes()
}
