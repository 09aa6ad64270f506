//! The workers that share a run's batches. A host says where they come from: threads, or other Web Workers.

use std::future::Future;

use chalkgrad::{Device, Error, Examples, Line, Share, Trainer, Worker};
use protocol::Work;

use crate::error::{LabError, Result};
use crate::settings;

/// Steps that may be under way on a GPU, so that a pause means now.
const IN_FLIGHT: usize = 3;
/// How often a step is tried with new workers, once one is lost.
const ATTEMPTS: usize = 3;
/// What nobody asked for in numbers: multiply-adds of a forward pass that make a worker worth its messages (8 pictures of the
/// ConvNetJS network), and the most workers.
const LEAST_SHARE: u64 = 30_000_000;
const MOST: usize = 8;

/// The most that anybody may ask for: each has a copy of the network.
const MOST_ASKED_FOR: u32 = 64;

/// That this work can be shared so on this device, before anybody is hired.
pub(crate) fn check(work: &Work, device: &Device) -> Result<()> {
    if work.workers > MOST_ASKED_FOR {
        return Err(LabError::Setting { name: "workers", rule: "must be at most 64" });
    }
    if work.workers > 1 && device.kind() != "cpu" {
        return Err(LabError::WorkersOnGpu);
    }
    Share::of_rank(0, work.workers as usize, work.batch as usize)?;
    Ok(())
}

/// Where workers come from.
pub trait Hire {
    type Line: Line;

    /// Cores that may compute, the trainer's own among them.
    fn cores(&self) -> usize;

    /// Starts a worker that serves this work, as [`serve`] does, at the other end of the line.
    fn hire(&self, work: Work) -> impl Future<Output = Result<Self::Line, String>>;
}

/// What a hired worker does until its line is cut.
pub async fn serve(work: &Work, line: &mut impl Line) -> Result<()> {
    Ok(worker(work).await?.serve(line).await?)
}

/// A worker that is ready to serve.
pub async fn worker(work: &Work) -> Result<Worker> {
    let share = Share::of_rank(work.rank as usize, work.workers as usize, work.batch as usize)?;
    let network = settings::network(&work.network, work.input.map(|length| length as usize))?;
    let worker = Worker::new(network, settings::loss(work.label_smoothing)?, share).await?;
    settings::set_dropout(worker.model(), work.dropout)?;
    Ok(worker)
}

/// The workers beside the trainer's own; they stay as long as the work is the same.
pub struct Team<H: Hire> {
    host: H,
    hired: Option<(Work, Vec<H::Line>)>,
}

impl<H: Hire> Team<H> {
    /// Nobody yet.
    pub fn new(host: H) -> Self {
        Self { host, hired: None }
    }

    /// Whoever brings files, workers and devices.
    pub fn host(&self) -> &H {
        &self.host
    }

    /// How many workers share a batch where nobody asked for a number; `work` is what its forward pass takes in multiply-adds.
    pub fn usual(&self, device: &Device, batch: u32, work: u64) -> u32 {
        let most = if device.kind() == "cpu" { MOST.min(self.host.cores()) } else { 1 };
        (work / LEAST_SHARE).min(batch.into()).clamp(1, most.max(1) as u64) as u32
    }

    /// Hires whom the work needs, and lets the others go.
    pub async fn gather(&mut self, work: &Work) -> Result<&mut [H::Line]> {
        if self.hired.as_ref().is_none_or(|(hired, _)| hired != work) {
            // The old workers go before the new ones come: their memory may be needed.
            self.hired = None;
            let mut lines = Vec::new();
            for rank in 1..work.workers {
                let line = self.host.hire(Work { rank, ..work.clone() }).await;
                lines.push(line.map_err(|reason| LabError::Worker { reason })?);
            }
            self.hired = Some((work.clone(), lines));
        }
        Ok(self.hired.as_mut().map_or(&mut [], |(_, lines)| lines))
    }

    /// One step of the trainer. A worker that is lost is replaced, and the step repeated.
    pub(crate) async fn train(&mut self, trainer: &mut Trainer, work: &Work, examples: Examples<'_>) -> Result<()> {
        if work.workers == 1 {
            trainer.train(examples)?;
            return Ok(trainer.store().device().settle(IN_FLIGHT).await?);
        }
        let mut attempt = 1;
        loop {
            let lines = self.gather(work).await?;
            match trainer.train_with(examples, lines).await {
                Err(Error::WorkerLost { .. }) if attempt < ATTEMPTS => (self.hired, attempt) = (None, attempt + 1),
                done => return Ok(done?),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Threads;

    /// A machine where nobody can be hired.
    struct Cores(usize);

    impl Hire for Cores {
        type Line = <Threads as Hire>::Line;

        fn cores(&self) -> usize {
            self.0
        }

        async fn hire(&self, _work: Work) -> std::result::Result<Self::Line, String> {
            Err("nobody is there".into())
        }
    }

    #[test]
    fn as_many_workers_share_a_batch_as_find_work_in_it() {
        let usual =
            |cores, batch, each: u64| Team::new(Cores(cores)).usual(&Device::Cpu, batch, each * u64::from(batch));
        let (convnetjs, mlp) = (3_900_000, 101_632);
        assert_eq!([1, 2, 4, 64].map(|cores| usual(cores, 64, convnetjs)), [1, 2, 4, 8]);
        assert_eq!([1, 4, 16, 32].map(|batch| usual(4, batch, convnetjs)), [1, 1, 2, 4]);
        assert_eq!((usual(4, 64, mlp), usual(4, 1_024, mlp), usual(4, 1, 1 << 40)), (1, 3, 1));
        assert_eq!(usual(0, 64, convnetjs), 1);
    }
}
