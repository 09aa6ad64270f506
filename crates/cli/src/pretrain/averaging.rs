//! A running mean of parameters and buffers, as PyTorch's `AveragedModel` with `get_ema_multi_avg_fn` keeps it.

use chalkgrad::{Result, Store};

/// The store's regions that are averaged.
const REGIONS: [&str; 2] = ["flat/parameters", "flat/buffers"];

pub(super) struct Averaging {
    decay: f64,
    steps: u64,
    means: [Vec<f32>; 2],
}

impl Averaging {
    /// Begins with what stands in the store.
    pub(super) fn new(decay: f64, store: &Store) -> Result<Self> {
        Ok(Self { decay, steps: 0, means: read(store)? })
    }

    /// Takes the parameters after one more step. The first steps count more, or the first values would stay for long.
    pub(super) fn update(&mut self, store: &Store) -> Result<()> {
        self.steps += 1;
        let early = self.steps as f64 / (self.steps as f64 + 10.0);
        let keep = self.decay.min(early) as f32;
        for (means, values) in self.means.iter_mut().zip(read(store)?) {
            for (mean, value) in means.iter_mut().zip(values) {
                *mean = keep * *mean + (1.0 - keep) * value;
            }
        }
        Ok(())
    }

    /// Puts the means into the store of a model of the same network.
    pub(super) fn write(&self, store: &Store) -> Result<()> {
        REGIONS.iter().zip(&self.means).try_for_each(|(name, means)| store.write(name, means))
    }

    /// The means, for a checkpoint.
    pub(super) fn values(&self) -> impl Iterator<Item = f32> {
        self.means.iter().flatten().copied()
    }

    /// Goes on where a checkpoint stood; false where it holds another number of means.
    pub(super) fn restore(&mut self, steps: u64, values: &[f32]) -> bool {
        let [parameters, buffers] = &mut self.means;
        let fits = values.len() == parameters.len() + buffers.len();
        if fits {
            let (first, second) = values.split_at(parameters.len());
            parameters.copy_from_slice(first);
            buffers.copy_from_slice(second);
            self.steps = steps;
        }
        fits
    }
}

fn read(store: &Store) -> Result<[Vec<f32>; 2]> {
    let [parameters, buffers] = REGIONS.map(|name| pollster::block_on(store.read(name)));
    Ok([parameters?, buffers?])
}
