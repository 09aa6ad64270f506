//! Runs any graph as it is written, node by node, in f32 or f64, and keeps every value: the oracle for compiled
//! programs, the finite-difference checker's engine, and the engine of labs where every number is shown. Clear, not fast.

mod elementwise;
mod moves;
mod reference;
mod rows;

use std::collections::HashMap;
use std::marker::PhantomData;
use std::ops::Index;

use num_traits::Float;

use crate::op::Op;
use crate::random::Draws;
use crate::{Array, Error, Graph, Result, Shape, Tensor};
pub(crate) use elementwise::{binary, unary};

/// The precision it computes in.
///
/// ```
/// use chalkgrad::{Graph, Interpreter, Real};
///
/// fn tanh_of_one<T: Real>() -> T {
///     let graph = Graph::new();
///     let y = graph.constant(1.0, []).tanh();
///     Interpreter::<T>::new().run::<T>(&graph, &[]).unwrap()[y][0]
/// }
///
/// assert_eq!(tanh_of_one::<f64>(), 1f64.tanh());
/// assert_eq!(tanh_of_one::<f32>(), 1f32.tanh());
/// ```
pub trait Real: Float + std::iter::Sum + 'static {
    /// The error function, which the standard library has not.
    fn erf(self) -> Self;
}

impl Real for f32 {
    fn erf(self) -> Self {
        libm::erff(self)
    }
}

impl Real for f64 {
    fn erf(self) -> Self {
        libm::erf(self)
    }
}

/// Runs graphs in the precision `T`.
///
/// ```
/// use chalkgrad::{Array, Graph, Interpreter};
///
/// let graph = Graph::new();
/// let x = graph.leaf("x", [3]);
/// let softmax = x.softmax(0);
/// let values = Interpreter::<f64>::new().run(&graph, &[(x, Array::from_fn([3], |i| i as f64))])?;
/// assert!((values[softmax].iter().sum::<f64>() - 1.0).abs() < 1e-12);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Default, Clone, Copy)]
pub struct Interpreter<T> {
    precision: PhantomData<T>,
}

/// The value of every node, by its tensor; a tensor of another graph has none and panics.
///
/// ```
/// use chalkgrad::{Graph, Interpreter};
///
/// let graph = Graph::new();
/// let x = graph.leaf("x", []);
/// let square = x * x;
/// let result = square + 1.0;
/// let values = Interpreter::<f32>::new().run(&graph, &[(x, 3.0)])?;
/// assert_eq!((values[square][0], values[result][0]), (9.0, 10.0));
/// # Ok::<(), chalkgrad::Error>(())
/// ```
pub struct Values<T>(Vec<Array<T>>);

impl<T> Index<Tensor<'_>> for Values<T> {
    type Output = Array<T>;

    fn index(&self, tensor: Tensor<'_>) -> &Array<T> {
        &self.0[tensor.id()]
    }
}

impl<T: Real> Interpreter<T> {
    /// An interpreter; it holds no state.
    pub fn new() -> Self {
        Self { precision: PhantomData }
    }

    /// Runs the whole graph on these values of its leaves. A value needs the leaf's number of elements, not its shape.
    pub fn run<V: Into<Array<T>> + Clone>(&self, graph: &Graph, leaves: &[(Tensor<'_>, V)]) -> Result<Values<T>> {
        if !leaves.iter().all(|(leaf, _)| graph.owns(*leaf)) {
            return Err(Error::OtherGraph);
        }
        let given = leaves.iter().map(|(leaf, value)| (leaf.id(), value.clone().into())).collect();
        self.run_by_id(graph, given)
    }

    fn run_by_id(&self, graph: &Graph, mut given: HashMap<usize, Array<T>>) -> Result<Values<T>> {
        graph.check()?;
        let mut values: Vec<Array<T>> = Vec::with_capacity(graph.len());
        for (id, node) in graph.nodes().iter().enumerate() {
            let value = match &node.op {
                Op::Leaf { name } => {
                    let value = given.remove(&id).ok_or_else(|| Error::Unbound { name: name.clone() })?;
                    if value.len() != node.shape.elements() {
                        let (name, expected) = (name.clone(), node.shape.clone());
                        return Err(Error::WrongSize { name, expected, elements: value.len() });
                    }
                    value.reshaped(&node.shape)
                }
                op => {
                    let inputs: Vec<&Array<T>> = node.inputs.iter().map(|&input| &values[input]).collect();
                    evaluate(op, &inputs, &node.shape)
                }
            };
            values.push(value);
        }
        Ok(Values(values))
    }
}

/// One operation, by its definition.
pub(crate) fn evaluate<T: Real>(op: &Op, x: &[&Array<T>], shape: &Shape) -> Array<T> {
    let number = |value: f64| T::from(value).unwrap_or_else(T::nan);
    match op {
        Op::Leaf { .. } => unreachable!("leaves are given, not evaluated"),
        Op::Constant { value } => Array::from_fn(shape, |_| number(*value)),
        Op::Unary(op) => Array::from_fn(shape, |i| unary(*op, x[0][i])),
        Op::Binary(op) => Array::from_fn(shape, |i| binary(*op, x[0][i], x[1][i])),
        Op::Where => Array::from_fn(shape, |i| if x[0][i] != T::zero() { x[1][i] } else { x[2][i] }),
        Op::Expand { .. } => {
            let strides = x[0].shape().expanded_strides(shape);
            Array::from_fn(shape, |i| x[0][offset(i, shape, &strides)])
        }
        Op::Reshape { .. } | Op::Detach | Op::AllReduce => x[0].clone().reshaped(shape),
        Op::Permute { axes } => {
            let own = x[0].shape().strides();
            let strides: Vec<usize> = axes.iter().map(|&axis| own[axis]).collect();
            Array::from_fn(shape, |i| x[0][offset(i, shape, &strides)])
        }
        Op::Concat { axis } => moves::concat(x, *axis, shape),
        Op::Slice { spans } => moves::slice(x[0], spans, shape),
        Op::Pad { spans, .. } => moves::pad(x[0], spans, shape),
        Op::Uniform { stream, .. } => {
            let draws = Draws::new([0, 1, 2, 3, 4].map(|word| x[0][word].to_u32().unwrap_or(0)), *stream);
            Array::from_fn(shape, |i| number(f64::from(draws.block((i / 4) as u32)[i % 4])))
        }
        Op::Sum { axes, .. } => {
            let kept = x[0].shape().reduced(axes, true);
            let strides = kept.expanded_strides(x[0].shape());
            let mut sum = Array::from_fn(shape, |_| T::zero());
            for i in 0..x[0].len() {
                let to = offset(i, x[0].shape(), &strides);
                sum[to] = sum[to] + x[0][i];
            }
            sum
        }
        Op::MatMul { transpose_a, transpose_b } => reference::matmul(x[0], *transpose_a, x[1], *transpose_b, shape),
        Op::Conv2d { window, groups } => reference::conv2d(x[0], x[1], *window, *groups, shape),
        Op::Conv2dInputGradient { window, groups, .. } => {
            reference::conv2d_input_gradient(x[0], x[1], *window, *groups, shape)
        }
        Op::Conv2dWeightGradient { window, groups } => {
            reference::conv2d_weight_gradient(x[0], x[1], *window, *groups, shape)
        }
        Op::MaxPool2d(pool) => reference::max_pool2d(x[0], pool, shape),
        Op::MaxPool2dGradient(pool) => reference::max_pool2d_gradient(x[0], x[1], pool),
        Op::AvgPool2d(pool) => reference::avg_pool2d(x[0], pool, shape),
        Op::AvgPool2dGradient { pool, .. } => reference::avg_pool2d_gradient(x[0], pool, shape),
        Op::Resample { rows, columns, transposed: false } => {
            reference::resample(x[0], &rows.table(), &columns.table(), shape)
        }
        Op::Resample { rows, columns, transposed: true } => {
            reference::resample(x[0], &rows.transposed(), &columns.transposed(), shape)
        }
        Op::LogSoftmax => rows::log_softmax(x[0]),
        Op::Amax => rows::amax(x[0]),
        Op::ArgMax => rows::argmax(x[0]),
        Op::Gather => rows::gather(x[0], x[1], shape),
        Op::Scatter { .. } => rows::scatter(x[0], x[1], shape),
        Op::CrossEntropy => rows::cross_entropy(x[0], x[1]),
        Op::CrossEntropyGradient => rows::cross_entropy_gradient(x[0], x[1], x[2]),
    }
}

/// Where element `index` of a tensor of this shape lies in memory that is walked with these strides.
fn offset(index: usize, shape: &Shape, strides: &[usize]) -> usize {
    let mut rest = index;
    let mut offset = 0;
    for (axis, &dim) in shape.dims().iter().enumerate().rev() {
        offset += rest % dim * strides[axis];
        rest /= dim;
    }
    offset
}
