//! The measurement that anyone can repeat: fixed pictures, uploaded anew each step, no augmentation.

use chalkgrad::random::Stream;
use chalkgrad::{Device, Examples, RING, Trainer};
use protocol::{BenchRequest, BenchResult, Settings, Work};

use crate::error::{LabError, Result};
use crate::team::{self, Hire, Team};
use crate::{Clock, settings};

/// Steps before the clock runs.
const WARM_UP: u32 = 3;
/// Seconds in one slice.
const SLICE: f64 = 0.1;
/// Which of a seed's sequences the pictures are.
const PICTURES: u64 = 1 << 32;

/// A measurement under way.
pub struct Bench {
    request: BenchRequest,
    work: Work,
    trainer: Trainer,
    clock: Clock,
    images: Vec<f32>,
    labels: Vec<f32>,
    weights: Vec<f32>,
    began: f64,
    /// Of every step so far.
    losses: Vec<f32>,
}

impl Bench {
    /// Builds everything; measures nothing yet.
    pub async fn new(request: BenchRequest, device: &Device, clock: Clock) -> Result<Self> {
        let work = Work {
            network: request.network.clone(),
            input: request.input,
            batch: request.batch,
            rank: 0,
            workers: request.workers,
            label_smoothing: 0.0,
            dropout: None,
        };
        if !(request.seconds > 0.0 && request.seconds <= 600.0) {
            return Err(LabError::Setting { name: "seconds", rule: "must be above 0 and at most 600" });
        }
        if request.steps.is_some_and(|steps| steps <= WARM_UP) {
            return Err(LabError::Setting {
                name: "steps",
                rule: "must be at least 4: the clock runs from the fourth",
            });
        }
        let input = request.input.map(|length| length as usize);
        let network = settings::network(&request.network, input)?;
        let (batch, classes) = (request.batch as usize, network.output().elements());
        let options = settings::options(
            &Settings {
                batch_size: request.batch,
                optimizer: request.optimizer,
                schedule: protocol::Schedule::Constant,
                seed: request.seed,
                ..Settings::default()
            },
            1,
        )?;
        let mut trainer = Trainer::new(device, network, options).await?;
        team::check(&work, device)?;
        trainer.share_among(request.workers as usize).await?;
        let pictures = Stream::new(request.seed, PICTURES);
        let elements = input.iter().product::<usize>() * batch;
        Ok(Self {
            images: (0..elements as u64).map(|index| pictures.uniform(index) - 0.5).collect(),
            labels: (0..batch).map(|index| (7 * index % 10 % classes) as f32).collect(),
            weights: vec![1.0; batch],
            work,
            request,
            trainer,
            clock,
            began: 0.0,
            losses: Vec::new(),
        })
    }

    /// Measures for a slice of time. The result comes with the last one.
    pub async fn advance(&mut self, team: &mut Team<impl Hire>) -> Result<Option<BenchResult>> {
        let slice = (self.clock)();
        while (self.clock)() - slice < SLICE {
            let steps = self.trainer.steps() as u32;
            if steps == WARM_UP {
                self.read_losses().await?;
                self.began = (self.clock)();
            }
            let by_steps = self.request.steps.is_some_and(|limit| steps >= limit);
            let by_time = steps > WARM_UP && (self.clock)() - self.began >= self.request.seconds;
            if by_steps || by_time {
                return self.finish(steps).await.map(Some);
            }
            let examples = Examples { images: &self.images, labels: &self.labels, weights: &self.weights };
            team.train(&mut self.trainer, &self.work, examples).await?;
            if self.trainer.unread() == RING {
                self.read_losses().await?;
            }
        }
        Ok(None)
    }

    async fn read_losses(&mut self) -> Result<()> {
        self.losses.extend(self.trainer.metrics().await?.iter().map(|metrics| metrics.loss));
        Ok(())
    }

    async fn finish(&mut self, steps: u32) -> Result<BenchResult> {
        self.read_losses().await?;
        let seconds = (self.clock)() - self.began;
        let [first_loss, last_loss] =
            [self.losses.first(), self.losses.last()].map(|loss| loss.copied().unwrap_or(f32::NAN));
        let device = self.trainer.store().device();
        Ok(BenchResult {
            images_per_second: f64::from(steps - WARM_UP) * f64::from(self.request.batch) / seconds,
            steps,
            first_loss,
            last_loss,
            device: settings::device_name(device).into(),
            adapter: device.adapter(),
            workers: self.request.workers,
            losses: match self.request.with_losses {
                true => self.losses.iter().map(|loss| loss.is_finite().then_some(*loss)).collect(),
                false => Vec::new(),
            },
        })
    }
}
