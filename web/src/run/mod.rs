//! The training run that the page shows: its settings, its numbers field by field, its curves and pictures.
//! `events` writes them as the engine reports, `control` asks the engine for changes, `snapshots` keeps what was learned.

mod control;
mod events;
mod exchange;
mod frame;
mod judging;
pub(crate) mod keep;
mod looking;
mod project;
mod resting;
mod shipped;
mod sketching;
mod snapshots;

use std::{collections::HashMap, rc::Rc, sync::Arc};

use leptos::prelude::*;
use protocol::{GraphNode, Guess, Inside, LayerInfo, Panel, Picture, RunId, Settings, Split, StopReason};

use crate::{
    components::SharedCurve,
    crop::Still,
    engine::{Engine, Refusal},
    judgement::Judgement,
    notices::Notices,
    pictures::Tiles,
    plots::curve::Curve,
};
use frame::Frame;
pub use looking::Explanation;
pub use shipped::Card;
pub use sketching::{Attribution, Categories, Neighbours, Opened, Replay, Sketched};
use snapshots::Snapshots;

/// What the run is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// The engine is being loaded.
    Starting,
    /// The engine builds network and programs.
    Building,
    /// It stands at a step and waits.
    Paused,
    Training,
    /// It stopped by itself; the sentence says why.
    Stopped(StopReason, String),
    /// There is no engine any more and none can be had.
    Broken(String),
}

impl Status {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Building => "building",
            Self::Paused => "paused",
            Self::Training => "training",
            Self::Stopped(..) => "stopped",
            Self::Broken(_) => "broken",
        }
    }
}

/// What the engine built from the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// `cpu` or `webgpu`.
    pub device: String,
    /// The adapter's own words; may be empty.
    pub adapter: String,
    /// How many share a batch.
    pub workers: u32,
    pub layers: Vec<LayerInfo>,
    /// The network as a graph to be drawn.
    pub graph: Arc<Vec<GraphNode>>,
    pub parameters: u64,
    /// Of one picture: channels, height, width.
    pub input: [u32; 3],
    pub classes: Vec<String>,
    /// The data set in words.
    pub dataset: String,
    pub training_examples: u64,
    pub steps_per_epoch: u64,
}

/// Loss and accuracy on pictures that were not trained on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    pub loss: Option<f64>,
    pub accuracy: f64,
    pub examples: u64,
    pub step: u64,
}

/// How far the data are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loading {
    pub loaded_shards: u32,
    pub total_shards: u32,
    pub loaded_bytes: u64,
}

/// Test pictures with guesses.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    pub tiles: Tiles,
    pub pictures: Arc<Vec<Picture>>,
    pub accuracy: f64,
    pub examples: u64,
}

/// Every layer, as the chosen picture goes through the network.
#[derive(Debug, Clone, PartialEq)]
pub struct InsideView {
    /// What is shown of each.
    pub inside: Inside,
    /// The picture's class, where it is known.
    pub label: Option<u32>,
    pub step: u64,
    pub layers: Vec<LayerTiles>,
}

/// One layer, and its row in the layer table.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerTiles {
    pub row: Option<u32>,
    pub tiles: Tiles,
}

/// Milliseconds of the parts of a step, and the part of the loss that weight decay stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    pub loading: f64,
    pub forward: f64,
    pub backward: f64,
    pub update: f64,
    pub l2: f64,
}

/// The visitor's own picture, as the network sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    pub tiles: Tiles,
    /// Its bytes, channel by channel.
    pub pixels: Arc<Vec<u8>>,
    pub guesses: Vec<Guess>,
}

/// How fast training goes: steps and frames are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// As fast as the machine can.
    Full,
    /// So many single steps a second.
    Steps(u32),
}

#[derive(Clone, Copy)]
pub struct Run {
    /// The name of its lab.
    pub lab: &'static str,
    pub engine: Engine,
    pub notices: Notices,
    /// What it is doing now.
    pub status: RwSignal<Status>,
    /// What the engine runs.
    pub settings: RwSignal<Settings>,
    /// What the visitor has chosen; it may not be applied yet.
    pub draft: RwSignal<Settings>,
    /// Why the last settings were refused.
    pub refusal: RwSignal<Option<Refusal>>,
    /// How many parameters the network text has that was typed last, if it is a network.
    pub checked: RwSignal<Option<u64>>,
    /// What the engine made of the settings; `None` before the first run stands.
    pub built: RwSignal<Option<Arc<Built>>>,
    /// Optimiser steps done.
    pub step: RwSignal<u64>,
    /// Training pictures seen since the run began.
    pub examples: RwSignal<u64>,
    /// Passes over the training pictures, with fraction.
    pub epoch: RwSignal<f64>,
    /// Measured by the engine over the last second or so.
    pub images_per_second: RwSignal<Option<f64>>,
    /// The rate of the last step, as the schedule moved it.
    pub learning_rate: RwSignal<Option<f64>>,
    /// Mean training loss over the window.
    pub train_loss: RwSignal<Option<f64>>,
    /// Mean training accuracy over the window.
    pub train_accuracy: RwSignal<Option<f64>>,
    /// The last measurement on held-out pictures.
    pub held_out: RwSignal<Option<Score>>,
    /// The last measurement on test pictures.
    pub test: RwSignal<Option<Score>>,
    /// Steps that curves and numbers average over.
    pub window: RwSignal<u64>,
    /// Loss of every step.
    pub loss: SharedCurve,
    /// Accuracy of every step.
    pub accuracy: SharedCurve,
    /// Changes when a curve did, at most once a frame.
    pub version: RwSignal<u64>,
    /// How far the data are.
    pub data: RwSignal<Option<Loading>>,
    /// Test pictures and guesses.
    pub predictions: RwSignal<Option<Predictions>>,
    /// The first layer's filters.
    pub filters: RwSignal<Option<Tiles>>,
    /// The chosen picture, layer by layer.
    pub layers: RwSignal<Option<InsideView>>,
    /// The next training pictures as they are augmented.
    pub augmented: RwSignal<Option<Tiles>>,
    /// What a step takes.
    pub costs: RwSignal<Option<Costs>>,
    /// What is shown of every layer.
    pub inside: RwSignal<Inside>,
    /// The chosen test picture; `None` is the visitor's own.
    pub picture: RwSignal<Option<u32>>,
    /// The visitor's own picture.
    pub own: RwSignal<Option<Own>>,
    /// What it is a square of, unless that moves.
    pub still: StoredValue<Option<Still>, LocalStorage>,
    /// Of the visitor's own classes, how many pictures are read and how many there are, while they are.
    pub gathering: RwSignal<Option<(usize, usize)>>,
    /// How fast training goes.
    pub speed: RwSignal<Speed>,
    /// What the whole test set was taken for, when it was measured last.
    pub judged: RwSignal<Option<Arc<Judgement>>>,
    /// The kept step that is shown while the scrubber moves.
    pub looking_back: RwSignal<Option<u64>>,
    /// Which split is being measured on request.
    pub evaluating: RwSignal<Option<Split>>,
    /// Steps at which a snapshot is kept, in order: where the visitor can go back to.
    pub rewind_steps: RwSignal<Vec<u64>>,
    book: StoredValue<Book, LocalStorage>,
}

/// A run that was asked for.
struct AskedRun {
    settings: Settings,
    /// It begins at step 0, rather than from a snapshot.
    is_fresh: bool,
}

/// Gives an engine what it must have before a run can stand on it, and then goes on.
type Prepare = Rc<dyn Fn(Box<dyn FnOnce()>)>;

/// What the run must remember but nobody watches.
#[derive(Default)]
struct Book {
    /// The engine's current run: events of earlier ones are stale.
    current: RunId,
    /// The last run that was asked for.
    asked: RunId,
    /// The runs that were asked for and not yet answered.
    asked_runs: HashMap<RunId, AskedRun>,
    /// Training goes on when the engine comes back.
    wants_training: bool,
    /// It was training when another lab was opened.
    rests: bool,
    prepare: Option<Prepare>,
    /// Which pictures the page shows.
    panels: Vec<Panel>,
    /// What came since the last frame.
    frame: Frame,
    snapshots: Snapshots,
    /// When the next may be taken, in milliseconds.
    snapshot_not_before: f64,
    /// A lost device is being asked for again; the status stays what the visitor wants.
    is_recovering: bool,
    /// When the last step was reported or training began, in milliseconds.
    last_progress: f64,
    /// The notice that says that pictures are waited for.
    stall: Option<u64>,
    /// The notice that says from where this run goes on.
    continuation: Option<u64>,
    /// When workers died, in milliseconds.
    deaths: Vec<f64>,
    /// A single step of slow motion is under way.
    is_stepping: bool,
}

impl Run {
    pub fn new(lab: &'static str, notices: Notices) -> Self {
        let run = Self {
            lab,
            engine: Engine::new(),
            notices,
            status: RwSignal::new(Status::Starting),
            settings: RwSignal::new(Settings::default()),
            draft: RwSignal::new(Settings::default()),
            refusal: RwSignal::new(None),
            checked: RwSignal::new(None),
            built: RwSignal::new(None),
            step: RwSignal::new(0),
            examples: RwSignal::new(0),
            epoch: RwSignal::new(0.0),
            images_per_second: RwSignal::new(None),
            learning_rate: RwSignal::new(None),
            train_loss: RwSignal::new(None),
            train_accuracy: RwSignal::new(None),
            held_out: RwSignal::new(None),
            test: RwSignal::new(None),
            window: RwSignal::new(50),
            loss: StoredValue::new_local(Curve::default()),
            accuracy: StoredValue::new_local(Curve::default()),
            version: RwSignal::new(0),
            data: RwSignal::new(None),
            predictions: RwSignal::new(None),
            filters: RwSignal::new(None),
            layers: RwSignal::new(None),
            augmented: RwSignal::new(None),
            costs: RwSignal::new(None),
            inside: RwSignal::new(Inside::Activations),
            picture: RwSignal::new(Some(0)),
            own: RwSignal::new(None),
            still: StoredValue::new_local(None),
            gathering: RwSignal::new(None),
            speed: RwSignal::new(Speed::Full),
            judged: RwSignal::new(None),
            looking_back: RwSignal::new(None),
            evaluating: RwSignal::new(None),
            rewind_steps: RwSignal::new(Vec::new()),
            book: StoredValue::new_local(Book::default()),
        };
        run.keep_going();
        run
    }

    /// The engine's number of this run; 0 before the first.
    pub fn number(&self) -> RunId {
        self.book.with_value(|book| book.current)
    }

    /// Whether a run stands or was asked for.
    pub fn has_begun(&self) -> bool {
        self.book.with_value(|book| book.asked > 0)
    }

    pub fn is_training_now(&self) -> bool {
        self.status.with_untracked(|status| *status == Status::Training)
    }

    pub fn is_training(&self) -> bool {
        matches!(*self.status.read(), Status::Training)
    }

    /// Whether Train and Step can be pressed.
    pub fn can_train(&self) -> bool {
        matches!(*self.status.read(), Status::Training | Status::Paused | Status::Stopped(StopReason::DataMissing, _))
    }

    /// Whether the first layer with weights is a convolution, so that it has filters to show.
    pub fn has_filters(&self) -> bool {
        self.built.with(|built| {
            let first = built.as_ref().and_then(|built| built.layers.iter().find(|layer| layer.parameters > 0));
            first.is_none_or(|layer| layer.text.starts_with("Conv2d"))
        })
    }

    /// What an empty panel says: what it waits for, and how far that is.
    pub fn waiting_for(&self, what: &str) -> String {
        match &*self.status.read() {
            Status::Starting => "The engine is being loaded.".into(),
            Status::Building => match self.data.get() {
                Some(data) if data.loaded_shards == 0 && data.total_shards > 0 => {
                    format!("The first of {} files of pictures is on its way.", data.total_shards)
                }
                _ => "The network is being built.".into(),
            },
            Status::Broken(_) => "There is no engine.".into(),
            Status::Paused | Status::Stopped(..) => format!("Press Train: {what}."),
            Status::Training => match self.step.get() {
                0 => "The first step is being computed.".into(),
                steps => format!("{} steps done: {what}.", crate::format::grouped(steps)),
            },
        }
    }
}
