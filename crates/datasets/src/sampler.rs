//! Which examples a step trains on: fixed by the seed alone, never by what has arrived.
//!
//! In the first epoch shards are visited in an order drawn from the seed, shuffled within, so that training begins
//! when the first is there; whoever loads waits for the one that is due. Later epochs shuffle all examples.

use crate::random::{Random, Stream};

/// What fixes the order of examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    pub seed: u64,
    /// Examples in all.
    pub examples: usize,
    /// Examples that arrive together; the last shard may be shorter. All of them where nothing has to arrive.
    pub shard_len: usize,
    /// Examples in a step.
    pub batch: usize,
    /// Leave out an epoch's last batch when it is not full, as training does.
    pub drop_last: bool,
}

/// Why there is nothing to draw.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SamplerError {
    #[error("A batch of {batch} examples does not fit: there are only {examples}.")]
    BatchTooLarge { batch: usize, examples: usize },
    #[error("{what} must be at least 1.")]
    Zero { what: &'static str },
    #[error("{examples} examples are more than can be shuffled.")]
    TooMany { examples: usize },
}

/// Where a step stands, and what it trains on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position<'a> {
    /// Counted from 0.
    pub epoch: u64,
    /// Examples of this epoch that came before.
    pub offset: usize,
    /// The batch: each example at most once an epoch.
    pub indices: &'a [usize],
}

/// Draws batches by step number. Any step can be asked for; steps of one epoch in turn cost nothing.
#[derive(Debug, Clone)]
pub struct Sampler {
    sampling: Sampling,
    shard_order: Vec<usize>,
    /// The epoch whose order is at hand.
    epoch: u64,
    order: Vec<usize>,
}

impl Sampler {
    /// Fails where not even one batch can be drawn.
    pub fn new(sampling: Sampling) -> Result<Self, SamplerError> {
        let Sampling { seed, examples, shard_len, batch, drop_last } = sampling;
        for (number, what) in [(batch, "The batch size"), (examples, "The number of examples"), (shard_len, "A shard")]
        {
            if number == 0 {
                return Err(SamplerError::Zero { what });
            }
        }
        if u32::try_from(examples).is_err() {
            return Err(SamplerError::TooMany { examples });
        }
        if drop_last && batch > examples {
            return Err(SamplerError::BatchTooLarge { batch, examples });
        }
        let mut shard_order: Vec<usize> = (0..examples.div_ceil(shard_len)).collect();
        Random::new(seed, Stream::ShardOrder, [0, 0]).shuffle(&mut shard_order);
        let mut sampler = Self { sampling, shard_order, epoch: 0, order: Vec::with_capacity(examples) };
        sampler.draw(0);
        Ok(sampler)
    }

    /// What it was made from.
    pub fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    /// Steps in one epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        let Sampling { examples, batch, drop_last, .. } = self.sampling;
        (if drop_last { examples / batch } else { examples.div_ceil(batch) }) as u64
    }

    /// Shards in the order in which the first epoch visits them: the order to fetch them in.
    pub fn shard_order(&self) -> &[usize] {
        &self.shard_order
    }

    /// The epoch and the examples of a step, counted from 0.
    pub fn position(&mut self, step: u64) -> Position<'_> {
        let epoch = step / self.steps_per_epoch();
        if epoch != self.epoch {
            self.draw(epoch);
        }
        // Below the number of examples, which fits.
        let offset = (step % self.steps_per_epoch()) as usize * self.sampling.batch;
        let end = offset.saturating_add(self.sampling.batch).min(self.order.len());
        Position { epoch, offset, indices: &self.order[offset..end] }
    }

    /// The shards that must be there for a step, in the order of their first use.
    pub fn needs(&mut self, step: u64) -> Vec<usize> {
        let shard_len = self.sampling.shard_len;
        let mut shards = Vec::new();
        for index in self.position(step).indices {
            let shard = index / shard_len;
            if !shards.contains(&shard) {
                shards.push(shard);
            }
        }
        shards
    }

    fn draw(&mut self, epoch: u64) {
        let Sampling { seed, examples, shard_len, .. } = self.sampling;
        self.epoch = epoch;
        self.order.clear();
        if epoch > 0 {
            self.order.extend(0..examples);
            Random::new(seed, Stream::Epoch, halves(epoch)).shuffle(&mut self.order);
            return;
        }
        for &shard in &self.shard_order {
            let first = self.order.len();
            self.order.extend(shard * shard_len..(shard * shard_len).saturating_add(shard_len).min(examples));
            Random::new(seed, Stream::WithinShard, halves(shard as u64)).shuffle(&mut self.order[first..]);
        }
    }
}

fn halves(number: u64) -> [u32; 2] {
    [number as u32, (number >> 32) as u32]
}
