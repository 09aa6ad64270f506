//! What each stroke does for a guess, in numbers, in words and as a small picture. No browser.

use protocol::{Colouring, Stroke};

use crate::{pictures::Tiles, run::Attribution};

/// Points of a small picture lie at least so far apart, in the pad's units.
const COARSE: f32 = 4.0;

/// What a stroke does for a guess.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub stroke: usize,
    /// The probability without it.
    pub without: f32,
    /// How much less that is.
    pub share: f32,
}

/// A part of a guess that is no number, as of a network that has burst, is none.
fn share(answer: &Attribution, without: f32) -> f32 {
    let share = answer.probability - without;
    if share.is_finite() { share } else { 0.0 }
}

/// Every stroke that was weighed, the one that does most first.
pub(super) fn parts(answer: &Attribution) -> Vec<Part> {
    let part = |(stroke, &without): (usize, &f32)| Part { stroke, without, share: share(answer, without) };
    let mut parts: Vec<Part> = answer.without.iter().enumerate().map(part).collect();
    parts.sort_by(|a, b| b.share.abs().total_cmp(&a.share.abs()));
    parts
}

/// The largest part, whatever its sign.
pub(super) fn largest(answer: &Attribution) -> f64 {
    f64::from(answer.without.iter().map(|&without| share(answer, without).abs()).fold(0.0, f32::max))
}

/// Each stroke's part, such that the largest is 1.
pub(super) fn scaled(answer: &Attribution) -> Vec<f32> {
    let largest = (largest(answer) as f32).max(f32::MIN_POSITIVE);
    answer.without.iter().map(|&without| share(answer, without) / largest).collect()
}

/// The map about zero, even where nothing speaks against: the legend holds for every drawing.
pub(super) fn signed(heat: &Tiles) -> Option<Tiles> {
    let (width, height) = (heat.sheet.width, heat.sheet.height);
    if heat.sheet.colouring == Colouring::Diverging {
        return Some(heat.clone());
    }
    let places = (0..height as usize).flat_map(|y| (0..width as usize).map(move |x| (x, y)));
    let values: Vec<f32> = places.flat_map(|(x, y)| heat.values_at(0, x, y)).map(|value| value as f32).collect();
    Tiles::of_numbers(&heat.sheet.title, [1, height, width], &values)
}

/// As it is shown: tenths of a percentage point.
pub(super) fn shown_share(share: f32) -> f64 {
    rounded(100.0 * f64::from(share))
}

pub(super) fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Percentage points with their sign: `+12.0`, `−3.1`, `0.0`.
pub(super) fn points(share: f32) -> String {
    let points = shown_share(share);
    let sign = if points > 0.0 {
        "+"
    } else if points < 0.0 {
        "−"
    } else {
        ""
    };
    format!("{sign}{:.1}", points.abs())
}

/// Strokes as the `d` of an SVG path, coarse.
pub(super) fn path(strokes: &[Stroke]) -> String {
    let mut path = String::new();
    for stroke in strokes {
        let Some((mut before, rest)) = stroke.split_first().map(|(first, rest)| (*first, rest)) else { continue };
        path += &format!("M{:.0} {:.0}", before[0], before[1]);
        for (index, &point) in rest.iter().enumerate() {
            let is_last = index + 1 == rest.len();
            if is_last || (point[0] - before[0]).hypot(point[1] - before[1]) >= COARSE {
                path += &format!("L{:.0} {:.0}", point[0], point[1]);
                before = point;
            }
        }
        if rest.is_empty() {
            // A line of no length still has its round ends.
            path += "h0";
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Sheet;

    fn answer(without: &[f32]) -> Attribution {
        Attribution {
            class: 3,
            probability: 0.5,
            without: without.to_vec(),
            heat: heat(Colouring::Sequential, vec![0, 255, 128, 0]),
        }
    }

    fn heat(colouring: Colouring, bytes: Vec<u8>) -> Tiles {
        let low = if colouring == Colouring::Diverging { -0.2 } else { 0.0 };
        let sheet = Sheet { title: "what mattered".into(), tiles: 1, width: 2, height: 2, colouring, low, high: 0.2 };
        Tiles::new(sheet, bytes).unwrap()
    }

    #[test]
    fn the_stroke_that_does_most_stands_first_whatever_its_sign() {
        let answer = answer(&[0.4, 0.9, 0.5, f32::NAN]);
        assert_eq!(parts(&answer).iter().map(|part| part.stroke).collect::<Vec<_>>(), [1, 0, 2, 3]);
        let scaled = scaled(&answer);
        assert!(
            (scaled[0] - 0.25).abs() < 1e-6 && scaled[1] == -1.0 && scaled[2] == 0.0 && scaled[3] == 0.0,
            "{scaled:?}"
        );
    }

    #[test]
    fn a_drawing_in_which_no_stroke_matters_has_no_colours() {
        assert_eq!(scaled(&answer(&[0.5, 0.5])), [0.0, 0.0]);
        assert!(scaled(&answer(&[])).is_empty());
    }

    #[test]
    fn parts_have_their_sign() {
        assert_eq!([0.12, -0.0312, 0.00001, -0.00001].map(points), ["+12.0", "−3.1", "0.0", "0.0"]);
    }

    #[test]
    fn a_map_that_only_supports_is_signed_as_well() {
        let map = signed(&answer(&[]).heat).unwrap();
        assert_eq!((map.sheet.colouring, map.sheet.high), (Colouring::Diverging, 0.2));
        assert!(map.values_at(0, 0, 0)[0].abs() < 0.001 && (map.values_at(0, 1, 0)[0] - 0.2).abs() < 1e-6);
        let both = heat(Colouring::Diverging, vec![0, 255, 128, 0]);
        assert_eq!(signed(&both), Some(both));
    }

    #[test]
    fn a_small_picture_is_coarse_and_keeps_both_ends() {
        let line: Stroke = (0..=9).map(|x| [x as f32, 0.0]).collect();
        assert_eq!(path(&[line, vec![[7.0, 8.0]], vec![]]), "M0 0L4 0L8 0L9 0M7 8h0");
    }
}
