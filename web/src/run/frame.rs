//! What came since the last frame. Numbers are merged, of pictures only the latest is kept, so that however much the engine
//! sends, the page draws at most once a frame; a hidden tab gets its numbers at once and its pictures when it is seen again.

use std::time::Duration;

use leptos::prelude::*;
use protocol::{Guess, Panel};

use super::{Costs, InsideView, Predictions, Run};
use crate::{dom, pictures::Tiles};

/// Milliseconds from one frame to the next while training has every core: the time that a frame takes from one worker is lost to
/// all, since they wait for one another.
const APART: f64 = 85.0;

/// The last `progressed` event's numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    pub step: u64,
    pub examples: u64,
    pub epoch: f64,
    pub images_per_second: Option<f64>,
    pub learning_rate: f64,
}

#[derive(Default)]
pub(super) struct Frame {
    pub progress: Option<Progress>,
    pub predictions: Option<Predictions>,
    pub filters: Option<Tiles>,
    pub layers: Option<InsideView>,
    pub augmented: Option<Tiles>,
    pub costs: Option<Costs>,
    /// What the visitor's own picture is taken for now.
    pub own: Option<Vec<Guess>>,
    /// Pictures that were received, even if they could not be read.
    pub received: Vec<Panel>,
    is_asked: bool,
    /// When the last was drawn.
    drawn: f64,
}

impl Run {
    /// Shows what came, before the next picture is drawn.
    pub(super) fn ask_frame(self) {
        if dom::is_hidden() {
            self.show_numbers();
        }
        let is_first = self.book.try_update_value(|book| !std::mem::replace(&mut book.frame.is_asked, true));
        if is_first == Some(true) {
            let wait = self.book.with_value(|book| book.frame.drawn) + APART - dom::now();
            if wait > 0.0 && self.has_every_core() {
                set_timeout(move || self.draw_frame(), Duration::from_secs_f64(wait / 1000.0));
            } else {
                self.draw_frame();
            }
        }
    }

    fn draw_frame(self) {
        dom::next_frame(move || {
            self.show_numbers();
            self.show_pictures();
            self.book.update_value(|book| {
                book.frame.is_asked = false;
                book.frame.drawn = dom::now();
            });
        });
    }

    fn has_every_core(self) -> bool {
        let workers = self.built.with_untracked(|built| built.as_ref().map_or(0, |built| built.workers));
        self.is_training_now() && f64::from(workers) >= window().navigator().hardware_concurrency()
    }

    pub(super) fn show_numbers(self) {
        let progress = self.book.try_update_value(|book| book.frame.progress.take()).flatten();
        if let Some(progress) = progress {
            self.step.set(progress.step);
            self.examples.set(progress.examples);
            self.epoch.set(progress.epoch);
            let is_training = self.is_training_now();
            self.images_per_second.set(progress.images_per_second.filter(|_| is_training));
            self.learning_rate.set(Some(progress.learning_rate));
        }
        self.average();
        self.version.update(|version| *version += 1);
    }

    /// The numbers that stand for the curves' ends.
    pub(super) fn average(self) {
        let window = self.window.get_untracked();
        self.train_loss.set(self.loss.with_value(|curve| curve.train.latest(window)));
        self.train_accuracy.set(self.accuracy.with_value(|curve| curve.train.latest(window)));
    }

    /// Pictures are acknowledged once they are drawn: effects run before the task that is spawned after them.
    fn show_pictures(self) {
        let taken = self.book.try_update_value(|book| {
            let frame = &mut book.frame;
            (
                frame.predictions.take(),
                frame.filters.take(),
                frame.layers.take(),
                frame.own.take(),
                (frame.augmented.take(), frame.costs.take()),
                std::mem::take(&mut frame.received),
            )
        });
        let Some((predictions, filters, layers, own, (augmented, costs), received)) = taken else { return };
        // While somebody looks back, what is now waits.
        let is_now = self.looking_back.with_untracked(Option::is_none);
        if predictions.is_some() && is_now {
            self.predictions.set(predictions);
        }
        if filters.is_some() && is_now {
            self.filters.set(filters);
        }
        if layers.is_some() {
            self.layers.set(layers);
        }
        if augmented.is_some() {
            self.augmented.set(augmented);
        }
        if costs.is_some() {
            self.costs.set(costs);
        }
        if let Some(guesses) = own {
            self.own.update(|own| own.iter_mut().for_each(|own| own.guesses.clone_from(&guesses)));
        }
        if !received.is_empty() {
            wasm_bindgen_futures::spawn_local(async move {
                for panel in received {
                    self.engine.notify(protocol::Command::Acknowledge { panel });
                }
            });
        }
    }
}
