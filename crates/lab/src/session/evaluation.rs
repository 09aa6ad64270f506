//! Loss and accuracy on pictures that are not trained on: a small sample now and then while training, a whole split on demand, and a
//! thousand test pictures beside each snapshot. What is judged as a whole is judged by one set of weights: training waits for it.

use datasets::{Batch, Change};
use protocol::{Event, EventBody, Split, Views};

use super::judgement::{Tally, add_probabilities, changes};
use super::{Activity, Session};
use crate::Outbox;
use crate::error::Result;

/// Pictures in one evaluation step; it divides both splits.
const BATCH: usize = 100;
/// Held-out pictures in one sample.
const SAMPLE: usize = 500;
/// A sample may take this share of the time that all workers have: while it is measured, they all wait.
const SHARE: f64 = 0.04;
/// Test pictures that are judged with a snapshot.
const JUDGED: usize = 1_000;

/// Evaluations under way and due.
#[derive(Default)]
pub(super) struct Evaluations {
    whole: Vec<Whole>,
    batch: Option<Batch>,
    /// Where the next sample begins, and when it may.
    next_sample: usize,
    not_before: f64,
    sampled_step: Option<u64>,
    sampled_accuracy: Option<f32>,
}

/// Pictures of a split that are judged together, part of them done.
struct Whole {
    split: Split,
    views: Views,
    /// How many of the split.
    len: usize,
    tally: Tally,
    reply_to: u32,
    /// The state that the pictures are judged for, where a snapshot was asked for.
    snapshot: Option<Vec<u8>>,
}

impl Evaluations {
    /// Accuracy on the last sample of held-out pictures.
    pub(super) fn sampled_accuracy(&self) -> Option<f32> {
        self.sampled_accuracy
    }

    pub(super) fn forget_sample(&mut self) {
        self.sampled_accuracy = None;
    }

    /// What was measured is measured again, as after other weights.
    pub(super) fn refresh(&mut self) {
        (self.sampled_step, self.sampled_accuracy, self.not_before) = (None, None, 0.0);
        self.whole.iter_mut().for_each(|whole| whole.tally = Tally::default());
    }
}

impl Session {
    /// Measures a whole split in slices; `reply_to` is answered at its end.
    pub fn evaluate(&mut self, split: Split, views: Views, reply_to: u32) {
        if split == Split::Test {
            self.data.want_whole_test();
        }
        self.data.want_training();
        self.try_again();
        let len = self.data.split(split).len();
        self.evaluations.whole.push(Whole { split, views, len, tally: Tally::default(), reply_to, snapshot: None });
    }

    /// Takes the run's state now; `reply_to` is answered once the pictures that belong to it are judged.
    pub async fn snapshot(&mut self, reply_to: u32) -> Result<()> {
        let snapshot = Some(self.trainer.snapshot().await?);
        let test = self.data.split(Split::Test);
        let len = (0..JUDGED.min(test.len())).take_while(|&index| test.example(index).is_some()).count();
        let (split, views) = (Split::Test, Views::Single);
        self.evaluations.whole.push(Whole { split, views, len, tally: Tally::default(), reply_to, snapshot });
        Ok(())
    }

    /// The weights change, or the session ends: snapshots go out as they are.
    pub(super) fn hurry_snapshots(&mut self, out: &mut Outbox) {
        let (snapshots, others) = std::mem::take(&mut self.evaluations.whole)
            .into_iter()
            .partition::<Vec<_>, _>(|whole| whole.snapshot.is_some());
        self.evaluations.whole = others;
        for Whole { snapshot, reply_to, .. } in snapshots {
            let body = EventBody::SnapshotTaken { step: self.trainer.steps(), judged: 0, filters: None };
            out.send(Event { run: self.run, reply_to: Some(reply_to), body }, snapshot.into_iter().collect());
        }
    }

    /// Nobody waits in vain for what this session was asked: another takes its place.
    pub fn leave(&mut self, out: &mut Outbox) {
        self.hurry_snapshots(out);
        let unanswered = std::mem::take(&mut self.evaluations.whole).into_iter().map(|whole| whole.reply_to);
        for reply_to in unanswered.chain(self.sketches.unanswered()) {
            let message = "Another run began before this was answered.".into();
            out.send(
                Event { run: self.run, reply_to: Some(reply_to), body: EventBody::Failed { message, place: None } },
                Vec::new(),
            );
        }
    }

    /// Whether training waits until something is measured.
    pub(super) fn is_judging(&self) -> bool {
        self.evaluations.whole.iter().any(|whole| self.is_ready(whole))
    }

    fn is_ready(&self, whole: &Whole) -> bool {
        whole.snapshot.is_some() || self.data.has_all_of(whole.split)
    }

    /// Answers what waits for pictures that cannot be had.
    fn refuse_hopeless(&mut self, out: &mut Outbox) {
        let (run, data) = (self.run, &self.data);
        self.evaluations.whole.retain(|whole| {
            let is_hopeless = whole.snapshot.is_none() && data.gave_up(whole.split);
            if is_hopeless {
                let message = "The pictures to measure on could not be loaded; asking again fetches them.".into();
                let body = EventBody::Failed { message, place: None };
                out.send(Event { run, reply_to: Some(whole.reply_to), body }, Vec::new());
            }
            !is_hopeless
        });
    }

    /// One batch of what is judged as a whole, or one sample if it is due. False where there was nothing to do.
    pub(super) async fn evaluate_slice(&mut self, out: &mut Outbox) -> Result<bool> {
        self.refuse_hopeless(out);
        if let Some(place) = self.evaluations.whole.iter().position(|whole| self.is_ready(whole)) {
            let mut whole = self.evaluations.whole.remove(place);
            let indices: Vec<usize> = (whole.tally.examples..(whole.tally.examples + BATCH).min(whole.len)).collect();
            self.measure(whole.split, whole.views, &indices, &mut whole.tally).await?;
            if whole.tally.examples == whole.len {
                self.finish(whole, out).await?;
            } else {
                self.evaluations.whole.insert(place, whole);
            }
            return Ok(true);
        }
        let now = (self.clock)();
        let due = self.activity == Activity::Training && now >= self.evaluations.not_before;
        if !due || self.evaluations.sampled_step == Some(self.trainer.steps()) {
            return Ok(false);
        }
        self.sample(out).await?;
        let took = (self.clock)() - now;
        self.evaluations.not_before = (self.clock)() + (took * f64::from(self.work.workers) / SHARE).max(1.0);
        self.evaluations.sampled_step = Some(self.trainer.steps());
        Ok(true)
    }

    async fn finish(&mut self, whole: Whole, out: &mut Outbox) -> Result<()> {
        self.rate.interrupt();
        let Whole { split, views, tally, reply_to, snapshot, .. } = whole;
        let Some(snapshot) = snapshot else {
            let body = self.evaluated(split, views, &tally);
            out.send(Event { run: self.run, reply_to: Some(reply_to), body }, vec![tally.guesses]);
            return Ok(());
        };
        let (step, judged) = (self.trainer.steps(), tally.examples as u32);
        let mut buffers = vec![snapshot];
        buffers.extend((judged > 0).then_some(tally.guesses));
        let filters = self.first_filters().await?.map(|(_, sheet, bytes)| {
            buffers.push(bytes);
            sheet
        });
        let body = EventBody::SnapshotTaken { step, judged, filters };
        out.send(Event { run: self.run, reply_to: Some(reply_to), body }, buffers);
        Ok(())
    }

    /// The next held-out pictures that are there.
    async fn sample(&mut self, out: &mut Outbox) -> Result<()> {
        let len = self.data.split(Split::HeldOut).len();
        let mut tally = Tally::default();
        let mut skipped = 0;
        // None of them twice.
        while tally.examples < SAMPLE.min(len) && skipped < len {
            let start = self.evaluations.next_sample % len;
            let indices: Vec<usize> = (start..(start + BATCH).min(len)).collect();
            let measured = self.measure(Split::HeldOut, Views::Single, &indices, &mut tally).await?;
            skipped += if measured { 0 } else { indices.len() };
            self.evaluations.next_sample = start + indices.len();
        }
        if tally.examples > 0 {
            self.evaluations.sampled_accuracy = Some(tally.accuracy());
            self.send(self.evaluated(Split::HeldOut, Views::Single, &tally), out);
        }
        Ok(())
    }

    /// Adds these pictures to a tally. False where one of them has not arrived.
    async fn measure(&mut self, split: Split, views: Views, indices: &[usize], tally: &mut Tally) -> Result<bool> {
        if indices.iter().any(|&index| self.data.split(split).example(index).is_none()) {
            return Ok(false);
        }
        let mut batch = match self.evaluations.batch.take() {
            Some(batch) => batch,
            None => Batch::new(BATCH, self.data.shape())?,
        };
        let classes = self.trainer.network().output().elements();
        let mut probabilities = vec![0.0; BATCH * classes];
        let changes = changes(views);
        for &change in &changes {
            let logits = self.logits(&mut batch, split, indices, change).await?;
            add_probabilities(&logits, classes, 1.0 / changes.len() as f64, &mut probabilities);
        }
        for (row, &label) in probabilities.chunks_exact(classes).zip(&batch.labels).take(indices.len()) {
            tally.count(label as usize, row);
        }
        self.evaluations.batch = Some(batch);
        Ok(true)
    }

    async fn logits(&mut self, batch: &mut Batch, split: Split, indices: &[usize], change: Change) -> Result<Vec<f32>> {
        batch.fill_changed(self.data.split(split), indices, &self.data.transforms, |_| change)?;
        Ok(self.trainer.model_mut().predict(&batch.images).await?.to_vec())
    }

    fn evaluated(&self, split: Split, views: Views, tally: &Tally) -> EventBody {
        EventBody::Evaluated {
            split,
            step: self.trainer.steps(),
            examples: tally.examples as u64,
            loss: tally.loss(),
            accuracy: tally.accuracy(),
            views,
        }
    }
}
