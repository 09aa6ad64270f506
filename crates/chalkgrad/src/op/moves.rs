//! Operations that move elements: their shapes, and what they all are in the end, copies along walks through memory.

use super::Op;
use crate::Shape;

/// Places along one axis: `start`, then every `step`th, `len` of them. A negative step walks backwards.
///
/// ```
/// use chalkgrad::Graph;
/// use chalkgrad::op::{Op, Span};
///
/// let graph = Graph::new();
/// let backwards = graph.leaf("x", [5]).flip(&[0]);
/// let spans = vec![Span { start: 4, step: -1, len: 5 }];
/// assert_eq!(graph.node(backwards.id()).op, Op::Slice { spans });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first place that is taken.
    pub start: usize,
    /// How far apart the places lie; negative goes backwards.
    pub step: isize,
    /// How many are taken.
    pub len: usize,
}

impl Span {
    /// Every place of an axis of this length.
    pub fn all(len: usize) -> Self {
        Self { start: 0, step: 1, len }
    }

    /// Whether an axis of this length has all its places.
    fn fits(&self, axis: usize) -> bool {
        let last = self.start as i128 + self.step as i128 * (self.len as i128 - 1);
        self.step != 0 && (self.len == 0 || (self.start < axis && (0..axis as i128).contains(&last)))
    }
}

pub(super) fn permute(axes: &[usize], x: &[usize]) -> Result<Shape, String> {
    let mut named = vec![false; x.len()];
    let is_new = |&axis: &usize| named.get_mut(axis).is_some_and(|named| !std::mem::replace(named, true));
    match axes.len() == x.len() && axes.iter().all(is_new) {
        true => Ok(axes.iter().map(|&axis| x[axis]).collect::<Vec<_>>().into()),
        false => Err(format!("the axes {axes:?} must name each axis once")),
    }
}

pub(super) fn concat(axis: usize, inputs: &[&[usize]]) -> Result<Shape, String> {
    let Some(first) = inputs.first() else { return Err("there must be at least one tensor".into()) };
    if axis >= first.len() {
        return Err(format!("there is no axis {axis}"));
    }
    let others = |dims: &[usize]| [&dims[..axis], &dims[axis + 1..]].concat();
    if inputs.iter().any(|dims| dims.len() != first.len() || others(dims) != others(first)) {
        return Err(format!("they must be as long along every axis but axis {axis}"));
    }
    let mut dims = first.to_vec();
    dims[axis] = inputs.iter().fold(0, |sum, dims| sum.saturating_add(dims[axis]));
    Ok(dims.into())
}

pub(super) fn slice(spans: &[Span], x: &[usize]) -> Result<Shape, String> {
    if spans.len() != x.len() {
        return Err(format!("there must be one span an axis, not {}", spans.len()));
    }
    match spans.iter().zip(x).position(|(span, &axis)| !span.fits(axis)) {
        None => Ok(spans.iter().map(|span| span.len).collect::<Vec<_>>().into()),
        Some(axis) => {
            let Span { start, step, len } = spans[axis];
            Err(format!("axis {axis} has no {len} places from {start} on in steps of {step}"))
        }
    }
}

pub(super) fn pad(spans: &[Span], shape: &Shape, x: &[usize]) -> Result<Shape, String> {
    match slice(spans, shape.dims())?.dims() == x {
        true => Ok(shape.clone()),
        false => Err(format!("it has no place for each element in {shape}")),
    }
}

/// A copy of all or a part of one input to a part of the output. The axes of its walk, outermost first, are as few as
/// describe it: neighbours are joined where one continues the other on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    /// Which input.
    pub(crate) input: usize,
    /// Where the walk begins, in the input and in the output.
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) axes: Vec<MoveAxis>,
}

/// One axis of a walk: its length, and how far a step goes in the input and in the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MoveAxis {
    pub(crate) len: usize,
    pub(crate) from: isize,
    pub(crate) to: isize,
}

/// Where a walk begins and how far each axis steps.
type Walk = (usize, Vec<isize>);

impl Move {
    fn new(input: usize, dims: &[usize], (from, steps_from): Walk, (to, steps_to): Walk) -> Self {
        let mut axes: Vec<MoveAxis> = Vec::new();
        for axis in (0..dims.len()).filter(|&axis| dims[axis] != 1) {
            let next = MoveAxis { len: dims[axis], from: steps_from[axis], to: steps_to[axis] };
            let len = next.len as isize;
            match axes.last_mut() {
                Some(outer) if outer.from == next.from * len && outer.to == next.to * len => {
                    *outer = MoveAxis { len: outer.len * next.len, ..next };
                }
                _ => axes.push(next),
            }
        }
        Self { input, from, to, axes }
    }

    /// How many elements are copied.
    pub(crate) fn elements(&self) -> usize {
        self.axes.iter().map(|axis| axis.len).product()
    }
}

fn signed(strides: Vec<usize>) -> Vec<isize> {
    strides.into_iter().map(|stride| stride as isize).collect()
}

fn whole(shape: &Shape) -> Walk {
    (0, signed(shape.strides()))
}

fn along(spans: &[Span], shape: &Shape) -> Walk {
    let strides = signed(shape.strides());
    let start = spans.iter().zip(&strides).map(|(span, &stride)| span.start * stride as usize).sum();
    (start, spans.iter().zip(strides).map(|(span, stride)| span.step * stride).collect())
}

/// What an operation that moves elements copies where; what no copy reaches is 0.
pub(crate) fn moves(op: &Op, inputs: &[&Shape], output: &Shape) -> Vec<Move> {
    let dims = output.dims();
    let mut moves = match op {
        Op::Expand { .. } => {
            vec![Move::new(0, dims, (0, signed(inputs[0].expanded_strides(output))), whole(output))]
        }
        Op::Permute { axes } => {
            let own = signed(inputs[0].strides());
            vec![Move::new(0, dims, (0, axes.iter().map(|&axis| own[axis]).collect()), whole(output))]
        }
        Op::Concat { axis } => {
            let mut start = 0;
            let place = |(index, input): (usize, &&Shape)| {
                let to = (start * output.strides()[*axis], signed(output.strides()));
                start += input.dims()[*axis];
                Move::new(index, input.dims(), whole(input), to)
            };
            inputs.iter().enumerate().map(place).collect()
        }
        Op::AllReduce => vec![Move::new(0, dims, whole(inputs[0]), whole(output))],
        Op::Slice { spans } => vec![Move::new(0, dims, along(spans, inputs[0]), whole(output))],
        Op::Pad { spans, .. } => vec![Move::new(0, inputs[0].dims(), whole(inputs[0]), along(spans, output))],
        _ => unreachable!("{} does not move elements", op.name()),
    };
    moves.retain(|copy| copy.elements() > 0);
    moves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_that_continue_one_another_are_joined_and_those_of_length_1_vanish() {
        let shape = Shape::from([2, 1, 3, 4]);
        let all = Move::new(0, shape.dims(), whole(&shape), whole(&shape));
        assert_eq!(all.axes, [MoveAxis { len: 24, from: 1, to: 1 }]);
        let swapped = moves(&Op::Permute { axes: vec![1, 0] }, &[&[3, 4].into()], &[4, 3].into());
        assert_eq!(swapped[0].axes, [MoveAxis { len: 4, from: 1, to: 3 }, MoveAxis { len: 3, from: 4, to: 1 }]);
        let flip = Op::Slice { spans: vec![Span { start: 1, step: -1, len: 2 }, Span { start: 2, step: -1, len: 3 }] };
        let flipped = moves(&flip, &[&[2, 3].into()], &[2, 3].into());
        assert_eq!((flipped[0].from, &flipped[0].axes[..]), (5, &[MoveAxis { len: 6, from: -1, to: 1 }][..]));
    }

    #[test]
    fn spans_fit_an_axis_with_all_their_places() {
        let span = |start, step, len| Span { start, step, len };
        assert!(
            span(0, 1, 5).fits(5) && span(4, -2, 3).fits(5) && span(9, 1, 0).fits(5) && span(4, isize::MAX, 1).fits(5)
        );
        assert!(!span(0, 2, 4).fits(5) && !span(1, -1, 3).fits(5) && !span(0, 0, 1).fits(5));
        assert!(!span(0, isize::MAX, usize::MAX).fits(usize::MAX));
    }
}
