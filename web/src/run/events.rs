//! What each event of the engine changes in the run. Events of an earlier run are stale and change nothing.

use std::sync::Arc;

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use protocol::{EventBody, Sheet, Split, StopReason, Views};

use super::{
    Built, Costs, InsideView, LayerTiles, Loading, Predictions, Run, Score, Speed, Status,
    frame::Progress,
    judging,
    snapshots::{Seen, Snapshot},
};
use crate::{
    dom,
    engine::Incoming,
    pictures::Tiles,
    plots::curve::{Curve, Measurement},
    storage,
};

/// Tiles of a sheet and its buffer.
pub(super) fn tiles(sheet: &Sheet, buffer: Option<&ArrayBuffer>) -> Option<Tiles> {
    Tiles::new(sheet.clone(), Uint8Array::new(buffer?).to_vec())
}

impl Run {
    /// Understands an event. Called before the page API hears of it.
    pub fn receive(self, incoming: &Incoming) {
        let event = &incoming.event;
        let is_stale = event.run != 0 && self.book.with_value(|book| event.run < book.current);
        if is_stale {
            return;
        }
        match &event.body {
            EventBody::Configured { .. } => self.stands(incoming),
            EventBody::Trained => {
                self.book.update_value(|book| {
                    book.wants_training = true;
                    book.last_progress = dom::now();
                });
                self.status.set(Status::Training);
            }
            EventBody::Paused { step } => self.came_to_rest(*step),
            EventBody::Stepped { step } => self.stepped(*step),
            EventBody::Reset => self.began_again(),
            EventBody::Adjusted { optimizer, schedule, augmentation, label_smoothing, dropout, stop } => {
                self.settings.update(|settings| {
                    settings.optimizer = *optimizer;
                    settings.schedule = *schedule;
                    settings.augmentation = *augmentation;
                    settings.label_smoothing = *label_smoothing;
                    settings.dropout = *dropout;
                    settings.stop = *stop;
                });
                // A longer schedule or a later stop may be what a run that has ended was waiting for.
                if matches!(
                    self.status.get_untracked(),
                    Status::Stopped(StopReason::ScheduleEnded | StopReason::Reached, _)
                ) {
                    self.status.set(Status::Paused);
                }
            }
            EventBody::Progressed { .. } => self.progressed(&event.body),
            EventBody::Evaluated { split, step, examples, loss, accuracy, views } => {
                let score = Score {
                    loss: loss.map(f64::from),
                    accuracy: f64::from(*accuracy),
                    examples: *examples,
                    step: *step,
                };
                self.scored(*split, score);
                if *split == Split::Test {
                    let judged = judging::read(incoming.buffers.first(), *step, *views == Views::Averaged);
                    self.judged.set(judged.map(Arc::new));
                }
            }
            EventBody::DataProgressed { loaded_shards, total_shards, loaded_bytes, notice } => {
                let loading =
                    Loading { loaded_shards: *loaded_shards, total_shards: *total_shards, loaded_bytes: *loaded_bytes };
                self.data.set(Some(loading));
                self.mention(notice.as_ref());
            }
            EventBody::Predicted { .. }
            | EventBody::FiltersDrawn { .. }
            | EventBody::InsideDrawn { .. }
            | EventBody::AugmentedDrawn { .. }
            | EventBody::Costed { .. }
            | EventBody::OwnGuessed { .. } => {
                self.saw(incoming);
            }
            EventBody::SnapshotTaken { step, judged, filters } => {
                let mut buffers = incoming.buffers.iter();
                let bytes = buffers.next();
                let guesses = if *judged > 0 { buffers.next().cloned() } else { None };
                let filters = filters.clone().and_then(|sheet| Some((sheet, buffers.next()?.clone())));
                self.keep(*step, bytes, Seen { guesses, filters });
            }
            EventBody::Stopped { step, reason, message } => self.stopped(*step, *reason, message),
            // What was measured is of other weights.
            EventBody::Loaded { .. } => {
                self.held_out.set(None);
                self.test.set(None);
                self.judged.set(None);
                self.take_snapshot();
            }
            EventBody::Tuned { tuned } => storage::local_set(storage::TUNED_KEY, tuned),
            EventBody::Benched { .. } | EventBody::Measured { .. } => {
                if self.status.with_untracked(|status| *status == Status::Training) {
                    self.status.set(Status::Paused);
                }
            }
            EventBody::Ready { .. }
            | EventBody::Opened
            | EventBody::Hired
            | EventBody::Checked { .. }
            | EventBody::Watched
            | EventBody::Exported { .. }
            | EventBody::Pictured { .. }
            | EventBody::Brought { .. }
            | EventBody::Gathered { .. }
            | EventBody::Explained { .. }
            | EventBody::Excited { .. }
            | EventBody::Sketched { .. }
            | EventBody::Replayed { .. }
            | EventBody::Attributed { .. }
            | EventBody::Neighboured { .. }
            | EventBody::Categorised { .. }
            | EventBody::DrawingsGathered { .. }
            | EventBody::DrawingsRead { .. }
            | EventBody::DrawingsWritten
            | EventBody::Ponged
            | EventBody::Failed { .. }
            | EventBody::Crashed { .. } => {}
        }
    }

    fn mention(self, notice: Option<&protocol::Notice>) {
        if let Some(notice) = notice {
            self.notices.say(notice.message.clone(), notice.remedy.clone());
        }
    }

    /// A new run stands ready, fresh or from a snapshot.
    fn stands(self, incoming: &Incoming) {
        let EventBody::Configured {
            device,
            adapter,
            workers,
            layers,
            graph,
            parameters,
            input,
            classes,
            dataset,
            training_examples,
            steps_per_epoch,
            step,
            notice,
            ..
        } = &incoming.event.body
        else {
            return;
        };
        let run = incoming.event.run;
        let asked = self.book.try_update_value(|book| {
            book.current = run;
            let asked = book.asked_runs.remove(&run);
            book.asked_runs.retain(|later, _| *later > run);
            asked
        });
        let asked = asked.flatten();
        if asked.as_ref().is_none_or(|asked| asked.is_fresh) {
            self.forget_past();
        }
        if let Some(asked) = asked {
            self.settings.set(asked.settings);
        }
        self.refusal.set(None);
        self.forget_after(*step);
        self.built.set(Some(Arc::new(Built {
            device: device.clone(),
            adapter: adapter.clone(),
            workers: *workers,
            layers: layers.clone(),
            graph: Arc::new(graph.clone()),
            parameters: *parameters,
            input: *input,
            classes: classes.clone(),
            dataset: dataset.clone(),
            training_examples: *training_examples,
            steps_per_epoch: *steps_per_epoch,
        })));
        self.images_per_second.set(None);
        self.status.set(Status::Paused);
        self.mention(notice.as_ref());
        self.bring_again();
        self.watch_again();
    }

    /// The run stands at `step`: what the page knows of later steps is no longer so.
    fn forget_after(self, step: u64) {
        for curve in [self.loss, self.accuracy] {
            curve.update_value(|curve| curve.branch(step));
        }
        self.step.set(step);
        let settings = self.settings.get_untracked();
        self.examples.set(step * u64::from(settings.batch_size));
        for score in [self.held_out, self.test] {
            if score.get_untracked().is_some_and(|score| score.step > step) {
                score.set(None);
            }
        }
        if self.judged.with_untracked(|judged| judged.as_ref().is_some_and(|judged| judged.step > step)) {
            self.judged.set(None);
        }
        if step == 0 {
            self.epoch.set(0.0);
            self.learning_rate.set(None);
        }
        self.book.update_value(|book| book.frame.progress = None);
        self.ask_frame();
    }

    fn came_to_rest(self, step: u64) {
        self.book.update_value(|book| book.wants_training = false);
        self.images_per_second.set(None);
        if !matches!(self.status.get_untracked(), Status::Stopped(..)) {
            self.status.set(Status::Paused);
        }
        self.rests_at(step);
        self.take_snapshot();
    }

    /// No more steps are on their way: what the page shows is the whole, at once and not a frame later.
    fn rests_at(self, step: u64) {
        self.show_numbers();
        self.step.set(step);
    }

    fn stepped(self, step: u64) {
        self.book.update_value(|book| book.is_stepping = false);
        let is_slow_motion = self.speed.get_untracked() != Speed::Full;
        if !(is_slow_motion && self.status.with_untracked(|status| *status == Status::Training)) {
            self.status.set(Status::Paused);
        }
        self.rests_at(step);
        self.ask_frame();
    }

    fn began_again(self) {
        self.book.update_value(|book| book.wants_training = false);
        self.forget_past();
        self.forget_after(0);
        self.status.set(Status::Paused);
    }

    /// A fresh run has no past: no curve, no snapshot, no word of an earlier visit.
    fn forget_past(self) {
        let continuation = self.book.try_update_value(|book| {
            book.snapshots.clear();
            (book.frame.filters, book.frame.layers) = (None, None);
            book.continuation.take()
        });
        if let Some(notice) = continuation.flatten() {
            self.notices.close(notice);
        }
        // Another network may have no such pictures: none is better than the last one's.
        self.filters.set(None);
        self.layers.set(None);
        self.costs.set(None);
        self.rewind_steps.set(Vec::new());
        self.held_out.set(None);
        self.test.set(None);
        self.judged.set(None);
        for curve in [self.loss, self.accuracy] {
            curve.update_value(Curve::begin_again);
        }
    }

    fn progressed(self, body: &EventBody) {
        let EventBody::Progressed { first_step, losses, accuracies, examples, epoch, images_per_second, learning_rate } =
            body
        else {
            return;
        };
        self.loss.update_value(|curve| curve.train.extend(*first_step, losses));
        self.accuracy.update_value(|curve| curve.train.extend(*first_step, accuracies));
        let end = first_step + losses.len() as u64;
        if let Some(per_second) = images_per_second {
            self.engine
                .expect_step(f64::from(self.settings.with_untracked(|settings| settings.batch_size)) / per_second);
        }
        let stall = self.book.try_update_value(|book| book.stall.take()).flatten();
        if let Some(notice) = stall {
            self.notices.close(notice);
        }
        self.book.update_value(|book| {
            book.last_progress = dom::now();
            let numbers = losses.iter().take_while(|loss| loss.is_finite()).count() as u64;
            if numbers > 0 {
                book.snapshots.losses_were_numbers_until(first_step + numbers);
            }
            book.frame.progress = Some(Progress {
                step: end,
                examples: *examples,
                epoch: *epoch,
                images_per_second: *images_per_second,
                learning_rate: *learning_rate,
            });
        });
        self.ask_frame();
    }

    fn scored(self, split: Split, score: Score) {
        match split {
            Split::HeldOut => {
                let at = |value: f64| Measurement { step: score.step, value, examples: score.examples };
                if let Some(loss) = score.loss {
                    self.loss.update_value(|curve| curve.measure(at(loss)));
                }
                self.accuracy.update_value(|curve| curve.measure(at(score.accuracy)));
                self.held_out.set(Some(score));
            }
            Split::Test => self.test.set(Some(score)),
        }
        self.ask_frame();
    }

    /// Keeps the latest picture of its panel for the next frame.
    fn saw(self, incoming: &Incoming) {
        let mut buffers = incoming.buffers.iter();
        self.book.update_value(|book| {
            book.frame.received.extend(incoming.event.panel());
            match &incoming.event.body {
                EventBody::Predicted { sheet, pictures, accuracy, examples, .. } => {
                    book.frame.predictions = tiles(sheet, buffers.next()).map(|tiles| Predictions {
                        tiles,
                        pictures: Arc::new(pictures.clone()),
                        accuracy: f64::from(*accuracy),
                        examples: *examples,
                    });
                }
                EventBody::FiltersDrawn { sheet, .. } => book.frame.filters = tiles(sheet, buffers.next()),
                EventBody::InsideDrawn { step, inside, label, layers, .. } => {
                    let layers = layers.iter().filter_map(|layer| {
                        let tiles = tiles(&layer.sheet, buffers.next())?.unrolled();
                        Some(LayerTiles { row: layer.row, tiles })
                    });
                    book.frame.layers =
                        Some(InsideView { inside: *inside, label: *label, step: *step, layers: layers.collect() });
                }
                EventBody::AugmentedDrawn { sheet, .. } => book.frame.augmented = tiles(sheet, buffers.next()),
                EventBody::Costed { loading, forward, backward, update, l2, .. } => {
                    let (loading, forward, backward, update) = (*loading, *forward, *backward, *update);
                    let l2 = l2.map_or(f64::NAN, f64::from);
                    book.frame.costs = Some(Costs { loading, forward, backward, update, l2 });
                }
                EventBody::OwnGuessed { guesses, .. } => book.frame.own = Some(guesses.clone()),
                _ => {}
            }
        });
        self.ask_frame();
    }

    fn keep(self, step: u64, bytes: Option<&ArrayBuffer>, seen: Seen) {
        let Some(bytes) = bytes else { return };
        let snapshot = Snapshot::new(step, self.settings.get_untracked(), bytes.clone()).with(seen);
        let steps = self.book.try_update_value(|book| {
            book.snapshots.keep(snapshot);
            book.snapshots.steps()
        });
        self.rewind_steps.set(steps.unwrap_or_default());
        self.save_latest();
    }

    fn stopped(self, step: u64, reason: StopReason, message: &str) {
        self.rests_at(step);
        self.images_per_second.set(None);
        if reason == StopReason::DeviceLost {
            return self.recover_device(message.to_owned());
        }
        self.status.set(Status::Stopped(reason, message.to_owned()));
        self.book.update_value(|book| book.wants_training = false);
        self.explain_stop(reason, message);
    }
}
