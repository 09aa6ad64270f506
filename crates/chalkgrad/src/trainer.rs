//! Trains a classifier: the network's parameters in a store, and the programs that train, update, evaluate and look into
//! it. The numbers of every step gather on the device and are read back many at a time.

mod snapshot;

use std::collections::HashMap;

use crate::nn::{Initialization, Network, NetworkGraph};
use crate::optim::{Optimizer, SCALARS, Schedule, SegmentTable, Update};
use crate::store::ALIGNMENT;
use crate::{Array, Device, Error, Graph, NodeId, Program, Result, Store, Tensor};

/// Steps whose numbers the device keeps until they are read.
pub const RING: usize = 64;

/// Pictures with labels. All three slices are row-major; `weights` says how much each example counts.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    /// `[N, …]`
    pub images: &'a [f32],
    /// `[N]` class indices.
    pub labels: &'a [f32],
    /// `[N]`; 0 for padding.
    pub weights: &'a [f32],
}

/// How to train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    pub batch: usize,
    pub optimizer: Optimizer,
    pub schedule: Schedule,
    pub initialization: Initialization,
    pub seed: u64,
    /// Whether biases feel the weight decay, as in PyTorch, or are spared.
    pub decay_biases: bool,
}

/// What one step measured on its own batch, before its update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metrics {
    /// Counted from 0.
    pub step: u64,
    /// Mean loss.
    pub loss: f32,
    /// Fraction correct.
    pub accuracy: f32,
}

/// Loss and accuracy over one batch of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evaluation {
    /// Weighted mean loss.
    pub loss: f32,
    /// Weighted fraction correct.
    pub accuracy: f32,
    /// Sum of the weights.
    pub examples: f32,
}

/// A network in training on one device.
pub struct Trainer {
    network: Network,
    options: Options,
    store: Store,
    segments: SegmentTable,
    train: Program,
    update: Program,
    evaluations: HashMap<usize, Program>,
    step: u64,
    /// Steps in the ring that nobody has read.
    unread: usize,
}

/// A program of its own that looks into the network without touching its training.
pub struct Probe {
    program: Program,
    images: String,
    outputs: usize,
}

impl Trainer {
    /// Builds the store and the programs; parameters begin as `options` say.
    pub async fn new(device: &Device, network: Network, options: Options) -> Result<Self> {
        let mut segments = SegmentTable::new(&network);
        spare_biases(&mut segments, options.decay_biases);
        let mut store = Store::new(device);
        let parts = |kind: &str| -> Vec<(String, usize)> {
            let segments = segments.segments().iter();
            segments.map(|segment| (format!("{kind}/{}", segment.path), segment.len)).collect()
        };
        store.add_flat("flat/parameters", &parts("parameter"), ALIGNMENT)?;
        store.add_flat("flat/gradients", &parts("gradient"), ALIGNMENT)?;
        add_states(&mut store, &segments, &options.optimizer)?;
        store.add("flat/rates", segments.rates().len())?;
        store.add("flat/decays", segments.decays().len())?;
        let scalars: Vec<_> = SCALARS.iter().chain(&["slot"]).map(|name| (format!("scalar/{name}"), 1)).collect();
        store.add_flat("flat/scalars", &scalars, 1)?;
        store.add("ring/rows", RING)?;
        store.write("ring/rows", &Vec::from_iter((0..RING).map(|row| row as f32)))?;
        store.add("ring/columns", 2)?;
        store.write("ring/columns", &[0.0, 1.0])?;
        store.add("ring/values", 2 * RING)?;
        add_inputs(&mut store, &network, options.batch)?;
        let train = compile_train(&store, &network, options.batch).await?;
        let update = compile_update(&store, &segments, &options.optimizer).await?;
        let evaluations = HashMap::new();
        let mut trainer = Self { network, options, store, segments, train, update, evaluations, step: 0, unread: 0 };
        trainer.reset()?;
        Ok(trainer)
    }

    /// Back to the first parameters of the seed.
    pub fn reset(&mut self) -> Result<()> {
        let parameters = self.network.parameters().iter().enumerate();
        for (index, parameter) in parameters {
            let values = self.options.initialization.values(parameter, self.options.seed, index);
            self.store.write(&format!("parameter/{}", parameter.path), &values)?;
        }
        let zeros = vec![0.0; self.segments.len()];
        for state in 0..self.options.optimizer.states() {
            self.store.write(&format!("flat/state.{state}"), &zeros)?;
        }
        self.write_segments()?;
        (self.step, self.unread) = (0, 0);
        Ok(())
    }

    /// The network that learns.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Its settings, as they stand now.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Where its state lies.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Steps done.
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// The learning rate of the next step.
    pub fn learning_rate(&self) -> f64 {
        self.options.schedule.rates(self.step, self.options.optimizer.learning_rate()).learning_rate
    }

    /// Changes rates, decay or schedule while training. Another rule, or another momentum form, begins with empty state.
    pub async fn adjust(&mut self, optimizer: Optimizer, schedule: Schedule, decay_biases: bool) -> Result<()> {
        if !optimizer.same_graph(&self.options.optimizer) {
            add_states(&mut self.store, &self.segments, &optimizer)?;
            self.update = compile_update(&self.store, &self.segments, &optimizer).await?;
        }
        self.options = Options { optimizer, schedule, decay_biases, ..self.options };
        spare_biases(&mut self.segments, decay_biases);
        self.write_segments()
    }

    /// Changes the segments' multipliers and what is frozen.
    pub fn with_segments(&mut self, change: impl FnOnce(&mut SegmentTable)) -> Result<()> {
        change(&mut self.segments);
        self.write_segments()
    }

    /// One step on one batch. It does not wait; call [`Trainer::metrics`] at least every [`RING`] steps.
    pub fn train(&mut self, examples: Examples<'_>) -> Result<()> {
        if self.unread == RING {
            return Err(Error::Setting { name: "the metrics", rule: format!("must be read every {RING} steps") });
        }
        self.write_inputs(self.options.batch, examples)?;
        let rates = self.options.schedule.rates(self.step, self.options.optimizer.learning_rate());
        let mut scalars = self.options.optimizer.scalars(self.step, rates).to_vec();
        scalars.push((self.step % RING as u64) as f32);
        self.store.write("flat/scalars", &scalars)?;
        Program::run(&[&self.train, &self.update])?;
        self.step += 1;
        self.unread += 1;
        Ok(())
    }

    /// Steps whose numbers wait to be read.
    pub fn unread(&self) -> usize {
        self.unread
    }

    /// The numbers of every step since the last call, oldest first.
    pub async fn metrics(&mut self) -> Result<Vec<Metrics>> {
        if self.unread == 0 {
            return Ok(Vec::new());
        }
        let values = self.store.read("ring/values").await?;
        let first = self.step - self.unread as u64;
        self.unread = 0;
        let metrics = (first..self.step).map(|step| {
            let slot = (step % RING as u64) as usize;
            Metrics { step, loss: values[2 * slot], accuracy: values[2 * slot + 1] }
        });
        Ok(metrics.collect())
    }

    /// Loss and accuracy on a batch of any size, without training on it.
    pub async fn evaluate(&mut self, examples: Examples<'_>) -> Result<Evaluation> {
        let batch = examples.labels.len();
        if !self.evaluations.contains_key(&batch) {
            add_inputs(&mut self.store, &self.network, batch)?;
            let graph = self.network.graph(batch)?;
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

    /// A program that reads what `select` names in a graph of this batch size; `select` may add nodes.
    pub async fn probe(&mut self, batch: usize, select: impl FnOnce(&NetworkGraph) -> Vec<NodeId>) -> Result<Probe> {
        add_inputs(&mut self.store, &self.network, batch)?;
        let graph = self.network.graph(batch)?;
        let selected = select(&graph);
        let outputs: Vec<Tensor<'_>> = selected.iter().map(|&id| graph.tensor(id)).collect();
        let program = Program::compile(&self.store, &graph.graph, &[], &outputs).await?;
        Ok(Probe { program, images: format!("input/{batch}/images"), outputs: selected.len() })
    }

    /// Runs a probe on its batch of images.
    pub async fn look(&self, probe: &Probe, images: &[f32]) -> Result<Vec<Array<f32>>> {
        self.store.write(&probe.images, images)?;
        Program::run(&[&probe.program])?;
        let mut values = Vec::with_capacity(probe.outputs);
        for index in 0..probe.outputs {
            values.push(probe.program.read(index).await?);
        }
        Ok(values)
    }

    /// A parameter's values by its path.
    pub async fn parameter(&self, path: &str) -> Result<Vec<f32>> {
        self.store.read(&format!("parameter/{path}")).await
    }

    fn write_inputs(&self, batch: usize, examples: Examples<'_>) -> Result<()> {
        self.store.write(&format!("input/{batch}/images"), examples.images)?;
        self.store.write(&format!("input/{batch}/labels"), examples.labels)?;
        self.store.write(&format!("input/{batch}/weights"), examples.weights)
    }

    fn write_segments(&self) -> Result<()> {
        self.store.write("flat/rates", &self.segments.rates())?;
        self.store.write("flat/decays", &self.segments.decays())
    }
}

fn spare_biases(segments: &mut SegmentTable, decay_biases: bool) {
    let biases = segments.segments_mut().filter(|segment| segment.role == crate::nn::Role::Bias);
    biases.for_each(|segment| segment.decay = if decay_biases { 1.0 } else { 0.0 });
}

fn add_states(store: &mut Store, segments: &SegmentTable, optimizer: &Optimizer) -> Result<()> {
    (0..optimizer.states()).try_for_each(|state| store.add(format!("flat/state.{state}"), segments.len()))
}

/// Regions for a batch of this size, unless they are there.
fn add_inputs(store: &mut Store, network: &Network, batch: usize) -> Result<()> {
    if store.contains(&format!("input/{batch}/images")) {
        return Ok(());
    }
    let images = network.input().elements().saturating_mul(batch);
    for (name, len) in [("images", images), ("labels", batch), ("weights", batch)] {
        store.add(format!("input/{batch}/{name}"), len)?;
    }
    Ok(())
}

/// Forward, backward, gradients to their segments, loss and accuracy to the ring.
async fn compile_train(store: &Store, network: &Network, batch: usize) -> Result<Program> {
    let built = network.graph(batch)?;
    let parameters: Vec<Tensor<'_>> = built.parameters.iter().map(|&id| built.tensor(id)).collect();
    let gradients = built.graph.backward(built.tensor(built.loss), &parameters)?;
    let names = network.parameters().iter().map(|parameter| format!("gradient/{}", parameter.path));
    let mut assignments: Vec<(Tensor<'_>, String)> = gradients.into_iter().zip(names).collect();
    assignments.push((ring(&built), "ring/values".into()));
    Program::compile(store, &built.graph, &assignments, &[]).await
}

/// The ring with this step's loss and accuracy in the row that the scalar `slot` names.
fn ring(built: &NetworkGraph) -> Tensor<'_> {
    let graph = &built.graph;
    let rows = graph.leaf("ring/rows", [RING, 1]);
    let slot = graph.leaf("scalar/slot", []);
    let old = graph.leaf("ring/values", [RING, 2]);
    let [loss, accuracy] = [built.loss, built.accuracy].map(|id| built.tensor(id).expand([RING, 2]));
    let column = graph.leaf("ring/columns", [1, 2]);
    let new = column.expand([RING, 2]).choose(accuracy, loss);
    rows.expand([RING, 2]).eq(slot.expand([RING, 2])).choose(new, old)
}

/// The optimiser's rule over the flat buffers.
async fn compile_update(store: &Store, segments: &SegmentTable, optimizer: &Optimizer) -> Result<Program> {
    let graph = Graph::new();
    let len = segments.len();
    let blocks = len / ALIGNMENT;
    let flat = |name: &str| graph.leaf(format!("flat/{name}"), [len]);
    let table = |name: &str| graph.leaf(format!("flat/{name}"), [blocks, 1]).expand([blocks, ALIGNMENT]).reshape([len]);
    let update = Update {
        parameters: flat("parameters"),
        gradients: flat("gradients"),
        states: (0..optimizer.states()).map(|state| flat(&format!("state.{state}"))).collect(),
        rate: table("rates"),
        decay: table("decays"),
    };
    let (parameters, states) = optimizer.update(&graph, &update);
    let mut assignments = vec![(parameters, "flat/parameters".to_owned())];
    let names = (0..).map(|state| format!("flat/state.{state}"));
    assignments.extend(states.into_iter().zip(names));
    Program::compile(store, &graph, &assignments, &[]).await
}
