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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CIFAR10: Sampling = Sampling { seed: 1, examples: 45_000, shard_len: 1_000, batch: 64, drop_last: true };

    #[test]
    fn training_begins_after_the_first_shard_and_the_rest_follows_in_order() {
        let mut sampler = Sampler::new(CIFAR10).unwrap();
        let order = sampler.shard_order().to_vec();
        assert_eq!(order.len(), 45);
        assert_eq!(sampler.needs(0), order[..1]);
        for step in 0..sampler.steps_per_epoch() {
            let needed = order.iter().filter(|shard| sampler.needs(step).contains(shard)).copied().collect::<Vec<_>>();
            let (first, last) = (step as usize * 64 / 1_000, (step as usize * 64 + 63) / 1_000);
            assert_eq!(needed, order[first..=last], "step {step}");
        }
    }

    #[test]
    fn a_later_epoch_mixes_all_shards() {
        let mut sampler = Sampler::new(CIFAR10).unwrap();
        let steps = sampler.steps_per_epoch();
        assert_eq!(steps, 703);
        assert!(sampler.needs(steps).len() > 25);
        assert_ne!(sampler.position(steps).indices.to_vec(), sampler.position(2 * steps).indices.to_vec());
    }

    #[test]
    fn another_seed_gives_another_order() {
        let first = |seed| Sampler::new(Sampling { seed, ..CIFAR10 }).unwrap().position(0).indices.to_vec();
        assert_eq!(first(1), first(1));
        assert_ne!(first(1), first(2));
    }

    #[test]
    fn what_cannot_be_drawn_is_refused_with_a_sentence() {
        let sentence = |sampling| Sampler::new(sampling).unwrap_err().to_string();
        assert_eq!(
            sentence(Sampling { batch: 50_000, ..CIFAR10 }),
            "A batch of 50000 examples does not fit: there are only 45000."
        );
        assert_eq!(sentence(Sampling { batch: 0, ..CIFAR10 }), "The batch size must be at least 1.");
        assert_eq!(sentence(Sampling { examples: 0, ..CIFAR10 }), "The number of examples must be at least 1.");
        assert!(Sampler::new(Sampling { shard_len: 0, ..CIFAR10 }).is_err());
        assert!(Sampler::new(Sampling { examples: usize::MAX, ..CIFAR10 }).is_err());
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let sampling = Sampling { batch: usize::MAX, shard_len: usize::MAX, drop_last: false, ..CIFAR10 };
        let mut sampler = Sampler::new(sampling).unwrap();
        assert_eq!(sampler.position(0).indices.len(), 45_000);
        assert_eq!(sampler.needs(u64::MAX), [0]);
    }

    fn sampling() -> impl Strategy<Value = Sampling> {
        (any::<u64>(), 1_usize..400, 1_usize..120, 1_usize..90, any::<bool>()).prop_map(
            |(seed, examples, shard_len, batch, drop_last)| Sampling {
                seed,
                examples,
                shard_len,
                batch: batch.min(examples),
                drop_last,
            },
        )
    }

    proptest! {
        #[test]
        fn each_example_comes_at_most_once_an_epoch_and_every_one_where_none_is_dropped(sampling in sampling()) {
            let mut sampler = Sampler::new(sampling).unwrap();
            let steps = sampler.steps_per_epoch();
            for epoch in 0..3 {
                let mut seen = vec![false; sampling.examples];
                for step in epoch * steps..(epoch + 1) * steps {
                    let position = sampler.position(step);
                    prop_assert_eq!(position.epoch, epoch);
                    prop_assert_eq!(position.offset, (step % steps) as usize * sampling.batch);
                    prop_assert!(position.indices.len() == sampling.batch || !sampling.drop_last);
                    for &index in position.indices {
                        prop_assert!(!std::mem::replace(&mut seen[index], true));
                    }
                }
                let left = seen.iter().filter(|&&seen| !seen).count();
                let dropped = if sampling.drop_last { sampling.examples % sampling.batch } else { 0 };
                prop_assert_eq!(left, dropped);
            }
        }

        #[test]
        fn a_step_is_the_same_however_one_comes_to_it(sampling in sampling(), steps in proptest::collection::vec(0_u64..200, 1..9)) {
            let mut wanderer = Sampler::new(sampling).unwrap();
            for step in steps {
                let expected = Sampler::new(sampling).unwrap().position(step).indices.to_vec();
                prop_assert_eq!(wanderer.position(step).indices, expected);
            }
        }

        #[test]
        fn the_first_epoch_needs_shards_only_as_they_come(sampling in sampling()) {
            let mut sampler = Sampler::new(sampling).unwrap();
            let order = sampler.shard_order().to_vec();
            let mut needed_until_now = Vec::new();
            for step in 0..sampler.steps_per_epoch() {
                for shard in sampler.needs(step) {
                    if !needed_until_now.contains(&shard) {
                        needed_until_now.push(shard);
                    }
                }
                prop_assert_eq!(&needed_until_now[..], &order[..needed_until_now.len()]);
            }
        }
    }
}
