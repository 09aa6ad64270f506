//! Every derivative, on one screen, and `backward`, which appends them to the graph in reverse.

use std::collections::HashMap;
use std::f64::consts::FRAC_2_SQRT_PI;

use crate::graph::{Graph, Node, NodeId, Tensor};
use crate::op::{Binary, Op, Unary};
use crate::{Error, Result};

/// `∂L/∂input` for each input, from `g = ∂L/∂output`. `x` are the inputs, `y` the output. `None`: no gradient flows there.
fn derivative<'g>(node: &Node, x: &[Tensor<'g>], y: Tensor<'g>, g: Tensor<'g>) -> Result<Vec<Option<Tensor<'g>>>> {
    let graph = y.graph();
    let gradients = match &node.op {
        Op::Leaf { .. } | Op::Constant { .. } => vec![],
        Op::Unary(unary) => vec![Some(match unary {
            Unary::Neg => -g,                                          // d(−x) = −dx
            Unary::Abs => g * (x[0].gt(0.0) - x[0].lt(0.0)),           // d|x| = sign(x) dx, 0 at 0
            Unary::Exp => g * y,                                       // d(eˣ) = eˣ dx
            Unary::Expm1 => g * (y + 1.0),                             // d(eˣ − 1) = eˣ dx
            Unary::Log => g / x[0],                                    // d(ln x) = dx / x
            Unary::Log1p => g / (x[0] + 1.0),                          // d(ln(1 + x)) = dx / (1 + x)
            Unary::Sqrt => g / (y * 2.0),                              // d(√x) = dx / 2√x
            Unary::Sin => g * x[0].cos(),                              // d(sin x) = cos x dx
            Unary::Cos => -(g * x[0].sin()),                           // d(cos x) = −sin x dx
            Unary::Erf => g * (-(x[0] * x[0])).exp() * FRAC_2_SQRT_PI, // d(erf x) = 2/√π e^(−x²) dx
            Unary::Relu => y.gt(0.0).choose(g, 0.0),                   // dx where x > 0
            Unary::Sigmoid => g * (y * (1.0 - y)),                     // d(σ) = σ (1 − σ) dx
            Unary::Tanh => g * (1.0 - y * y),                          // d(tanh x) = (1 − tanh² x) dx
            Unary::Mish => {
                let t = x[0].softplus(1.0, 20.0).tanh(); // d(x t) = (t + x (1 − t²) σ(x)) dx, t = tanh(softplus(x))
                g * (t + x[0] * (1.0 - t * t) * x[0].sigmoid())
            }
        })],
        Op::Binary(binary) => match binary {
            Binary::Add => vec![Some(g), Some(g)],                      // d(a + b) = da + db
            Binary::Sub => vec![Some(g), Some(-g)],                     // d(a − b) = da − db
            Binary::Mul => vec![Some(g * x[1]), Some(g * x[0])],        // d(a b) = b da + a db
            Binary::Div => vec![Some(g / x[1]), Some(-(g * y / x[1]))], // d(a / b) = da / b − (a / b) db / b
            // d(aᵇ) = b aᵇ⁻¹ da + aᵇ ln a db; nothing to a where b = 0, nothing to b where a = 0 and stays it.
            Binary::Pow => {
                let (a, b) = (x[0], x[1]);
                let to_a = b.eq(0.0).choose(0.0, g * b * a.pow(b - 1.0));
                let to_b = (a.eq(0.0) * b.ge(0.0)).choose(0.0, g * y * a.log());
                vec![Some(to_a), Some(to_b)]
            }
            Binary::Maximum => vec![Some(to_winner(g, x[0], x[1])), Some(to_winner(g, x[1], x[0]))],
            Binary::Minimum => vec![Some(to_winner(g, -x[0], -x[1])), Some(to_winner(g, -x[1], -x[0]))],
            Binary::Greater | Binary::GreaterEqual | Binary::Equal => vec![None, None], // steps: flat almost everywhere
        },
        Op::Where => vec![None, Some(x[0].choose(g, 0.0)), Some(x[0].choose(0.0, g))], // d(c ? a : b) = c ? da : db
        Op::Expand { .. } => vec![Some(sum_to(g, x[0]))],                              // each copy brings its share
        Op::Reshape { .. } => vec![Some(g.reshape(x[0].shape()))],
        Op::Detach => vec![None],
        Op::Permute { axes } => {
            let mut inverse = vec![0; axes.len()];
            axes.iter().enumerate().for_each(|(to, &from)| inverse[from] = to);
            vec![Some(g.permute(&inverse))]
        }
        Op::Concat { axis } => {
            let mut start = 0;
            let share = |input: &Tensor<'g>| {
                let len = input.shape().dims()[*axis];
                start += len;
                Some(g.narrow(*axis, start - len, len)) // each input its own part
            };
            x.iter().map(share).collect()
        }
        // Each is linear, and the adjoint of the other.
        Op::Slice { spans } => vec![Some(graph.apply(Op::Pad { spans: spans.clone(), shape: x[0].shape() }, &[g]))],
        Op::Pad { spans, .. } => vec![Some(graph.apply(Op::Slice { spans: spans.clone() }, &[g]))],
        Op::Uniform { .. } => vec![None],
        // The loss is the sum of the workers' losses, and each of them felt it.
        Op::AllReduce => vec![Some(g.all_reduce())],
        Op::Sum { axes, .. } => {
            let kept = x[0].shape().reduced(axes, true); // d(Σx) = Σdx
            vec![Some(g.reshape(kept).expand(x[0].shape()))]
        }
        // Y = A B:  dA = G Bᵀ,  dB = Aᵀ G; a factor that was read transposed gets its gradient transposed.
        Op::MatMul { transpose_a, transpose_b } => {
            let (a, b) = (x[0], x[1]);
            let to_a =
                if *transpose_a { b.matmul_with(g, *transpose_b, true) } else { g.matmul_with(b, false, !transpose_b) };
            let to_b =
                if *transpose_b { g.matmul_with(a, true, *transpose_a) } else { a.matmul_with(g, !transpose_a, false) };
            vec![Some(to_a), Some(to_b)]
        }
        // The three are linear in each argument, and each is the adjoint of another.
        Op::Conv2d { window, groups } => {
            let input = picture(x[0]);
            vec![
                Some(graph.apply(Op::Conv2dInputGradient { window: *window, groups: *groups, input }, &[g, x[1]])),
                Some(graph.apply(Op::Conv2dWeightGradient { window: *window, groups: *groups }, &[x[0], g])),
            ]
        }
        Op::Conv2dInputGradient { window, groups, .. } => vec![
            Some(graph.apply(Op::Conv2d { window: *window, groups: *groups }, &[g, x[1]])),
            Some(graph.apply(Op::Conv2dWeightGradient { window: *window, groups: *groups }, &[g, x[0]])),
        ],
        Op::Conv2dWeightGradient { window, groups } => {
            let input = picture(x[0]);
            vec![
                Some(graph.apply(Op::Conv2dInputGradient { window: *window, groups: *groups, input }, &[x[1], g])),
                Some(graph.apply(Op::Conv2d { window: *window, groups: *groups }, &[x[0], g])),
            ]
        }
        Op::MaxPool2d(pool) => vec![Some(graph.apply(Op::MaxPool2dGradient(*pool), &[x[0], g]))], // to the first maximum
        Op::AvgPool2d(pool) => {
            vec![Some(graph.apply(Op::AvgPool2dGradient { pool: *pool, input: picture(x[0]) }, &[g]))]
        }
        Op::AvgPool2dGradient { pool, .. } => vec![Some(g.avg_pool2d(*pool))],
        Op::Resample { rows, columns, transposed } => {
            let back = Op::Resample { rows: *rows, columns: *columns, transposed: !transposed };
            vec![Some(graph.apply(back, &[g]))] // dX = Rᵀ G C of Y = R X Cᵀ
        }
        Op::LogSoftmax => vec![Some(g - y.exp() * g.sum(&[1], true))], // dy = dx − Σ softmax(x) dx
        Op::Amax => {
            let column = [y.shape().elements(), 1];
            let equals = x[0].eq(y.reshape(column)); // d(max x) = the mean of dx over the largest
            vec![Some(equals * (g / equals.sum(&[1], false)).reshape(column))]
        }
        Op::ArgMax => vec![None],
        // Each is linear in its rows, and the adjoint of the other.
        Op::Gather => vec![Some(graph.apply(Op::Scatter { rows: x[0].shape().dims()[1] }, &[g, x[1]])), None],
        Op::Scatter { .. } => vec![Some(graph.apply(Op::Gather, &[g, x[1]])), None],
        Op::CrossEntropy => vec![Some(graph.apply(Op::CrossEntropyGradient, &[x[0], x[1], g])), None], // (softmax − onehot) g
        Op::MaxPool2dGradient(_) | Op::CrossEntropyGradient => {
            return Err(Error::NotDifferentiable { operation: node.op.name() });
        }
    };
    Ok(gradients)
}

/// The share of the larger of two: all of `g`, half of it where the other is as large. `a` is whose share it is.
fn to_winner<'g>(g: Tensor<'g>, a: Tensor<'g>, b: Tensor<'g>) -> Tensor<'g> {
    a.eq(b).choose(g * 0.5, b.gt(a).choose(0.0, g))
}

/// Adds up what broadcasting copied: `g` has the shape that `x` was stretched to.
fn sum_to<'g>(g: Tensor<'g>, x: Tensor<'g>) -> Tensor<'g> {
    let (wide, narrow) = (g.shape(), x.shape());
    let missing = wide.rank() - narrow.rank();
    let axes: Vec<usize> = (0..wide.rank())
        .filter(|&axis| axis < missing || (narrow.dims()[axis - missing] == 1 && wide.dims()[axis] != 1))
        .collect();
    g.sum(&axes, true).reshape(narrow)
}

/// Height and width of `[N, C, H, W]`.
fn picture(x: Tensor<'_>) -> [usize; 2] {
    let shape = x.shape();
    [shape.dims()[2], shape.dims()[3]]
}

/// What `Graph::gradients` found.
///
/// ```
/// use chalkgrad::Graph;
///
/// let graph = Graph::new();
/// let x = graph.leaf("x", []);
/// let (a, b) = (x.sin(), x.exp());
/// let gradients = graph.gradients(a * b, &[x])?;
/// // x reaches the loss along two edges, and so does its gradient come back.
/// let from: Vec<usize> = gradients.contributions(x).iter().map(|&(reader, _)| reader).collect();
/// assert_eq!(from, [b.id(), a.id()]);
/// assert!(gradients.of(a).is_some());
/// # Ok::<(), chalkgrad::Error>(())
/// ```
pub struct Gradients<'g> {
    totals: HashMap<NodeId, Tensor<'g>>,
    contributions: HashMap<NodeId, Vec<(NodeId, Tensor<'g>)>>,
}

impl<'g> Gradients<'g> {
    /// `∂L/∂x`, or `None` where `x` has no influence.
    pub fn of(&self, x: Tensor<'g>) -> Option<Tensor<'g>> {
        self.totals.get(&x.id()).copied()
    }

    /// What each node that reads `x` contributes to `∂L/∂x`, before summation.
    pub fn contributions(&self, x: Tensor<'g>) -> &[(NodeId, Tensor<'g>)] {
        self.contributions.get(&x.id()).map_or(&[], Vec::as_slice)
    }
}

impl Graph {
    /// Appends the gradient of the scalar `loss` for each of `with_respect_to`; zeros where it has no influence.
    pub fn backward<'g>(&'g self, loss: Tensor<'g>, with_respect_to: &[Tensor<'g>]) -> Result<Vec<Tensor<'g>>> {
        let gradients = self.gradients(loss, with_respect_to)?;
        Ok(with_respect_to.iter().map(|&x| gradients.of(x).unwrap_or_else(|| self.constant(0.0, x.shape()))).collect())
    }

    /// Like `backward`, and keeps the gradients of every node between, edge by edge.
    pub fn gradients<'g>(&'g self, loss: Tensor<'g>, with_respect_to: &[Tensor<'g>]) -> Result<Gradients<'g>> {
        self.check()?;
        if !std::iter::once(&loss).chain(with_respect_to).all(|tensor| self.owns(*tensor)) {
            return Err(Error::OtherGraph);
        }
        if loss.shape().elements() != 1 {
            return Err(Error::NotAScalar { shape: loss.shape() });
        }
        let depends = self.dependents(loss.id(), with_respect_to);
        let mut contributions: HashMap<NodeId, Vec<(NodeId, Tensor<'g>)>> = HashMap::new();
        let mut totals = HashMap::from([(loss.id(), self.constant(1.0, loss.shape()))]);
        for id in (0..=loss.id()).rev().filter(|&id| depends[id]) {
            if let Some(edges) = contributions.get(&id) {
                let seed = totals.get(&id).copied();
                let sum = edges.iter().map(|&(_, gradient)| gradient).chain(seed).reduce(|a, b| a + b);
                totals.extend(sum.map(|sum| (id, sum)));
            }
            let Some(&gradient) = totals.get(&id) else { continue };
            let node = self.node(id);
            if node.inputs.iter().all(|&input| !depends[input]) {
                continue;
            }
            let inputs: Vec<_> = node.inputs.iter().map(|&input| Tensor::new(self, input)).collect();
            let layer = node.layer.clone();
            let shares = self.within(layer, || derivative(&node, &inputs, Tensor::new(self, id), gradient))?;
            for (&input, share) in node.inputs.iter().zip(shares) {
                if let (true, Some(share)) = (depends[input], share) {
                    contributions.entry(input).or_default().push((id, share));
                }
            }
        }
        self.check()?;
        Ok(Gradients { totals, contributions })
    }

    /// Which nodes up to `last` depend on one of `sources`.
    fn dependents(&self, last: NodeId, sources: &[Tensor<'_>]) -> Vec<bool> {
        let nodes = self.nodes();
        let mut depends = vec![false; last + 1];
        for id in 0..=last {
            depends[id] =
                sources.iter().any(|source| source.id() == id) || nodes[id].inputs.iter().any(|&input| depends[input]);
        }
        depends
    }
}
