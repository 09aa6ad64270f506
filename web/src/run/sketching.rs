//! What the pad asks of the engine: guesses for a drawing, how they came about, and drawings in and out.

use std::sync::Arc;

use js_sys::{ArrayBuffer, Float32Array, Uint8Array};
use protocol::{Command, Drawing, EventBody, Form, Guess, Neighbour, write_drawings};

use super::{Run, events::tiles};
use crate::{engine::Incoming, pictures::Tiles};

/// What a drawing is taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketched {
    /// Best first.
    pub guesses: Vec<Guess>,
    /// That the engine took to draw and to guess it.
    pub milliseconds: f64,
    /// As the network sees it.
    pub seen: Tiles,
}

/// What a drawing was taken for while it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// After how many points.
    pub points: Vec<u32>,
    pub classes: Vec<u32>,
    /// Moment by moment, a probability for each class.
    pub probabilities: Vec<Vec<f32>>,
}

/// What of a drawing made a class probable.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    pub class: u32,
    pub probability: f32,
    /// Its probability without each stroke.
    pub without: Vec<f32>,
    /// What is lost where the ink around a place is gone.
    pub heat: Tiles,
}

/// Training drawings that are like it, nearest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbours {
    pub neighbours: Vec<Neighbour>,
    pub examples: u32,
    pub tiles: Tiles,
}

/// Quick, Draw!'s categories.
#[derive(Debug, Clone, PartialEq)]
pub struct Categories {
    pub names: Vec<String>,
    /// How many drawings there are of each.
    pub drawings: Vec<u32>,
    /// One of each.
    pub tiles: Option<Tiles>,
}

/// The drawings of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    pub words: Vec<String>,
    pub drawings: Vec<u8>,
    pub form: Form,
    pub left_out: u32,
}

/// A drawing, or several, as they travel.
fn packed(drawings: &[Drawing]) -> Vec<ArrayBuffer> {
    vec![Uint8Array::from(write_drawings(drawings).as_slice()).buffer()]
}

impl Run {
    /// Asks what a drawing is taken for.
    pub fn sketch(self, drawing: &Drawing, then: impl FnOnce(Result<Sketched, String>) + 'static) {
        self.request(Command::Sketch, packed(std::slice::from_ref(drawing)), then, |incoming| {
            match &incoming.event.body {
                EventBody::Sketched { guesses, milliseconds, sheet } => Some(Sketched {
                    guesses: guesses.clone(),
                    milliseconds: *milliseconds,
                    seen: tiles(sheet, incoming.buffers.first())?,
                }),
                _ => None,
            }
        });
    }

    /// Asks what a drawing was taken for while it came about; of this class, if one is named, and of the best guesses.
    pub fn replay(self, drawing: &Drawing, class: Option<u32>, then: impl FnOnce(Result<Replay, String>) + 'static) {
        let read = |incoming: &Incoming| match &incoming.event.body {
            EventBody::Replayed { points, classes } => {
                let numbers = Float32Array::new(incoming.buffers.first()?).to_vec();
                let probabilities = numbers.chunks_exact(classes.len().max(1)).map(<[f32]>::to_vec).collect();
                Some(Replay { points: points.clone(), classes: classes.clone(), probabilities })
            }
            _ => None,
        };
        self.request(Command::Replay { class }, packed(std::slice::from_ref(drawing)), then, read);
    }

    /// Asks what of a drawing makes a class probable; its best guess, if none is named.
    pub fn attribute(
        self,
        drawing: &Drawing,
        class: Option<u32>,
        then: impl FnOnce(Result<Attribution, String>) + 'static,
    ) {
        let read = |incoming: &Incoming| match &incoming.event.body {
            EventBody::Attributed { class, probability, without, sheet } => Some(Attribution {
                class: *class,
                probability: *probability,
                without: without.clone(),
                heat: tiles(sheet, incoming.buffers.first())?,
            }),
            _ => None,
        };
        self.request(Command::Attribute { class }, packed(std::slice::from_ref(drawing)), then, read);
    }

    /// Asks for training drawings that are like this one.
    pub fn neighbours(self, drawing: &Drawing, then: impl FnOnce(Result<Neighbours, String>) + 'static) {
        let read = |incoming: &Incoming| match &incoming.event.body {
            EventBody::Neighboured { neighbours, examples, sheet } => Some(Neighbours {
                neighbours: neighbours.clone(),
                examples: *examples,
                tiles: tiles(sheet, incoming.buffers.first())?,
            }),
            _ => None,
        };
        self.request(Command::Neighbours, packed(std::slice::from_ref(drawing)), then, read);
    }

    /// Asks for Quick, Draw!'s categories.
    pub fn categories(self, then: impl FnOnce(Result<Arc<Categories>, String>) + 'static) {
        let read = |incoming: &Incoming| match &incoming.event.body {
            EventBody::Categorised { names, drawings, sheet } => Some(Arc::new(Categories {
                names: names.clone(),
                drawings: drawings.clone(),
                tiles: sheet.as_ref().and_then(|sheet| tiles(sheet, incoming.buffers.first())),
            })),
            _ => None,
        };
        self.request(Command::Categories, Vec::new(), then, read);
    }

    /// Hands the engine all drawings of a category that the visitor has; `then` hears how many it took.
    pub fn gather_drawings(
        self,
        category: String,
        form: Form,
        drawings: &[u8],
        then: impl FnOnce(Result<u32, String>) + 'static,
    ) {
        let buffer = Uint8Array::from(drawings).buffer();
        self.request(Command::GatherDrawings { category, form }, vec![buffer], then, |incoming| {
            match incoming.event.body {
                EventBody::DrawingsGathered { drawings, .. } => Some(drawings),
                _ => None,
            }
        });
    }

    /// Reads a file of drawings.
    pub fn read_drawings(self, name: String, file: ArrayBuffer, then: impl FnOnce(Result<Opened, String>) + 'static) {
        let read = |incoming: &Incoming| match &incoming.event.body {
            EventBody::DrawingsRead { form, words, left_out } => Some(Opened {
                words: words.clone(),
                drawings: Uint8Array::new(incoming.buffers.first()?).to_vec(),
                form: *form,
                left_out: *left_out,
            }),
            _ => None,
        };
        self.request(Command::ReadDrawings { name }, vec![file], then, read);
    }

    /// Writes drawings as a file in Quick, Draw!'s simplified form.
    pub fn write_drawings(
        self,
        word: String,
        drawings: &[Drawing],
        then: impl FnOnce(Result<ArrayBuffer, String>) + 'static,
    ) {
        self.request(Command::WriteDrawings { word }, packed(drawings), then, |incoming| match incoming.event.body {
            EventBody::DrawingsWritten => incoming.buffers.first().cloned(),
            _ => None,
        });
    }

    /// Sends a command and reads its answer.
    fn request<T>(
        self,
        command: Command,
        buffers: Vec<ArrayBuffer>,
        then: impl FnOnce(Result<T, String>) + 'static,
        read: impl FnOnce(&Incoming) -> Option<T> + 'static,
    ) {
        self.send(command, buffers, move |result| {
            let unexpected = || "The engine answered with something else.".to_owned();
            then(match result {
                Ok(incoming) => read(&incoming).ok_or_else(unexpected),
                Err(refusal) => Err(refusal.message),
            });
        });
    }
}
