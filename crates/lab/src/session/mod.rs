//! A training session: one network, its data and its trainer, worked on in slices so that commands come through between.

mod adjust;
mod evaluation;
mod exchange;
mod inside;
mod judgement;
mod panels;
mod sheet;
mod sketch;

use std::collections::HashMap;

use chalkgrad::nn::Network;
use chalkgrad::{Device, Metrics, RING, Trainer};
use datasets::{Batch, Sampler, Sampling};
use protocol::{Event, EventBody, Inside, Notice, Panel, RunId, Settings, StopReason, Work};

use crate::data::{Data, Request};
use crate::error::{LabError, Result};
use crate::team::{self, Hire, Team};
use crate::{Clock, Outbox, settings};
use evaluation::Evaluations;
use inside::Looks;
use panels::Panels;
use sketch::Sketches;

/// Seconds between two `progressed` events.
const REPORT_EVERY: f64 = 0.06;
/// Seconds of training in one slice of work.
const SLICE: f64 = 0.03;
/// How often a file is asked for before the run stops.
const ATTEMPTS: u32 = 3;

/// How much the steps of the newest report count in what is told of a step's time.
const NEWEST: f64 = 0.2;

/// What the session is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Activity {
    Paused,
    /// Until told to pause.
    Training,
    /// Up to this step; then the command of this number is answered.
    Stepping {
        until: u64,
        reply_to: u32,
    },
}

/// Whether the next slice can begin at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// There is more to do.
    Work,
    /// Nothing to do until a command or a file comes.
    Wait,
}

/// One run from `configure` to the next.
pub struct Session {
    run: RunId,
    settings: Settings,
    /// What the workers who share its batches work at.
    work: Work,
    trainer: Trainer,
    data: Data,
    sampler: Sampler,
    batch: Batch,
    activity: Activity,
    clock: Clock,
    rate: Rate,
    reported: f64,
    waiting: bool,
    /// Failed attempts by file.
    attempts: HashMap<String, u32>,
    evaluations: Evaluations,
    panels: Panels,
    looks: Looks,
    sketches: Sketches,
    /// Seconds of training since the run stood ready, of filling its last batch, and of one step, smoothed.
    seconds: f64,
    loading: f64,
    step_seconds: f64,
    /// What the steps since the last report have taken, their loading apart, in seconds.
    unreported: f64,
}

/// Images a second over the last second of training, pictures and evaluations for the page included.
#[derive(Default)]
struct Rate {
    /// Seconds at which the current stretch began, and the images since.
    since: Option<f64>,
    images: u64,
    last: Option<f64>,
}

impl Rate {
    fn count(&mut self, now: f64, images: usize) {
        let since = *self.since.get_or_insert(now);
        self.images += images as u64;
        if now - since >= 1.0 {
            self.last = Some(self.images as f64 / (now - since));
            (self.since, self.images) = (Some(now), 0);
        }
    }

    fn interrupt(&mut self) {
        (self.since, self.images) = (None, 0);
    }
}

impl Session {
    /// Builds network, programs and sampler, and gathers the team; trains nothing yet.
    pub async fn new(
        run: RunId,
        settings: Settings,
        device: &Device,
        mut data: Data,
        clock: Clock,
        team: &mut Team<impl Hire>,
    ) -> Result<Self> {
        adjust::check(&settings.stop)?;
        data.transforms = settings::transforms(&settings.transforms, data.shape()[0])?;
        let network = fitting_network(&settings.network, &data)?;
        let sampler = Sampler::new(Sampling {
            seed: settings.seed,
            examples: data.training().len(),
            shard_len: data.shard_len(),
            batch: settings.batch_size as usize,
            drop_last: true,
        })?;
        let options = settings::options(&settings, sampler.steps_per_epoch())?;
        let batch = Batch::new(options.batch, data.shape())?;
        let multiply_adds = network.layers().iter().map(|layer| layer.multiply_adds).sum();
        let mut trainer = Trainer::new(device, network, options).await?;
        settings::set_dropout(trainer.model(), settings.dropout)?;
        let work = share(&settings, device, data.shape(), multiply_adds, team).await?;
        trainer.share_among(work.workers as usize).await?;
        Ok(Self {
            run,
            settings,
            work,
            trainer,
            data,
            sampler,
            batch,
            activity: Activity::Paused,
            clock,
            rate: Rate::default(),
            reported: f64::NEG_INFINITY,
            waiting: false,
            attempts: HashMap::new(),
            evaluations: Evaluations::default(),
            panels: Panels::default(),
            looks: Looks::default(),
            sketches: Sketches::default(),
            seconds: 0.0,
            loading: 0.0,
            step_seconds: 0.0,
            unreported: 0.0,
        })
    }

    /// Whether this text would make a network for the data at hand, and of how many parameters.
    pub fn check(&self, network: &str) -> Result<u64> {
        Ok(fitting_network(network, &self.data)?.parameter_count() as u64)
    }

    /// The number of this run.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// The trainer, to measure and to save.
    pub fn trainer(&self) -> &Trainer {
        &self.trainer
    }

    /// Its pictures, for the next run on the same data set: nothing that arrived is fetched again.
    pub(crate) fn data(&self) -> Data {
        self.data.for_another_run()
    }

    /// Trains until told to pause.
    pub fn train(&mut self) -> Result<()> {
        if self.schedule_ended() {
            return Err(LabError::ScheduleEnded);
        }
        // What was measured before does not stop it again.
        self.evaluations.forget_sample();
        if let Some(reached) = self.reached() {
            return Err(LabError::Data { message: format!("{reached} Change that to go on.") });
        }
        self.try_again();
        self.data.want_training();
        self.activity = Activity::Training;
        Ok(())
    }

    /// Trains this many steps; `reply_to` is answered by `stepped`.
    pub fn step(&mut self, steps: u32, reply_to: u32) -> Result<()> {
        if self.schedule_ended() {
            return Err(LabError::ScheduleEnded);
        }
        self.try_again();
        self.data.want_training();
        self.activity = Activity::Stepping { until: self.trainer.steps() + u64::from(steps), reply_to };
        Ok(())
    }

    /// Stops after the step in flight; its numbers are out before the answer.
    pub async fn pause(&mut self, out: &mut Outbox) -> Result<u64> {
        self.stop_stepping(out);
        self.activity = Activity::Paused;
        self.rate.interrupt();
        self.report(out).await?;
        Ok(self.trainer.steps())
    }

    /// Back to the seed's first parameters.
    pub async fn reset(&mut self, out: &mut Outbox) -> Result<()> {
        self.pause(out).await?;
        self.hurry_snapshots(out);
        self.trainer.reset()?;
        self.sketches.forget_read();
        self.panels.refresh();
        self.evaluations.refresh();
        Ok(())
    }

    /// Which pictures the page wants.
    pub fn watch(&mut self, panels: &[Panel], picture: Option<u32>, inside: Inside) {
        let moved = (self.looks.picture, self.looks.inside) != (picture, inside);
        (self.looks.picture, self.looks.inside) = (picture, inside);
        self.panels.watch(panels, moved);
    }

    /// The page drew this panel's last picture.
    pub fn acknowledge(&mut self, panel: Panel) {
        self.panels.acknowledge(panel);
    }

    /// Goes on where a snapshot stood.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<()> {
        self.trainer.restore(bytes)?;
        self.sketches.forget_read();
        self.panels.refresh();
        Ok(())
    }

    /// The next file to fetch, if any.
    pub fn next_request(&mut self) -> Option<Request> {
        self.data.next_request(&self.sampler)
    }

    /// A file came, or did not. After too many failures the run stops and says so.
    pub fn arrived(&mut self, request: &Request, bytes: std::result::Result<Vec<u8>, String>, out: &mut Outbox) {
        let kept = match bytes {
            Ok(bytes) => self.data.arrived(request, bytes),
            Err(reason) => Err(reason),
        };
        let mut notice = None;
        if let Err(reason) = kept {
            let attempts = self.attempts.entry(request.path.clone()).or_default();
            *attempts += 1;
            let given_up = *attempts >= ATTEMPTS;
            self.data.failed(request, given_up);
            notice = given_up.then(|| Notice {
                message: format!("A part of the pictures could not be loaded: {reason}"),
                remedy: Some("Train asks for it again; what has arrived goes on being used.".into()),
            });
        }
        self.report_data(notice, out);
    }

    /// One slice: some training, then whatever evaluation or picture is due.
    pub async fn work(&mut self, team: &mut Team<impl Hire>, out: &mut Outbox) -> Result<Next> {
        let trained = !self.is_judging() && self.train_slice(team, out).await?;
        let looked = self.draw_panels(out).await?;
        let evaluated = self.evaluate_slice(out).await?;
        self.answer_neighbours(out).await?;
        Ok(if trained || looked || evaluated { Next::Work } else { Next::Wait })
    }

    async fn train_slice(&mut self, team: &mut Team<impl Hire>, out: &mut Outbox) -> Result<bool> {
        let began = (self.clock)();
        let mut trained = false;
        while self.activity != Activity::Paused && (self.clock)() - began < SLICE {
            let step = self.trainer.steps();
            if matches!(self.activity, Activity::Stepping { until, .. } if until <= step) {
                self.report(out).await?;
                self.stop_stepping(out);
                self.activity = Activity::Paused;
                break;
            }
            if self.schedule_ended() {
                self.report(out).await?;
                self.stop(StopReason::ScheduleEnded, "The schedule has run its whole length.".into(), out);
                break;
            }
            if let (Activity::Training, Some(reached)) = (self.activity, self.reached()) {
                self.report(out).await?;
                self.stop(StopReason::Reached, reached, out);
                break;
            }
            let needed = self.sampler.needs(step);
            if !self.data.has(&needed) {
                self.wait_for_data(&needed, out);
                break;
            }
            self.waiting = false;
            self.train_step(step, team).await?;
            trained = true;
            let due = (self.clock)() - self.reported >= REPORT_EVERY || self.trainer.unread() == RING;
            if due && !self.report(out).await? {
                break;
            }
        }
        Ok(trained)
    }

    async fn train_step(&mut self, step: u64, team: &mut Team<impl Hire>) -> Result<()> {
        let began = (self.clock)();
        let position = self.sampler.position(step);
        self.data.fill(&mut self.batch, position.indices, &self.data.transforms, &self.settings, position.epoch)?;
        let filled = (self.clock)();
        self.loading = filled - began;
        team.train(&mut self.trainer, &self.work, examples(&self.batch)).await?;
        let ended = (self.clock)();
        self.unreported += ended - filled;
        self.seconds += ended - began;
        self.rate.count((self.clock)(), self.batch.size());
        Ok(())
    }

    /// Sends the numbers of the steps since the last report. False where one of them stopped the run.
    async fn report(&mut self, out: &mut Outbox) -> Result<bool> {
        let asked = (self.clock)();
        let metrics = self.trainer.metrics().await?;
        self.reported = (self.clock)();
        let Some(first) = metrics.first() else { return Ok(true) };
        // Steps are only given to a GPU: here they are waited for.
        self.unreported += self.reported - asked;
        self.seconds += self.reported - asked;
        let newest = if self.step_seconds == 0.0 { 1.0 } else { NEWEST };
        self.step_seconds += newest * (std::mem::take(&mut self.unreported) / metrics.len() as f64 - self.step_seconds);
        let bad = metrics.iter().find(|metrics| !metrics.loss.is_finite()).copied();
        let good: Vec<&Metrics> = metrics.iter().take_while(|metrics| metrics.loss.is_finite()).collect();
        let steps = self.trainer.steps();
        let body = EventBody::Progressed {
            first_step: first.step,
            losses: good.iter().map(|metrics| metrics.loss).collect(),
            accuracies: good.iter().map(|metrics| metrics.accuracy).collect(),
            examples: steps * self.batch.size() as u64,
            epoch: steps as f64 / self.sampler.steps_per_epoch() as f64,
            images_per_second: self.rate.last,
            learning_rate: self.trainer.learning_rate(),
        };
        self.send(body, out);
        let Some(bad) = bad else { return Ok(true) };
        let message = self.explain_not_a_number(bad.step).await?;
        self.stop(StopReason::NotANumber, message, out);
        Ok(false)
    }

    /// Says where a loss that is no longer a number came from.
    async fn explain_not_a_number(&self, step: u64) -> Result<String> {
        for parameter in self.trainer.network().parameters() {
            let values = self.trainer.model().parameter(&parameter.path).await?;
            let broken = values.iter().filter(|value| !value.is_finite()).count();
            if broken > 0 {
                return Ok(format!(
                    "At step {step} the loss stopped being a number: {broken} of the {} numbers of `{}` grew beyond all bounds. \
                     A smaller learning rate helps.",
                    values.len(),
                    parameter.path
                ));
            }
        }
        Ok(format!(
            "At step {step} the loss stopped being a number, although every parameter still is one: the activations grew \
             beyond all bounds. A smaller learning rate helps."
        ))
    }

    /// Training waits for pictures: says so once, and stops where they cannot be had.
    fn wait_for_data(&mut self, needed: &[usize], out: &mut Outbox) {
        self.rate.interrupt();
        if !self.waiting {
            self.waiting = true;
            self.report_data(None, out);
        }
        if self.data.gave_up_training(needed) {
            let message = "The pictures that the next step needs could not be loaded. What was learned is kept; Train tries again.";
            self.stop(StopReason::DataMissing, message.into(), out);
        }
    }

    fn report_data(&self, notice: Option<Notice>, out: &mut Outbox) {
        let (loaded, total, bytes) = self.data.progress();
        let (loaded_shards, total_shards) = (loaded as u32, total as u32);
        self.send(EventBody::DataProgressed { loaded_shards, total_shards, loaded_bytes: bytes, notice }, out);
    }

    /// Asks again for what could not be had.
    fn try_again(&mut self) {
        self.attempts.clear();
        self.data.try_again();
    }

    fn schedule_ended(&self) -> bool {
        self.trainer.options().schedule.total_steps().is_some_and(|total| self.trainer.steps() >= total)
    }

    fn stop(&mut self, reason: StopReason, message: String, out: &mut Outbox) {
        self.stop_stepping(out);
        self.activity = Activity::Paused;
        self.rate.interrupt();
        self.send(EventBody::Stopped { step: self.trainer.steps(), reason, message }, out);
    }

    /// Answers a `step` command that is under way.
    fn stop_stepping(&self, out: &mut Outbox) {
        if let Activity::Stepping { reply_to, .. } = self.activity {
            let body = EventBody::Stepped { step: self.trainer.steps() };
            out.send(Event { run: self.run, reply_to: Some(reply_to), body }, Vec::new());
        }
    }

    fn send(&self, body: EventBody, out: &mut Outbox) {
        out.send(Event { run: self.run, reply_to: None, body }, Vec::new());
    }
}

/// The network that the text speaks of, where it fits pictures and classes.
fn fitting_network(text: &str, data: &Data) -> Result<Network> {
    let network = settings::network(text, data.shape())?;
    let (outputs, classes) = (network.output().elements(), data.classes().len());
    if network.output().rank() == 1 && outputs != classes {
        return Err(LabError::Classes { outputs, classes, dataset: data.title() });
    }
    Ok(network)
}

/// How a batch of these settings is shared: as asked for, or as is usual for a network of so many multiply-adds a picture, or,
/// where that cannot be had, not at all.
async fn share(
    settings: &Settings,
    device: &Device,
    input: [usize; 3],
    multiply_adds: u64,
    team: &mut Team<impl Hire>,
) -> Result<Work> {
    let (network, input, batch) = (settings.network.clone(), input.map(|length| length as u32), settings.batch_size);
    let workers =
        settings.workers.unwrap_or_else(|| team.usual(device, batch, multiply_adds.saturating_mul(batch.into())));
    let (label_smoothing, dropout) = (settings.label_smoothing, settings.dropout);
    let work = Work { network, input, batch, rank: 0, workers, label_smoothing, dropout };
    team::check(&work, device)?;
    match team.gather(&work).await {
        Err(_) if settings.workers.is_none() => Ok(Work { workers: 1, ..work }),
        gathered => gathered.map(|_| work),
    }
}

/// A batch as the trainer takes it.
fn examples(batch: &Batch) -> chalkgrad::Examples<'_> {
    chalkgrad::Examples { images: &batch.images, labels: &batch.labels, weights: &batch.weights }
}
