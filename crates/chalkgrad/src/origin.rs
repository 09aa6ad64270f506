//! Where one number of a graph comes from: the pixels that it sees, and the sum that made it.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::op::{Binary, Op, Pool, Window};
use crate::{Graph, Node, NodeId, Shape, Tensor};

/// How terms come to one number.
///
/// ```
/// use chalkgrad::{Gathering, Graph};
///
/// let graph = Graph::new();
/// let maps = graph.leaf("maps", [1, 2, 4, 4]).relu();
/// assert_eq!(graph.origin(maps, 7).map(|origin| origin.gathering), Some(Gathering::Function("relu")));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gathering {
    /// Each is multiplied by its weight, and they are added up.
    Sum,
    /// The largest of them.
    Largest,
    /// Their mean.
    Mean,
    /// There is one, and a function of it.
    Function(&'static str),
}

/// The numbers that one element of a tensor was made of.
///
/// ```
/// use chalkgrad::op::Window;
/// use chalkgrad::{Gathering, Graph};
///
/// let graph = Graph::new();
/// let (images, weight) = (graph.leaf("images", [1, 3, 8, 8]), graph.leaf("weight", [4, 3, 3, 3]));
/// let maps = images.conv2d(weight, None, Window::square(3));
/// let origin = graph.origin(maps, 5).expect("a convolution says what it adds up");
/// assert_eq!((origin.gathering, origin.shape, origin.terms.len()), (Gathering::Sum, [3, 3, 3], 27));
/// assert_eq!(origin.terms[0], Some(5), "the pixel at the upper left of its window");
/// assert_eq!(graph.receptive_field(maps, 5, images), Some([0..3, 5..8]));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// How the terms come together.
    pub gathering: Gathering,
    /// The tensor that they are read from.
    pub input: NodeId,
    /// Their places in it, row by row; `None` is padding, a zero.
    pub terms: Vec<Option<usize>>,
    /// How they lie: channels, height, width.
    pub shape: [usize; 3],
    /// For a sum the tensor of the weights, and each term's place in it.
    pub weights: Option<(NodeId, Vec<usize>)>,
    /// What is added at the end, and its place there.
    pub bias: Option<(NodeId, usize)>,
    /// The element before the bias, and the tensor that it belongs to: it may have another shape than the one that was asked for.
    pub element: (NodeId, usize),
}

impl Graph {
    /// What made this element; `None` where it is no sum, no window and no function of one number.
    pub fn origin(&self, tensor: Tensor<'_>, element: usize) -> Option<Origin> {
        let (mut id, mut bias) = (self.behind_views(tensor.id()), None);
        loop {
            let Node { op, inputs, .. } = self.node(id);
            match (op, inputs.as_slice()) {
                (Op::Reshape { .. } | Op::Detach, &[input]) => id = input,
                (Op::Binary(Binary::Add), &[input, added]) if bias.is_none() => {
                    bias = Some(self.leaf_behind(added, element)?);
                    id = input;
                }
                (op, inputs) => return self.gathered(&op, inputs, (id, element), bias),
            }
        }
    }

    fn gathered(
        &self,
        op: &Op,
        inputs: &[NodeId],
        (id, element): (NodeId, usize),
        bias: Option<(NodeId, usize)>,
    ) -> Option<Origin> {
        let shape = self.node(id).shape;
        let (&input, rest) = inputs.split_first()?;
        let from = self.node(input).shape;
        let made = |gathering, terms: Vec<Option<usize>>, shape, weights| {
            Some(Origin { gathering, input, terms, shape, weights, bias, element: (id, element) })
        };
        match *op {
            Op::Conv2d { window, groups } => {
                let ([_, channels, y, x], weight) = (place(&shape, element)?, *rest.first()?);
                let &[_, taken, rows, columns] = self.node(weight).shape.dims() else { return None };
                let first = channels / (shape.dims()[1] / groups) * taken;
                let terms = window_terms(&window, &from, element / shape.strides()[0], first..first + taken, [y, x])?;
                let size = taken * rows * columns;
                let weights = (channels * size..(channels + 1) * size).collect();
                made(Gathering::Sum, terms, [taken, rows, columns], Some((weight, weights)))
            }
            Op::MaxPool2d(Pool { window, .. }) | Op::AvgPool2d(Pool { window, .. }) => {
                let [example, channel, y, x] = place(&shape, element)?;
                let terms = window_terms(&window, &from, example, channel..channel + 1, [y, x])?;
                let gathering = if matches!(op, Op::MaxPool2d(_)) { Gathering::Largest } else { Gathering::Mean };
                made(gathering, terms, [1, window.kernel[0], window.kernel[1]], None)
            }
            Op::MatMul { transpose_a: false, transpose_b } => {
                let (&[_, inner], &[_, columns]) = (from.dims(), shape.dims()) else { return None };
                let (row, column) = (element / columns, element % columns);
                let terms = (row * inner..(row + 1) * inner).map(Some).collect();
                let weight = |term| if transpose_b { column * inner + term } else { term * columns + column };
                made(Gathering::Sum, terms, [1, 1, inner], Some((*rest.first()?, (0..inner).map(weight).collect())))
            }
            Op::Unary(unary) if bias.is_none() => {
                made(Gathering::Function(unary.name()), vec![Some(element)], [1; 3], None)
            }
            _ => None,
        }
    }

    /// The tensor that this one is a view of.
    fn behind_views(&self, mut id: NodeId) -> NodeId {
        while let Node { op: Op::Reshape { .. } | Op::Detach, inputs, .. } = self.node(id) {
            id = inputs[0];
        }
        id
    }

    /// The leaf, and the place in it, that an element of what is broadcast comes from.
    fn leaf_behind(&self, mut id: NodeId, mut element: usize) -> Option<(NodeId, usize)> {
        loop {
            let Node { op, inputs, shape, .. } = self.node(id);
            match op {
                Op::Leaf { .. } => return Some((id, element)),
                Op::Reshape { .. } | Op::Detach => {}
                Op::Expand { .. } => element = before_expansion(&self.node(inputs[0]).shape, &shape, element),
                _ => return None,
            }
            id = inputs[0];
        }
    }

    /// The rows and columns of `images` that an element depends on, or, where what lies between mixes all places, might depend on;
    /// `None` where it does not depend on them.
    pub fn receptive_field(&self, tensor: Tensor<'_>, element: usize, images: Tensor<'_>) -> Option<[Range<usize>; 2]> {
        let id = self.behind_views(tensor.id());
        let here = match place(&self.node(id).shape, element) {
            Some([_, _, y, x]) => [y..y + 1, x..x + 1],
            None => self.whole(id),
        };
        // Nodes read only nodes before them, so each is whole when its turn comes.
        let mut seen = BTreeMap::new();
        seen.insert(id, here);
        while let Some((id, region)) = seen.pop_last() {
            if id == images.id() {
                return Some(region);
            }
            let node = self.node(id);
            for (rank, &input) in node.inputs.iter().enumerate() {
                let behind = self.seen_by(&node, rank, input, &region);
                let joined = match seen.remove(&input) {
                    Some(known) => join(known, behind),
                    None => behind,
                };
                seen.insert(input, joined);
            }
        }
        None
    }

    /// The region of an input that a region of this node reads.
    fn seen_by(&self, node: &Node, rank: usize, input: NodeId, region: &[Range<usize>; 2]) -> [Range<usize>; 2] {
        let from = self.node(input).shape;
        let (&[.., height, width], &[.., rows, columns]) = (from.dims(), node.shape.dims()) else {
            return self.whole(input);
        };
        let size = [height, width];
        match &node.op {
            Op::Conv2d { window, .. } if rank == 0 => {
                [0, 1].map(|axis| covered(window, axis, &region[axis], size[axis]))
            }
            Op::MaxPool2d(Pool { window, .. }) | Op::AvgPool2d(Pool { window, .. }) => {
                [0, 1].map(|axis| covered(window, axis, &region[axis], size[axis]))
            }
            Op::Conv2dInputGradient { window, .. } if rank == 0 => {
                [0, 1].map(|axis| covering(window, axis, &region[axis], size[axis]))
            }
            Op::Unary(_) | Op::Binary(_) | Op::Where | Op::Expand { .. } | Op::AllReduce
                if size == [rows, columns] && from.rank() == node.shape.rank() =>
            {
                region.clone()
            }
            Op::Concat { axis } if axis + 2 < from.rank() => region.clone(),
            _ => self.whole(input),
        }
    }

    fn whole(&self, id: NodeId) -> [Range<usize>; 2] {
        match *self.node(id).shape.dims() {
            [.., height, width] => [0..height, 0..width],
            [width] => [0..1, 0..width],
            [] => [0..1, 0..1],
        }
    }
}

/// Example, channel, row and column of an element of pictures.
fn place(shape: &Shape, element: usize) -> Option<[usize; 4]> {
    let &[examples, channels, height, width] = shape.dims() else { return None };
    let plane = height * width;
    let found = [element / plane / channels, element / plane % channels, element / width % height, element % width];
    (found[0] < examples).then_some(found)
}

/// The places that a window covers of these channels of an example; `None` beyond the picture.
fn window_terms(
    window: &Window,
    images: &Shape,
    example: usize,
    channels: Range<usize>,
    [y, x]: [usize; 2],
) -> Option<Vec<Option<usize>>> {
    let &[_, all, height, width] = images.dims() else { return None };
    let at = |axis: usize, out: usize, tap: usize, len: usize| {
        let padded = out * window.stride[axis] + tap * window.dilation[axis];
        padded.checked_sub(window.padding[axis]).filter(|&place| place < len)
    };
    let mut terms = Vec::new();
    for channel in channels {
        for row in 0..window.kernel[0] {
            for column in 0..window.kernel[1] {
                let place = at(0, y, row, height).zip(at(1, x, column, width));
                terms.push(place.map(|(y, x)| ((example * all + channel) * height + y) * width + x));
            }
        }
    }
    Some(terms)
}

/// The places of the input that windows at these places cover.
fn covered(window: &Window, axis: usize, out: &Range<usize>, len: usize) -> Range<usize> {
    let begin = (out.start * window.stride[axis]).saturating_sub(window.padding[axis]);
    let end = (out.end - 1) * window.stride[axis] + window.extent()[axis];
    begin.min(len)..end.saturating_sub(window.padding[axis]).min(len)
}

/// The windows that cover one of these places: `covered`, backwards.
fn covering(window: &Window, axis: usize, places: &Range<usize>, windows: usize) -> Range<usize> {
    let (stride, reach) = (window.stride[axis], window.extent()[axis] - 1);
    let begin = (places.start + window.padding[axis]).saturating_sub(reach).div_ceil(stride);
    let end = (places.end - 1 + window.padding[axis]) / stride + 1;
    begin.min(windows)..end.min(windows)
}

fn join(a: [Range<usize>; 2], b: [Range<usize>; 2]) -> [Range<usize>; 2] {
    [0, 1].map(|axis| a[axis].start.min(b[axis].start)..a[axis].end.max(b[axis].end))
}

/// The element that was stretched to this one.
fn before_expansion(from: &Shape, to: &Shape, element: usize) -> usize {
    let (from, to) = (from.dims(), to.dims());
    let (mut rest, mut stride, mut found) = (element, 1, 0);
    for (axis, &len) in to.iter().enumerate().rev() {
        let (at, own) = (rest % len, (axis + from.len()).checked_sub(to.len()).map_or(1, |axis| from[axis]));
        rest /= len;
        if own > 1 {
            found += at * stride;
        }
        stride *= own;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Array, Interpreter};

    /// Numbers without a pattern.
    fn numbers(shape: impl Into<Shape>) -> Array<f64> {
        let shape = shape.into();
        Array::from_fn(&shape, |index| ((index * 7919 + 13) % 101) as f64 / 50.0 - 1.0)
    }

    /// A sum from its terms, as a reader would work it out.
    fn work_out(origin: &Origin, read: impl Fn(NodeId, usize) -> f64) -> f64 {
        let terms = origin.terms.iter().map(|term| term.map_or(0.0, |place| read(origin.input, place)));
        let bias = origin.bias.map_or(0.0, |(id, place)| read(id, place));
        match (origin.gathering, &origin.weights) {
            (Gathering::Sum, Some((weight, places))) => {
                bias + terms.zip(places).map(|(term, &place)| term * read(*weight, place)).sum::<f64>()
            }
            (Gathering::Largest, _) => {
                origin.terms.iter().flatten().map(|&place| read(origin.input, place)).fold(f64::MIN, f64::max)
            }
            (Gathering::Mean, _) => terms.sum::<f64>() / origin.terms.len() as f64,
            (gathering, _) => panic!("{gathering:?}"),
        }
    }

    #[test]
    fn every_element_is_what_its_terms_come_to() {
        let graph = Graph::new();
        let (images, weight, bias) =
            (graph.leaf("images", [2, 4, 7, 6]), graph.leaf("weight", [6, 2, 3, 2]), graph.leaf("bias", [6]));
        let window = Window { kernel: [3, 2], stride: [2, 1], padding: [1, 1], dilation: [1, 2] };
        let maps = images.conv2d_grouped(weight, Some(bias), window, 2);
        let pool = Window::square(2).stride(2);
        let (largest, mean) = (images.max_pool2d(Pool::from(pool)), images.avg_pool2d(Pool::from(pool)));
        let (matrix, offsets) = (graph.leaf("matrix", [5, 168]), graph.leaf("offsets", [5]));
        let scores = images.reshape([2, 168]).linear(matrix, Some(offsets));
        let leaves = [images, weight, bias, matrix, offsets];
        let bound: Vec<_> = leaves.iter().map(|&leaf| (leaf, numbers(leaf.shape()))).collect();
        let values = Interpreter::<f64>::new().run(&graph, &bound).unwrap();
        for tensor in [maps, largest, mean, scores] {
            for element in 0..tensor.shape().elements() {
                let origin = graph.origin(tensor, element).unwrap();
                let expected = work_out(&origin, |id, place| values[Tensor::new(&graph, id)][place]);
                assert!((values[tensor][element] - expected).abs() < 1e-9, "{:?} {element}", tensor.shape());
            }
        }
        let origin = graph.origin(maps.relu().reshape([2, 6, 24]), 3).unwrap();
        assert_eq!((origin.gathering, origin.terms.as_slice()), (Gathering::Function("relu"), &[Some(3)][..]));
        assert_eq!(graph.origin(images, 0), None);
        assert_eq!(graph.origin(scores + scores, 0), None, "no bias is added there");
    }

    #[test]
    fn a_receptive_field_holds_every_pixel_that_moves_the_element_and_its_corners_do() {
        let graph = Graph::new();
        let images = graph.leaf("images", [1, 1, 12, 12]);
        let weights = [graph.leaf("a", [2, 1, 3, 3]), graph.leaf("b", [2, 2, 3, 3])];
        let first = images.conv2d(weights[0], None, Window::square(3).stride(2).padding(1));
        let second = first.conv2d(weights[1], None, Window::square(3).padding(1));
        let joined = second + first;
        let up = joined.conv_transpose2d(weights[1], None, Window::square(3).stride(2), [0; 2], 1);
        for tensor in [first, joined, up] {
            for element in [0, 3, 14, tensor.shape().elements() - 1] {
                let field = graph.receptive_field(tensor, element, images).unwrap();
                let picked = tensor.reshape([tensor.shape().elements()]).narrow(0, element, 1).sum(&[0], false);
                let gradient = graph.backward(picked, &[images]).unwrap()[0];
                let bound: Vec<_> = [images, weights[0], weights[1]].map(|leaf| (leaf, numbers(leaf.shape()))).into();
                let values = Interpreter::<f64>::new().run(&graph, &bound).unwrap();
                let moves: Vec<[usize; 2]> =
                    (0..144).filter(|&at| values[gradient][at] != 0.0).map(|at| [at / 12, at % 12]).collect();
                for axis in 0..2 {
                    let (low, high) = (moves.iter().map(|at| at[axis]).min(), moves.iter().map(|at| at[axis]).max());
                    assert_eq!((Some(field[axis].start), Some(field[axis].end - 1)), (low, high), "{element}");
                }
            }
        }
        assert_eq!(graph.receptive_field(weights[0], 0, images), None);
        let flat = first.reshape([1, 72]).matmul(graph.leaf("m", [72, 3]));
        assert_eq!(graph.receptive_field(flat, 1, images), Some([0..12, 0..12]));
    }
}
