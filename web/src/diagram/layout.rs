//! Where everything stands. Each block is laid out by itself and then is one box of the level above, so that blocks never overlap;
//! lines enter it at its upper edge, one place for each value that it reads, and leave at its lower edge.

use std::{collections::HashSet, ops::Range};

use protocol::GraphNode;

use super::{
    Item,
    drawing::{block_label, node_label},
    layers::{self, Link, Vertex},
};

/// A box's height, and what surrounds its text.
pub const HEIGHT: f64 = 24.0;
/// Mean width of a letter, and of the room beside a text.
const LETTER: f64 = 7.2;
const BESIDE: f64 = 18.0;
/// An open block's room around what is in it: above, where its name stands, and at the sides.
const HEAD: f64 = 26.0;
const SIDE: f64 = 10.0;

/// A box.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    pub nodes: Range<usize>,
    /// A block, by its path; and whether it is folded.
    pub block: Option<(String, bool)>,
}

impl Drawn {
    /// A block whose inside is shown.
    pub fn is_open(&self) -> bool {
        matches!(self.block, Some((_, false)))
    }
}

/// A line that carries the result of node `from`. Its points come in pairs: a pair is a vertical piece, and curves lie between.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub points: Vec<[f64; 2]>,
    pub from: usize,
    /// It passes what others go through.
    pub is_skip: bool,
    /// It ends at a box, and not at the edge of a block.
    pub arrives: bool,
}

/// Boxes, blocks before what is in them, and lines.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    pub width: f64,
    pub height: f64,
    pub boxes: Vec<Drawn>,
    pub lines: Vec<Line>,
}

/// A level with the places at its edges where values come in and go out.
#[derive(Default)]
struct Level {
    layout: Layout,
    entries: Vec<(usize, f64)>,
    exits: Vec<(usize, f64)>,
}

/// Lays out a graph with these blocks folded.
pub fn layout(nodes: &[GraphNode], items: &[Item], folded: &HashSet<String>) -> Layout {
    level(nodes, items, 0..nodes.len(), folded).layout
}

/// What is read in this range and made before it.
fn reads(nodes: &[GraphNode], range: &Range<usize>) -> Vec<usize> {
    let inputs = nodes[range.clone()].iter().flat_map(|node| &node.inputs).map(|&input| input as usize);
    let mut inputs: Vec<usize> = inputs.filter(|input| *input < range.start).collect();
    inputs.sort_unstable();
    inputs.dedup();
    inputs
}

/// What is made in this range and read after it.
fn gives(nodes: &[GraphNode], range: &Range<usize>) -> Vec<usize> {
    let later = nodes[range.end..].iter().flat_map(|node| &node.inputs).map(|&input| input as usize);
    let read: HashSet<usize> = later.filter(|input| range.contains(input)).collect();
    range.clone().filter(|node| read.contains(node)).collect()
}

/// How wide a box with this label is.
pub fn width_of(label: &[String; 2]) -> f64 {
    let letters: usize = label.iter().map(|part| part.chars().count()).sum();
    (letters as f64 * LETTER + BESIDE + if label[1].is_empty() { 0.0 } else { LETTER }).max(36.0)
}

fn level(nodes: &[GraphNode], items: &[Item], range: Range<usize>, folded: &HashSet<String>) -> Level {
    let (entries, exits) = (reads(nodes, &range), gives(nodes, &range));
    let mut vertices: Vec<Vertex> = vec![Vertex::default(); entries.len()];
    let mut inner: Vec<Option<Level>> = entries.iter().map(|_| None).collect();
    for item in items {
        let (width, height, open) = match item {
            Item::Node(node) => (width_of(&node_label(nodes, *node)), HEIGHT, None),
            Item::Block { path, nodes: own, .. } if folded.contains(path) => {
                (width_of(&block_label(nodes, path, own)), HEIGHT, None)
            }
            Item::Block { path, nodes: own, items } => {
                let inner = level(nodes, items, own.clone(), folded);
                let name = path.chars().count() as f64 * LETTER + BESIDE;
                ((inner.layout.width + 2.0 * SIDE).max(name), inner.layout.height, Some(inner))
            }
        };
        vertices.push(Vertex { width, height, ..Vertex::default() });
        inner.push(open);
    }
    vertices.resize(vertices.len() + exits.len(), Vertex::default());
    let boxes = entries.len()..entries.len() + items.len();
    let (links, lines) = connect(nodes, items, &entries, &exits, &inner, &mut vertices);
    let first_gap = if entries.is_empty() { 0.0 } else { HEAD };
    let (bands, width) = layers::place(&mut vertices, &links, first_gap);
    let mut layout = Layout { width, height: bands.last().map_or(0.0, |band| band[1]), ..Layout::default() };
    for (item, vertex) in items.iter().zip(boxes) {
        let Vertex { width, height, x, y, .. } = vertices[vertex];
        let (x, nodes) = (x - width / 2.0, item.nodes());
        let block = match item {
            Item::Node(_) => None,
            Item::Block { path, .. } => Some((path.clone(), inner[vertex].is_none())),
        };
        layout.boxes.push(Drawn { x, y, width, height, nodes, block });
        if let Some(inside) = inner[vertex].take() {
            let left = x + (width - inside.layout.width) / 2.0;
            let moved = |drawn: Drawn| Drawn { x: drawn.x + left, y: drawn.y + y, ..drawn };
            layout.boxes.extend(inside.layout.boxes.into_iter().map(moved));
            layout.lines.extend(inside.layout.lines.into_iter().map(|mut line| {
                line.points.iter_mut().for_each(|point| *point = [point[0] + left, point[1] + y]);
                line
            }));
        }
    }
    layout.lines.extend(lines.into_iter().map(|(from, chain, arrives)| {
        let mut points = Vec::with_capacity(2 * chain.len() + 2);
        for (place, &link) in chain.iter().enumerate() {
            let Link { from, to, from_offset, to_offset } = links[link];
            let (above, below) = (&vertices[from], &vertices[to]);
            if place == 0 {
                points.push([above.x + from_offset, above.y + above.height]);
                points.push([above.x + from_offset, bands[above.layer][1]]);
            }
            let x = below.x + to_offset;
            points.push([x, bands[below.layer][0]]);
            points.push([x, if below.is_line { bands[below.layer][1] } else { below.y }]);
        }
        Line { points, from, is_skip: chain.len() > 1, arrives }
    }));
    let ports = |values: Vec<usize>, first: usize| -> Vec<(usize, f64)> {
        values.into_iter().zip(&vertices[first..]).map(|(value, vertex)| (value, vertex.x)).collect()
    };
    let first_exit = entries.len() + items.len();
    let (entries, exits) = (ports(entries, 0), ports(exits, first_exit));
    Level { layout, entries, exits }
}

/// A value's line: the node that made it, its links from top to bottom, whether it ends at a box.
type Chain = (usize, Vec<usize>, bool);

/// Gives every vertex its layer, and every value its links from where it is made to where it is read.
fn connect(
    nodes: &[GraphNode],
    items: &[Item],
    entries: &[usize],
    exits: &[usize],
    inner: &[Option<Level>],
    vertices: &mut Vec<Vertex>,
) -> (Vec<Link>, Vec<Chain>) {
    let first_exit = entries.len() + items.len();
    let maker = |value: usize| match entries.binary_search(&value) {
        Ok(entry) => entry,
        Err(_) => entries.len() + items.partition_point(|item| item.nodes().end <= value),
    };
    // Where an open block takes or gives a value, beside its centre.
    let offset = |vertex: usize, value: usize, is_entry: bool| -> f64 {
        let Some(Some(level)) = inner.get(vertex) else { return 0.0 };
        let ports = if is_entry { &level.entries } else { &level.exits };
        let port = ports.iter().find(|(of, _)| *of == value);
        port.map_or(0.0, |(_, x)| x - level.layout.width / 2.0)
    };
    let mut wanted: Vec<(usize, usize)> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let vertex = entries.len() + index;
        for value in reads(nodes, &item.nodes()) {
            wanted.push((value, vertex));
            vertices[vertex].layer = vertices[vertex].layer.max(vertices[maker(value)].layer + 1);
        }
    }
    let last = vertices.iter().map(|vertex| vertex.layer).max().unwrap_or(0) + 1;
    for (index, &value) in exits.iter().enumerate() {
        vertices[first_exit + index].layer = last;
        wanted.push((value, first_exit + index));
    }
    let (mut links, mut lines) = (Vec::new(), Vec::new());
    for (value, to) in wanted {
        let (mut from, mut from_offset) = (maker(value), offset(maker(value), value, false));
        let mut chain = Vec::new();
        for layer in vertices[from].layer + 1..vertices[to].layer {
            let passing = vertices.len();
            vertices.push(Vertex { width: 2.0, layer, is_line: true, ..Vertex::default() });
            chain.push(links.len());
            links.push(Link { from, to: passing, from_offset, to_offset: 0.0 });
            (from, from_offset) = (passing, 0.0);
        }
        chain.push(links.len());
        links.push(Link { from, to, from_offset, to_offset: offset(to, value, true) });
        let arrives = to < first_exit && inner[to].is_none();
        lines.push((value, chain, arrives));
    }
    (links, lines)
}

#[cfg(test)]
mod tests {
    use protocol::GraphNodeKind;

    use super::super::{blocks, foldable, visible};
    use super::*;

    fn node(path: &str, text: &str, kind: GraphNodeKind, inputs: &[usize]) -> GraphNode {
        let inputs = inputs.iter().map(|&input| input as u32).collect();
        let (path, text) = (path.into(), text.into());
        GraphNode { path, text, kind, inputs, output_shape: vec![8, 16, 16], parameters: 1, multiply_adds: 1 }
    }

    /// Residual blocks, some with a convolution on the skip, now and then four branches: three levels of modules.
    fn network(blocks: usize) -> Vec<GraphNode> {
        use GraphNodeKind::{Function, Input, Layer};
        let mut nodes = vec![node("", "input", Input, &[])];
        for block in 0..blocks {
            let path = format!("stage{}.{}", block / 4, block % 4);
            let (start, layer) = (nodes.len() - 1, |name: &str| format!("{path}.{name}"));
            let mut last = start;
            for name in ["conv1", "bn1", "conv2", "bn2"] {
                nodes.push(node(&layer(name), "Conv2d(8, 8)", Layer, &[last]));
                last = nodes.len() - 1;
            }
            let mut ends = vec![last];
            for branch in 0..[0, 1, 3][block % 3] {
                nodes.push(node(&layer(&format!("branch{branch}.0")), "Conv2d(8, 8)", Layer, &[start]));
                nodes.push(node(&layer(&format!("branch{branch}.1")), "ReLU()", Layer, &[nodes.len() - 1]));
                ends.push(nodes.len() - 1);
            }
            if ends.len() == 1 {
                ends.push(start);
            }
            nodes.push(node(&path, "+", Function, &ends));
        }
        nodes
    }

    fn overlaps(a: &Drawn, b: &Drawn) -> bool {
        a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
    }

    fn holds(a: &Drawn, b: &Drawn) -> bool {
        b.x >= a.x && b.y >= a.y && b.x + b.width <= a.x + a.width && b.y + b.height <= a.y + a.height
    }

    /// Boxes that lie in no box together do not touch, boxes lie in their blocks, lines go down and through no box.
    fn check(nodes: &[GraphNode], folded: &HashSet<String>) -> Layout {
        let items = blocks(nodes);
        let layout = layout(nodes, &items, folded);
        for (index, a) in layout.boxes.iter().enumerate() {
            assert!(a.x >= -1e-6 && a.x + a.width <= layout.width + 1e-6 && a.y + a.height <= layout.height + 1e-6);
            for b in &layout.boxes[index + 1..] {
                let is_inside = b.nodes.start >= a.nodes.start && b.nodes.end <= a.nodes.end;
                assert!(if is_inside { holds(a, b) } else { !overlaps(a, b) }, "{a:?} and {b:?}");
            }
        }
        let leaves: Vec<&Drawn> = layout.boxes.iter().filter(|drawn| !drawn.is_open()).collect();
        assert_eq!(leaves.len(), visible(&items, folded));
        for line in &layout.lines {
            assert!(line.points.windows(2).all(|pair| pair[0][1] <= pair[1][1] + 1e-6), "{line:?} goes up");
            for piece in line.points.chunks_exact(2) {
                let middle = [piece[0][0], (piece[0][1] + piece[1][1]) / 2.0];
                let is_in = |drawn: &&&Drawn| {
                    let (x, y) = (middle[0] - drawn.x, middle[1] - drawn.y);
                    x > 0.0 && x < drawn.width && y > 0.0 && y < drawn.height
                };
                assert_eq!(leaves.iter().find(is_in), None, "{line:?} goes through a box");
            }
        }
        layout
    }

    #[test]
    fn boxes_never_overlap_and_lines_go_down_however_it_is_folded() {
        let nodes = network(13);
        let paths = foldable(&blocks(&nodes), 0);
        check(&nodes, &HashSet::new());
        for depth in 0..3 {
            check(&nodes, &paths.iter().filter(|(at, _)| *at == depth).map(|(_, path)| path.clone()).collect());
        }
        for skipped in 2..5 {
            check(&nodes, &paths.iter().step_by(skipped).map(|(_, path)| path.clone()).collect());
        }
    }

    #[test]
    fn a_skip_passes_beside_what_it_skips() {
        let nodes = network(1);
        let layout = check(&nodes, &HashSet::new());
        let skips: Vec<&Line> = layout.lines.iter().filter(|line| line.is_skip).collect();
        assert_eq!((skips.len(), skips[0].from), (1, 0));
    }

    #[test]
    fn what_is_folded_is_one_box_with_its_lines() {
        let nodes = network(4);
        let folded = HashSet::from(["stage0".to_owned()]);
        let layout = check(&nodes, &folded);
        assert_eq!(layout.boxes.len(), 2);
        assert_eq!(layout.boxes[1].nodes, 1..nodes.len());
        assert_eq!(layout.lines.len(), 1);
    }

    #[test]
    fn a_module_that_is_called_between_others_is_a_block_each_time() {
        use GraphNodeKind::{Function, Input, Layer};
        let nodes = [
            node("", "input", Input, &[]),
            node("a.0", "Linear", Layer, &[0]),
            node("a.1", "ReLU", Layer, &[1]),
            node("", "+", Function, &[2, 0]),
            node("a.0", "Linear", Layer, &[3]),
            node("a.1", "ReLU", Layer, &[4]),
        ];
        assert_eq!(foldable(&blocks(&nodes), 0).len(), 2);
        check(&nodes, &HashSet::new());
    }

    #[test]
    fn five_hundred_nodes_are_laid_out_in_less_than_50_ms() {
        let nodes = network(68);
        assert!(nodes.len() >= 500, "{}", nodes.len());
        let items = blocks(&nodes);
        // Another process may take the core away: the best of a few counts.
        let times = (0..5).map(|_| {
            let began = std::time::Instant::now();
            layout(&nodes, &items, &HashSet::new());
            began.elapsed()
        });
        let fastest = times.min().unwrap();
        assert!(fastest.as_millis() < 50, "{fastest:?}");
        check(&nodes, &HashSet::new());
    }
}
