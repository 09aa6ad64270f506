//! Settings to start from, by name: the page's choice, a link's `preset=`, and `chalkgrad train --preset`. Each network is a text
//! as a student writes it, for pictures `[3, 32, 32]` and ten classes, small enough to be trained in a browser's tab.

use crate::{Optimizer, Settings};

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

const fn network(name: &'static str, title: &'static str, text: &'static str, learning_rate: f64) -> Preset {
    Preset { name, title, recipe: Recipe::Network(text, learning_rate) }
}

impl Preset {
    /// The preset of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| preset.name == name)
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
        }
    }
}
