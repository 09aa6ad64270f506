//! The pad: what is drawn on it, and what the network takes that for. The pen never waits: one question to the engine is under way at a
//! time, and the next asks for the newest strokes.

use leptos::prelude::*;
use protocol::{Drawing, Guess};

use super::drawing::Paper;
use crate::{
    pictures::Tiles,
    run::{Run, Sketched},
};

/// What a press on the pad does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    Pen,
    Eraser,
}

/// How the drawing is shown, where it is not just drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overlay {
    /// Only its first points.
    pub points: Option<usize>,
    /// A share for each stroke, −1 to 1, that colours it.
    pub shares: Option<Vec<f32>>,
    /// A map over the picture that the network sees.
    pub heat: Option<Tiles>,
}

/// A handle to the pad.
#[derive(Clone, Copy)]
pub struct Pad {
    pub run: Run,
    pub paper: StoredValue<Paper, LocalStorage>,
    /// Every finished stroke. What lies under the pen is not in it.
    pub drawing: RwSignal<Drawing>,
    pub tool: RwSignal<Tool>,
    /// What the newest strokes are taken for; nothing while there are none.
    pub sketched: RwSignal<Option<Sketched>>,
    /// Why there is no guess.
    pub problem: RwSignal<Option<String>>,
    pub overlay: RwSignal<Overlay>,
    /// Whether the pen is down.
    pub is_drawing: RwSignal<bool>,
    /// How many questions were answered.
    pub answered: RwSignal<u32>,
    asking: StoredValue<Asking>,
}

/// The question to the engine.
#[derive(Default)]
struct Asking {
    is_under_way: bool,
    /// The strokes have changed since it was asked.
    is_stale: bool,
}

impl Pad {
    pub fn new(run: Run) -> Self {
        let pad = Self {
            run,
            paper: StoredValue::new_local(Paper::default()),
            drawing: RwSignal::new(Drawing::new()),
            tool: RwSignal::new(Tool::Pen),
            sketched: RwSignal::new(None),
            problem: RwSignal::new(None),
            overlay: RwSignal::new(Overlay::default()),
            is_drawing: RwSignal::new(false),
            answered: RwSignal::new(0),
            asking: StoredValue::new(Asking::default()),
        };
        // Another network, or one that has learned, sees the same drawing with other eyes.
        Effect::new(move |_| {
            run.built.track();
            run.held_out.track();
            pad.ask();
        });
        pad
    }

    /// Changes the paper and tells everybody.
    pub fn change<T>(self, change: impl FnOnce(&mut Paper) -> T) {
        self.paper.update_value(|paper| {
            change(paper);
        });
        self.changed();
    }

    /// The finished strokes are others.
    pub fn changed(self) {
        let (drawing, is_drawing) = self.paper.with_value(|paper| (paper.drawing(), paper.is_drawing()));
        self.is_drawing.set(is_drawing);
        if !is_drawing {
            self.overlay.update(|overlay| {
                overlay.points = None;
                if overlay.shares.as_ref().is_some_and(|shares| shares.len() != drawing.len()) {
                    overlay.shares = None;
                }
                overlay.heat = None;
            });
            self.drawing.set(drawing);
        }
        self.ask();
    }

    /// Asks what the strokes are taken for, unless that is being asked: then again when the answer has come.
    pub fn ask(self) {
        let is_first = self.asking.try_update_value(|asking| {
            let is_first = !asking.is_under_way;
            asking.is_stale = !is_first;
            is_first
        });
        if is_first != Some(true) {
            return;
        }
        let drawing = self.paper.with_value(Paper::drawing);
        if drawing.is_empty() || self.run.built.with_untracked(Option::is_none) {
            self.sketched.set(None);
            return;
        }
        self.asking.update_value(|asking| asking.is_under_way = true);
        self.run.sketch(&drawing, move |answer| {
            let is_stale = self.asking.try_update_value(|asking| std::mem::take(asking).is_stale);
            // The pad may be gone with its page.
            let Some(is_stale) = is_stale else { return };
            match answer {
                Ok(sketched) => {
                    self.problem.set(None);
                    self.sketched.set(Some(sketched));
                    self.answered.update(|answered| *answered += 1);
                }
                Err(sentence) => {
                    self.sketched.set(None);
                    self.problem.set(Some(sentence));
                }
            }
            if is_stale {
                self.ask();
            }
        });
    }

    /// Whether a question is under way: its answer is of the strokes as they were.
    pub fn is_asking(self) -> bool {
        self.asking.with_value(|asking| asking.is_under_way)
    }

    /// The best guesses now, best first.
    pub fn guesses(self) -> Vec<Guess> {
        self.sketched.with(|sketched| sketched.as_ref().map(|sketched| sketched.guesses.clone()).unwrap_or_default())
    }

    /// What a class is called.
    pub fn name(self, class: u32) -> String {
        let name = self.run.built.with(|built| built.as_ref()?.classes.get(class as usize).cloned());
        name.unwrap_or_else(|| format!("class {class}"))
    }
}
