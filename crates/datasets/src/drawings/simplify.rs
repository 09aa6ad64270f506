//! From a pen's strokes to the simplified ones that Quick, Draw! publishes, by the four steps of its README.

use crate::Point;

/// The largest coordinate of a simplified drawing.
const LARGEST: f64 = 255.0;
/// Between the points of a resampled stroke.
const SPACING: f64 = 1.0;
/// How far a point that is left out may lie from the line: the README's ε.
const EPSILON: f64 = 2.0;
/// A resampled stroke has no more points than this; the spacing of a stroke of eighty times the drawing's width grows instead.
const MOST_SAMPLES: f64 = 20_000.0;

/// Moves the drawing to the upper left corner, scales it to 255 along its longer side, resamples each stroke with a spacing of
/// one pixel, keeps what Ramer, Douglas and Peucker keep with ε = 2, and rounds. Points that are no numbers, and strokes without
/// a point, are left out; a dot becomes two equal points, as in the published files.
pub fn simplify(strokes: &[Vec<Point>]) -> Vec<Vec<Point>> {
    let is_finite = |point: &Point| point.iter().all(|at| at.is_finite());
    let finite = |stroke: &Vec<Point>| -> Vec<[f64; 2]> {
        stroke.iter().copied().filter(is_finite).map(|point| point.map(f64::from)).collect()
    };
    let mut strokes: Vec<Vec<[f64; 2]>> = strokes.iter().map(finite).filter(|stroke| !stroke.is_empty()).collect();
    let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for point in strokes.iter().flatten() {
        low = [0, 1].map(|axis| low[axis].min(point[axis]));
        high = [0, 1].map(|axis| high[axis].max(point[axis]));
    }
    let longer = (high[0] - low[0]).max(high[1] - low[1]);
    let scale = if longer > 0.0 { LARGEST / longer } else { 1.0 };
    for point in strokes.iter_mut().flatten() {
        *point = [0, 1].map(|axis| scale * (point[axis] - low[axis]));
    }
    strokes.iter().map(|stroke| rounded(keep_far(&resample(stroke)))).collect()
}

/// Points at equal distances along a stroke, from its first; and its last.
fn resample(stroke: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let length_of = |ends: &[[f64; 2]]| (ends[1][0] - ends[0][0]).hypot(ends[1][1] - ends[0][1]);
    let spacing = SPACING.max(stroke.windows(2).map(length_of).sum::<f64>() / MOST_SAMPLES);
    let mut samples: Vec<[f64; 2]> = stroke.first().copied().into_iter().collect();
    // Along the piece under way, from its beginning.
    let mut next = spacing;
    for ends in stroke.windows(2) {
        let length = length_of(ends);
        while next <= length {
            samples.push([0, 1].map(|axis| ends[0][axis] + next / length * (ends[1][axis] - ends[0][axis])));
            next += spacing;
        }
        next -= length;
    }
    samples.extend(stroke.last().filter(|last| samples.last() != Some(last)));
    samples
}

/// Ramer, Douglas and Peucker: of the points between two that are kept, the farthest from their line is kept too, where it is
/// farther than ε. The line goes on beyond both, as in the published files: of 3,604 strokes of three points none has the middle
/// one on the others' line, where it would be kept if it lay far outside and the distance were that to the piece between.
fn keep_far(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut kept = vec![false; points.len()];
    let mut pieces = vec![[0, points.len().saturating_sub(1)]];
    while let Some([from, to]) = pieces.pop() {
        for end in [from, to] {
            if let Some(kept) = kept.get_mut(end) {
                *kept = true;
            }
        }
        let mut farthest = (EPSILON, None);
        for between in from + 1..to {
            let distance = distance(points[between], points[from], points[to]);
            if distance > farthest.0 {
                farthest = (distance, Some(between));
            }
        }
        if let (_, Some(middle)) = farthest {
            pieces.extend([[from, middle], [middle, to]]);
        }
    }
    points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

/// Of a point from the line through two others; from both, where they are one.
fn distance(point: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let (along, off) = ([to[0] - from[0], to[1] - from[1]], [point[0] - from[0], point[1] - from[1]]);
    let length = along[0].hypot(along[1]);
    if length > 0.0 { (off[0] * along[1] - off[1] * along[0]).abs() / length } else { off[0].hypot(off[1]) }
}

fn rounded(points: Vec<[f64; 2]>) -> Vec<Point> {
    let mut points: Vec<Point> = points.into_iter().map(|point| point.map(|at| at.round() as f32)).collect();
    points.dedup();
    if let [dot] = points[..] {
        points.push(dot);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_moves_to_the_corner_and_fills_255() {
        let simplified = simplify(&[vec![[100.0, 40.0], [160.0, 140.0]], vec![[120.0, 100.0], [120.0, 60.0]]]);
        assert_eq!(simplified, [[[0.0, 0.0], [153.0, 255.0]], [[51.0, 153.0], [51.0, 51.0]]]);
    }

    #[test]
    fn a_line_keeps_its_ends_and_a_corner_its_corner() {
        let line: Vec<Point> = (0..=100).map(|at| [at as f32, 0.3 * (at % 3) as f32]).collect();
        assert_eq!(simplify(&[line]), [[[0.0, 0.0], [255.0, 1.0]]]);
        let mut corner: Vec<Point> = (0..=50).map(|at| [0.0, at as f32]).collect();
        corner.extend((1..=30).map(|at| [at as f32, 50.0]));
        assert_eq!(simplify(&[corner]), [[[0.0, 0.0], [0.0, 255.0], [153.0, 255.0]]]);
    }

    #[test]
    fn no_point_that_is_left_out_lies_farther_than_epsilon() {
        let circle: Vec<Point> = (0..=360).map(|degree| (degree as f32).to_radians().sin_cos().into()).collect();
        let simplified = simplify(&[circle]);
        let corners: Vec<[f64; 2]> = simplified[0].iter().map(|point| point.map(f64::from)).collect();
        // Of 16 pieces each would be 2.45 pixels off.
        assert_eq!(corners.len(), 33);
        for degree in 0..360 {
            let (sine, cosine) = f64::from(degree).to_radians().sin_cos();
            let point = [127.5 + 127.5 * sine, 127.5 + 127.5 * cosine];
            let nearest =
                corners.windows(2).map(|ends| distance(point, ends[0], ends[1])).fold(f64::INFINITY, f64::min);
            // A pixel of rounding, and what sampling cuts off.
            assert!(nearest < EPSILON + 0.8, "{degree}: {nearest}");
        }
    }

    #[test]
    fn samples_lie_one_pixel_apart_along_the_stroke() {
        assert_eq!(
            resample(&[[0.0, 0.0], [1.5, 0.0], [1.5, 2.0]]),
            [[0.0, 0.0], [1.0, 0.0], [1.5, 0.5], [1.5, 1.5], [1.5, 2.0]]
        );
        assert!(resample(&[]).is_empty());
        let to_and_fro: Vec<[f64; 2]> = (0..50_000).map(|turn| [f64::from(turn % 2) * 255.0, 0.0]).collect();
        assert!(resample(&to_and_fro).len() <= MOST_SAMPLES as usize + 2);
    }

    #[test]
    fn a_dot_has_two_equal_points_and_what_is_no_number_is_left_out() {
        assert_eq!(simplify(&[vec![[7.0, 9.0]]]), [[[0.0, 0.0]; 2]]);
        let odd = vec![[f32::NAN, 1.0], [5.0, 5.0], [f32::INFINITY, 0.0], [10.0, 5.0]];
        assert_eq!(simplify(&[vec![], odd, vec![[f32::NAN; 2]]]), [[[0.0, 0.0], [255.0, 0.0]]]);
        assert!(simplify(&[]).is_empty());
        assert_eq!(simplify(&[vec![[f32::MIN, 0.0], [f32::MAX, 0.0]]]), [[[0.0, 0.0], [255.0, 0.0]]]);
    }
}
