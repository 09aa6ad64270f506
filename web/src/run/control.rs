//! What the page asks of the run: configure, train, pause, go back. Each function sends a command; `events` hears the answer.

use std::{rc::Rc, time::Duration};

use js_sys::ArrayBuffer;
use leptos::prelude::*;
use protocol::{Command, Event, EventBody, Settings, StopReason};

use super::{
    AskedRun, Run, Speed, Status,
    keep::{self, Kept},
    snapshots::Snapshot,
};
use crate::{
    dom,
    engine::{Answered, Incoming},
    format,
};

/// How often the run's state is kept while it trains.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(10);
/// A snapshot, with the pictures that are judged for it, may take one part in so many of the time.
const SNAPSHOT_REST: f64 = 40.0;
/// The base beat of slow motion: the fastest slow speed.
const SLOW_BEAT: Duration = Duration::from_millis(100);
const BEATS_A_SECOND: u32 = 10;
/// Typing rests for so long before the network text is checked.
const CHECK_AFTER: Duration = Duration::from_millis(350);
/// How often, and after how long, a lost device is asked for again: a browser needs a moment to start its GPU process anew.
const DEVICE_ATTEMPTS: u32 = 6;
const DEVICE_AGAIN: Duration = Duration::from_millis(1500);
/// Without a step for so long, and without all pictures, training waits for them.
const STALL_MILLISECONDS: f64 = 4000.0;
/// Workers that died within this time, in milliseconds, count together.
const DEATHS_WITHIN: f64 = 90_000.0;
const DEATHS_ALLOWED: usize = 3;

impl Run {
    /// Timers that live as long as the page.
    pub(super) fn keep_going(self) {
        set_interval(
            move || {
                let is_due = self.book.with_value(|book| dom::now() >= book.snapshot_not_before);
                if self.is_training_now() && is_due {
                    self.take_snapshot();
                }
            },
            SNAPSHOT_EVERY,
        );
        set_interval(move || self.tell_stall(), Duration::from_secs(1));
        let beat = StoredValue::new(0u32);
        set_interval(
            move || {
                beat.update_value(|beat| *beat = beat.wrapping_add(1));
                if let Speed::Steps(a_second) = self.speed.get_untracked()
                    && beat.get_value().is_multiple_of((BEATS_A_SECOND / a_second.max(1)).max(1))
                {
                    self.slow_step();
                }
            },
            SLOW_BEAT,
        );
    }

    /// Every command goes through here, the page API's included: a run gets its number, and its settings are remembered.
    pub fn send(self, mut command: Command, buffers: Vec<ArrayBuffer>, answer: impl FnOnce(Answered) + 'static) {
        let is_fresh = matches!(command, Command::Configure { .. });
        if let Command::Configure { run, settings } | Command::Restore { run, settings } = &mut command {
            self.book.update_value(|book| {
                book.asked += 1;
                *run = book.asked;
                book.asked_runs.insert(book.asked, AskedRun { settings: (**settings).clone(), is_fresh });
            });
            let before = self.status.get_untracked();
            if !self.book.with_value(|book| book.is_recovering && book.wants_training) {
                self.status.set(Status::Building);
            }
            return self.engine.send(command, buffers, move |result| {
                // Refused: everything is as before.
                if result.is_err() && self.status.with_untracked(|status| *status == Status::Building) {
                    self.status.set(before);
                }
                answer(result);
            });
        }
        self.engine.send(command, buffers, answer);
    }

    /// Says when training stands still because its pictures have not arrived.
    fn tell_stall(self) {
        let Some(data) = self.data.get_untracked().filter(|data| data.loaded_shards < data.total_shards) else {
            return;
        };
        let stalls = self.is_training_now()
            && self
                .book
                .with_value(|book| book.stall.is_none() && dom::now() - book.last_progress > STALL_MILLISECONDS);
        if stalls {
            let files = format!("{} of {} files have arrived", data.loaded_shards, data.total_shards);
            let notice = self.notices.say(format!("The next step waits for its pictures: {files}."), None);
            self.book.update_value(|book| book.stall = Some(notice));
        }
    }

    /// Sends a command whose refusal is worth a notice.
    pub(super) fn ask(self, command: Command) {
        let notices = self.notices;
        self.send(command, Vec::new(), move |result| {
            if let Err(refusal) = result {
                notices.fail(refusal.message, None);
            }
        });
    }

    /// Builds the network anew. A refusal stands beside the settings until the next attempt.
    pub fn configure(self, settings: Settings, then_train: bool) {
        self.refusal.set(None);
        let command = Command::Configure { run: 0, settings: Box::new(settings) };
        self.send(command, Vec::new(), move |result| match result {
            Ok(_) if then_train => self.train(),
            Ok(_) => {}
            Err(refusal) => self.refusal.set(Some(refusal)),
        });
    }

    /// Builds the network anew and gives it these weights, a safetensors file; `then` follows where both came about.
    pub(super) fn configure_with_weights(
        self,
        settings: Settings,
        weights: ArrayBuffer,
        then: impl FnOnce() + 'static,
    ) {
        self.refusal.set(None);
        let command = Command::Configure { run: 0, settings: Box::new(settings) };
        self.send(command, Vec::new(), move |result| {
            if let Err(refusal) = result {
                return self.refusal.set(Some(refusal));
            }
            self.send(Command::Load, vec![weights], move |result| match result {
                Ok(_) => then(),
                Err(refusal) => {
                    self.notices.fail(refusal.message, None);
                }
            });
        });
    }

    /// Another run of the same network with other settings, which begins with what this one has learned.
    pub fn configure_keeping_weights(self, settings: Settings) {
        let then_train = self.is_training_now();
        self.send(Command::Export, Vec::new(), move |result| {
            let weights = match result {
                Ok(mut incoming) => incoming.buffers.pop(),
                Err(refusal) => {
                    self.notices.fail(refusal.message, None);
                    return;
                }
            };
            let Some(weights) = weights else { return };
            self.configure_with_weights(settings, weights, move || {
                if then_train {
                    self.train();
                }
            });
        });
    }

    pub fn train(self) {
        let before = self.status.get_untracked();
        self.book.update_value(|book| book.wants_training = true);
        self.status.set(Status::Training);
        if self.speed.get_untracked() != Speed::Full {
            return;
        }
        self.send(Command::Train, Vec::new(), move |result| {
            if let Err(refusal) = result {
                self.book.update_value(|book| book.wants_training = false);
                self.status.set(before);
                self.notices.fail(refusal.message, None);
            }
        });
    }

    pub fn pause(self) {
        let is_recovering = self.book.try_update_value(|book| {
            book.wants_training &= !book.is_recovering;
            book.is_recovering
        });
        if is_recovering == Some(true) {
            return self.status.set(Status::Building);
        }
        self.ask(Command::Pause);
    }

    /// Train where it pauses, pause where it trains.
    pub fn toggle(self) {
        if self.is_training_now() { self.pause() } else { self.train() }
    }

    pub fn step_once(self) {
        self.ask(Command::Step { steps: 1 });
    }

    pub fn reset(self) {
        self.ask(Command::Reset);
    }

    /// Changes between full speed and slow motion, also in the midst of training.
    pub fn set_speed(self, speed: Speed) {
        let was_training = self.is_training_now();
        let before = self.speed.get_untracked();
        self.speed.set(speed);
        match (before, speed) {
            (Speed::Full, Speed::Steps(_)) if was_training => {
                self.send(Command::Pause, Vec::new(), move |result| {
                    if result.is_ok() {
                        self.train();
                    }
                });
            }
            (Speed::Steps(_), Speed::Full) if was_training => self.train(),
            _ => {}
        }
    }

    /// The next step of slow motion, unless the last is still under way.
    fn slow_step(self) {
        let is_training = self.is_training_now();
        let goes = is_training
            && self.book.try_update_value(|book| !std::mem::replace(&mut book.is_stepping, true)) == Some(true);
        if goes {
            self.send(Command::Step { steps: 1 }, Vec::new(), move |result| {
                self.book.update_value(|book| book.is_stepping = false);
                if let Err(refusal) = result {
                    self.status.set(Status::Paused);
                    self.notices.fail(refusal.message, None);
                }
            });
        }
    }

    /// What needs no new run changes while it trains.
    pub fn adjust(self, draft: &Settings) {
        self.ask(Command::Adjust {
            optimizer: draft.optimizer,
            schedule: draft.schedule,
            augmentation: Some(draft.augmentation),
            label_smoothing: Some(draft.label_smoothing),
            dropout: draft.dropout,
            stop: Some(draft.stop),
        });
    }

    /// The text of the network as it is typed. It is checked when the typing rests; nothing that runs is touched.
    pub fn set_network(self, text: String) {
        self.draft.update(|draft| draft.network = text.clone());
        set_timeout(move || self.check_network(text), CHECK_AFTER);
    }

    fn check_network(self, text: String) {
        let is_now = move |text: &str| self.draft.with_untracked(|draft| draft.network == *text);
        if !is_now(&text) {
            return;
        }
        self.send(Command::Check { network: text.clone() }, Vec::new(), move |result| {
            if !is_now(&text) {
                return;
            }
            self.checked.set(match &result {
                Ok(Incoming { event: Event { body: EventBody::Checked { parameters }, .. }, .. }) => Some(*parameters),
                _ => None,
            });
            self.refusal.set(result.err());
        });
    }

    /// Steps that curves and numbers average over.
    pub fn set_window(self, window: u64) {
        self.window.set(window.max(1));
        self.average();
    }

    pub(super) fn take_snapshot(self) {
        let stands = self.book.with_value(|book| book.current > 0);
        if stands {
            let asked = dom::now();
            self.send(Command::Snapshot, Vec::new(), move |_| {
                let now = dom::now();
                self.book.update_value(|book| book.snapshot_not_before = now + SNAPSHOT_REST * (now - asked));
            });
        }
    }

    pub(super) fn save_latest(self) {
        let row = self.book.with_value(|book| book.snapshots.row());
        let curves = [self.loss, self.accuracy].map(|curve| curve.get_value());
        wasm_bindgen_futures::spawn_local(async move {
            let _ = keep::save(self.lab, row, curves).await;
        });
    }

    fn restore(self, snapshot: &Rc<Snapshot>, then_train: bool) {
        let command = Command::Restore { run: 0, settings: Box::new(snapshot.settings.clone()) };
        let draft = snapshot.settings.clone();
        self.send(command, vec![snapshot.bytes()], move |result| match result {
            Ok(_) => {
                self.draft.set(draft);
                self.version.update(|version| *version += 1);
                if then_train {
                    self.train();
                }
            }
            Err(refusal) => {
                self.notices.fail(refusal.message, None);
            }
        });
    }

    /// Back to a kept snapshot, paused there.
    pub fn rewind(self, step: u64) {
        if let Some(snapshot) = self.book.with_value(|book| book.snapshots.at(step)) {
            self.restore(&snapshot, false);
        }
    }

    /// Says why training stopped and, where the numbers broke, offers the way back.
    pub(super) fn explain_stop(self, reason: StopReason, message: &str) {
        match (reason, self.book.with_value(|book| book.snapshots.last_good())) {
            (StopReason::NotANumber, Some(good)) => {
                let back = Box::new(move || {
                    let good = self.book.with_value(|book| book.snapshots.last_good());
                    if let Some(good) = good {
                        self.restore(&good, false);
                    }
                });
                let sentence = format!("{message} The last good snapshot is of step {}.", format::grouped(good.step));
                self.notices.ask(sentence, true, vec![("Go back to it", back)]);
            }
            (StopReason::NotANumber, None) => {
                let back = Box::new(move || self.reset());
                self.notices.ask(message, true, vec![("Reset", back)]);
            }
            (StopReason::ScheduleEnded, _) => {
                self.take_snapshot();
                self.notices.say(message, Some("Reset begins again; a longer schedule goes on from here.".into()));
            }
            (StopReason::Reached, _) => {
                self.take_snapshot();
                self.notices.say(message, Some("Another stop, or none, lets it go on.".into()));
            }
            (StopReason::DeviceLost | StopReason::DataMissing, _) => {
                self.notices.fail(message, None);
            }
        }
    }

    /// Settings that arrive with the page or its link. A run with the same settings that this browser still keeps goes on.
    pub fn arrive(self, settings: Settings, autostart: bool) {
        self.arrive_or(settings, autostart, move |settings| self.configure(settings, autostart));
    }

    /// The same, where a new run begins in a way of its own.
    pub fn arrive_or(self, settings: Settings, autostart: bool, begin: impl FnOnce(Settings) + 'static) {
        self.engine.start();
        let stands = self.has_begun();
        if stands && self.settings.with_untracked(|now| *now == settings) {
            return;
        }
        self.draft.set(settings.clone());
        wasm_bindgen_futures::spawn_local(async move {
            let kept = if stands { None } else { keep::load(self.lab, &settings).await };
            match kept {
                Some(kept) => self.go_on_from(kept, autostart),
                None => begin(settings),
            }
        });
    }

    /// Takes up what an earlier visit left, and says so; a snapshot that the engine refuses is forgotten.
    fn go_on_from(self, kept: Kept, then_train: bool) {
        let Kept { row, loss, accuracy } = kept;
        let Some(latest) = row.last().cloned() else { return };
        let settings = latest.settings.clone();
        let command = Command::Restore { run: 0, settings: Box::new(settings.clone()) };
        let sentence =
            format!("This run goes on from step {}, where an earlier visit left it.", format::grouped(latest.step));
        self.send(command, vec![latest.bytes()], move |result| {
            if result.is_err() {
                return self.configure(settings, then_train);
            }
            self.loss.set_value(loss);
            self.accuracy.set_value(accuracy);
            let steps = self.book.try_update_value(|book| {
                book.snapshots.take_up(row);
                book.snapshots.steps()
            });
            self.rewind_steps.set(steps.unwrap_or_default());
            self.version.update(|version| *version += 1);
            let anew = Box::new(move || self.configure(self.settings.get_untracked(), true));
            let notice = self.notices.ask(sentence, false, vec![("Train anew", anew)]);
            self.book.update_value(|book| book.continuation = Some(notice));
            if then_train {
                self.train();
            }
        });
    }

    /// Counts one more death. Whether there were too many in a row, what is left, and whether training was under way.
    fn count_death(self) -> (bool, Option<Rc<Snapshot>>, bool) {
        let counted = self.book.try_update_value(|book| {
            let now = dom::now();
            book.deaths.retain(|death| now - death < DEATHS_WITHIN);
            book.deaths.push(now);
            book.is_stepping = false;
            (book.deaths.len() > DEATHS_ALLOWED, book.snapshots.latest(), book.wants_training)
        });
        counted.unwrap_or((true, None, false))
    }

    /// The device took its memory with it: the run goes on from the latest snapshot, on the device that there is now.
    pub(super) fn recover_device(self, sentence: String) {
        let (is_hopeless, latest, wants_training) = self.count_death();
        if is_hopeless {
            self.notices.fail(sentence, Some("Choose another device in the settings.".into()));
            return self.status.set(Status::Stopped(StopReason::DeviceLost, "The device was lost too often.".into()));
        }
        let place =
            latest.as_ref().map_or("the beginning".to_owned(), |kept| format!("step {}", format::grouped(kept.step)));
        self.notices.fail(sentence, Some(format!("The run goes on from {place}.")));
        if !wants_training {
            self.status.set(Status::Building);
        }
        self.book.update_value(|book| book.is_recovering = true);
        self.stand_again(latest, DEVICE_ATTEMPTS);
    }

    /// Asks for the run until the browser has a device again; a refusal after the last attempt is said.
    fn stand_again(self, latest: Option<Rc<Snapshot>>, attempts: u32) {
        let settings = latest.as_ref().map_or_else(|| self.settings.get_untracked(), |kept| kept.settings.clone());
        let (run, settings) = (0, Box::new(settings));
        let (command, buffers) = match &latest {
            Some(kept) => (Command::Restore { run, settings }, vec![kept.bytes()]),
            None => (Command::Configure { run, settings }, Vec::new()),
        };
        self.send(command, buffers, move |result| match result {
            Ok(_) => {
                let then_train = self.book.try_update_value(|book| {
                    book.is_recovering = false;
                    book.wants_training
                });
                if then_train == Some(true) {
                    self.train();
                }
            }
            Err(_) if attempts > 1 => set_timeout(move || self.stand_again(latest, attempts - 1), DEVICE_AGAIN),
            Err(refusal) => {
                self.book.update_value(|book| (book.is_recovering, book.wants_training) = (false, false));
                self.status.set(Status::Stopped(StopReason::DeviceLost, refusal.message.clone()));
                self.notices.fail(refusal.message, Some("Choose another device in the settings.".into()));
            }
        });
    }

    /// The worker died: a new one, and the run where it stood. After several deaths in a row, only the sentence.
    pub fn recover(self, sentence: String) {
        let (is_hopeless, latest, wants_training) = self.count_death();
        let had_run = self.built.with_untracked(Option::is_some);
        if is_hopeless || (!had_run && self.engine.build().is_empty()) {
            self.status.set(Status::Broken(sentence.clone()));
            self.notices.fail(sentence, Some("Reload the page to try again.".into()));
            return;
        }
        let remedy = match (&latest, had_run) {
            (Some(snapshot), _) => {
                format!("It was started again and goes on from step {}.", format::grouped(snapshot.step))
            }
            (None, true) => "It was started again from the beginning: no snapshot had been taken yet.".into(),
            (None, false) => "It was started again.".into(),
        };
        self.notices.fail(sentence, Some(remedy));
        self.status.set(Status::Starting);
        self.engine.start();
        let stand = move || match latest {
            Some(snapshot) => self.restore(&snapshot, wants_training),
            None => self.configure(self.settings.get_untracked(), wants_training),
        };
        match self.book.with_value(|book| book.prepare.clone()) {
            Some(prepare) => prepare(Box::new(stand)),
            None => stand(),
        }
    }
}
