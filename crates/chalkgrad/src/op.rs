//! The operations: what each is called, which shapes it takes, which shape it gives.
//! Derivatives stand in `grad.rs`, kernels under the same stem in `cpu/` and `gpu/`.

mod elementwise;
mod indices;
mod moves;
mod pictures;
mod resampling;
mod window;

use crate::Shape;
pub use elementwise::{Binary, Unary};
pub(crate) use elementwise::{binaries, unaries};
pub use moves::Span;
pub(crate) use moves::{Move, MoveAxis, moves};
pub(crate) use resampling::Table;
pub use resampling::{Interpolation, Resampling, Rule, Size};
pub use window::{Pool, Window};

/// One operation of a graph. Row-major tensors; pictures are `[N, C, H, W]`.
///
/// ```
/// use chalkgrad::Graph;
///
/// let graph = Graph::new();
/// let (x, w) = (graph.leaf("x", [8, 4]), graph.leaf("w", [3, 4]));
/// graph.backward(x.linear(w, None).tanh().sum(&[0, 1], false), &[x, w])?;
/// let products = graph.nodes().iter().filter(|node| node.op.name() == "matmul").count();
/// assert_eq!(products, 3, "one forward, and one backward to each factor");
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each variant says in a line what its fields are")]
pub enum Op {
    /// A value given by name when the graph runs.
    Leaf { name: String },
    /// The same number everywhere.
    Constant { value: f64 },
    /// One number from one, element by element.
    Unary(Unary),
    /// One number from two, element by element; both inputs have the output's shape.
    Binary(Binary),
    /// `condition ≠ 0 ? a : b`, element by element.
    Where,
    /// Broadcast to the output's shape.
    Expand { shape: Shape },
    /// The same elements in another shape.
    Reshape { shape: Shape },
    /// The same elements, behind which no gradient flows.
    Detach,
    /// Axes in another order: output axis `i` is input axis `axes[i]`.
    Permute { axes: Vec<usize> },
    /// One tensor after the other along an axis.
    Concat { axis: usize },
    /// The places of each axis that its span names.
    Slice { spans: Vec<Span> },
    /// Zeros of this shape, with the input's elements at the places that the spans name: the adjoint of `Slice`.
    Pad { spans: Vec<Span>, shape: Shape },
    /// Five words that say seed and step to random numbers in [0, 1) of this shape; `stream` tells draws apart.
    Uniform { stream: u32, shape: Shape },
    /// The sum over all workers that share a batch; alone, the value itself.
    AllReduce,
    /// Sum over axes; each stays as 1 if `keep`.
    Sum { axes: Vec<usize>, keep: bool },
    /// `a · b` of two matrices, or of two stacks `[B, …, …]` of as many, each matrix read transposed if its flag says so.
    MatMul { transpose_a: bool, transpose_b: bool },
    /// Images `[N, C, H, W]` and weight `[O, C / groups, kh, kw]` to `[N, O, H', W']`: cross-correlation, as PyTorch's.
    /// Each group of output channels reads its own group of input channels.
    Conv2d { window: Window, groups: usize },
    /// Of `conv2d`: output gradient and weight to the images' gradient, of this height and width.
    Conv2dInputGradient { window: Window, groups: usize, input: [usize; 2] },
    /// Of `conv2d`: images and output gradient to the weight's gradient.
    Conv2dWeightGradient { window: Window, groups: usize },
    /// The largest of each window; padding never wins.
    MaxPool2d(Pool),
    /// Images and output gradient: each gradient to the first maximum of its window.
    MaxPool2dGradient(Pool),
    /// The mean of each window.
    AvgPool2d(Pool),
    /// Output gradient, spread evenly over images of this height and width.
    AvgPool2dGradient { pool: Pool, input: [usize; 2] },
    /// Other heights and widths, each output pixel a weighted sum of a few; or, transposed, that map's gradient.
    Resample { rows: Resampling, columns: Resampling, transposed: bool },
    /// `log(softmax(x))` over the last axis of a matrix.
    LogSoftmax,
    /// The largest element of each row of a matrix; NaN where one is none.
    Amax,
    /// Index of the first largest element of each row of a matrix; a NaN is larger than all.
    ArgMax,
    /// Rows `[B, K, D]` and indices `[B, J]` to `[B, J, D]`; NaN where an index names no row.
    Gather,
    /// Rows `[B, J, D]`, added up where indices `[B, J]` say, to `[B, rows, D]`: the adjoint of `Gather`.
    Scatter { rows: usize },
    /// Logits `[N, K]` and labels `[N]` (class indices) to each example's `−log softmax(logits)[label]`.
    CrossEntropy,
    /// Logits, labels and the gradient `[N]` of each example's loss to the logits' gradient.
    CrossEntropyGradient,
}

impl Op {
    /// PyTorch's name of the operation, or ours where it has none.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Leaf { .. } => "leaf",
            Self::Constant { .. } => "constant",
            Self::Unary(unary) => unary.name(),
            Self::Binary(binary) => binary.name(),
            Self::Where => "where",
            Self::Expand { .. } => "expand",
            Self::Reshape { .. } => "reshape",
            Self::Detach => "detach",
            Self::Permute { .. } => "permute",
            Self::Concat { .. } => "concat",
            Self::Slice { .. } => "slice",
            Self::Pad { .. } => "pad",
            Self::Uniform { .. } => "uniform",
            Self::AllReduce => "all_reduce",
            Self::Sum { .. } => "sum",
            Self::MatMul { .. } => "matmul",
            Self::Conv2d { .. } => "conv2d",
            Self::Conv2dInputGradient { .. } => "conv2d_input_gradient",
            Self::Conv2dWeightGradient { .. } => "conv2d_weight_gradient",
            Self::MaxPool2d(_) => "max_pool2d",
            Self::MaxPool2dGradient(_) => "max_pool2d_gradient",
            Self::AvgPool2d(_) => "avg_pool2d",
            Self::AvgPool2dGradient { .. } => "avg_pool2d_gradient",
            Self::Resample { .. } => "resample",
            Self::LogSoftmax => "log_softmax",
            Self::Amax => "amax",
            Self::ArgMax => "argmax",
            Self::Gather => "gather",
            Self::Scatter { .. } => "scatter",
            Self::CrossEntropy => "cross_entropy",
            Self::CrossEntropyGradient => "cross_entropy_gradient",
        }
    }

    /// Whether what comes out is the input's memory, read in another way.
    pub(crate) fn is_view(&self) -> bool {
        matches!(self, Self::Reshape { .. } | Self::Detach)
    }

    /// The shape that comes out, or the rule that the inputs break. A leaf's shape is its maker's to say.
    pub(crate) fn shape(&self, inputs: &[&Shape]) -> Result<Shape, String> {
        let dims: Vec<&[usize]> = inputs.iter().map(|shape| shape.dims()).collect();
        match (self, dims.as_slice()) {
            (Self::Leaf { .. } | Self::Constant { .. }, []) => Ok(Shape::default()),
            (Self::Unary(_) | Self::Detach | Self::AllReduce, [_]) => Ok(inputs[0].clone()),
            (Self::Binary(_), [a, b]) if a == b => Ok(inputs[0].clone()),
            (Self::Where, [c, a, b]) if c == a && a == b => Ok(inputs[0].clone()),
            (Self::Unary(_) | Self::Binary(_) | Self::Where, _) => Err("the shapes must broadcast to one".into()),
            (Self::Expand { shape }, [_]) => match inputs[0].broadcast(shape) {
                Some(broadcast) if broadcast == *shape => Ok(broadcast),
                _ => Err(format!("it does not stretch to {shape}: only axes of length 1 do")),
            },
            (Self::Reshape { shape }, [_]) if shape.elements() == inputs[0].elements() => Ok(shape.clone()),
            (Self::Reshape { shape }, _) => Err(format!("a tensor of shape {shape} has {} elements", shape.elements())),
            (Self::Permute { axes }, [x]) => moves::permute(axes, x),
            (Self::Concat { axis }, inputs) => moves::concat(*axis, inputs),
            (Self::Slice { spans }, [x]) => moves::slice(spans, x),
            (Self::Pad { spans, shape }, [x]) => moves::pad(spans, shape, x),
            (Self::Uniform { shape, .. }, [[5]]) => Ok(shape.clone()),
            (Self::Uniform { .. }, _) => Err("it reads seed and step as 5 words: `random::words`".into()),
            (Self::Sum { axes, keep }, [x]) => {
                distinct_axes(axes, x.len())?;
                Ok(inputs[0].reduced(axes, *keep))
            }
            (Self::MatMul { transpose_a, transpose_b }, [a @ [stack @ .., a0, a1], [other @ .., b0, b1]])
                if stack == other && a.len() <= 3 =>
            {
                let [m, k] = if *transpose_a { [a1, a0] } else { [a0, a1] };
                let [rows, n] = if *transpose_b { [b1, b0] } else { [b0, b1] };
                match k == rows {
                    true => Ok([stack, &[*m, *n]].concat().into()),
                    false => Err(format!("the first has {k} columns, so the second must have {k} rows, not {rows}")),
                }
            }
            (Self::MatMul { .. }, _) => Err("it multiplies two matrices, or two stacks of as many".into()),
            (Self::Conv2d { window, groups }, [x, weight]) => pictures::conv2d(window, *groups, x, weight),
            (Self::Conv2dInputGradient { window, groups, input }, [g, weight]) => {
                pictures::conv2d_input_gradient(window, *groups, *input, g, weight)
            }
            (Self::Conv2dWeightGradient { window, groups }, [x, g]) => {
                pictures::conv2d_weight_gradient(window, *groups, x, g)
            }
            (Self::MaxPool2d(pool), [x]) => pictures::pool(pool, x),
            (Self::AvgPool2d(pool), [x]) => pictures::avg_pool2d(pool, x),
            (Self::MaxPool2dGradient(pool), [x, g]) => pictures::max_pool2d_gradient(pool, x, g),
            (Self::AvgPool2dGradient { pool, input }, [g]) => pictures::avg_pool2d_gradient(pool, *input, g),
            (Self::Resample { rows, columns, transposed }, [x]) => pictures::resample(rows, columns, *transposed, x),
            (Self::LogSoftmax, [x]) => Ok(indices::rows(x)?.into()),
            (Self::Amax | Self::ArgMax, [x]) => Ok([indices::rows(x)?[0]].into()),
            (Self::Gather, [x, index]) => indices::gather(x, index),
            (Self::Scatter { rows }, [x, index]) => indices::scatter(*rows, x, index),
            (Self::CrossEntropy, [x, [labels]]) if x.first() == Some(labels) => Ok([indices::rows(x)?[0]].into()),
            (Self::CrossEntropyGradient, [[_, _], [_], [_]]) => Ok(inputs[0].clone()),
            (Self::CrossEntropy, _) => Err("it takes logits [N, K] and one label an example, [N]".into()),
            (op, _) => Err(format!("{} takes other inputs", op.name())),
        }
    }
}

/// That each axis is there, and named once.
pub(crate) fn distinct_axes(axes: &[usize], rank: usize) -> Result<(), String> {
    if let Some(axis) = axes.iter().find(|&&axis| axis >= rank) {
        return Err(format!("there is no axis {axis}"));
    }
    match (1..axes.len()).find(|&later| axes[..later].contains(&axes[later])) {
        Some(twice) => Err(format!("axis {} is named twice", axes[twice])),
        None => Ok(()),
    }
}
