//! A batch that several workers share, each with a copy of the network in memory of its own: threads, or Web Workers, which have
//! no memory in common. One of them trains and keeps all state; the others are sent the parameters with their examples in
//! each step, and send gradients back. A worker that dies takes nothing with it.
//!
//! Parts are added up in the order of the ranks, so that equal numbers of workers give equal bits. What the batch has to be
//! known for as a whole, such as the statistics of batch norm, is added up in the middle of the pass.

use std::future::Future;

use crate::nn::{Loss, Network, RANDOM_WORDS};
use crate::optim::SegmentTable;
use crate::program::SharedRun;
use crate::trainer::{GRADIENTS, add_regions, compile_train};
use crate::{Device, Error, Examples, Model, Program, Result, Store};

/// The examples of a batch that one worker works.
///
/// ```
/// use chalkgrad::Share;
///
/// let second = Share::of_rank(1, 2, 10)?;
/// assert_eq!((second.first, second.examples, second.of), (5, 5, 10));
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The first of them.
    pub first: usize,
    /// How many.
    pub examples: usize,
    /// How many examples the batch has.
    pub of: usize,
}

impl Share {
    /// Everything.
    pub fn whole(batch: usize) -> Self {
        Self { first: 0, examples: batch, of: batch }
    }

    /// The share of one of `ranks` workers, as even as can be.
    ///
    /// ```
    /// use chalkgrad::Share;
    ///
    /// let shares = [0, 1, 2].map(|rank| Share::of_rank(rank, 3, 8).map(|share| share.examples));
    /// assert_eq!(shares, [Ok(2), Ok(3), Ok(3)]);
    /// assert_eq!(Share::of_rank(0, 3, 2).unwrap_err().to_string(), "a batch of 2 is for 1 to 2 workers, not 3");
    /// ```
    pub fn of_rank(rank: usize, ranks: usize, batch: usize) -> Result<Self> {
        if rank >= ranks || ranks > batch {
            return Err(Error::Workers { batch, workers: ranks });
        }
        // In 64 bits: WebAssembly's own overflow where somebody asks for a batch of billions.
        let [first, end] = [rank, rank + 1].map(|rank| (batch as u64 * rank as u64 / ranks as u64) as usize);
        Ok(Self { first, examples: end - first, of: batch })
    }

    /// Whether there is no other worker.
    pub fn is_whole(&self) -> bool {
        self.examples == self.of
    }

    /// The share's part of a batch.
    pub(crate) fn part<'a>(&self, batch: Examples<'a>) -> Examples<'a> {
        let part = |values: &'a [f32]| {
            let each = values.len() / self.of.max(1);
            &values[self.first * each..(self.first + self.examples) * each]
        };
        Examples { images: part(batch.images), labels: part(batch.labels), weights: part(batch.weights) }
    }
}

/// A way to another worker. Frames arrive whole and in order.
///
/// ```
/// use std::sync::mpsc::{Receiver, Sender};
///
/// use chalkgrad::{Error, Line};
///
/// /// To a thread.
/// struct Channel {
///     to: Sender<Vec<f32>>,
///     from: Receiver<Vec<f32>>,
/// }
///
/// impl Line for Channel {
///     fn send(&mut self, frame: Vec<f32>) {
///         drop(self.to.send(frame)); // to nobody: `receive` will say so
///     }
///
///     async fn receive(&mut self) -> chalkgrad::Result<Vec<f32>> {
///         self.from.recv().map_err(|_| Error::WorkerLost { reason: "its thread is gone".into() })
///     }
/// }
/// ```
pub trait Line {
    /// Sends without waiting.
    fn send(&mut self, frame: Vec<f32>);
    /// The next frame, or an error once none can come: the worker is gone.
    fn receive(&mut self) -> impl Future<Output = Result<Vec<f32>>>;
}

/// What another worker than the trainer's own does: it holds a copy of the network, and keeps nothing from step to step.
///
/// ```
/// use std::sync::mpsc::{Receiver, Sender, channel};
/// use std::thread;
///
/// use chalkgrad::nn::{Linear, Loss, Network};
/// use chalkgrad::{Device, Error, Examples, Line, Options, Share, Trainer, Worker, optim::SGD};
/// use pollster::block_on;
///
/// # struct Channel {
/// #     to: Sender<Vec<f32>>,
/// #     from: Receiver<Vec<f32>>,
/// # }
/// #
/// # impl Line for Channel {
/// #     fn send(&mut self, frame: Vec<f32>) {
/// #         drop(self.to.send(frame)); // to nobody: `receive` will say so
/// #     }
/// #
/// #     async fn receive(&mut self) -> chalkgrad::Result<Vec<f32>> {
/// #         self.from.recv().map_err(|_| Error::WorkerLost { reason: "its thread is gone".into() })
/// #     }
/// # }
/// // `Channel` is the line that the documentation of `Line` shows.
/// let ((to, there), (back, from)) = (channel(), channel());
/// let (mut here, mut there) = ([Channel { to, from }], Channel { to: back, from: there });
/// let network = || Network::new(Linear::new(2, 2), [2]);
/// thread::spawn(move || {
///     let share = Share::of_rank(1, 2, 4)?;
///     block_on(async { Worker::new(network()?, Loss::CrossEntropy, share).await?.serve(&mut there).await })
/// });
///
/// let mut trainer = block_on(Trainer::new(&Device::Cpu, network()?, Options::new(4, SGD::new(0.1))))?;
/// block_on(trainer.share_among(2))?;
/// let examples = Examples { images: &[0.5; 4 * 2], labels: &[0.0, 1.0, 1.0, 1.0], weights: &[1.0; 4] };
/// block_on(trainer.train_with(examples, &mut here))?;
/// assert_eq!(trainer.steps(), 1);
/// # Ok::<(), chalkgrad::Error>(())
/// ```
pub struct Worker {
    model: Model,
    train: Program,
    share: Share,
}

impl Worker {
    /// A worker with the same network and loss as the trainer.
    pub async fn new(network: Network, loss: Loss, share: Share) -> Result<Self> {
        let segments = SegmentTable::new(&network);
        let mut model = Model::new(&Device::Cpu, network, loss, 0)?;
        add_regions(&mut model, &segments, share)?;
        // The trainer's own program, so that both halt at the same sums.
        let train = compile_train(&model, &segments, share).await?;
        Ok(Self { model, train, share })
    }

    /// What it works on, to change numbers of its layers.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Works its share of every step that the trainer sends, until the line is cut.
    pub async fn serve(&mut self, line: &mut impl Line) -> Result<()> {
        while let Ok(frame) = line.receive().await {
            self.take(&frame)?;
            let mut run = self.train.begin()?;
            while let Some(part) = run.part() {
                line.send(part);
                run.put(&line.receive().await?)?;
            }
            line.send(self.model.store().read(GRADIENTS).await?);
        }
        Ok(())
    }

    /// Writes what a step begins with.
    fn take(&self, frame: &[f32]) -> Result<()> {
        let mut rest = frame;
        for name in frame_regions(&self.model, self.share) {
            let store = self.model.store();
            let Some((values, after)) = rest.split_at_checked(store.len(&name)?) else {
                return Err(Error::WorkerLost { reason: "a step came short".into() });
            };
            store.write(&name, values)?;
            rest = after;
        }
        Ok(())
    }
}

/// The regions that a step's frame brings, in order; the examples come last.
fn frame_regions(model: &Model, share: Share) -> Vec<String> {
    let state = ["flat/parameters", "flat/settings", RANDOM_WORDS].map(str::to_owned);
    let loss = model.loss().numbers().into_iter().map(|(name, _)| name.to_owned());
    let inputs = ["images", "labels", "weights"].map(|name| format!("input/{}/{name}", share.examples));
    state.into_iter().chain(loss).chain(inputs).collect()
}

/// Sends every other worker its share of a batch.
pub(crate) async fn send_shares(model: &Model, batch: Examples<'_>, lines: &mut [impl Line]) -> Result<()> {
    let ranks = lines.len() + 1;
    let mut state = Vec::new();
    for name in frame_regions(model, Share::whole(0)).iter().filter(|name| !name.starts_with("input/")) {
        state.extend(model.store().read(name).await?);
    }
    for (rank, line) in (1..).zip(lines) {
        let part = Share::of_rank(rank, ranks, batch.weights.len())?.part(batch);
        line.send([&state, part.images, part.labels, part.weights].concat());
    }
    Ok(())
}

/// Runs the trainer's own share, adds up what is asked for on the way, and leaves the sum of all gradients in the store.
pub(crate) async fn run_shared(mut run: SharedRun<'_>, store: &Store, lines: &mut [impl Line]) -> Result<()> {
    while let Some(mut sum) = run.part() {
        add_parts(&mut sum, lines).await?;
        lines.iter_mut().for_each(|line| line.send(sum.clone()));
        run.put(&sum)?;
    }
    let mut gradients = store.read(GRADIENTS).await?;
    add_parts(&mut gradients, lines).await?;
    store.write(GRADIENTS, &gradients)
}

/// Adds the other workers' parts, in the order of their ranks.
async fn add_parts(sum: &mut [f32], lines: &mut [impl Line]) -> Result<()> {
    for line in lines {
        let part = line.receive().await?;
        if part.len() != sum.len() {
            return Err(Error::WorkerLost { reason: "it answered with something else".into() });
        }
        sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
    }
    Ok(())
}
