//! What a module's forward pass is written against: its place in the tree, its parameters and buffers by name, its children.

use std::cell::RefCell;
use std::fmt;

use super::Init;
use super::parts::Call;
use super::products::multiply_adds;
use super::registry::{Buffer, Parameter, Registry, Role, Row, Setting};
use crate::graph::MAX_ELEMENTS;
use crate::parallel::Share;
use crate::{Graph, Result, Shape, Tensor};

/// The leaf that random numbers of a pass are made from: [`random::words`](crate::random::words) of seed and step.
pub(crate) const RANDOM_WORDS: &str = "random/words";

/// A layer or a tree of them. `Display` prints it as PyTorch does.
///
/// ```
/// use chalkgrad::Tensor;
/// use chalkgrad::nn::{Linear, Module, Network, Scope};
///
/// /// `x + f(x)`
/// struct Residual(Linear);
///
/// impl Module for Residual {
///     fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
///         input + scope.child("f", &self.0, input)
///     }
/// }
///
/// impl std::fmt::Display for Residual {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         f.write_str("Residual()")
///     }
/// }
///
/// let network = Network::new(Residual(Linear::new(4, 4)), [4])?;
/// assert_eq!(network.parameters()[0].path, "f.weight");
/// # Ok::<(), chalkgrad::Error>(())
/// ```
pub trait Module: fmt::Display {
    /// Adds the forward pass to the graph. Parameters are asked of the scope by name, children are run through it.
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g>;

    /// Asks for every parameter and buffer, and declares every child, in the order in which PyTorch's `__init__` would register
    /// them. It comes before the first pass; a module without it registers what its passes ask for, in that order.
    fn register(&self, _scope: &Scope<'_, '_>) {}
}

impl<M: Module + ?Sized> Module for Box<M> {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        (**self).forward(scope, input)
    }

    fn register(&self, scope: &Scope<'_, '_>) {
        (**self).register(scope);
    }
}

/// Whether a network learns or is used: PyTorch's `train()` and `eval()`.
///
/// ```
/// use chalkgrad::nn::{Dropout, Linear, Loss, Mode, Network, Sequential};
///
/// let network = Network::new(Sequential::new().with(Dropout::new(0.5)).with(Linear::new(4, 3)), [4])?;
/// let draws = |mode| {
///     let built = network.graph(1, mode, &Loss::CrossEntropy)?;
///     let nodes = built.graph.nodes();
///     Ok::<bool, chalkgrad::Error>(nodes.iter().any(|node| node.op.name() == "uniform"))
/// };
/// assert!(draws(Mode::Train)? && !draws(Mode::Evaluate)?);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Dropout drops, batch norm takes the batch's own statistics and remembers them.
    Train,
    /// Everything is kept, batch norm takes the running statistics, and no buffer changes.
    Evaluate,
}

/// A place in the module tree while a graph is being made.
///
/// ```
/// use chalkgrad::Tensor;
/// use chalkgrad::nn::{Init, Module, Network, Role, Scope};
///
/// /// A scale for each feature.
/// struct Scale(usize);
///
/// impl Module for Scale {
///     fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
///         input * scope.parameter("scale", Role::Scale, [self.0], Init::ones())
///     }
/// }
/// # impl std::fmt::Display for Scale {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
/// #         f.write_str("Scale()")
/// #     }
/// # }
///
/// assert_eq!(Network::new(Scale(4), [4])?.parameters()[0].path, "scale");
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Clone)]
pub struct Scope<'s, 'g> {
    graph: &'g Graph,
    registry: &'s RefCell<Registry<'g>>,
    mode: Mode,
    share: Share,
    path: String,
}

impl<'s, 'g> Scope<'s, 'g> {
    pub(super) fn root(graph: &'g Graph, registry: &'s RefCell<Registry<'g>>, mode: Mode, share: Share) -> Self {
        Self { graph, registry, mode, share, path: String::new() }
    }

    /// The graph that grows.
    pub fn graph(&self) -> &'g Graph {
        self.graph
    }

    /// Whether the network learns or is used.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The same pass at another place of the tree, named from its root: for modules that are called from anywhere.
    pub fn at(&self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self.clone() }
    }

    /// Errors name this line and column of a text from now on.
    pub fn set_place(&self, place: Option<[u32; 2]>) {
        self.graph.set_place(place);
    }

    /// Errors that have such a place name this operation, as the text writes it; an empty one leaves them as they are.
    pub fn set_operation(&self, operation: &str) {
        self.graph.set_operation(operation);
    }

    /// Poisons the graph: no pass can be made, and this sentence says why.
    pub fn refuse(&self, rule: impl Into<String>) {
        self.graph.refuse_module(rule.into());
    }

    /// This module's parameter of that name; asking again, or from another module with the same path, shares it.
    pub fn parameter(&self, name: &str, role: Role, shape: impl Into<Shape>, init: Init) -> Tensor<'g> {
        let path = join(&self.path, name);
        let mut registry = self.registry.borrow_mut();
        if let Some(tensor) = registry.parameter(&path) {
            return tensor;
        }
        let shape = self.allowed("parameter", shape.into());
        if let Err(rule) = init.check(&shape) {
            self.graph.refuse(init.name(), vec![shape.clone()], rule);
        }
        let tensor = self.graph.leaf(format!("parameter/{path}"), shape.clone());
        registry.keys.push(path.clone());
        registry.parameters.push((Parameter { path, shape, role, init, feeds_relu: false }, tensor));
        tensor
    }

    /// This module's parameter of that name, if it is registered.
    pub fn registered(&self, name: &str) -> Option<Tensor<'g>> {
        self.registry.borrow().parameter(&join(&self.path, name))
    }

    /// Gives a registered parameter of this module other first values than its layer's.
    pub fn initialize(&self, name: &str, init: Init) {
        let path = join(&self.path, name);
        let mut registry = self.registry.borrow_mut();
        if let Some((parameter, _)) = registry.parameters.iter_mut().find(|(parameter, _)| parameter.path == path) {
            if let Err(rule) = init.check(&parameter.shape) {
                self.graph.refuse(init.name(), vec![parameter.shape.clone()], rule);
            }
            parameter.init = init;
        }
    }

    /// This module's parameter or buffer of that name is the one at another path, named from the root: tied weights, and modules
    /// that have two places in the tree. PyTorch saves it under both keys.
    pub fn alias(&self, name: &str, of: &str) {
        let path = join(&self.path, name);
        let mut registry = self.registry.borrow_mut();
        if path != of && !registry.aliases.iter().any(|(alias, _)| *alias == path) {
            registry.keys.push(path.clone());
            registry.aliases.push((path, of.into()));
        }
    }

    /// This module's buffer of that name, `initial` everywhere before the first step; after [`Scope::update`] the new value.
    pub fn buffer(&self, name: &str, shape: impl Into<Shape>, initial: f32) -> Tensor<'g> {
        self.register_buffer(name, shape.into(), initial, false)
    }

    /// A buffer of one number that counts, an i64 in PyTorch's files: `num_batches_tracked`.
    pub fn counter(&self, name: &str) -> Tensor<'g> {
        self.register_buffer(name, Shape::default(), 0.0, true)
    }

    fn register_buffer(&self, name: &str, shape: Shape, initial: f32, counts: bool) -> Tensor<'g> {
        let path = join(&self.path, name);
        let mut registry = self.registry.borrow_mut();
        if let Some((_, tensor)) = registry.buffers.iter().find(|(buffer, _)| buffer.path == path) {
            return *tensor;
        }
        let shape = self.allowed("buffer", shape);
        let tensor = self.graph.leaf(format!("buffer/{path}"), shape.clone());
        registry.keys.push(path.clone());
        registry.buffers.push((Buffer { path, shape, initial, counts }, tensor));
        tensor
    }

    /// What this module's buffer holds after the step, if the network learns. A name that is no buffer is left alone.
    pub fn update(&self, name: &str, value: Tensor<'g>) {
        let path = join(&self.path, name);
        let mut registry = self.registry.borrow_mut();
        let buffer = registry.buffers.iter_mut().find(|(buffer, _)| buffer.path == path);
        if let (Mode::Train, Some((_, current))) = (self.mode, buffer) {
            *current = value;
        }
    }

    /// A number of this module that can change between two steps; it begins as `value`.
    pub fn setting(&self, name: &str, value: f64) -> Tensor<'g> {
        let path = join(&self.path, name);
        let mut registry = self.registry.borrow_mut();
        if let Some((_, tensor)) = registry.settings.iter().find(|(setting, _)| setting.path == path) {
            return *tensor;
        }
        let tensor = self.graph.leaf(format!("setting/{path}"), []);
        registry.settings.push((Setting { path, value: value as f32 }, tensor));
        tensor
    }

    /// Random numbers in [0, 1), others at each call and in each step; the run's seed fixes them all. The first axis counts the
    /// examples.
    pub fn random(&self, shape: impl Into<Shape>) -> Tensor<'g> {
        let mut registry = self.registry.borrow_mut();
        let (words, draws) = registry.random.get_or_insert_with(|| (self.graph.leaf(RANDOM_WORDS, [5]), 0));
        *draws += 1;
        let mut dims = shape.into().dims().to_vec();
        let Share { first, examples, of } = self.share;
        if self.share.is_whole() || dims.first() != Some(&examples) {
            return self.graph.uniform(dims, *draws, *words);
        }
        // An example's numbers do not depend on who works it: all are drawn, and the share's taken.
        dims[0] = of;
        self.graph.uniform(dims, *draws, *words).narrow(0, first, examples)
    }

    /// Mean over `axes`, the batch's among them, of the whole batch: where this pass sees only a share of it, workers tell one
    /// another their sums.
    pub fn batch_mean(&self, x: Tensor<'g>, axes: &[usize]) -> Tensor<'g> {
        if self.share.is_whole() {
            return x.mean(axes, false);
        }
        let places: usize = axes.iter().filter(|&&axis| axis != 0).map(|&axis| x.shape().dims()[axis]).product();
        x.sum(axes, false).all_reduce() * (1.0 / (self.share.of * places) as f64)
    }

    /// Examples of the whole batch.
    pub fn batch(&self) -> usize {
        self.share.of
    }

    /// Registers a child at `name` below this module, with everything in it.
    pub fn declare(&self, name: &str, module: &dyn Module) {
        let scope = self.at(join(&self.path, name));
        scope.list();
        module.register(&scope);
    }

    /// Enters this place into the list of modules, behind all that stand in the same module already.
    pub fn list(&self) {
        let modules = &mut self.registry.borrow_mut().modules;
        if self.path.is_empty() || modules.contains(&self.path) {
            return;
        }
        let parent = self.path.rsplit_once('.').map(|(parent, _)| parent);
        let is_inside = |parent: &str, path: &str| match path.strip_prefix(parent) {
            Some(rest) => rest.is_empty() || rest.starts_with('.'),
            None => false,
        };
        let last = parent.and_then(|parent| modules.iter().rposition(|path| is_inside(parent, path)));
        modules.insert(last.map_or(modules.len(), |last| last + 1), self.path.clone());
    }

    /// Runs a child at `name` below this module.
    pub fn child(&self, name: &str, module: &dyn Module, input: Tensor<'g>) -> Tensor<'g> {
        let scope = self.at(join(&self.path, name));
        scope.run(module.to_string(), |scope| {
            let output = module.forward(scope, input);
            (output, Some(output))
        })
    }

    /// Runs the module of this place: nodes and errors are attributed to it by path and `text`. `forward` gives the result, and the
    /// tensor of it that a table of layers shows.
    pub fn run<R>(&self, text: String, forward: impl FnOnce(&Self) -> (R, Option<Tensor<'g>>)) -> R {
        self.list();
        let (rows, nodes) = (self.registry.borrow().layers.len(), self.graph.len());
        let label = if self.path.is_empty() { text.clone() } else { format!("{} ({text})", self.path) };
        let (result, output) = self.call(&text, true, || self.graph.within(label.clone(), || forward(self)));
        let products = multiply_adds(&self.graph.nodes(), nodes, &label);
        let mut registry = self.registry.borrow_mut();
        let has_own = || products > 0 || registry.parameters.iter().any(|(own, _)| own.module() == self.path);
        if let Some(output) = output.filter(|_| registry.layers.len() == rows || has_own()) {
            let path = self.path.clone();
            registry.layers.push(Row { path, text, output, multiply_adds: products });
        }
        result
    }

    /// Calls a function in this module: what it adds to the graph is one part of the network, under this name.
    pub fn function<R>(&self, name: &str, run: impl FnOnce() -> R) -> R {
        self.call(name, false, run)
    }

    /// Remembers what `run` adds to the graph as one call, unless there are calls in it.
    fn call<R>(&self, text: &str, is_module: bool, run: impl FnOnce() -> R) -> R {
        let (calls, first) = (self.registry.borrow().calls.len(), self.graph.len());
        let result = run();
        let nodes = first..self.graph.len();
        let registered = &mut self.registry.borrow_mut().calls;
        if registered.len() == calls && !nodes.is_empty() {
            registered.push(Call { path: self.path.clone(), text: text.into(), is_module, nodes });
        }
        result
    }

    /// The shape, or a scalar in its place where no device would hold it.
    fn allowed(&self, kind: &'static str, shape: Shape) -> Shape {
        if shape.elements() <= MAX_ELEMENTS / 8 {
            return shape;
        }
        self.graph.refuse(kind, vec![shape], format!("a {kind} of this size fits no device"));
        Shape::default()
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.into() } else { format!("{path}.{name}") }
}

/// What a module would register, in its order, without a pass.
///
/// ```
/// use chalkgrad::nn::{BatchNorm2d, declared};
///
/// let (parameters, buffers) = declared(&BatchNorm2d::new(8))?;
/// assert_eq!((parameters[0].path.as_str(), parameters.len(), buffers.len()), ("weight", 2, 3));
/// # Ok::<(), chalkgrad::Error>(())
/// ```
pub fn declared(module: &dyn Module) -> Result<(Vec<Parameter>, Vec<Buffer>)> {
    let (graph, registry) = (Graph::new(), RefCell::default());
    module.register(&Scope::root(&graph, &registry, Mode::Evaluate, Share::whole(1)));
    graph.check()?;
    let Registry { parameters, buffers, .. } = registry.into_inner();
    let parameters = parameters.into_iter().map(|(parameter, _)| parameter).collect();
    Ok((parameters, buffers.into_iter().map(|(buffer, _)| buffer).collect()))
}
