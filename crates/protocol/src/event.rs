//! What the engine says: answers, numbers of training, pictures, and what went wrong.

use serde_json::Value;

use crate::json::{Fields, Json};
use crate::{Augmentation, BenchResult, Form, Inside, KernelSpeed, Optimizer, Panel, RunId, Schedule, Stop};

/// What the engine tells the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub run: RunId,
    /// The `id` of the command that this answers; absent in events that come by themselves.
    pub reply_to: Option<u32>,
    pub body: EventBody,
}

impl Json for Event {
    fn read(value: &Value) -> Result<Self, String> {
        let fields = Fields::of(value)?;
        let (run, reply_to) = (fields.get("run", None)?, fields.get("reply_to", None)?);
        Ok(Self { run, reply_to, body: EventBody::read(value)? })
    }

    fn write(&self) -> Value {
        let mut event = self.body.write();
        event["run"] = self.run.into();
        if let Some(id) = self.reply_to {
            event["reply_to"] = id.into();
        }
        event
    }
}

serde_by_tree!(Event);

choices! {
    #[derive(Debug, Clone, PartialEq)]
    open enum EventBody by "type" {
        /// The worker listens. Nothing sent before this arrives.
        "ready" => Ready {
            version: u32,
            build: String,
        },
        "opened" => Opened,
        /// A share of every batch is worked from now on.
        "hired" => Hired,
        /// The run stands ready: what was built, on what, from which data.
        "configured" => Configured {
            /// `cpu` or `webgpu`: what `auto` came to.
            device: String,
            /// The adapter's own words; may be empty.
            adapter: String,
            /// How many workers share a batch; 1 on a GPU.
            workers: u32,
            layers: Vec<LayerInfo>,
            /// The network as a graph to be drawn: the input, then every call of a layer or function.
            graph: Vec<GraphNode>,
            /// Parameters in all.
            parameters: u64,
            /// Shape of one picture: channels, height, width.
            input: [u32; 3],
            classes: Vec<String>,
            /// Which data set it trains on, in words for the page ("CIFAR-10", "drawn shapes").
            dataset: String,
            /// Training pictures, once all have arrived.
            training_examples: u64,
            /// Optimiser steps in one epoch.
            steps_per_epoch: u64,
            /// Steps done already: 0, or where the snapshot stood.
            step: u64,
            /// Said once, beside the picture: for example that data are missing and drawn shapes stand in.
            notice: Option<Notice>,
        },
        /// The network text can be built.
        "checked" => Checked {
            parameters: u64,
        },
        "trained" => Trained,
        "paused" => Paused {
            step: u64,
        },
        "stepped" => Stepped {
            step: u64,
        },
        "reset" => Reset,
        /// These settings as they stand now.
        "adjusted" => Adjusted {
            optimizer: Optimizer,
            schedule: Schedule,
            augmentation: Augmentation,
            label_smoothing: f64,
            dropout: Option<f64>,
            stop: Stop,
        },
        "watched" => Watched,
        "ponged" => Ponged,
        /// Numbers of every step since the last such event, at most about 20 events a second.
        "progressed" => Progressed {
            /// The step of the first number, counted from 0.
            first_step: u64,
            /// Mean loss of each step's batch.
            losses: Vec<f32>,
            /// Fraction correct of each step's batch.
            accuracies: Vec<f32>,
            /// Examples seen since the run began.
            examples: u64,
            /// Fractional epoch.
            epoch: f64,
            /// Measured over the last second or so, the page's pictures and evaluations included; absent until there is something
            /// to measure.
            images_per_second: Option<f64>,
            learning_rate: f64,
        },
        /// Loss and accuracy over part or all of a split: the page shows the sample size. The loss is the cross-entropy, without
        /// label smoothing. As the answer to `evaluate` it has one buffer: the guesses (`GUESS_BYTES`).
        "evaluated" => Evaluated {
            split: Split,
            step: u64,
            examples: u64,
            loss: MaybeNumber,
            accuracy: f32,
            views: Views = Views::Single,
        },
        /// Pictures of a split in the order in which they were asked for.
        "pictured" => Pictured {
            sheet: Sheet,
        },
        /// How far the data are.
        "data_progressed" => DataProgressed {
            loaded_shards: u32,
            total_shards: u32,
            loaded_bytes: u64,
            notice: Option<Notice>,
        },
        /// One sheet of test pictures with guesses beside each.
        "predicted" => Predicted {
            step: u64,
            sheet: Sheet,
            pictures: Vec<Picture>,
            accuracy: f32,
            examples: u64,
        },
        "filters_drawn" => FiltersDrawn {
            step: u64,
            layer: String,
            sheet: Sheet,
        },
        "inside_drawn" => InsideDrawn {
            step: u64,
            inside: Inside,
            picture: Option<u32>,
            /// The picture's class, where it is known.
            label: Option<u32>,
            layers: Vec<LayerSheet>,
        },
        "augmented_drawn" => AugmentedDrawn {
            step: u64,
            sheet: Sheet,
        },
        /// Milliseconds of one step. Loading, forward pass (of the trainer's own share) and update are measured by themselves; what
        /// remains of the step is the backward pass and the wait for other workers.
        "costed" => Costed {
            step: u64,
            /// Pictures put into a batch, augmented.
            loading: f64,
            forward: f64,
            backward: f64,
            update: f64,
            /// Half the weight decay times the sum of squares of what decays.
            l2: MaybeNumber,
        },
        "gathered" => Gathered {
            training: u32,
            /// Kept aside: to steer by, and to report.
            held_out: u32,
        },
        "brought" => Brought {
            guesses: Vec<Guess>,
        },
        "own_guessed" => OwnGuessed {
            step: u64,
            guesses: Vec<Guess>,
        },
        /// The five best guesses for a drawing, and the drawing as the network sees it, in one buffer.
        "sketched" => Sketched {
            guesses: Vec<Guess>,
            /// That it took to draw and to guess it.
            milliseconds: f64,
            sheet: Sheet,
        },
        /// How guesses came about: after so many points each, the probability of each class, as f32 `[moments, classes]` in the buffer.
        "replayed" => Replayed {
            points: Vec<u32>,
            classes: Vec<u32>,
        },
        /// What made a class probable.
        "attributed" => Attributed {
            class: u32,
            /// Of the whole drawing.
            probability: f32,
            /// Of the drawing without each of its strokes.
            without: Vec<f32>,
            /// How much less probable it is where the ink around a place is gone: one tile, in the buffer.
            sheet: Sheet,
        },
        /// Nearest first; their pictures lie in the buffer.
        "neighboured" => Neighboured {
            neighbours: Vec<Neighbour>,
            /// How many drawings were looked at.
            examples: u32,
            sheet: Sheet,
        },
        /// Quick, Draw!'s categories, how many drawings there are of each, and, where there are files, one of each, in the buffer.
        "categorised" => Categorised {
            names: Vec<String>,
            drawings: Vec<u32>,
            sheet: Option<Sheet>,
        },
        "drawings_gathered" => DrawingsGathered {
            category: String,
            drawings: u32,
        },
        /// What a file held: the word of each drawing, and the drawings in the buffer, in this form.
        "drawings_read" => DrawingsRead {
            form: Form,
            words: Vec<String>,
            /// More than are taken from one file.
            left_out: u32,
        },
        /// The file's bytes lie in the buffer.
        "drawings_written" => DrawingsWritten,
        /// For each channel the pictures that excite it most, `each` of them, in one buffer.
        "excited" => Excited {
            step: u64,
            row: u32,
            each: u32,
            /// How many pictures were looked at.
            examples: u32,
            sheet: Sheet,
        },
        /// How a number came about: the numbers that were read, as f32 in the first buffer, and for a sum their weights in a second.
        "explained" => Explained {
            step: u64,
            gathering: Gathering,
            /// Its name, where it is a function of one number.
            function: Option<String>,
            /// How the numbers lie: channels, height, width.
            shape: [u32; 3],
            bias: Option<f32>,
            result: MaybeNumber,
            /// The pixels that the number depends on: rows from and to, columns from and to.
            field: Option<[u32; 4]>,
        },
        /// Opaque bytes in the first buffer; the page keeps them and gives them back in `restore`. Where test pictures have arrived,
        /// the guesses for the first of them follow (`GUESS_BYTES`), and where there are any, the first layer's filters.
        "snapshot_taken" => SnapshotTaken {
            step: u64,
            judged: u32,
            filters: Option<Sheet>,
        },
        /// The network, its pictures' transforms and its training as one PyTorch script; the weights lie in the buffer, a
        /// safetensors file under PyTorch's keys.
        "exported" => Exported {
            step: u64,
            script: String,
        },
        /// The weights were taken over.
        "loaded" => Loaded {
            step: u64,
            /// Tensors of the file.
            tensors: u64,
        },
        /// Training stopped by itself.
        "stopped" => Stopped {
            step: u64,
            reason: StopReason,
            message: String,
        },
        /// A command was refused; everything is as before. `place` is the line and column of the network text, from 1.
        "failed" => Failed {
            message: String,
            place: Option<[u32; 2]>,
        },
        /// The engine cannot go on; start a new one, with the last snapshot.
        "crashed" => Crashed {
            message: String,
        },
        "benched" => Benched {
            result: BenchResult,
        },
        /// The GPU's tiles were chosen by timing them. The page keeps the text, opaque, and gives it back in `open`.
        "tuned" => Tuned {
            tuned: String,
        },
        "measured" => Measured {
            /// `cpu` or `webgpu`.
            device: String,
            adapter: String,
            /// Floating-point operations a second by multiplying and adding in registers: on the CPU of one thread.
            peak: f64,
            /// How a GPU's kernels cut their work, in words for the page.
            tiles: Option<String>,
            kernels: Vec<KernelSpeed>,
        },
    }
}

/// What a picture's guesses take in a buffer: seven u16, little-endian. Its class, the three best guesses, best first, and their
/// probabilities in parts of 65,535. A guess of class 65,535 is none.
pub const GUESS_BYTES: usize = 14;

/// A number that may have stopped being one: JSON has no NaN, so it travels as null.
pub type MaybeNumber = Option<f32>;

words! {
    enum Split {
        /// The last 5,000 training pictures: to steer by.
        "held_out" => HeldOut,
        /// The 10,000 test pictures: only to report.
        "test" => Test,
    }

    /// How often a picture is looked at before it is guessed.
    enum Views {
        "single" => Single,
        /// Mirrored and not, in its place and moved by a pixel along each axis: the mean of the probabilities of ten views.
        "averaged" => Averaged,
    }

    enum StopReason {
        /// The loss is no longer a number.
        "not_a_number" => NotANumber,
        /// The schedule has run its whole length.
        "schedule_ended" => ScheduleEnded,
        /// What `stop` of the settings asked for has come.
        "reached" => Reached,
        /// The device took its memory with it.
        "device_lost" => DeviceLost,
        /// The data that the next step needs cannot be had.
        "data_missing" => DataMissing,
    }
}

objects! {
    /// A sentence that the page shows until the visitor closes it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    open struct Notice {
        message: String,
        /// How to mend it, if the visitor can.
        remedy: Option<String>,
    }

    /// One row of the layer table.
    #[derive(Debug, Clone, PartialEq)]
    open struct LayerInfo {
        /// PyTorch path, such as `0` or `features.3`.
        path: String,
        /// The layer as PyTorch prints it: `Conv2d(3, 16, kernel_size=(5, 5), …)`.
        text: String,
        /// For one example: `[16, 32, 32]`.
        output_shape: Vec<u32>,
        parameters: u64,
        /// Multiply-adds of one example's forward pass.
        multiply_adds: u64,
    }

    /// One call of a layer or function. What it reads stands before it.
    #[derive(Debug, Clone, PartialEq)]
    open struct GraphNode {
        /// The layer's PyTorch path, or that of the module in which the function is called; empty for the whole network.
        path: String,
        /// The layer as PyTorch prints it, or the function's name: `+`, `cat`.
        text: String,
        kind: GraphNodeKind,
        /// Places in the list.
        inputs: Vec<u32>,
        /// For one example.
        output_shape: Vec<u32>,
        parameters: u64,
        /// Multiply-adds of one example's forward pass.
        multiply_adds: u64,
    }

    /// A layer's sheet, and its row in the layer table; none for the input.
    #[derive(Debug, Clone, PartialEq)]
    open struct LayerSheet {
        row: Option<u32>,
        sheet: Sheet,
    }

    /// Equal tiles in one transferred buffer, row by row within a tile, tile after tile. The page colours it.
    #[derive(Debug, Clone, PartialEq)]
    open struct Sheet {
        /// What it shows: a layer's path and text, "conv 1 filters".
        title: String,
        tiles: u32,
        width: u32,
        height: u32,
        colouring: Colouring,
        /// The values that bytes 0 and 255 stand for.
        low: f32,
        high: f32,
    }
}

words! {
    /// How numbers come to one.
    enum Gathering {
        /// Each times its weight, added up.
        "sum" => Sum,
        "largest" => Largest,
        "mean" => Mean,
        /// There is one, and a function of it.
        "function" => Function,
    }

    enum GraphNodeKind {
        "input" => Input,
        "layer" => Layer,
        "function" => Function,
    }

    enum Colouring {
        /// Three bytes a pixel: red, green, blue.
        "rgb" => Rgb,
        /// One byte a pixel, a magnitude: the sequential map.
        "sequential" => Sequential,
        /// One byte a pixel, a signed value with 0 at byte 127.5: the diverging map.
        "diverging" => Diverging,
        /// One byte a pixel, an input: grey.
        "grey" => Grey,
    }
}

objects! {
    /// One test picture under a `predicted` sheet.
    #[derive(Debug, Clone, PartialEq)]
    open struct Picture {
        /// Its index among the pictures that `watch` can choose.
        index: u32,
        /// Its true class.
        label: u32,
        /// The best three, best first.
        guesses: Vec<Guess>,
    }

    /// A training drawing that is like another.
    #[derive(Debug, Clone, Copy, PartialEq)]
    open struct Neighbour {
        class: u32,
        /// Cosine of the angle between the two as the last layer reads them: 1 for the same.
        similarity: f32,
    }

    #[derive(Debug, Clone, Copy, PartialEq)]
    open struct Guess {
        class: u32,
        /// Softmax probability, 0 to 1.
        probability: f32,
    }
}

impl Event {
    /// The panel that must be acknowledged before its next picture comes.
    pub fn panel(&self) -> Option<Panel> {
        match self.body {
            EventBody::Predicted { .. } => Some(Panel::Predictions),
            EventBody::FiltersDrawn { .. } => Some(Panel::Filters),
            EventBody::InsideDrawn { .. } => Some(Panel::Inside),
            EventBody::OwnGuessed { .. } => Some(Panel::Own),
            EventBody::AugmentedDrawn { .. } => Some(Panel::Augmented),
            EventBody::Costed { .. } => Some(Panel::Costs),
            _ => None,
        }
    }
}
