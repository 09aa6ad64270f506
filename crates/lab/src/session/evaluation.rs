//! Loss and accuracy on pictures that are not trained on: a small sample now and then while training, a whole split on demand.

use datasets::Batch;
use protocol::{Event, EventBody, Split};

use super::{Activity, Session, examples};
use crate::Outbox;
use crate::error::Result;

/// Pictures in one evaluation step; it divides both splits.
const BATCH: usize = 100;
/// Held-out pictures in one sample.
const SAMPLE: usize = 500;
/// A sample may take this share of the time.
const SHARE: f64 = 0.04;

/// Evaluations under way and due.
#[derive(Default)]
pub(super) struct Evaluations {
    whole: Vec<Whole>,
    batch: Option<Batch>,
    /// Where the next sample begins, and when it may.
    next_sample: usize,
    not_before: f64,
    sampled_step: Option<u64>,
}

/// A whole split, part of it done.
struct Whole {
    split: Split,
    reply_to: u32,
    done: usize,
    total: Total,
}

/// Sums over examples.
#[derive(Default, Clone, Copy)]
struct Total {
    loss: f64,
    correct: f64,
    examples: f64,
}

impl Evaluations {
    pub(super) fn begin(&mut self, split: Split, reply_to: u32) {
        self.whole.push(Whole { split, reply_to, done: 0, total: Total::default() });
    }

    /// What is measured is measured again, as after other weights.
    pub(super) fn refresh(&mut self) {
        (self.sampled_step, self.not_before) = (None, 0.0);
        self.whole.iter_mut().for_each(|whole| (whole.done, whole.total) = (0, Total::default()));
    }
}

impl Session {
    /// One batch of a whole evaluation, or one sample if it is due. False where there was nothing to do.
    pub(super) async fn evaluate_slice(&mut self, out: &mut Outbox) -> Result<bool> {
        if let Some(mut whole) = self.evaluations.whole.pop() {
            let total = self.data.split(whole.split).len();
            let indices: Vec<usize> = (whole.done..(whole.done + BATCH).min(total)).collect();
            let measured = self.measure(whole.split, &indices, &mut whole.total).await?;
            whole.done += if measured { indices.len() } else { 0 };
            if !measured && self.data.gave_up(whole.split) {
                let message = "The pictures to measure on could not be loaded; asking again fetches them.".into();
                let body = EventBody::Failed { message, place: None };
                out.send(Event { run: self.run, reply_to: Some(whole.reply_to), body }, Vec::new());
            } else if whole.done == total {
                self.send_evaluated(whole.split, whole.total, Some(whole.reply_to), out);
            } else {
                self.evaluations.whole.push(whole);
            }
            return Ok(measured);
        }
        let now = (self.clock)();
        let due = self.activity == Activity::Training && now >= self.evaluations.not_before;
        if !due || self.evaluations.sampled_step == Some(self.trainer.steps()) {
            return Ok(false);
        }
        self.sample(out).await?;
        let took = (self.clock)() - now;
        self.evaluations.not_before = (self.clock)() + (took / SHARE).max(1.0);
        self.evaluations.sampled_step = Some(self.trainer.steps());
        Ok(true)
    }

    /// The next held-out pictures that are there.
    async fn sample(&mut self, out: &mut Outbox) -> Result<()> {
        let len = self.data.split(Split::HeldOut).len();
        let mut total = Total::default();
        let mut skipped = 0;
        while total.examples < SAMPLE as f64 && skipped < len {
            let start = self.evaluations.next_sample % len;
            let indices: Vec<usize> = (start..(start + BATCH).min(len)).collect();
            let measured = self.measure(Split::HeldOut, &indices, &mut total).await?;
            skipped += if measured { 0 } else { indices.len() };
            self.evaluations.next_sample = start + indices.len();
        }
        if total.examples > 0.0 {
            self.send_evaluated(Split::HeldOut, total, None, out);
        }
        Ok(())
    }

    /// Adds these pictures to a total. False where one of them has not arrived.
    async fn measure(&mut self, split: Split, indices: &[usize], total: &mut Total) -> Result<bool> {
        let pictures = self.data.split(split);
        if indices.iter().any(|&index| pictures.example(index).is_none()) {
            return Ok(false);
        }
        let mut batch = match self.evaluations.batch.take() {
            Some(batch) => batch,
            None => Batch::new(BATCH, self.data.shape())?,
        };
        batch.fill(pictures, indices, &self.data.transforms, None)?;
        let measured = self.trainer.model_mut().evaluate(examples(&batch)).await?;
        self.evaluations.batch = Some(batch);
        let examples = f64::from(measured.examples);
        total.loss += f64::from(measured.loss) * examples;
        total.correct += f64::from(measured.accuracy) * examples;
        total.examples += examples;
        Ok(true)
    }

    fn send_evaluated(&self, split: Split, total: Total, reply_to: Option<u32>, out: &mut Outbox) {
        let loss = (total.loss / total.examples) as f32;
        let body = EventBody::Evaluated {
            split,
            step: self.trainer.steps(),
            examples: total.examples as u64,
            loss: loss.is_finite().then_some(loss),
            accuracy: (total.correct / total.examples) as f32,
        };
        out.send(Event { run: self.run, reply_to, body }, Vec::new());
    }
}
