//! A module tree with its input shape: parameters by path, a table of layers, and graphs for any batch size.

use std::cell::RefCell;

use super::loss::{Loss, Sums};
use super::parts::{Part, parts};
use super::registry::{Buffer, Parameter, Registry, Role, Row, Setting};
use super::scope::{Mode, Module, Scope};
use crate::op::{Op, Unary};
use crate::parallel::Share;
use crate::{Error, Graph, NodeId, Result, Shape, Tensor};

/// A network that is known to fit together.
///
/// ```
/// use chalkgrad::nn::{Conv2d, Flatten, Linear, Network, Sequential};
///
/// let layers = Sequential::new().with(Conv2d::new(1, 4, 3)).with(Flatten).with(Linear::new(4 * 26 * 26, 10));
/// let network = Network::new(layers, [1, 28, 28])?;
/// assert_eq!(network.output().dims(), [10]);
/// let error = Network::new(Linear::new(784, 10), [1, 28, 28]).err().unwrap().to_string();
/// assert!(error.contains("put nn.Flatten() before it"));
/// # Ok::<(), chalkgrad::Error>(())
/// ```
pub struct Network {
    root: Box<dyn Module>,
    input: Shape,
    output: Shape,
    parameters: Vec<Parameter>,
    buffers: Vec<Buffer>,
    settings: Vec<Setting>,
    layers: Vec<LayerSummary>,
    parts: Vec<Part>,
    modules: Vec<String>,
    keys: Vec<String>,
    aliases: Vec<(String, String)>,
}

/// One row of the layer table.
///
/// ```
/// use chalkgrad::nn::{Conv2d, Network, ReLU, Sequential};
///
/// let network = Network::new(Sequential::new().with(Conv2d::new(3, 16, 5)).with(ReLU), [3, 32, 32])?;
/// let row = &network.layers()[0];
/// assert_eq!((row.path.as_str(), row.output.dims()), ("0", &[16, 28, 28][..]));
/// assert_eq!((row.parameters, row.multiply_adds), (1_216, 28 * 28 * 1_200));
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSummary {
    /// `features.0`
    pub path: String,
    /// The layer as PyTorch prints it.
    pub text: String,
    /// For one example, without the batch.
    pub output: Shape,
    /// Numbers to train.
    pub parameters: usize,
    /// Multiply-adds of one example's forward pass.
    pub multiply_adds: u64,
}

/// A network's graph for one batch size, with its interesting nodes by name.
///
/// ```
/// use chalkgrad::nn::{Linear, Loss, Mode, Network};
///
/// let network = Network::new(Linear::new(4, 3), [4])?;
/// let built = network.graph(16, Mode::Train, &Loss::CrossEntropy)?;
/// assert_eq!(built.tensor(built.logits).shape().dims(), [16, 3]);
/// let weight = built.tensor(built.parameters[0]);
/// let gradient = built.graph.backward(built.tensor(built.loss), &[weight])?[0];
/// assert_eq!(gradient.shape().dims(), [3, 4]);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
pub struct NetworkGraph {
    /// Every node; the fields below name some.
    pub graph: Graph,
    /// `[N, …]`, leaf `input/N/images`.
    pub images: NodeId,
    /// `[N]` class indices, or what the loss compares the output with; leaf `input/N/labels`.
    pub labels: NodeId,
    /// `[N]` how much each example counts, leaf `input/N/weights`.
    pub weights: NodeId,
    /// `[N, K]`
    pub logits: NodeId,
    /// Weighted mean loss.
    pub loss: NodeId,
    /// What is derived: the loss, or, where a batch is shared, this worker's part of it.
    pub(crate) objective: NodeId,
    /// Weighted fraction of examples that are right; NaN under a loss that knows no right and wrong.
    pub accuracy: NodeId,
    /// The parameters' leaves, in the network's order.
    pub parameters: Vec<NodeId>,
    /// The buffers' values after the pass, in the network's order.
    pub buffers: Vec<NodeId>,
    /// The output of each row of the layer table.
    pub layers: Vec<NodeId>,
}

impl Network {
    /// Runs the forward pass over shapes, used and learning. `input` is one example's shape, without the batch.
    pub fn new(root: impl Module + 'static, input: impl Into<Shape>) -> Result<Self> {
        let (root, input): (Box<dyn Module>, Shape) = (Box::new(root), input.into());
        let learning = Graph::new();
        let Pass { images, registry: Registry { settings, calls, .. }, .. } =
            run(root.as_ref(), &learning, Share::whole(2), &input, Mode::Train)?;
        let used = Graph::new();
        let Pass { output, mut registry, .. } = run(root.as_ref(), &used, Share::whole(1), &input, Mode::Evaluate)?;
        let output = example(&output.shape());
        let parameters = describe(&used, std::mem::take(&mut registry.parameters));
        if parameters.is_empty() {
            return Err(Error::Setting {
                name: "the network",
                rule: "has no parameters, so there is nothing to train".into(),
            });
        }
        let parts = parts(&learning.nodes(), images, &calls, &parameters, 2);
        let layers = summarize(&parameters, std::mem::take(&mut registry.layers));
        let buffers = std::mem::take(&mut registry.buffers).into_iter().map(|(buffer, _)| buffer).collect();
        let settings = settings.into_iter().map(|(setting, _)| setting).collect();
        let Registry { modules, keys, aliases, .. } = registry;
        Ok(Self { root, input, output, parameters, buffers, settings, layers, parts, modules, keys, aliases })
    }

    /// One example's shape.
    pub fn input(&self) -> &Shape {
        &self.input
    }

    /// One example's output shape.
    pub fn output(&self) -> &Shape {
        &self.output
    }

    /// The parameters, in the order in which they are registered: PyTorch's, where modules register what they have.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// What forward passes remember, such as running statistics.
    pub fn buffers(&self) -> &[Buffer] {
        &self.buffers
    }

    /// Numbers of layers that can change between two steps, such as the probability of a dropout.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// The path of every module below the root, in the order in which they are registered, parents before children.
    pub fn modules(&self) -> &[String] {
        &self.modules
    }

    /// Keys of parameters and buffers that are shared with another, which is the second of each pair.
    pub fn aliases(&self) -> &[(String, String)] {
        &self.aliases
    }

    /// Every key of parameters, buffers and aliases, in the order in which they are registered.
    pub(crate) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// Every layer without children, and every other that multiplies by itself, once a call and in the order of calls.
    pub fn layers(&self) -> &[LayerSummary] {
        &self.layers
    }

    /// Every call of a module or function as it learns, with what it reads; the input is the first.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Numbers to train.
    pub fn parameter_count(&self) -> usize {
        self.parameters.iter().map(|parameter| parameter.shape.elements()).sum()
    }

    /// The graph for this batch size under this loss.
    pub fn graph(&self, batch: usize, mode: Mode, loss: &Loss) -> Result<NetworkGraph> {
        self.share_graph(Share::whole(batch), mode, loss)
    }

    /// The graph for a share of a batch.
    pub(crate) fn share_graph(&self, share: Share, mode: Mode, loss: &Loss) -> Result<NetworkGraph> {
        let batch = share.examples;
        if batch == 0 {
            return Err(Error::Setting { name: "the batch size", rule: "must be at least 1".into() });
        }
        let output = batched(batch, &self.output);
        loss.check(&output)?;
        let graph = Graph::new();
        let Pass { images, output: logits, registry } = run(self.root.as_ref(), &graph, share, &self.input, mode)?;
        let leaf = |name: &str, shape: Shape| graph.leaf(format!("input/{batch}/{name}"), shape);
        let (labels, weights) = (leaf("labels", loss.targets(&output)), leaf("weights", [batch].into()));
        let [loss, accuracy, objective] = judge(&loss.sums(logits, labels, weights), share).map(Tensor::id);
        graph.check()?;
        let parameters = registry.parameters.into_iter().map(|(_, tensor)| tensor.id()).collect();
        let buffers = registry.buffers.into_iter().map(|(_, tensor)| tensor.id()).collect();
        let layers = registry.layers.into_iter().map(|row| row.output.id()).collect();
        let [images, labels, weights, logits] = [images, labels, weights, logits].map(Tensor::id);
        Ok(NetworkGraph {
            images,
            labels,
            weights,
            logits,
            loss,
            objective,
            accuracy,
            parameters,
            buffers,
            layers,
            graph,
        })
    }
}

impl NetworkGraph {
    /// The handle of one of its nodes.
    pub fn tensor(&self, id: NodeId) -> Tensor<'_> {
        Tensor::new(&self.graph, id)
    }
}

/// A forward pass as it was added to a graph.
struct Pass<'g> {
    images: Tensor<'g>,
    output: Tensor<'g>,
    registry: Registry<'g>,
}

fn run<'g>(root: &dyn Module, graph: &'g Graph, share: Share, input: &Shape, mode: Mode) -> Result<Pass<'g>> {
    let registry = RefCell::default();
    let batch = share.examples;
    let images = graph.leaf(format!("input/{batch}/images"), batched(batch, input));
    let scope = Scope::root(graph, &registry, mode, share);
    root.register(&scope);
    graph.check()?;
    let output = root.forward(&scope, images);
    graph.check()?;
    let shape = output.shape();
    if shape.dims().first() != Some(&batch) {
        let rule = format!("makes {shape} of {batch} examples: the first axis must go on to count them");
        return Err(Error::Setting { name: "the network", rule });
    }
    Ok(Pass { images, output, registry: registry.into_inner() })
}

/// Loss and accuracy of the whole batch, and what is derived.
fn judge<'g>(sums: &Sums<'g>, share: Share) -> [Tensor<'g>; 3] {
    if share.is_whole() {
        let loss = sums.losses / sums.counts;
        return [loss, sums.hits / sums.examples, loss];
    }
    let all = sums.losses.graph().stack(&[sums.losses, sums.counts, sums.hits, sums.examples], 0).all_reduce();
    let [losses, counts, hits, examples] = [0, 1, 2, 3].map(|sum| all.narrow(0, sum, 1).reshape([]));
    // The counts owe nothing to the parameters; attached, they would ask all workers for a gradient of zero.
    [losses / counts, hits / examples, sums.losses / counts.detach()]
}

/// The shape of so many of these.
pub(crate) fn batched(batch: usize, shape: &Shape) -> Shape {
    [&[batch], shape.dims()].concat().into()
}

/// A shape without its batch axis.
pub(super) fn example(shape: &Shape) -> Shape {
    shape.dims().get(1..).unwrap_or(&[]).into()
}

/// Finds out which biases a ReLU follows.
fn describe(graph: &Graph, parameters: Vec<(Parameter, Tensor<'_>)>) -> Vec<Parameter> {
    let nodes = graph.nodes();
    let reader = |id: NodeId| nodes.iter().position(|node| node.inputs.contains(&id));
    let feeds_relu = |mut id: NodeId| {
        while let Some(next) = reader(id) {
            match nodes[next].op {
                Op::Reshape { .. } | Op::Expand { .. } | Op::Binary(_) => id = next,
                Op::Unary(Unary::Relu) => return true,
                _ => return false,
            }
        }
        false
    };
    let describe = |(parameter, tensor): (Parameter, Tensor<'_>)| {
        let feeds_relu = parameter.role == Role::Bias && feeds_relu(tensor.id());
        Parameter { feeds_relu, ..parameter }
    };
    parameters.into_iter().map(describe).collect()
}

/// The table of layers. What is called twice has its parameters once.
fn summarize(parameters: &[Parameter], rows: Vec<Row<'_>>) -> Vec<LayerSummary> {
    let mut layers: Vec<LayerSummary> = Vec::with_capacity(rows.len());
    for Row { path, text, output, multiply_adds } in rows {
        let own = parameters.iter().filter(|parameter| parameter.module() == path);
        let is_known = layers.iter().any(|layer| layer.path == path);
        let parameters = if is_known { 0 } else { own.map(|parameter| parameter.shape.elements()).sum() };
        layers.push(LayerSummary { path, text, output: example(&output.shape()), parameters, multiply_adds });
    }
    layers
}
