//! A plot as text: an SVG picture that scales, and a table for a spreadsheet.

use super::curve::{Curve, Frame, View, smoothed_points};
use crate::format;

/// Every step's number and every held-out measurement, with a line that names the columns.
pub fn csv(name: &str, curve: &Curve) -> String {
    let (first, end) = curve.train.range();
    let mut held_out = curve.held_out.iter().peekable();
    let mut table = format!("step,training {name},held-out {name},held-out examples\n");
    for step in first..end {
        let train = curve.train.smoothed(step, 1).map(|value| value.to_string()).unwrap_or_default();
        // A measurement stands with the last step before it.
        let mut measured = None;
        while let Some(point) = held_out.next_if(|point| point.step <= step + 1) {
            measured = Some(point);
        }
        let measured = measured.map_or(",".into(), |point| format!("{},{}", point.value, point.examples));
        table += &format!("{step},{train},{measured}\n");
    }
    table
}

/// What the canvas shows, in ink on white.
pub fn svg(title: &str, curve: &Curve, view: &View, frame: &Frame, (width, height): (f64, f64)) -> String {
    let [left, top, inner_width, inner_height] = frame.room();
    let bottom = top + inner_height;
    let mut shapes = String::new();
    for tick in frame.values.ticks(6) {
        let (y, text) = (frame.y(tick), view.unit.tick(tick));
        shapes += &format!("<path d=\"M{left:.1} {y:.1}h{inner_width:.1}\" stroke=\"#ccc\"/>");
        shapes += &format!("<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>", left - 6.0, y + 4.0);
    }
    for tick in frame.steps.ticks((inner_width / 90.0) as usize) {
        let text = format::grouped(tick.max(0.0) as u64);
        shapes += &format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>",
            frame.x(tick),
            bottom + 18.0
        );
    }
    let path = |points: &[(f64, f64)]| {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        if points.is_empty() { String::new() } else { format!("M{}", points.join("L")) }
    };
    let mut line = |points: &[(f64, f64)], style: &str| {
        shapes += &format!("<path d=\"{}\" fill=\"none\" {style}/>", path(points));
    };
    for earlier in &curve.earlier {
        line(&smoothed_points(earlier, view, frame), "stroke=\"#777\" stroke-dasharray=\"5 3\"");
    }
    line(&smoothed_points(&curve.train, view, frame), "stroke=\"#111\" stroke-width=\"2\"");
    let held_out: Vec<(f64, f64)> =
        curve.held_out.iter().map(|point| (frame.x(point.step as f64), frame.y(point.value))).collect();
    line(&held_out, "stroke=\"#0a6f80\" stroke-width=\"2\"");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\
         <title>{title} over training steps: training black, held-out teal</title><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>{shapes}</svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::super::curve::{Measurement, Unit};
    use super::*;

    fn curve() -> Curve {
        let mut curve = Curve::default();
        curve.train.extend(0, &[2.5, 2.0, f32::NAN, 1.5]);
        curve.measure(Measurement { step: 2, value: 2.25, examples: 500 });
        curve.measure(Measurement { step: 4, value: 1.75, examples: 500 });
        curve
    }

    #[test]
    fn a_table_has_a_row_a_step() {
        let expected =
            "step,training loss,held-out loss,held-out examples\n0,2.5,,\n1,2,2.25,500\n2,,,\n3,1.5,1.75,500\n";
        assert_eq!(csv("loss", &curve()), expected);
    }

    #[test]
    fn a_picture_has_a_line_for_each_curve() {
        let view = View {
            unit: Unit::Plain,
            window: 1,
            logarithmic: false,
            reference: None,
            reading: None,
            range: None,
            selection: None,
        };
        let curve = curve();
        let picture = svg("Loss", &curve, &view, &Frame::new(&curve, &view, 900.0, 400.0, 16.0), (900.0, 400.0));
        assert_eq!(picture.matches("fill=\"none\"").count(), 2);
        assert!(picture.starts_with("<svg") && picture.ends_with("</svg>") && picture.contains("#0a6f80"));
    }
}
