//! Settings to start from, by name: the page's choice, a link's `preset=`, and `chalkgrad train --preset`. Each network is a text
//! as a student writes it, small enough to be trained in a browser's tab: for pictures `[3, 32, 32]` and ten classes, or for drawings
//! `[1, 28, 28]`.

use crate::{DatasetName, Drawings, Optimizer, Schedule, Settings, Transforms};

/// Settings with a name.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// In links and commands: `resnet`.
    pub name: &'static str,
    /// On screen.
    pub title: &'static str,
    recipe: Recipe,
}

#[derive(Debug, Clone, Copy)]
enum Recipe {
    Default,
    /// The ConvNetJS page's own.
    ConvNetJs,
    /// This network, trained as the default one at another rate.
    Network(&'static str, f64),
    /// This network, which learns drawings of these categories (none: of all) for so many epochs in such batches.
    Sketch {
        text: &'static str,
        categories: &'static [&'static str],
        epochs: f64,
        batch_size: u32,
    },
}

/// The first is what everything starts from.
pub const PRESETS: [Preset; 7] = [
    Preset { name: "fast", title: "ConvNetJS, learns fast", recipe: Recipe::Default },
    Preset { name: "convnetjs", title: "ConvNetJS, as its page", recipe: Recipe::ConvNetJs },
    network("lenet", "LeNet-5", include_str!("presets/lenet.py"), 2e-3),
    network("vgg", "VGG-like", include_str!("presets/vgg.py"), 2e-3),
    network("resnet", "Residual network", include_str!("presets/resnet.py"), 6e-3),
    network("inception", "Inception network", include_str!("presets/inception.py"), 4e-3),
    network("mlp", "MLP", include_str!("presets/mlp.py"), 1e-3),
];

/// For drawings. The first is the network that the page ships.
pub const SKETCH_PRESETS: [Preset; 2] = [
    Preset {
        name: "sketch-345",
        title: "All 345 categories",
        recipe: Recipe::Sketch {
            text: include_str!("presets/sketch_345.py"),
            categories: &[],
            epochs: 60.0,
            batch_size: 64,
        },
    },
    Preset {
        name: "sketch",
        title: "A few categories",
        recipe: Recipe::Sketch {
            text: include_str!("presets/sketch.py"),
            categories: &["cat", "clock", "tree"],
            epochs: 100.0,
            batch_size: 32,
        },
    },
];

const fn network(name: &'static str, title: &'static str, text: &'static str, learning_rate: f64) -> Preset {
    Preset { name, title, recipe: Recipe::Network(text, learning_rate) }
}

impl Preset {
    /// The preset of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        PRESETS.iter().chain(&SKETCH_PRESETS).find(|preset| preset.name == name)
    }

    pub fn settings(&self) -> Settings {
        match self.recipe {
            Recipe::Default => Settings::default(),
            Recipe::ConvNetJs => Settings::convnetjs(),
            Recipe::Network(text, rate) => {
                let mut settings = Settings { network: text.trim_end().into(), ..Settings::default() };
                if let Optimizer::Adamw { learning_rate, .. } = &mut settings.optimizer {
                    *learning_rate = rate;
                }
                settings
            }
            Recipe::Sketch { text, categories, epochs, batch_size } => Settings {
                network: text.trim_end().into(),
                dataset: DatasetName::Drawings,
                drawings: Drawings {
                    categories: categories.iter().map(|&name| name.to_owned()).collect(),
                    ..Drawings::default()
                },
                batch_size,
                optimizer: Optimizer::Adamw {
                    learning_rate: 4e-3,
                    beta1: 0.9,
                    beta2: 0.999,
                    epsilon: 1e-8,
                    weight_decay: 5e-2,
                    amsgrad: false,
                },
                schedule: Schedule::OneCycle {
                    epochs,
                    pct_start: 0.3,
                    div_factor: 25.0,
                    final_div_factor: 1e4,
                    cycle_momentum: true,
                    base_momentum: 0.85,
                    max_momentum: 0.95,
                },
                transforms: Transforms { mean: vec![0.1], deviation: vec![0.3], ..Transforms::default() },
                label_smoothing: 0.1,
                ..Settings::default()
            },
        }
    }
}
