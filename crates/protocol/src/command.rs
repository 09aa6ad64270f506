//! What the page asks: one variant a command, each answered by its past-tense event.

use serde_json::Value;

use crate::json::{Fields, Json};
use crate::{Augmentation, BenchRequest, DeviceName, Optimizer, RunId, Schedule, Settings, Stop, Work};

/// A command with the number that its answer repeats in `reply_to`.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    pub id: u32,
    pub command: Command,
}

impl Json for Envelope {
    fn read(value: &Value) -> Result<Self, String> {
        Ok(Self { id: Fields::of(value)?.get("id", None)?, command: Command::read(value)? })
    }

    fn write(&self) -> Value {
        let mut envelope = self.command.write();
        envelope["id"] = self.id.into();
        envelope
    }
}

serde_by_tree!(Envelope);

choices! {
    /// What the page asks of the engine. Each is answered by its past-tense event, or by `failed`.
    #[derive(Debug, Clone, PartialEq)]
    open enum Command by "type" {
        /// The first command: the address of the folder that holds `data/`, the script that starts another engine, and what the
        /// last `tuned` said. Answered by `opened`.
        "open" => Open {
            base_url: String,
            script: String = String::new(),
            tuned: Option<String>,
        },
        /// Build the network and its programs and show the first shard's pictures. Answered by `configured`.
        "configure" => Configure {
            run: RunId,
            settings: Box<Settings>,
        },
        /// Read network text as `configure` would, and build nothing. Answered by `checked`, or by `failed` with the place.
        "check" => Check {
            network: String,
        },
        /// Train until `pause`. Answered by `trained` at once; `progressed` follows.
        "train" => Train,
        /// Stop after the step in flight. Answered by `paused`.
        "pause" => Pause,
        /// Train exactly this many steps, then stay paused. Answered by `stepped`.
        "step" => Step {
            steps: u32,
        },
        /// Back to the initial parameters of the same seed. Answered by `reset`.
        "reset" => Reset,
        /// Change what may change while training; what is null stays as it is. Another optimiser begins with empty states. Answered
        /// by `adjusted`.
        "adjust" => Adjust {
            optimizer: Optimizer,
            schedule: Schedule,
            augmentation: Option<Augmentation>,
            label_smoothing: Option<f64>,
            dropout: Option<f64>,
            stop: Option<Stop>,
        },
        /// Which pictures the page wants to see from now on; which test picture is looked into (its index; null: the visitor's own),
        /// and for what. Answered by `watched`.
        "watch" => Watch {
            panels: Vec<Panel>,
            picture: Option<u32>,
            inside: Inside = Inside::Activations,
        },
        /// The visitor's own classes: the pictures' bytes `[N, 3, 32, 32]` lie in the first buffer, their classes, a byte each, in the
        /// second. A run whose data set is `own` learns them; every fifth is kept aside. Answered by `gathered`.
        "gather" => Gather {
            classes: Vec<String>,
        },
        /// The visitor's own picture, whose bytes `[C, H, W]` lie beside this message. Answered by `brought`.
        "bring" => Bring,
        /// What the network takes a drawing for, whose strokes lie beside this message (`write_drawings`). It becomes the visitor's own
        /// picture. Answered by `sketched`.
        "sketch" => Sketch,
        /// What the network took the drawing beside this message for while it came about: the probabilities of the class that is
        /// asked for and of the best guesses, moment by moment. Answered by `replayed`.
        "replay" => Replay {
            class: Option<u32>,
        },
        /// What of the drawing beside this message made the network give a class (null: its best guess) its probability: each
        /// stroke's part, and each place's. Answered by `attributed`.
        "attribute" => Attribute {
            class: Option<u32>,
        },
        /// The training drawings that the network finds most like the drawing beside this message: nearest in what its last layer
        /// reads, among the categories of its best guesses. Answered by `neighboured`, once their files are there.
        "neighbours" => Neighbours,
        /// The categories of Quick, Draw! with a drawing of each. Needs no run. Answered by `categorised`.
        "categories" => Categories,
        /// Drawings of one category, in the buffer beside this message: strokes, or bitmaps of 784 bytes. They stand in for those
        /// that came before under this name; a run that is configured from now on learns them. Answered by `drawings_gathered`.
        "gather_drawings" => GatherDrawings {
            category: String,
            form: Form,
        },
        /// The drawings in a file, whose bytes lie beside this message: Quick, Draw!'s `.ndjson`, `.bin` or `.npy`. Answered by
        /// `drawings_read`.
        "read_drawings" => ReadDrawings {
            /// Its name, whose ending says what it is.
            name: String,
        },
        /// The drawings beside this message as Quick, Draw!'s simplified `.ndjson`, with this word. Answered by `drawings_written`.
        "write_drawings" => WriteDrawings {
            word: String,
        },
        /// The sum behind one number that a layer makes of the picture that is looked into: the layer by its row in `configured`, the
        /// number by its place in the output. Answered by `explained`.
        "explain" => Explain {
            row: u32,
            element: u32,
        },
        /// The page drew this panel's last picture and can take the next.
        "acknowledge" => Acknowledge {
            panel: Panel,
        },
        /// Measure loss and accuracy over the whole split; training waits meanwhile. Answered by `evaluated`, with the guesses in a
        /// buffer.
        "evaluate" => Evaluate {
            split: crate::Split,
            views: crate::Views = crate::Views::Single,
        },
        /// These pictures of a split as they are, at most 256. Answered by `pictured` with one buffer.
        "picture" => Picture {
            split: crate::Split,
            pictures: Vec<u32>,
        },
        /// Which of the first thousand test pictures excite the channels of a layer most: the layer by its row in `configured`.
        /// Answered by `excited`.
        "excite" => Excite {
            row: u32,
        },
        /// Take the run's whole state, and what it makes of a thousand test pictures. Answered by `snapshot_taken`.
        "snapshot" => Snapshot,
        /// Start a run again from a snapshot (the buffer beside this message). Answered by `configured`.
        "restore" => Restore {
            run: RunId,
            settings: Box<Settings>,
        },
        /// Write the run as a PyTorch script with its weights. Answered by `exported` with one buffer.
        "export" => Export,
        /// Take over the weights of a safetensors file (the buffer beside this message), all of them or none; what trains goes on.
        /// Answered by `loaded`.
        "load" => Load,
        /// Measure training speed as DESIGN's contract says. Pauses the run. Answered by `benched`.
        "bench" => Bench {
            request: Box<BenchRequest>,
        },
        /// Measure what a device can do at most and, if asked for, its kernels. Pauses the run. Answered by `measured`.
        "measure" => Measure {
            device: DeviceName,
            kernels: bool = false,
        },
        /// From one engine to another that it started: work a share of every batch that comes as a frame of raw numbers, and nothing
        /// else from now on. Answered by `hired`.
        "work" => Work {
            work: Work,
        },
        /// Are you alive? Answered by `ponged`.
        "ping" => Ping,
    }
}

words! {
    /// A picture that the engine computes by a probe of its own.
    enum Panel {
        /// A grid of test pictures with their best guesses: event `predicted`.
        "predictions" => Predictions,
        /// The first layer's filters in colour: event `filters_drawn`.
        "filters" => Filters,
        /// The picture that is looked into, layer by layer: event `inside_drawn`.
        "inside" => Inside,
        /// What the visitor's own picture is taken for: event `own_guessed`.
        "own" => Own,
        /// The next training pictures as they are augmented: event `augmented_drawn`.
        "augmented" => Augmented,
        /// What a step takes, and the part of the loss that weight decay stands for: event `costed`.
        "costs" => Costs,
    }

    /// How drawings lie in a buffer.
    enum Form {
        /// As `write_drawings` of this crate writes them.
        "strokes" => Strokes,
        /// 784 bytes each, white on black.
        "bitmaps" => Bitmaps,
    }

    /// What is shown of every layer.
    enum Inside {
        "activations" => Activations,
        /// Of the loss of this picture, with respect to what the layer makes of it; under the best guess where nobody knows its class.
        "gradients" => Gradients,
        "weights" => Weights,
        /// Of the last batch that was trained on.
        "weight_gradients" => WeightGradients,
    }
}
