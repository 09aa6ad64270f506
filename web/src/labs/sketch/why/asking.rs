//! Asks the engine about the finished drawing once the pen has rested, and again when the network is another. Never while the pen is
//! down: the guesses under the pen come first.

use std::{sync::Arc, time::Duration};

use leptos::prelude::*;
use protocol::Drawing;

use super::turns::{ALL, OF_A_CLASS, Question, Turns};
use crate::{
    labs::sketch::pad::Pad,
    run::{Attribution, Neighbours, Replay},
};

/// How long the pen has rested.
const REST: Duration = Duration::from_millis(300);
/// A network that learns is asked no more often than this.
const SELDOM: Duration = Duration::from_millis(1000);

/// What was told, or why nothing can be.
pub(super) struct Told<T> {
    /// What it was told about.
    pub drawing: Arc<Drawing>,
    pub answer: Result<T, String>,
}

/// The newest answer to a question; nothing before the first.
pub(super) type Slot<T> = RwSignal<Option<Told<T>>>;

/// Reads what is told, once something is: the drawing, and the answer about it.
pub(super) fn told<T: Send + Sync + 'static, U>(slot: Slot<T>, read: impl FnOnce(&Drawing, &T) -> U) -> Option<U> {
    slot.with(|told| {
        let told = told.as_ref()?;
        told.answer.as_ref().ok().map(|answer| read(&told.drawing, answer))
    })
}

/// Why nothing can be told.
pub(super) fn problem<T: Send + Sync + 'static>(slot: Slot<T>) -> Option<String> {
    slot.with(|told| told.as_ref()?.answer.as_ref().err().cloned())
}

/// A handle to all that is told.
#[derive(Clone, Copy)]
pub(super) struct Reasons {
    pub pad: Pad,
    /// The class that is explained; nothing follows the best guess.
    pub class: RwSignal<Option<u32>>,
    pub replay: Slot<Replay>,
    pub attribution: Slot<Attribution>,
    pub neighbours: Slot<Neighbours>,
    /// Training drawings were asked for.
    pub looks_for_like: RwSignal<bool>,
    /// Counts the times that the pen came to rest.
    pub rested: RwSignal<u32>,
    pace: StoredValue<Pace>,
}

#[derive(Default)]
struct Pace {
    turns: Turns,
    timer: Option<TimeoutHandle>,
}

impl Pace {
    fn stop_timer(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }
}

impl Reasons {
    pub fn new(pad: Pad) -> Self {
        let reasons = Self {
            pad,
            class: RwSignal::new(None),
            replay: RwSignal::new(None),
            attribution: RwSignal::new(None),
            neighbours: RwSignal::new(None),
            looks_for_like: RwSignal::new(false),
            rested: RwSignal::new(0),
            pace: StoredValue::new(Pace::default()),
        };
        Effect::new(move |_| {
            pad.drawing.track();
            reasons.pace.update_value(Pace::stop_timer);
            if !pad.is_drawing.get() {
                reasons.drawing_changed();
            }
        });
        Effect::new(move |_| {
            pad.run.built.track();
            pad.run.held_out.track();
            reasons.network_changed();
        });
        // A class is a number: in other classes it names another thing.
        let classes = move || pad.run.built.with(|built| built.as_ref().map(|built| built.classes.clone()));
        Effect::new(move |before: Option<Option<Vec<String>>>| {
            let now = classes();
            if before.is_some_and(|before| before != now) {
                reasons.pace.update_value(|pace| pace.turns.another(&ALL));
                reasons.class.set(None);
                reasons.forget();
            }
            now
        });
        on_cleanup(move || {
            reasons.pace.try_update_value(Pace::stop_timer);
        });
        reasons
    }

    /// Whether the pad shows what an answer is about, and nothing is being added to it.
    pub fn holds<T: Send + Sync + 'static>(self, slot: Slot<T>) -> bool {
        let drawing = self.pad.drawing.read();
        !self.pad.is_drawing.get() && slot.with(|told| told.as_ref().is_some_and(|told| *told.drawing == *drawing))
    }

    /// Another class is explained; nothing explains the best guess, whatever it is.
    pub fn explain(self, class: Option<u32>) {
        self.class.set(class);
        self.pace.update_value(|pace| pace.turns.another(&OF_A_CLASS));
        self.ask();
    }

    /// Looks for training drawings from now on.
    pub fn look_for_like(self) {
        self.looks_for_like.set(true);
        self.pace.update_value(|pace| pace.turns.looks_for_like = true);
        self.ask();
    }

    fn drawing_changed(self) {
        self.pace.update_value(|pace| pace.turns.another(&ALL));
        if self.pad.drawing.with_untracked(Vec::is_empty) {
            self.forget();
        } else {
            self.ask_after(REST);
        }
    }

    fn forget(self) {
        self.replay.set(None);
        self.attribution.set(None);
        self.neighbours.set(None);
    }

    fn network_changed(self) {
        self.pace.update_value(|pace| pace.turns.again());
        if self.pace.with_value(|pace| pace.timer.is_none()) {
            self.ask_after(SELDOM);
        }
    }

    fn ask_after(self, wait: Duration) {
        let ask = move || {
            // The panels may be gone.
            if self.pace.try_update_value(|pace| pace.timer = None).is_some() {
                if wait == REST {
                    self.rested.update(|rested| *rested += 1);
                }
                self.ask();
            }
        };
        let timer = set_timeout_with_handle(ask, wait).ok();
        self.pace.update_value(|pace| pace.timer = timer);
    }

    /// Asks what is due, unless it is too early: then again when the timer ends or the pen is lifted.
    fn ask(self) {
        let (pad, run) = (self.pad, self.pad.run);
        let is_early = pad.is_drawing.get_untracked() || self.pace.with_value(|pace| pace.timer.is_some());
        if is_early || run.built.with_untracked(Option::is_none) || pad.drawing.with_untracked(Vec::is_empty) {
            return;
        }
        let question = self.pace.try_update_value(|Pace { turns, .. }| {
            let question = turns.next()?;
            turns.begin(question);
            Some(question)
        });
        let (drawing, class) = (Arc::new(pad.drawing.get_untracked()), self.class.get_untracked());
        let about = drawing.clone();
        match question.flatten() {
            Some(Question::Replay) => run.replay(&drawing, class, move |answer| {
                self.hear(Question::Replay, self.replay, about, answer);
            }),
            Some(Question::Attribute) => run.attribute(&drawing, class, move |answer| {
                self.hear(Question::Attribute, self.attribution, about, answer);
            }),
            Some(Question::Neighbours) => {
                run.neighbours(&drawing, move |answer| {
                    self.hear(Question::Neighbours, self.neighbours, about, answer);
                });
                // Nobody waits for these.
                self.ask();
            }
            None => {}
        }
    }

    /// An answer is shown unless the drawing has changed since; then it is time for the next question.
    fn hear<T: Send + Sync + 'static>(
        self,
        question: Question,
        slot: Slot<T>,
        drawing: Arc<Drawing>,
        answer: Result<T, String>,
    ) {
        let holds = self.pace.try_update_value(|pace| pace.turns.end(question));
        // The panels may be gone.
        let Some(holds) = holds else { return };
        if holds {
            slot.set(Some(Told { drawing, answer }));
        }
        self.ask();
    }
}
