//! Trains a model: the programs that train and update it, over its store. The numbers of every step gather on the device
//! and are read back many at a time.

mod snapshot;

use crate::nn::{Initialization, Loss, Mode, Network, NetworkGraph};
use crate::optim::{Optimizer, SCALARS, Schedule, SegmentTable, Update};
use crate::store::ALIGNMENT;
use crate::{Device, Error, Examples, Graph, Model, Program, Result, Store, Tensor};

/// Steps whose numbers the device keeps until they are read.
pub const RING: usize = 64;

/// How to train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    pub batch: usize,
    pub loss: Loss,
    pub optimizer: Optimizer,
    pub schedule: Schedule,
    pub initialization: Initialization,
    pub seed: u64,
    /// Whether biases feel the weight decay, as in PyTorch, or are spared.
    pub decay_biases: bool,
}

impl Options {
    /// Cross-entropy at a constant rate from PyTorch's first values, seed 0.
    pub fn new(batch: usize, optimizer: Optimizer) -> Self {
        Self {
            batch,
            loss: Loss::CrossEntropy,
            optimizer,
            schedule: Schedule::Constant,
            initialization: Initialization::PyTorch,
            seed: 0,
            decay_biases: true,
        }
    }
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

/// A model in training.
pub struct Trainer {
    model: Model,
    options: Options,
    segments: SegmentTable,
    train: Program,
    update: Program,
    step: u64,
    /// Steps in the ring that nobody has read.
    unread: usize,
}

impl Trainer {
    /// Builds the model and the programs; parameters begin as `options` say.
    pub async fn new(device: &Device, network: Network, options: Options) -> Result<Self> {
        let mut segments = SegmentTable::new(&network);
        spare_biases(&mut segments, options.decay_biases);
        let mut model = Model::new(device, network, options.loss, options.seed)?;
        model.add_inputs(options.batch)?;
        let store = model.store_mut();
        let gradients = segments.segments().iter().map(|segment| (format!("gradient/{}", segment.path), segment.len));
        store.add_flat("flat/gradients", &gradients.collect::<Vec<_>>(), ALIGNMENT)?;
        add_states(store, &segments, &options.optimizer)?;
        store.add("flat/rates", segments.rates().len())?;
        store.add("flat/decays", segments.decays().len())?;
        let scalars: Vec<_> = SCALARS.iter().chain(&["slot"]).map(|name| (format!("scalar/{name}"), 1)).collect();
        store.add_flat("flat/scalars", &scalars, 1)?;
        store.add("ring/rows", RING)?;
        store.write("ring/rows", &Vec::from_iter((0..RING).map(|row| row as f32)))?;
        store.add("ring/columns", 2)?;
        store.write("ring/columns", &[0.0, 1.0])?;
        store.add("ring/values", 2 * RING)?;
        let train = compile_train(&model, options.batch).await?;
        let update = compile_update(model.store(), &segments, &options.optimizer).await?;
        let mut trainer = Self { model, options, segments, train, update, step: 0, unread: 0 };
        trainer.reset()?;
        Ok(trainer)
    }

    /// Back to the first parameters of the seed.
    pub fn reset(&mut self) -> Result<()> {
        self.model.initialize(self.options.initialization, self.options.seed)?;
        let zeros = vec![0.0; self.segments.len()];
        for state in 0..self.options.optimizer.states() {
            self.store().write(&format!("flat/state.{state}"), &zeros)?;
        }
        self.write_segments()?;
        (self.step, self.unread) = (0, 0);
        Ok(())
    }

    /// What learns.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What learns, to evaluate it and to look into it.
    pub fn model_mut(&mut self) -> &mut Model {
        &mut self.model
    }

    /// The network that learns.
    pub fn network(&self) -> &Network {
        self.model.network()
    }

    /// Its settings, as they stand now.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Where its state lies.
    pub fn store(&self) -> &Store {
        self.model.store()
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
            add_states(self.model.store_mut(), &self.segments, &optimizer)?;
            self.update = compile_update(self.model.store(), &self.segments, &optimizer).await?;
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
        self.model.write_inputs(self.options.batch, examples)?;
        let rates = self.options.schedule.rates(self.step, self.options.optimizer.learning_rate());
        let mut scalars = self.options.optimizer.scalars(self.step, rates).to_vec();
        scalars.push((self.step % RING as u64) as f32);
        self.store().write("flat/scalars", &scalars)?;
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
        let values = self.store().read("ring/values").await?;
        let first = self.step - self.unread as u64;
        self.unread = 0;
        let metrics = (first..self.step).map(|step| {
            let slot = (step % RING as u64) as usize;
            Metrics { step, loss: values[2 * slot], accuracy: values[2 * slot + 1] }
        });
        Ok(metrics.collect())
    }

    fn write_segments(&self) -> Result<()> {
        self.store().write("flat/rates", &self.segments.rates())?;
        self.store().write("flat/decays", &self.segments.decays())
    }
}

fn spare_biases(segments: &mut SegmentTable, decay_biases: bool) {
    let biases = segments.segments_mut().filter(|segment| segment.role == crate::nn::Role::Bias);
    biases.for_each(|segment| segment.decay = if decay_biases { 1.0 } else { 0.0 });
}

fn add_states(store: &mut Store, segments: &SegmentTable, optimizer: &Optimizer) -> Result<()> {
    (0..optimizer.states()).try_for_each(|state| store.add(format!("flat/state.{state}"), segments.len()))
}

/// Forward, backward, gradients to their segments, buffers to theirs, loss and accuracy to the ring.
async fn compile_train(model: &Model, batch: usize) -> Result<Program> {
    let network = model.network();
    let built = network.graph(batch, Mode::Train, model.loss())?;
    let parameters: Vec<Tensor<'_>> = built.parameters.iter().map(|&id| built.tensor(id)).collect();
    let gradients = built.graph.backward(built.tensor(built.loss), &parameters)?;
    let names = network.parameters().iter().map(|parameter| format!("gradient/{}", parameter.path));
    let mut assignments: Vec<(Tensor<'_>, String)> = gradients.into_iter().zip(names).collect();
    let names = network.buffers().iter().map(|buffer| format!("buffer/{}", buffer.path));
    assignments.extend(built.buffers.iter().map(|&id| built.tensor(id)).zip(names));
    assignments.push((ring(&built), "ring/values".into()));
    Program::compile(model.store(), &built.graph, &assignments, &[]).await
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
