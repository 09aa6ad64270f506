//! Trains a model: the programs that train and update it, over its store. The numbers of every step gather on the device
//! and are read back many at a time.

mod costs;
mod snapshot;

pub use costs::Costs;

use crate::nn::{Initialization, Loss, Mode, Network, NetworkGraph, RANDOM_WORDS};
use crate::optim::{Clip, Optimizer, Rates, Schedule, SegmentTable, Update};
use crate::parallel::{self, Line, Share};
use crate::store::ALIGNMENT;
use crate::{Device, Error, Examples, Model, Program, Result, Store, Tensor, random};

/// Steps whose numbers the device keeps until they are read.
pub const RING: usize = 64;

/// All gradients, one after the other.
pub(crate) const GRADIENTS: &str = "flat/gradients";

/// What the network remembers from step to step.
const BUFFERS: &str = "flat/buffers";

/// How to train: `Options { schedule, ..Options::new(64, AdamW::new(1e-3)) }`.
///
/// ```
/// use chalkgrad::Options;
/// use chalkgrad::optim::{Clip, SGD, Schedule};
///
/// let rule = SGD { momentum: 0.9, ..SGD::new(0.1) };
/// let options = Options { schedule: Schedule::one_cycle(5_000), clip: Some(Clip::Norm(1.0)), ..Options::new(64, rule) };
/// assert_eq!((options.batch, options.seed), (64, 0));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Examples a step.
    pub batch: usize,
    /// What is made small.
    pub loss: Loss,
    /// How parameters follow their gradients.
    pub optimizer: Optimizer,
    /// How the learning rate moves.
    pub schedule: Schedule,
    /// How parameters begin.
    pub initialization: Initialization,
    /// What all random numbers are made of.
    pub seed: u64,
    /// Whether biases feel the weight decay, as in PyTorch, or are spared.
    pub decay_biases: bool,
    /// Gradient clipping, if any.
    pub clip: Option<Clip>,
}

impl Options {
    /// Cross-entropy at a constant rate from PyTorch's first values, seed 0, no clipping.
    pub fn new(batch: usize, optimizer: impl Into<Optimizer>) -> Self {
        Self {
            batch,
            loss: Loss::CrossEntropy,
            optimizer: optimizer.into(),
            schedule: Schedule::Constant,
            initialization: Initialization::PyTorch,
            seed: 0,
            decay_biases: true,
            clip: None,
        }
    }

    fn rates(&self, step: u64) -> Rates {
        self.schedule.rates(step, self.optimizer.learning_rate())
    }

    fn update(&self) -> Update {
        Update { optimizer: self.optimizer, clip: self.clip }
    }
}

/// What one step measured on its own batch, before its update.
///
/// ```
/// use chalkgrad::nn::{Linear, Network};
/// use chalkgrad::{Device, Examples, Options, Trainer, optim::SGD};
///
/// # pollster::block_on(async {
/// let network = Network::new(Linear::new(2, 2), [2])?;
/// let mut trainer = Trainer::new(&Device::Cpu, network, Options::new(1, SGD::new(0.5))).await?;
/// for _ in 0..20 {
///     trainer.train(Examples { images: &[1.0, -1.0], labels: &[1.0], weights: &[1.0] })?;
/// }
/// let metrics = trainer.metrics().await?;
/// assert_eq!((metrics.len(), metrics[19].step), (20, 19));
/// assert!(metrics[19].loss < metrics[0].loss);
/// # Ok::<(), chalkgrad::Error>(())
/// # }).unwrap();
/// ```
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
///
/// ```
/// use chalkgrad::nn::{Linear, Network};
/// use chalkgrad::{Device, Examples, Options, Trainer, optim::SGD};
///
/// # pollster::block_on(async {
/// let network = Network::new(Linear::new(2, 2), [2])?;
/// let mut trainer = Trainer::new(&Device::Cpu, network, Options::new(1, SGD::new(0.1))).await?;
/// let examples = Examples { images: &[1.0, -1.0], labels: &[1.0], weights: &[1.0] };
/// trainer.train(examples)?;
/// let snapshot = trainer.snapshot().await?;
/// // Settings change between two steps, and a snapshot leads back.
/// trainer.adjust(Options { optimizer: SGD::new(0.2).into(), ..trainer.options().clone() }).await?;
/// trainer.train(examples)?;
/// trainer.restore(&snapshot)?;
/// assert_eq!(trainer.steps(), 1);
/// # Ok::<(), chalkgrad::Error>(())
/// # }).unwrap();
/// ```
pub struct Trainer {
    model: Model,
    options: Options,
    segments: SegmentTable,
    train: Program,
    update: Program,
    step: u64,
    /// Workers that share a batch; 1 is the trainer alone.
    workers: usize,
    /// The step at which the optimiser's states began.
    began: u64,
    /// Steps in the ring that nobody has read.
    unread: usize,
    /// The forward pass alone, for so many workers, once somebody measured it.
    forward: Option<(usize, Program)>,
}

impl Trainer {
    /// Builds the model and the programs; parameters begin as `options` say.
    pub async fn new(device: &Device, network: Network, options: Options) -> Result<Self> {
        let segments = SegmentTable::new(&network);
        let mut model = Model::new(device, network, options.loss.clone(), options.seed)?;
        let share = Share::whole(options.batch);
        add_regions(&mut model, &segments, share)?;
        let store = model.store_mut();
        options.update().add_states(store, segments.len())?;
        store.add("flat/rates", segments.len() / ALIGNMENT)?;
        store.add("flat/decays", segments.len() / ALIGNMENT)?;
        let update = options.update().compile(store, segments.len()).await?;
        let train = compile_train(&model, &segments, share).await?;
        let mut trainer =
            Self { model, options, segments, train, update, step: 0, workers: 1, began: 0, unread: 0, forward: None };
        trainer.reset()?;
        Ok(trainer)
    }

    /// Back to the first parameters of the seed.
    pub fn reset(&mut self) -> Result<()> {
        self.model.initialize(self.options.initialization, self.options.seed)?;
        self.options.update().reset(self.store(), self.segments.len())?;
        self.write_segments()?;
        (self.step, self.began, self.unread) = (0, 0, 0);
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
        self.options.rates(self.step).learning_rate
    }

    /// Changes the settings while training, all but the batch size and which loss it is; seed and initialisation matter at the
    /// next reset. Another optimiser begins with empty states.
    pub async fn adjust(&mut self, options: Options) -> Result<()> {
        let refuse = |name, rule| Err(Error::Setting { name, rule });
        if options.batch != self.options.batch {
            return refuse("the batch size", format!("stays {} while training", self.options.batch));
        }
        if !options.loss.same_graph(&self.options.loss) {
            let name = self.options.loss.name();
            return refuse("the loss", format!("stays {name} while training, and only its numbers can change"));
        }
        self.model.set_loss(options.loss.clone())?;
        let (old, new, len) = (self.options.update(), options.update(), self.segments.len());
        if new.kind() != old.kind() {
            new.add_states(self.model.store_mut(), len)?;
            self.began = self.step;
        }
        if !new.same_graph(&old) {
            self.update = new.compile(self.model.store_mut(), len).await?;
        }
        self.options = options;
        self.write_segments()
    }

    /// Changes the segments' multipliers and what is frozen; nothing, if `change` fails.
    pub async fn with_segments(&mut self, change: impl FnOnce(&mut SegmentTable) -> Result<()>) -> Result<()> {
        let mut segments = self.segments.clone();
        change(&mut segments)?;
        segments.check()?;
        if segments.trainable().ne(self.segments.trainable()) {
            self.train = compile_train(&self.model, &segments, self.share(self.workers)?).await?;
        }
        self.segments = segments;
        self.write_segments()
    }

    /// Shares every batch from now on with other workers, so that there are so many in all; only on the CPU. With more than one
    /// it takes [`Trainer::train_with`] to train.
    pub async fn share_among(&mut self, workers: usize) -> Result<()> {
        let share = self.share(workers)?;
        self.model.add_inputs(share.examples)?;
        self.train = compile_train(&self.model, &self.segments, share).await?;
        self.workers = workers;
        Ok(())
    }

    /// The trainer's own share among so many workers.
    fn share(&self, workers: usize) -> Result<Share> {
        Share::of_rank(0, workers, self.options.batch)
    }

    /// One step on one batch. It does not wait; call [`Trainer::metrics`] at least every [`RING`] steps.
    pub fn train(&mut self, examples: Examples<'_>) -> Result<()> {
        self.prepare(1)?;
        self.model.write_inputs(self.options.batch, examples)?;
        Program::run(&[&self.train, &self.update])?;
        self.count();
        Ok(())
    }

    /// One step on one batch, shared with the [`Worker`](crate::Worker)s at the other ends of these lines. If one is lost,
    /// nothing has changed: the step can be repeated with others.
    pub async fn train_with(&mut self, examples: Examples<'_>, lines: &mut [impl Line]) -> Result<()> {
        self.prepare(lines.len() + 1)?;
        self.model.check_inputs(self.options.batch, examples)?;
        let share = self.share(self.workers)?;
        // The others first: their way is the longer one.
        parallel::send_shares(&self.model, examples, lines).await?;
        self.model.write_inputs(share.examples, share.part(examples))?;
        let buffers = self.store().read(BUFFERS).await?;
        if let Err(error) = parallel::run_shared(self.train.begin()?, self.store(), lines).await {
            self.store().write(BUFFERS, &buffers)?;
            return Err(error);
        }
        Program::run(&[&self.update])?;
        self.count();
        Ok(())
    }

    /// Writes what a step reads beside its examples.
    fn prepare(&self, workers: usize) -> Result<()> {
        if self.unread == RING {
            return Err(Error::Setting { name: "the metrics", rule: format!("must be read every {RING} steps") });
        }
        if workers != self.workers {
            let rule = format!("are {} since the batch was shared, not {workers}", self.workers);
            return Err(Error::Setting { name: "the workers", rule });
        }
        let count = self.step - self.began + 1;
        let scalars = self.options.update().scalars(count, self.options.rates(self.step));
        self.store().write("flat/scalars", &scalars)?;
        self.store().write("scalar/slot", &[(self.step % RING as u64) as f32])?;
        self.store().write(RANDOM_WORDS, &random::words(self.options.seed, self.step))
    }

    fn count(&mut self) {
        self.step += 1;
        self.unread += 1;
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
        self.store().write("flat/decays", &self.segments.decays(!self.options.decay_biases))
    }
}

/// Everything that the program which trains reads and writes, beside the model's own.
pub(crate) fn add_regions(model: &mut Model, segments: &SegmentTable, share: Share) -> Result<()> {
    model.add_inputs(share.examples)?;
    let store = model.store_mut();
    let gradients = segments.segments().iter().map(|segment| (format!("gradient/{}", segment.path), segment.len));
    store.add_flat(GRADIENTS, &gradients.collect::<Vec<_>>(), ALIGNMENT)?;
    store.add(RANDOM_WORDS, random::words(0, 0).len())?;
    store.add("scalar/slot", 1)?;
    store.add("ring/rows", RING)?;
    store.write("ring/rows", &Vec::from_iter((0..RING).map(|row| row as f32)))?;
    store.add("ring/columns", 2)?;
    store.write("ring/columns", &[0.0, 1.0])?;
    store.add("ring/values", 2 * RING)
}

/// Forward, backward, the trainable parameters' gradients to their segments, buffers to theirs, loss and accuracy to the ring.
pub(crate) async fn compile_train(model: &Model, segments: &SegmentTable, share: Share) -> Result<Program> {
    let network = model.network();
    let built = network.share_graph(share, Mode::Train, model.loss())?;
    let rows = segments.segments().iter().zip(&built.parameters).filter(|(segment, _)| segment.trainable);
    let (names, parameters): (Vec<String>, Vec<Tensor<'_>>) =
        rows.map(|(segment, &id)| (format!("gradient/{}", segment.path), built.tensor(id))).unzip();
    let gradients = built.graph.backward(built.tensor(built.objective), &parameters)?;
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
