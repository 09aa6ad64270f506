//! A layout as SVG text, and what its boxes are called.

use std::{fmt::Write, ops::Range};

use protocol::{GraphNode, GraphNodeKind};

use super::layout::{Drawn, HEIGHT, Layout, Line, width_of};
use crate::format;

/// `[16, 32, 32]` as people write it.
fn shape(sizes: &[u32]) -> String {
    sizes.iter().map(u32::to_string).collect::<Vec<_>>().join("×")
}

/// The same as short as it can be: a square has one side.
fn short_shape(sizes: &[u32]) -> String {
    match sizes {
        [channels, height, width] if height == width => format!("{channels}×{height}²"),
        sizes => shape(sizes),
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// What stands on a node: its attribute's name, or what it is where it has only a number; and its output's shape where it is another
/// than what it reads.
pub fn node_label(nodes: &[GraphNode], index: usize) -> [String; 2] {
    let node = &nodes[index];
    let kind = node.text.split('(').next().unwrap_or(&node.text);
    let name = last(&node.path);
    let is_named = node.kind == GraphNodeKind::Layer && name.chars().any(|letter| !letter.is_ascii_digit());
    let before = node.inputs.first().map(|&input| &nodes[input as usize].output_shape);
    let changes = before != Some(&node.output_shape);
    let size = if changes { short_shape(&node.output_shape) } else { String::new() };
    [if is_named { name } else { kind }.to_owned(), size]
}

/// What stands on a folded block.
pub fn block_label(nodes: &[GraphNode], path: &str, own: &Range<usize>) -> [String; 2] {
    [format!("▸ {}", last(path)), short_shape(&nodes[own.end - 1].output_shape)]
}

/// A node or block in words: what it makes and costs first, then what it is in full.
pub fn words(nodes: &[GraphNode], drawn: &Drawn) -> String {
    let own = &nodes[drawn.nodes.clone()];
    let (Some(first), Some(last)) = (own.first(), own.last()) else { return String::new() };
    let is_layer = drawn.block.is_none() && first.kind == GraphNodeKind::Layer;
    let name = match &drawn.block {
        Some((path, _)) => format!("{path} with {} calls", own.len()),
        None if is_layer => first.path.clone(),
        None if first.path.is_empty() => first.text.clone(),
        None => format!("{} in {}", first.text, first.path),
    };
    let parameters: u64 = own.iter().map(|node| node.parameters).sum();
    let multiply_adds: u64 = own.iter().map(|node| node.multiply_adds).sum();
    let mut text = format!("{name}: output {}", shape(&last.output_shape));
    for (count, unit) in [(parameters, "parameters"), (multiply_adds, "multiply-adds")] {
        if count > 0 {
            let _ = write!(text, ", {} {unit}", format::short_count(count));
        }
    }
    if is_layer {
        let _ = write!(text, "; {}", first.text);
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// The ground of open blocks, then lines, then everything that has a name. That has its place in the layout as `data-box`.
pub fn svg(nodes: &[GraphNode], layout: &Layout) -> String {
    let mut text = String::new();
    for Drawn { x, y, width, height, .. } in layout.boxes.iter().filter(|drawn| drawn.is_open()) {
        let _ = write!(
            text,
            "<rect class=\"ground\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"8\"/>"
        );
    }
    layout.lines.iter().for_each(|line| draw_line(&mut text, line));
    layout.boxes.iter().enumerate().for_each(|(index, drawn)| draw(&mut text, nodes, index, drawn));
    text
}

fn draw_line(text: &mut String, line: &Line) {
    let _ = write!(
        text,
        "<path class=\"line{}\" data-from=\"{}\" d=\"",
        if line.is_skip { " skip" } else { "" },
        line.from
    );
    let mut before: Option<[f64; 2]> = None;
    for piece in line.points.chunks_exact(2) {
        let [[x, top], [_, bottom]] = [piece[0], piece[1]];
        match before {
            None => text.push_str(&format!("M{x:.1} {top:.1}")),
            Some([from, above]) => {
                let middle = (above + top) / 2.0;
                let _ = write!(text, "C{from:.1} {middle:.1} {x:.1} {middle:.1} {x:.1} {top:.1}");
            }
        }
        let _ = write!(text, "V{bottom:.1}");
        before = Some([x, bottom]);
    }
    if let (Some([x, y]), true) = (before, line.arrives) {
        let _ = write!(text, "M{:.1} {:.1}L{x:.1} {y:.1}L{:.1} {:.1}", x - 3.5, y - 5.0, x + 3.5, y - 5.0);
    }
    text.push_str("\"/>");
}

/// A box with its name; of an open block the name alone, which folds it.
fn draw(text: &mut String, nodes: &[GraphNode], index: usize, drawn: &Drawn) {
    let Drawn { x, y, block, .. } = drawn;
    let node = &nodes[drawn.nodes.start];
    let label = || node_label(nodes, drawn.nodes.start);
    let (class, [title, size]) = match block {
        Some((path, true)) => ("folded", block_label(nodes, path, &drawn.nodes)),
        Some((path, false)) => ("block", [format!("▾ {}", last(path)), String::new()]),
        None => match node.kind {
            GraphNodeKind::Input => ("input", label()),
            GraphNodeKind::Layer if node.parameters > 0 => ("learns", label()),
            GraphNodeKind::Layer => ("layer", label()),
            GraphNodeKind::Function if node.inputs.len() > 1 => ("function joins", label()),
            GraphNodeKind::Function => ("function", label()),
        },
    };
    let role = match block {
        Some((_, is_folded)) => format!("button\" aria-expanded=\"{}", !is_folded),
        None => "img".into(),
    };
    let width = if drawn.is_open() { width_of(&[title.clone(), String::new()]).min(drawn.width) } else { drawn.width };
    let radius = if class.starts_with("function") { HEIGHT / 2.0 } else { 5.0 };
    let (words, title, size) = (escaped(&words(nodes, drawn)), escaped(&title), escaped(&size));
    let (middle, below) = (x + width / 2.0, y + HEIGHT / 2.0 + 4.2);
    let _ = write!(
        text,
        "<g class=\"{class}\" data-box=\"{index}\" tabindex=\"-1\" role=\"{role}\" aria-label=\"{words}\">\
         <rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\" rx=\"{radius}\"/>\
         <text x=\"{middle:.1}\" y=\"{below:.1}\">{title}"
    );
    if !size.is_empty() {
        let _ = write!(text, "<tspan dx=\"6\">{size}</tspan>");
    }
    text.push_str("</text></g>");
}
