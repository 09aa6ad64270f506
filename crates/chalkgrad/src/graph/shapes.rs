//! What moves elements and computes none: other shapes, parts, and tensors side by side.

use std::ops::{Bound, RangeBounds};

use super::{Graph, Tensor};
use crate::Shape;
use crate::op::{Op, Span};

impl Graph {
    /// One tensor after the other along `axis`; along the others they are as long. PyTorch's `cat`.
    pub fn concat<'g>(&'g self, tensors: &[Tensor<'g>], axis: usize) -> Tensor<'g> {
        self.apply(Op::Concat { axis }, tensors)
    }

    /// Tensors of one shape side by side along a new axis, which becomes axis `axis`.
    pub fn stack<'g>(&'g self, tensors: &[Tensor<'g>], axis: usize) -> Tensor<'g> {
        let shapes: Vec<Shape> = tensors.iter().map(|tensor| tensor.shape()).collect();
        if shapes.iter().any(|shape| *shape != shapes[0]) {
            self.refuse("stack", shapes, "they must have one shape");
            return self.constant(0.0, []);
        }
        let layers: Vec<Tensor<'g>> = tensors.iter().map(|tensor| tensor.unsqueeze(axis)).collect();
        self.apply_for("stack", tensors, Ok(Op::Concat { axis }), &layers)
    }
}

impl Tensor<'_> {
    /// Broadcast to `shape`.
    pub fn expand(self, shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        if self.shape() == shape { self } else { self.graph.apply(Op::Expand { shape }, &[self]) }
    }

    /// The same elements in another shape.
    pub fn reshape(self, shape: impl Into<Shape>) -> Self {
        let shape = shape.into();
        if self.shape() == shape { self } else { self.graph.apply(Op::Reshape { shape }, &[self]) }
    }

    /// The same elements, for which no gradient flows to what made them: `torch.Tensor.detach`.
    ///
    /// ```
    /// use chalkgrad::{Device, Graph, Program, Store};
    /// use pollster::block_on;
    ///
    /// let mut store = Store::new(&Device::Cpu);
    /// store.add("x", 2)?;
    /// store.write("x", &[3.0, 5.0])?;
    /// let graph = Graph::new();
    /// let x = graph.leaf("x", [2]);
    /// // Of x · x with one factor detached: not 2 x, but x.
    /// let gradient = graph.backward((x * x.detach()).sum(&[0], false), &[x])?[0];
    /// let program = block_on(Program::compile(&store, &graph, &[], &[gradient]))?;
    /// Program::run(&[&program])?;
    /// assert_eq!(*block_on(program.read(0))?, [3.0, 5.0]);
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    pub fn detach(self) -> Self {
        self.graph.apply(Op::Detach, &[self])
    }

    /// Neighbouring axes as one: `x.flatten(1..)` makes `[N, C, H, W]` to `[N, C H W]`, `x.flatten(..)` a vector.
    pub fn flatten(self, axes: impl RangeBounds<usize>) -> Self {
        let shape = self.shape();
        let dims = shape.dims();
        let [first, end] = within(axes, dims.len());
        // A scalar, which has no axes, becomes a vector, as PyTorch does it.
        let is_scalar = dims.is_empty() && first == end;
        match (first < end || is_scalar) && end <= dims.len() {
            true => {
                let joined = Shape::from(&dims[first..end]).elements();
                self.reshape([&dims[..first], &[joined], &dims[end..]].concat())
            }
            false => self.refused("flatten", [self.shape()], format!("it has no axes from {first} up to {end}")),
        }
    }

    /// A new axis of length 1, which becomes axis `axis`.
    pub fn unsqueeze(self, axis: usize) -> Self {
        let mut dims = self.shape().dims().to_vec();
        if axis > dims.len() {
            return self.refused(
                "unsqueeze",
                [self.shape()],
                format!("a new axis can be one of 0 to {}, not {axis}", dims.len()),
            );
        }
        dims.insert(axis, 1);
        self.reshape(dims)
    }

    /// Without an axis of length 1; an axis of another length stays, as PyTorch does it.
    pub fn squeeze(self, axis: usize) -> Self {
        let mut dims = self.shape().dims().to_vec();
        match dims.get(axis) {
            Some(1) => {
                dims.remove(axis);
                self.reshape(dims)
            }
            Some(_) => self,
            None => self.refused("squeeze", [self.shape()], format!("there is no axis {axis}")),
        }
    }

    /// Axes in another order: axis `i` of the result is axis `axes[i]` of this.
    pub fn permute(self, axes: &[usize]) -> Self {
        if axes.iter().copied().eq(0..self.shape().rank()) {
            return self;
        }
        self.graph.apply(Op::Permute { axes: axes.to_vec() }, &[self])
    }

    /// With two axes swapped.
    pub fn transpose(self, one: usize, other: usize) -> Self {
        let mut axes: Vec<usize> = (0..self.shape().rank()).collect();
        if let Some(axis) = [one, other].into_iter().find(|&axis| axis >= axes.len()) {
            return self.refused("transpose", [self.shape()], format!("there is no axis {axis}"));
        }
        axes.swap(one, other);
        self.permute(&axes)
    }

    /// `len` places of an axis from `start` on.
    pub fn narrow(self, axis: usize, start: usize, len: usize) -> Self {
        self.spans("narrow", &[(axis, Span { start, step: 1, len })])
    }

    /// Every `step`th place of an axis within a range: `x.slice(0, 2.., 1)`, `x.slice(1, 0..8, 2)`.
    pub fn slice(self, axis: usize, range: impl RangeBounds<usize>, step: usize) -> Self {
        let [start, end] = within(range, self.shape().dims().get(axis).copied().unwrap_or_default());
        let len = end.saturating_sub(start).div_ceil(step.max(1));
        let step = isize::try_from(step).unwrap_or(isize::MAX);
        self.spans("slice", &[(axis, Span { start, step, len })])
    }

    /// One place of an axis, without the axis.
    pub fn select(self, axis: usize, index: usize) -> Self {
        let mut dims = self.shape().dims().to_vec();
        let Some(&len) = dims.get(axis) else {
            return self.refused("select", [self.shape()], format!("there is no axis {axis}"));
        };
        if index >= len {
            return self.refused("select", [self.shape()], format!("axis {axis} has no place {index}"));
        }
        dims.remove(axis);
        self.narrow(axis, index, 1).reshape(dims)
    }

    /// Each of these axes backwards.
    pub fn flip(self, axes: &[usize]) -> Self {
        let shape = self.shape();
        let backwards = |&axis: &usize| {
            let len = shape.dims().get(axis).copied().unwrap_or_default();
            (axis, Span { start: len.saturating_sub(1), step: -1, len })
        };
        self.spans("flip", &axes.iter().map(backwards).collect::<Vec<_>>())
    }

    /// `value` around the last axes: `amounts` are [before, after] of each of them, the last axis last (PyTorch's
    /// `torch.nn.functional.pad` wants the last axis first).
    pub fn pad(self, amounts: &[[usize; 2]], value: f64) -> Self {
        let shape = self.shape();
        let Some(first) = shape.rank().checked_sub(amounts.len()) else {
            return self.refused("pad", [self.shape()], format!("it has no {} axes", amounts.len()));
        };
        let mut spans: Vec<Span> = shape.dims().iter().map(|&len| Span::all(len)).collect();
        let mut dims = shape.dims().to_vec();
        for (axis, &[before, after]) in (first..).zip(amounts) {
            dims[axis] = dims[axis].saturating_add(before).saturating_add(after);
            // An axis without elements has no place to begin with.
            spans[axis].start = if spans[axis].len == 0 { 0 } else { before };
        }
        if dims == shape.dims() {
            return self;
        }
        let pad = Op::Pad { spans, shape: dims.into() };
        let padded = self.graph.apply(pad.clone(), &[self]);
        if value == 0.0 {
            return padded;
        }
        let inside = self.graph.apply(pad, &[self.graph.constant(1.0, shape)]);
        inside.choose(padded, value)
    }

    /// The places that spans name of some axes, and every place of the others.
    fn spans(self, operation: &'static str, named: &[(usize, Span)]) -> Self {
        let mut spans: Vec<Span> = self.shape().dims().iter().map(|&len| Span::all(len)).collect();
        for &(axis, span) in named {
            match spans.get_mut(axis) {
                Some(place) => *place = span,
                None => return self.refused(operation, [self.shape()], format!("there is no axis {axis}")),
            }
        }
        self.graph.apply_as(operation, Ok(Op::Slice { spans }), &[self])
    }
}

/// Start and end of a range over an axis of this length.
fn within(range: impl RangeBounds<usize>, len: usize) -> [usize; 2] {
    let start = match range.start_bound() {
        Bound::Included(&start) => start,
        Bound::Excluded(&start) => start.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(&end) => end.saturating_add(1),
        Bound::Excluded(&end) => end,
        Bound::Unbounded => len,
    };
    [start, end]
}
