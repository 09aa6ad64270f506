//! A network with its numbers on a device: what can be evaluated, looked into, saved and loaded. Training it is the
//! business of `trainer.rs`.

mod gradients;

use std::collections::HashMap;

pub use gradients::Pass;

use crate::nn::{Init, Initialization, Loss, Mode, Network, NetworkGraph, Parameter, batched};
use crate::random::Stream;
use crate::store::ALIGNMENT;
use crate::{Array, Device, Error, NodeId, Program, Result, Store, Tensor};

/// Pictures with labels. All three slices are row-major; `weights` says how much each example counts.
///
/// ```
/// use chalkgrad::Examples;
///
/// // Two examples of three numbers; the second fills up the batch and does not count.
/// let examples = Examples { images: &[1.0, 2.0, 3.0, 0.0, 0.0, 0.0], labels: &[1.0, 0.0], weights: &[1.0, 0.0] };
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    /// `[N, …]`
    pub images: &'a [f32],
    /// `[N]` class indices, or what the loss compares the output with.
    pub labels: &'a [f32],
    /// `[N]`; 0 for padding.
    pub weights: &'a [f32],
}

/// Loss and accuracy over one batch of an evaluation.
///
/// ```
/// use chalkgrad::nn::{Linear, Loss, Network};
/// use chalkgrad::{Device, Evaluation, Examples, Model};
///
/// # pollster::block_on(async {
/// let mut model = Model::new(&Device::Cpu, Network::new(Linear::new(3, 2), [3])?, Loss::CrossEntropy, 0)?;
/// let two = Examples { images: &[0.5; 6], labels: &[0.0, 1.0], weights: &[1.0; 2] };
/// let Evaluation { loss, accuracy, examples } = model.evaluate(two).await?;
/// assert!(loss > 0.0);
/// assert_eq!((accuracy, examples), (0.5, 2.0), "the same picture cannot be both");
/// # Ok::<(), chalkgrad::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evaluation {
    /// Weighted mean loss.
    pub loss: f32,
    /// Weighted fraction correct; NaN under a loss that knows no right and wrong.
    pub accuracy: f32,
    /// Sum of the weights.
    pub examples: f32,
}

/// A network with its parameters, buffers and settings in a store.
///
/// ```
/// use chalkgrad::nn::{Linear, Loss, Network};
/// use chalkgrad::{Device, Model};
///
/// # pollster::block_on(async {
/// let mut model = Model::new(&Device::Cpu, Network::new(Linear::new(3, 2), [3])?, Loss::CrossEntropy, 0)?;
/// let logits = model.predict(&[0.5; 4 * 3]).await?;
/// assert_eq!(logits.shape().dims(), [4, 2]);
/// assert_eq!(model.parameter("weight").await?.len(), 6);
/// # Ok::<(), chalkgrad::Error>(())
/// # }).unwrap();
/// ```
pub struct Model {
    network: Network,
    loss: Loss,
    store: Store,
    evaluations: HashMap<usize, Program>,
    predictions: HashMap<usize, Probe>,
}

/// A program of its own that looks into the network without touching its training.
///
/// ```
/// use chalkgrad::nn::{Linear, Loss, Network, ReLU, Sequential};
/// use chalkgrad::{Device, Model};
///
/// # pollster::block_on(async {
/// let layers = Sequential::new().with(Linear::new(3, 8)).with(ReLU).with(Linear::new(8, 2));
/// let mut model = Model::new(&Device::Cpu, Network::new(layers, [3])?, Loss::CrossEntropy, 0)?;
/// let hidden = model.probe(1, |graph| vec![graph.layers[1]]).await?;
/// let values = model.look(&hidden, &[0.1, 0.2, 0.3]).await?;
/// assert_eq!(values[0].shape().dims(), [1, 8]);
/// assert!(values[0].iter().all(|&value| value >= 0.0), "what a ReLU lets through");
/// # Ok::<(), chalkgrad::Error>(())
/// # }).unwrap();
/// ```
pub struct Probe {
    program: Program,
    batch: usize,
    outputs: usize,
}

impl Model {
    /// Puts the network on a device with PyTorch's first values, drawn from the seed.
    pub fn new(device: &Device, network: Network, loss: Loss, seed: u64) -> Result<Self> {
        loss.check(&batched(1, network.output()))?;
        let mut store = Store::new(device);
        let parameters = network.parameters().iter();
        let parts = parameters.map(|parameter| (format!("parameter/{}", parameter.path), parameter.shape.elements()));
        store.add_flat("flat/parameters", &parts.collect::<Vec<_>>(), ALIGNMENT)?;
        let buffers = network.buffers().iter();
        let parts = buffers.map(|buffer| (format!("buffer/{}", buffer.path), buffer.shape.elements()));
        store.add_flat("flat/buffers", &parts.collect::<Vec<_>>(), ALIGNMENT)?;
        let settings = network.settings().iter().map(|setting| (format!("setting/{}", setting.path), 1));
        store.add_flat("flat/settings", &settings.collect::<Vec<_>>(), 1)?;
        for setting in network.settings() {
            store.write(&format!("setting/{}", setting.path), &[setting.value])?;
        }
        for (name, values) in loss.numbers() {
            store.add(name, values.len())?;
        }
        let (evaluations, predictions) = (HashMap::new(), HashMap::new());
        let model = Self { network, loss, store, evaluations, predictions };
        model.write_loss()?;
        model.initialize(Initialization::PyTorch, seed)?;
        Ok(model)
    }

    /// Gives every parameter and buffer its first values.
    pub fn initialize(&self, initialization: Initialization, seed: u64) -> Result<()> {
        for (index, parameter) in self.network.parameters().iter().enumerate() {
            let values = initialization.values(parameter, seed, index)?;
            self.store.write(&format!("parameter/{}", parameter.path), &values)?;
        }
        for buffer in self.network.buffers() {
            self.store.write(&format!("buffer/{}", buffer.path), &vec![buffer.initial; buffer.shape.elements()])?;
        }
        Ok(())
    }

    /// Gives every parameter the first values that `rule` names for it, as `torch.nn.Module.apply` is used for; buffers stay.
    ///
    /// ```
    /// use chalkgrad::nn::{Fan, Init, Linear, Loss, Network, Nonlinearity, Role};
    /// use chalkgrad::{Device, Model};
    ///
    /// let model = Model::new(&Device::Cpu, Network::new(Linear::new(8, 4), [8])?, Loss::CrossEntropy, 7)?;
    /// model.initialize_with(7, |parameter| match parameter.role {
    ///     Role::Weight => Init::kaiming_normal(0.0, Fan::In, Nonlinearity::ReLU),
    ///     _ => parameter.init,
    /// })?;
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    pub fn initialize_with(&self, seed: u64, rule: impl Fn(&Parameter) -> Init) -> Result<()> {
        let parameters = self.network.parameters().iter().enumerate();
        let draw = |(index, parameter): (usize, &Parameter)| {
            let values = rule(parameter).values(&parameter.shape, &Stream::new(seed, index as u64));
            Ok((format!("parameter/{}", parameter.path), values?))
        };
        // Everything is drawn before anything is written: a rule that does not fit changes nothing.
        let values = parameters.map(draw).collect::<Result<Vec<_>>>()?;
        values.iter().try_for_each(|(name, values)| self.store.write(name, values))
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// What it is judged by.
    pub fn loss(&self) -> &Loss {
        &self.loss
    }

    /// Takes other numbers of the same loss from now on.
    pub(crate) fn set_loss(&mut self, loss: Loss) -> Result<()> {
        loss.check(&batched(1, self.network.output()))?;
        self.loss = loss;
        self.write_loss()
    }

    fn write_loss(&self) -> Result<()> {
        self.loss.numbers().iter().try_for_each(|(name, values)| self.store.write(name, values))
    }

    /// Where its state lies.
    pub fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// A parameter's values by its path.
    pub async fn parameter(&self, path: &str) -> Result<Vec<f32>> {
        self.store.read(&format!("parameter/{path}")).await
    }

    /// A buffer's values by its path.
    pub async fn buffer(&self, path: &str) -> Result<Vec<f32>> {
        self.store.read(&format!("buffer/{path}")).await
    }

    /// Changes a number of a layer from the next step on: `set("6.p", 0.3)`.
    pub fn set(&self, path: &str, value: f32) -> Result<()> {
        self.store.write(&format!("setting/{path}"), &[value])
    }

    /// Loss and accuracy on a batch of any size, without training on it.
    pub async fn evaluate(&mut self, examples: Examples<'_>) -> Result<Evaluation> {
        let batch = examples.weights.len();
        if !self.evaluations.contains_key(&batch) {
            self.add_inputs(batch)?;
            let graph = self.network.graph(batch, Mode::Evaluate, &self.loss)?;
            let outputs = [graph.loss, graph.accuracy].map(|id| graph.tensor(id));
            let program = Program::compile(&self.store, &graph.graph, &[], &outputs).await?;
            self.evaluations.insert(batch, program);
        }
        self.write_inputs(batch, examples)?;
        let program = &self.evaluations[&batch];
        Program::run(&[program])?;
        let (loss, accuracy) = (program.read(0).await?[0], program.read(1).await?[0]);
        Ok(Evaluation { loss, accuracy, examples: examples.weights.iter().sum() })
    }

    /// The network's output, `[N, …]`, for images `[N, …]`: logits, where it is a classifier.
    pub async fn predict(&mut self, images: &[f32]) -> Result<Array<f32>> {
        let (elements, expected) = (self.network.input().elements(), self.network.input().clone());
        if images.is_empty() || !images.len().is_multiple_of(elements.max(1)) {
            return Err(Error::WrongSize { name: "images".into(), expected, elements: images.len() });
        }
        let batch = images.len() / elements;
        if !self.predictions.contains_key(&batch) {
            let probe = self.probe(batch, |graph| vec![graph.logits]).await?;
            self.predictions.insert(batch, probe);
        }
        Ok(self.look(&self.predictions[&batch], images).await?.remove(0))
    }

    /// A program that reads what `select` names in a graph of this batch size; `select` may add nodes.
    pub async fn probe(&mut self, batch: usize, select: impl FnOnce(&NetworkGraph) -> Vec<NodeId>) -> Result<Probe> {
        self.add_inputs(batch)?;
        let graph = self.network.graph(batch, Mode::Evaluate, &self.loss)?;
        let selected = select(&graph);
        let outputs: Vec<Tensor<'_>> = selected.iter().map(|&id| graph.tensor(id)).collect();
        let program = Program::compile(&self.store, &graph.graph, &[], &outputs).await?;
        Ok(Probe { program, batch, outputs: selected.len() })
    }

    /// Runs a probe on its batch of images.
    pub async fn look(&self, probe: &Probe, images: &[f32]) -> Result<Vec<Array<f32>>> {
        self.store.write(&format!("input/{}/images", probe.batch), images)?;
        self.read_outputs(probe).await
    }

    /// Runs a probe that asks for labels too, as one of the loss's gradients does.
    pub async fn look_at(&self, probe: &Probe, examples: Examples<'_>) -> Result<Vec<Array<f32>>> {
        self.check_inputs(probe.batch, examples)?;
        self.write_inputs(probe.batch, examples)?;
        self.read_outputs(probe).await
    }

    async fn read_outputs(&self, probe: &Probe) -> Result<Vec<Array<f32>>> {
        Program::run(&[&probe.program])?;
        let mut values = Vec::with_capacity(probe.outputs);
        for index in 0..probe.outputs {
            values.push(probe.program.read(index).await?);
        }
        Ok(values)
    }

    /// Regions for a batch of this size, unless they are there.
    pub(crate) fn add_inputs(&mut self, batch: usize) -> Result<()> {
        if self.store.contains(&format!("input/{batch}/images")) {
            return Ok(());
        }
        let images = self.network.input().elements().saturating_mul(batch);
        let labels = self.loss.targets(&batched(batch, self.network.output())).elements();
        for (name, len) in [("images", images), ("labels", labels), ("weights", batch)] {
            self.store.add(format!("input/{batch}/{name}"), len)?;
        }
        Ok(())
    }

    /// That a batch's examples have the sizes of this network's.
    pub(crate) fn check_inputs(&self, batch: usize, examples: Examples<'_>) -> Result<()> {
        let images = batched(batch, self.network.input());
        let labels = self.loss.targets(&batched(batch, self.network.output()));
        let slices = [("images", images, examples.images), ("labels", labels, examples.labels)];
        for (name, expected, values) in slices.into_iter().chain([("weights", [batch].into(), examples.weights)]) {
            if values.len() != expected.elements() {
                return Err(Error::WrongSize { name: name.into(), expected, elements: values.len() });
            }
        }
        Ok(())
    }

    pub(crate) fn write_inputs(&self, batch: usize, examples: Examples<'_>) -> Result<()> {
        self.store.write(&format!("input/{batch}/images"), examples.images)?;
        self.store.write(&format!("input/{batch}/labels"), examples.labels)?;
        self.store.write(&format!("input/{batch}/weights"), examples.weights)
    }
}
