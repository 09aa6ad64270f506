//! One level of a diagram: boxes of given sizes in layers, ordered so that few lines cross, placed so that lines are straight.

/// Between two layers, and between two boxes beside each other.
const GAP: [f64; 2] = [18.0, 14.0];
/// Between two lines that pass beside each other.
const LINE_GAP: f64 = 8.0;
/// Sweeps of ordering and of placing.
const SWEEPS: usize = 6;
/// Where boxes and passing lines meet, boxes are put in a row and lines go round: so much less does a line weigh there.
const ROUND: f64 = 0.02;

/// A box, or the place where a line passes a layer.
#[derive(Debug, Clone, Default)]
pub struct Vertex {
    pub width: f64,
    pub height: f64,
    /// 0 is the uppermost; never above what it reads.
    pub layer: usize,
    /// Its centre.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    pub is_line: bool,
}

/// A line from one vertex to another one layer below; where it begins and ends beside their centres.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    pub from_offset: f64,
    pub to_offset: f64,
}

/// Upper and lower edge of each layer.
pub type Bands = Vec<[f64; 2]>;

/// Gives every vertex its place. `first_gap` lies below the first layer. Returns the layers, and how wide all is.
pub fn place(vertices: &mut [Vertex], links: &[Link], first_gap: f64) -> (Bands, f64) {
    let count = vertices.iter().map(|vertex| vertex.layer + 1).max().unwrap_or(0);
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); count];
    (0..vertices.len()).for_each(|vertex| layers[vertices[vertex].layer].push(vertex));
    let mut near: [Vec<Vec<usize>>; 2] = [vec![Vec::new(); vertices.len()], vec![Vec::new(); vertices.len()]];
    for (index, link) in links.iter().enumerate() {
        near[0][link.to].push(index);
        near[1][link.from].push(index);
    }
    order(&mut layers, links, &near);
    let mut y = 0.0;
    let bands: Bands = layers
        .iter()
        .enumerate()
        .map(|(layer, members)| {
            let height = members.iter().map(|&member| vertices[member].height).fold(0.0, f64::max);
            members.iter().for_each(|&member| vertices[member].y = y + (height - vertices[member].height) / 2.0);
            let band = [y, y + height];
            y += height + if layer == 0 { first_gap.max(GAP[0]) } else { GAP[0] };
            band
        })
        .collect();
    // Down by what lies above, up by what lies below; down at last, so that everything hangs from where it begins.
    for sweep in 0..=2 * SWEEPS {
        let side = sweep % 2;
        for turn in 0..count {
            let layer = if side == 0 { turn } else { count - 1 - turn };
            straighten(&layers[layer], vertices, links, &near[side], side);
        }
    }
    let left = vertices.iter().map(|vertex| vertex.x - vertex.width / 2.0).fold(f64::INFINITY, f64::min);
    vertices.iter_mut().for_each(|vertex| vertex.x -= left);
    let width = vertices.iter().map(|vertex| vertex.x + vertex.width / 2.0).fold(0.0, f64::max);
    (bands, width)
}

/// Barycentres, down and up in turn.
fn order(layers: &mut [Vec<usize>], links: &[Link], near: &[Vec<Vec<usize>>; 2]) {
    let mut position = vec![0.0; near[0].len()];
    let mut settle = |layer: &mut Vec<usize>, side: Option<usize>| {
        if let Some(side) = side {
            let centre = |vertex: &usize| {
                let linked = &near[side][*vertex];
                let other = |&link: &usize| {
                    let Link { from, to, from_offset, to_offset } = links[link];
                    // Ports of one box lie beside one another: a little of their distance decides.
                    let (other, offset) = if side == 0 { (from, from_offset) } else { (to, to_offset) };
                    position[other] + offset * 1e-4
                };
                match linked.len() {
                    0 => position[*vertex],
                    count => linked.iter().map(other).sum::<f64>() / count as f64,
                }
            };
            let place = layer.iter().enumerate();
            let mut keyed: Vec<(f64, usize, usize)> =
                place.map(|(place, vertex)| (centre(vertex), place, *vertex)).collect();
            keyed.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            *layer = keyed.into_iter().map(|(.., vertex)| vertex).collect();
        }
        let middle = layer.len() as f64 / 2.0;
        layer.iter().enumerate().for_each(|(place, &vertex)| position[vertex] = place as f64 - middle);
    };
    layers.iter_mut().for_each(|layer| settle(layer, None));
    for _ in 0..SWEEPS {
        layers.iter_mut().skip(1).for_each(|layer| settle(layer, Some(0)));
        layers.iter_mut().rev().skip(1).for_each(|layer| settle(layer, Some(1)));
    }
    layers.iter_mut().skip(1).for_each(|layer| settle(layer, Some(0)));
}

/// Puts a layer's members as near to where their lines want them as their order and widths allow: least squares, by pooling
/// neighbours that push one another.
fn straighten(layer: &[usize], vertices: &mut [Vertex], links: &[Link], near: &[Vec<usize>], side: usize) {
    // Mean place, weight and number of members that stand shoulder to shoulder.
    let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(layer.len());
    let mut shift = 0.0;
    let mut shifts = Vec::with_capacity(layer.len());
    for (place, &vertex) in layer.iter().enumerate() {
        if place > 0 {
            let (a, b) = (&vertices[layer[place - 1]], &vertices[vertex]);
            shift += (a.width + b.width) / 2.0 + if a.is_line && b.is_line { LINE_GAP } else { GAP[1] };
        }
        shifts.push(shift);
        let (mut sum, mut weight) = (0.0, 0.0);
        for &index in &near[vertex] {
            let Link { from, to, from_offset, to_offset } = links[index];
            let (other, offset) =
                if side == 0 { (from, from_offset - to_offset) } else { (to, to_offset - from_offset) };
            let link = if vertices[from].is_line == vertices[to].is_line { 1.0 } else { ROUND };
            sum += link * (vertices[other].x + offset);
            weight += link;
        }
        let wanted = if weight > 0.0 { sum / weight } else { vertices[vertex].x };
        // What hangs on nothing gives way.
        let weight = if vertices[vertex].is_line || weight == 0.0 { ROUND } else { 1.0 };
        pools.push((wanted - shift, weight, 1));
        while let [.., a, b] = pools[..] {
            if a.0 <= b.0 {
                break;
            }
            pools.truncate(pools.len() - 2);
            pools.push(((a.0 * a.1 + b.0 * b.1) / (a.1 + b.1), a.1 + b.1, a.2 + b.2));
        }
    }
    let places = pools.iter().flat_map(|&(place, _, count)| std::iter::repeat_n(place, count));
    for ((&vertex, place), shift) in layer.iter().zip(places).zip(shifts) {
        vertices[vertex].x = place + shift;
    }
}
