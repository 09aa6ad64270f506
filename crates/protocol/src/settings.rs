//! What fixes a run, and what a bench measures: the JSON that links, files and the page API carry.

use serde::{Deserialize, Serialize};

/// Everything that fixes a run. One build, one device and the same settings give the same bits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// As PyTorch writes it: `nn.Sequential(…)`, or classes and what makes one of them; or ConvNetJS's `layer_defs`.
    pub network: String,
    pub dataset: DatasetName,
    pub device: DeviceName,
    pub batch_size: u32,
    /// Workers that share a batch on the CPU; null: as many as the machine has cores to spare.
    pub workers: Option<u32>,
    pub optimizer: Optimizer,
    pub schedule: Schedule,
    pub augmentation: Augmentation,
    pub initialization: Initialization,
    pub seed: u64,
}

/// The ConvNetJS CIFAR-10 network, in PyTorch's words.
pub const CONVNETJS: &str = "nn.Sequential(
    nn.Conv2d(3, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(20, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(320, 10),
)";

impl Default for Settings {
    /// The ConvNetJS network with a recipe that learns fast: AdamW, batch 64, one cycle of 5 epochs.
    fn default() -> Self {
        Self {
            network: CONVNETJS.into(),
            dataset: DatasetName::Cifar10,
            device: DeviceName::Auto,
            batch_size: 64,
            workers: None,
            optimizer: Optimizer::Adamw {
                learning_rate: 6e-3,
                beta1: 0.9,
                beta2: 0.999,
                epsilon: 1e-8,
                weight_decay: 5e-3,
                amsgrad: false,
            },
            schedule: Schedule::OneCycle {
                epochs: 5.0,
                pct_start: 0.3,
                div_factor: 25.0,
                final_div_factor: 1e4,
                cycle_momentum: true,
                base_momentum: 0.85,
                max_momentum: 0.95,
            },
            augmentation: Augmentation { flip: true, shift: 2 },
            initialization: Initialization::Pytorch,
            seed: 1,
        }
    }
}

impl Settings {
    /// The ConvNetJS page's own training: batch 4, Adadelta, its decay rule and initialisation.
    pub fn convnetjs() -> Self {
        Self {
            batch_size: 4,
            optimizer: Optimizer::Adadelta {
                learning_rate: 1.0,
                rho: 0.95,
                epsilon: 1e-8,
                weight_decay: 2.5e-5,
                decay_biases: false,
            },
            schedule: Schedule::Constant,
            initialization: Initialization::Convnetjs,
            ..Self::default()
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatasetName {
    Cifar10,
    /// Ten classes of drawn shapes from the seed: needs no file.
    Shapes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceName {
    /// WebGPU where it is a real accelerator, else CPU.
    Auto,
    Cpu,
    Webgpu,
}

/// Random changes to a training picture, drawn from (seed, epoch, example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augmentation {
    /// Mirror with probability one half.
    pub flip: bool,
    /// Shift by up to this many pixels along each axis; what comes in is black.
    pub shift: u32,
}

impl Default for Augmentation {
    fn default() -> Self {
        Self { flip: true, shift: 2 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initialization {
    /// PyTorch's defaults for each layer.
    Pytorch,
    /// Weights N(0, 1/fan-in); bias 0.1 before a ReLU, else 0.
    Convnetjs,
}

/// PyTorch's argument names and defaults, `learning_rate` for `lr`, `epsilon` for `eps`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Optimizer {
    Sgd {
        #[serde(default = "default::one_thousandth")]
        learning_rate: f64,
        #[serde(default)]
        momentum: f64,
        #[serde(default)]
        dampening: f64,
        #[serde(default)]
        nesterov: bool,
        #[serde(default)]
        weight_decay: f64,
    },
    Adagrad {
        #[serde(default = "default::one_hundredth")]
        learning_rate: f64,
        #[serde(default)]
        learning_rate_decay: f64,
        #[serde(default)]
        weight_decay: f64,
        #[serde(default)]
        initial_accumulator_value: f64,
        #[serde(default = "default::adagrad_epsilon")]
        epsilon: f64,
    },
    Rmsprop {
        #[serde(default = "default::one_hundredth")]
        learning_rate: f64,
        #[serde(default = "default::alpha")]
        alpha: f64,
        #[serde(default = "default::epsilon")]
        epsilon: f64,
        #[serde(default)]
        weight_decay: f64,
        #[serde(default)]
        momentum: f64,
        #[serde(default)]
        centered: bool,
    },
    Adadelta {
        #[serde(default = "default::one")]
        learning_rate: f64,
        #[serde(default = "default::rho")]
        rho: f64,
        #[serde(default = "default::adadelta_epsilon")]
        epsilon: f64,
        #[serde(default)]
        weight_decay: f64,
        /// ConvNetJS spares biases; PyTorch does not.
        #[serde(default = "default::yes")]
        decay_biases: bool,
    },
    /// Its weight decay is added to the gradient.
    Adam {
        #[serde(default = "default::one_thousandth")]
        learning_rate: f64,
        #[serde(default = "default::beta1")]
        beta1: f64,
        #[serde(default = "default::beta2")]
        beta2: f64,
        #[serde(default = "default::epsilon")]
        epsilon: f64,
        #[serde(default)]
        weight_decay: f64,
        #[serde(default)]
        amsgrad: bool,
    },
    /// Its weight decay pulls at the parameters themselves.
    Adamw {
        #[serde(default = "default::one_thousandth")]
        learning_rate: f64,
        #[serde(default = "default::beta1")]
        beta1: f64,
        #[serde(default = "default::beta2")]
        beta2: f64,
        #[serde(default = "default::epsilon")]
        epsilon: f64,
        #[serde(default = "default::one_hundredth")]
        weight_decay: f64,
        #[serde(default)]
        amsgrad: bool,
    },
}

impl Optimizer {
    pub fn learning_rate(&self) -> f64 {
        match *self {
            Self::Sgd { learning_rate, .. }
            | Self::Adagrad { learning_rate, .. }
            | Self::Rmsprop { learning_rate, .. }
            | Self::Adadelta { learning_rate, .. }
            | Self::Adam { learning_rate, .. }
            | Self::Adamw { learning_rate, .. } => learning_rate,
        }
    }
}

/// How the learning rate moves; the optimiser's `learning_rate` is its top. Lengths are epochs, as where PyTorch's schedulers
/// are stepped once an epoch, and may be fractions of one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    Constant,
    /// PyTorch's `StepLR`: times `gamma` after every `step_size` epochs (2 unless said otherwise; PyTorch has no default).
    Step {
        #[serde(default = "default::step_size")]
        step_size: f64,
        #[serde(default = "default::gamma")]
        gamma: f64,
    },
    /// PyTorch's `CosineAnnealingLR`, moving with every step: to `eta_min` in `t_max` epochs (5 unless said otherwise; PyTorch
    /// has no default), and up again.
    Cosine {
        #[serde(default = "default::t_max")]
        t_max: f64,
        #[serde(default)]
        eta_min: f64,
    },
    /// PyTorch's `OneCycleLR` with its defaults, over this many epochs; the run stops at its end.
    OneCycle {
        epochs: f64,
        #[serde(default = "default::pct_start")]
        pct_start: f64,
        #[serde(default = "default::div_factor")]
        div_factor: f64,
        #[serde(default = "default::final_div_factor")]
        final_div_factor: f64,
        #[serde(default = "default::yes")]
        cycle_momentum: bool,
        #[serde(default = "default::base_momentum")]
        base_momentum: f64,
        #[serde(default = "default::max_momentum")]
        max_momentum: f64,
    },
}

/// What `bench` runs: DESIGN, "Contracts".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BenchRequest {
    pub network: String,
    #[serde(default = "default::input")]
    pub input: [u32; 3],
    #[serde(default = "default::batch")]
    pub batch: u32,
    #[serde(default = "default::bench_optimizer")]
    pub optimizer: Optimizer,
    #[serde(default = "default::device")]
    pub device: DeviceName,
    #[serde(default = "default::workers")]
    pub workers: u32,
    #[serde(default = "default::seconds")]
    pub seconds: f64,
    #[serde(default)]
    pub seed: u64,
    /// Stop after this many steps, if that comes before `seconds`.
    #[serde(default)]
    pub steps: Option<u32>,
}

/// What a worker that shares batches must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    pub network: String,
    pub input: [u32; 3],
    /// Examples of a whole batch.
    pub batch: u32,
    /// Which of the workers it is; 0 is the one that trains.
    pub rank: u32,
    pub workers: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchResult {
    pub images_per_second: f64,
    pub steps: u32,
    /// Before any update.
    pub first_loss: f32,
    pub last_loss: f32,
    pub device: String,
    pub adapter: String,
    pub workers: u32,
}

/// How fast one kernel is on one shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KernelSpeed {
    pub name: String,
    pub shape: String,
    /// Two for each multiply-add.
    pub operations_per_second: f64,
}

mod default {
    use super::{DeviceName, Optimizer};

    macro_rules! constants {
        ($($name:ident: $kind:ty = $value:expr;)*) => { $(pub(super) fn $name() -> $kind { $value })* };
    }

    constants! {
        yes: bool = true;
        one: f64 = 1.0;
        one_hundredth: f64 = 1e-2;
        one_thousandth: f64 = 1e-3;
        epsilon: f64 = 1e-8;
        adagrad_epsilon: f64 = 1e-10;
        alpha: f64 = 0.99;
        rho: f64 = 0.9;
        adadelta_epsilon: f64 = 1e-6;
        beta1: f64 = 0.9;
        beta2: f64 = 0.999;
        step_size: f64 = 2.0;
        gamma: f64 = 0.1;
        t_max: f64 = 5.0;
        pct_start: f64 = 0.3;
        div_factor: f64 = 25.0;
        final_div_factor: f64 = 1e4;
        base_momentum: f64 = 0.85;
        max_momentum: f64 = 0.95;
        input: [u32; 3] = [3, 32, 32];
        batch: u32 = 64;
        workers: u32 = 1;
        seconds: f64 = 5.0;
        device: DeviceName = DeviceName::Auto;
        bench_optimizer: Optimizer = Optimizer::Sgd { learning_rate: 0.01, momentum: 0.9, dampening: 0.0, nesterov: false, weight_decay: 0.0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_optimiser_needs_only_its_kind_and_has_pytorchs_defaults() {
        let expected = [
            json!({ "kind": "sgd", "learning_rate": 1e-3, "momentum": 0.0, "dampening": 0.0, "nesterov": false,
                "weight_decay": 0.0 }),
            json!({ "kind": "adagrad", "learning_rate": 1e-2, "learning_rate_decay": 0.0, "weight_decay": 0.0,
                "initial_accumulator_value": 0.0, "epsilon": 1e-10 }),
            json!({ "kind": "rmsprop", "learning_rate": 1e-2, "alpha": 0.99, "epsilon": 1e-8, "weight_decay": 0.0,
                "momentum": 0.0, "centered": false }),
            json!({ "kind": "adadelta", "learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-6, "weight_decay": 0.0,
                "decay_biases": true }),
            json!({ "kind": "adam", "learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
                "weight_decay": 0.0, "amsgrad": false }),
            json!({ "kind": "adamw", "learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
                "weight_decay": 1e-2, "amsgrad": false }),
        ];
        for expected in expected {
            let optimizer: Optimizer = serde_json::from_value(json!({ "kind": expected["kind"] })).unwrap();
            assert_eq!(json!(optimizer), expected);
            assert_eq!(Some(optimizer.learning_rate()), expected["learning_rate"].as_f64());
        }
    }

    #[test]
    fn a_schedule_has_pytorchs_defaults_where_pytorch_has_any() {
        let read = |value| json!(serde_json::from_value::<Schedule>(value).unwrap());
        assert_eq!(read(json!({ "kind": "constant" })), json!({ "kind": "constant" }));
        assert_eq!(
            read(json!({ "kind": "step", "step_size": 30 })),
            json!({ "kind": "step", "step_size": 30.0, "gamma": 0.1 })
        );
        assert_eq!(
            read(json!({ "kind": "cosine", "t_max": 200 })),
            json!({ "kind": "cosine", "t_max": 200.0, "eta_min": 0.0 })
        );
        assert_eq!(
            read(json!({ "kind": "one_cycle", "epochs": 3 })),
            json!({ "kind": "one_cycle", "epochs": 3.0, "pct_start": 0.3, "div_factor": 25.0, "final_div_factor": 1e4,
                "cycle_momentum": true, "base_momentum": 0.85, "max_momentum": 0.95 })
        );
    }

    #[test]
    fn a_setting_that_a_kind_does_not_have_is_refused_by_name() {
        let error = serde_json::from_value::<Optimizer>(json!({ "kind": "adam", "rho": 0.9 })).unwrap_err();
        assert!(error.to_string().contains("`rho`"), "{error}");
        let error = serde_json::from_value::<Schedule>(json!({ "kind": "step", "epochs": 3 })).unwrap_err();
        assert!(error.to_string().contains("`epochs`"), "{error}");
    }
}
