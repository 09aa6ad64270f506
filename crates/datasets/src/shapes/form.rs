//! The ten forms as signed distances: negative inside, in units of the form's radius.
//!
//! From a distance follows how much of a pixel is covered, which gives smooth edges at any size and angle.

/// One class's form.
pub(super) enum Form {
    Circle,
    Ring,
    Crescent,
    Stripes,
    Checkerboard,
    Polygon(&'static [[f32; 2]]),
}

const SQUARE: [[f32; 2]; 4] = [[-0.75, -0.75], [0.75, -0.75], [0.75, 0.75], [-0.75, 0.75]];
const TRIANGLE: [[f32; 2]; 3] = [[0.0, -1.0], [0.866, 0.5], [-0.866, 0.5]];
const CROSS: [[f32; 2]; 12] = [
    [-0.3, -0.95],
    [0.3, -0.95],
    [0.3, -0.3],
    [0.95, -0.3],
    [0.95, 0.3],
    [0.3, 0.3],
    [0.3, 0.95],
    [-0.3, 0.95],
    [-0.3, 0.3],
    [-0.95, 0.3],
    [-0.95, -0.3],
    [-0.3, -0.3],
];
/// Five points on the unit circle, five on one of 0.42.
const STAR: [[f32; 2]; 10] = [
    [0.0, -1.000],
    [0.247, -0.340],
    [0.951, -0.309],
    [0.399, 0.130],
    [0.588, 0.809],
    [0.0, 0.420],
    [-0.588, 0.809],
    [-0.399, 0.130],
    [-0.951, -0.309],
    [-0.247, -0.340],
];
/// The curve x = 16 sin³ t, y = 13 cos t − 5 cos 2t − 2 cos 3t − cos 4t, at 20 values of t, made to fit.
const HEART: [[f32; 2]; 20] = [
    [0.0, -0.441],
    [0.028, -0.549],
    [0.191, -0.759],
    [0.498, -0.847],
    [0.810, -0.698],
    [0.941, -0.382],
    [0.810, -0.035],
    [0.498, 0.276],
    [0.191, 0.551],
    [0.028, 0.767],
    [0.0, 0.853],
    [-0.028, 0.767],
    [-0.191, 0.551],
    [-0.498, 0.276],
    [-0.810, -0.035],
    [-0.941, -0.382],
    [-0.810, -0.698],
    [-0.498, -0.847],
    [-0.191, -0.759],
    [-0.028, -0.549],
];

impl Form {
    /// The form of a class, in the order of `CLASSES`.
    pub(super) fn new(class: u8) -> Self {
        match class {
            0 => Self::Circle,
            1 => Self::Polygon(&SQUARE),
            2 => Self::Polygon(&TRIANGLE),
            3 => Self::Polygon(&CROSS),
            4 => Self::Polygon(&STAR),
            5 => Self::Ring,
            6 => Self::Stripes,
            7 => Self::Checkerboard,
            8 => Self::Crescent,
            _ => Self::Polygon(&HEART),
        }
    }

    /// Signed distance of a point from the outline.
    pub(super) fn distance(&self, [x, y]: [f32; 2]) -> f32 {
        let disc = |x: f32, y: f32, radius: f32| (x * x + y * y).sqrt() - radius;
        match self {
            Self::Circle => disc(x, y, 0.88),
            Self::Ring => disc(x, y, 0.7).abs() - 0.2,
            Self::Crescent => disc(x, y, 0.95).max(-disc(x - 0.42, y, 0.78)),
            // Cut out of a disc and of a square; both are the larger of two distances.
            Self::Stripes => stripe(x, 0.35).max(disc(x, y, 0.95)),
            Self::Checkerboard => {
                let (across, down) = (stripe(x, 0.45), stripe(y, 0.45));
                let nearest = across.abs().min(down.abs());
                let fields = if (across < 0.0) == (down < 0.0) { -nearest } else { nearest };
                fields.max(x.abs().max(y.abs()) - 0.9)
            }
            Self::Polygon(corners) => polygon([x, y], corners),
        }
    }
}

/// Signed distance from the edges of stripes of this width, one of which begins at zero.
fn stripe(place: f32, width: f32) -> f32 {
    let phase = place / (2.0 * width);
    let within = phase - phase.floor();
    // Filled in the first half of each period.
    ((within - 0.25).abs() - 0.25).min(1.0 - within) * 2.0 * width
}

/// Signed distance from a closed polygon: to its nearest edge, negative where a ray crosses edges an odd number of times.
fn polygon([x, y]: [f32; 2], corners: &[[f32; 2]]) -> f32 {
    let mut nearest = f32::INFINITY;
    let mut inside = false;
    for (corner, &[ax, ay]) in corners.iter().enumerate() {
        let [bx, by] = corners[(corner + 1) % corners.len()];
        let (edge_x, edge_y) = (bx - ax, by - ay);
        let (from_x, from_y) = (x - ax, y - ay);
        let along = (from_x * edge_x + from_y * edge_y) / (edge_x * edge_x + edge_y * edge_y);
        let along = along.clamp(0.0, 1.0);
        let (dx, dy) = (from_x - along * edge_x, from_y - along * edge_y);
        nearest = nearest.min(dx * dx + dy * dy);
        if (ay > y) != (by > y) && x < ax + (y - ay) / edge_y * edge_x {
            inside = !inside;
        }
    }
    if inside { -nearest.sqrt() } else { nearest.sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_negative_inside_and_grow_by_one_for_each_unit_outside() {
        let circle = Form::new(0);
        assert_eq!(circle.distance([0.0, 0.0]), -0.88);
        assert!((circle.distance([2.0, 0.0]) - 1.12).abs() < 1e-6);
        let square = Form::new(1);
        assert_eq!(square.distance([0.0, 0.5]), -0.25);
        assert_eq!(square.distance([0.0, 1.0]), 0.25);
        assert!((square.distance([1.0, 1.0]) - 0.25 * 2.0_f32.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn forms_are_filled_where_they_should_be() {
        let inside = |class: usize, point| Form::new(class as u8).distance(point) < 0.0;
        let class = |name| crate::shapes::CLASSES.iter().position(|&class| class == name).unwrap();
        assert!(!inside(class("ring"), [0.0, 0.0]) && inside(class("ring"), [0.7, 0.0]));
        assert!(!inside(class("crescent"), [0.5, 0.0]) && inside(class("crescent"), [-0.7, 0.0]));
        assert!(inside(class("cross"), [0.9, 0.0]) && !inside(class("cross"), [0.6, 0.6]));
        assert!(inside(class("star"), [0.0, -0.9]) && !inside(class("star"), [0.0, 0.9]));
        assert!(inside(class("triangle"), [0.7, 0.45]) && !inside(class("triangle"), [0.7, -0.45]));
        // The notch is at the top, the tip at the bottom.
        assert!(!inside(class("heart"), [0.0, -0.8]) && inside(class("heart"), [0.0, 0.7]));
        let stripes = class("stripes");
        assert!(inside(stripes, [0.1, 0.0]) && !inside(stripes, [0.5, 0.0]) && !inside(stripes, [-0.1, 0.0]));
        let checkerboard = class("checkerboard");
        assert!(inside(checkerboard, [0.2, 0.2]) && !inside(checkerboard, [0.6, 0.2]));
        assert!(inside(checkerboard, [0.6, 0.6]) && !inside(checkerboard, [-0.2, 0.2]));
    }

    #[test]
    fn no_form_reaches_beyond_what_is_drawn() {
        for class in 0..10 {
            let form = Form::new(class);
            for step in 0..400 {
                let along = step as f32 / 100.0 - 2.0;
                // Four sides of a square around the circle of radius 1.34 touch it; corners lie farther out.
                for point in [[along, 1.34], [along, -1.34], [1.34, along], [-1.34, along]] {
                    assert!(form.distance(point) > 0.0, "class {class} at {point:?}");
                }
            }
        }
    }
}
