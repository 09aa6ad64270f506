//! What fixes a run, and what a bench measures: the JSON that links, files and the page API carry.

objects! {
    /// Everything that fixes a run. One build, one device and the same settings give the same bits. By default the ConvNetJS network
    /// with a recipe that learns fast: AdamW, batch 64, one cycle of 6 epochs.
    #[derive(Debug, Clone, PartialEq)]
    defaults struct Settings {
        /// As PyTorch writes it: `nn.Sequential(…)`, or classes and what makes one of them; or ConvNetJS's `layer_defs`.
        network: String = CONVNETJS.into(),
        dataset: DatasetName = DatasetName::Cifar10,
        device: DeviceName = DeviceName::Auto,
        batch_size: u32 = 64,
        /// Workers that share a batch on the CPU; null: as many as the machine has cores to spare.
        workers: Option<u32> = None,
        optimizer: Optimizer = Optimizer::Adamw {
            learning_rate: 6e-3,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 5e-3,
            amsgrad: false,
        },
        schedule: Schedule = Schedule::OneCycle {
            epochs: 6.0,
            pct_start: 0.3,
            div_factor: 25.0,
            final_div_factor: 1e4,
            cycle_momentum: true,
            base_momentum: 0.85,
            max_momentum: 0.95,
        },
        augmentation: Augmentation = Augmentation::default(),
        transforms: Transforms = Transforms::default(),
        /// Which drawings it learns, where it learns drawings.
        drawings: Drawings = Drawings::default(),
        /// The part of each target that is spread over all classes.
        label_smoothing: f64 = 0.0,
        /// The probability of every dropout; null: each as the network's text has it.
        dropout: Option<f64> = None,
        stop: Stop = Stop::default(),
        initialization: Initialization = Initialization::Pytorch,
        seed: u64 = 1,
    }
}

/// The ConvNetJS CIFAR-10 network, in PyTorch's words.
pub const CONVNETJS: &str = "nn.Sequential(
    nn.Conv2d(3, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(20, 20, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(320, 10),
)";

impl Settings {
    /// The ConvNetJS page's own training: batch 4, Adadelta, its decay rule, augmentation and initialisation.
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
            augmentation: Augmentation { flip: true, shift: 2 },
            initialization: Initialization::Convnetjs,
            ..Self::default()
        }
    }
}

words! {
    enum DatasetName {
        "cifar10" => Cifar10,
        /// Ten classes of drawn shapes from the seed: needs no file.
        "shapes" => Shapes,
        /// The visitor's own, which `gather` brought.
        "own" => Own,
        /// Drawings of Quick, Draw!'s categories, of the visitor's own, or of both: `drawings` says which.
        "drawings" => Drawings,
    }

    enum DeviceName {
        /// WebGPU where it is a real accelerator, else CPU.
        "auto" => Auto,
        "cpu" => Cpu,
        "webgpu" => Webgpu,
    }
}

objects! {
    /// Random changes to a training picture, drawn from (seed, epoch, example).
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    defaults struct Augmentation {
        /// Mirror with probability one half.
        flip: bool = true,
        /// Shift by up to this many pixels along each axis; what comes in is black. A run of a few epochs learns less with it.
        shift: u32 = 0,
    }
}

objects! {
    /// From a byte to the number that a network sees: `(byte × scale − mean) / deviation`, the last two for each channel.
    #[derive(Debug, Clone, PartialEq)]
    defaults struct Transforms {
        scale: f32 = 1.0 / 255.0,
        mean: Vec<f32> = vec![0.5; 3],
        deviation: Vec<f32> = vec![1.0; 3],
    }

    /// The drawings of a run: the visitor's own of a category (`gather_drawings`), then those of Quick, Draw!. Every fifth is held out.
    #[derive(Debug, Clone, PartialEq, Eq)]
    defaults struct Drawings {
        /// Names as Quick, Draw! has them, or the visitor's own; none: all 345 of Quick, Draw!.
        categories: Vec<String> = Vec::new(),
        /// Most drawings of each category.
        each: u32 = 100,
        /// Whether training drawings are bent, turned and moved anew in each epoch.
        distort: bool = true,
    }

    /// When training stops by itself, whatever comes first; null: not for that.
    #[derive(Debug, Clone, Copy, PartialEq)]
    defaults struct Stop {
        epochs: Option<f64> = None,
        /// On a sample of held-out pictures, as a fraction.
        accuracy: Option<f64> = None,
        /// Of training, since the run stood ready.
        seconds: Option<f64> = None,
    }
}

words! {
    enum Initialization {
        /// PyTorch's defaults for each layer.
        "pytorch" => Pytorch,
        /// Weights N(0, 1/fan-in); bias 0.1 before a ReLU, else 0.
        "convnetjs" => Convnetjs,
    }
}

choices! {
    /// PyTorch's argument names and defaults, `learning_rate` for `lr`, `epsilon` for `eps`.
    #[derive(Debug, Clone, Copy, PartialEq)]
    strict enum Optimizer by "kind" {
        "sgd" => Sgd {
            learning_rate: f64 = 1e-3,
            momentum: f64 = 0.0,
            dampening: f64 = 0.0,
            nesterov: bool = false,
            weight_decay: f64 = 0.0,
        },
        "adagrad" => Adagrad {
            learning_rate: f64 = 1e-2,
            learning_rate_decay: f64 = 0.0,
            weight_decay: f64 = 0.0,
            initial_accumulator_value: f64 = 0.0,
            epsilon: f64 = 1e-10,
        },
        "rmsprop" => Rmsprop {
            learning_rate: f64 = 1e-2,
            alpha: f64 = 0.99,
            epsilon: f64 = 1e-8,
            weight_decay: f64 = 0.0,
            momentum: f64 = 0.0,
            centered: bool = false,
        },
        "adadelta" => Adadelta {
            learning_rate: f64 = 1.0,
            rho: f64 = 0.9,
            epsilon: f64 = 1e-6,
            weight_decay: f64 = 0.0,
            /// ConvNetJS spares biases; PyTorch does not.
            decay_biases: bool = true,
        },
        /// Its weight decay is added to the gradient.
        "adam" => Adam {
            learning_rate: f64 = 1e-3,
            beta1: f64 = 0.9,
            beta2: f64 = 0.999,
            epsilon: f64 = 1e-8,
            weight_decay: f64 = 0.0,
            amsgrad: bool = false,
        },
        /// Its weight decay pulls at the parameters themselves.
        "adamw" => Adamw {
            learning_rate: f64 = 1e-3,
            beta1: f64 = 0.9,
            beta2: f64 = 0.999,
            epsilon: f64 = 1e-8,
            weight_decay: f64 = 1e-2,
            amsgrad: bool = false,
        },
    }
}

impl Optimizer {
    pub fn weight_decay(&self) -> f64 {
        match *self {
            Self::Sgd { weight_decay, .. }
            | Self::Adagrad { weight_decay, .. }
            | Self::Rmsprop { weight_decay, .. }
            | Self::Adadelta { weight_decay, .. }
            | Self::Adam { weight_decay, .. }
            | Self::Adamw { weight_decay, .. } => weight_decay,
        }
    }

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

choices! {
    /// How the learning rate moves; the optimiser's `learning_rate` is its top. Lengths are epochs, as where PyTorch's schedulers
    /// are stepped once an epoch, and may be fractions of one.
    #[derive(Debug, Clone, Copy, PartialEq)]
    strict enum Schedule by "kind" {
        "constant" => Constant,
        /// PyTorch's `StepLR`: times `gamma` after every `step_size` epochs (2 unless said otherwise; PyTorch has no default).
        "step" => Step {
            step_size: f64 = 2.0,
            gamma: f64 = 0.1,
        },
        /// PyTorch's `CosineAnnealingLR`, moving with every step: to `eta_min` in `t_max` epochs (5 unless said otherwise; PyTorch
        /// has no default), and up again.
        "cosine" => Cosine {
            t_max: f64 = 5.0,
            eta_min: f64 = 0.0,
        },
        /// PyTorch's `OneCycleLR` with its defaults, over this many epochs; the run stops at its end.
        "one_cycle" => OneCycle {
            epochs: f64,
            pct_start: f64 = 0.3,
            div_factor: f64 = 25.0,
            final_div_factor: f64 = 1e4,
            cycle_momentum: bool = true,
            base_momentum: f64 = 0.85,
            max_momentum: f64 = 0.95,
        },
    }
}

objects! {
    /// What `bench` runs: DESIGN, "Contracts".
    #[derive(Debug, Clone, PartialEq)]
    strict struct BenchRequest {
        network: String,
        input: [u32; 3] = [3, 32, 32],
        batch: u32 = 64,
        optimizer: Optimizer = Optimizer::Sgd {
            learning_rate: 0.01,
            momentum: 0.9,
            dampening: 0.0,
            nesterov: false,
            weight_decay: 0.0,
        },
        device: DeviceName = DeviceName::Auto,
        workers: u32 = 1,
        seconds: f64 = 5.0,
        seed: u64 = 0,
        /// Stop after this many steps, if that comes before `seconds`.
        steps: Option<u32> = None,
        /// Give the loss of every step, too.
        with_losses: bool = false,
    }

    /// What a worker that shares batches must know.
    #[derive(Debug, Clone, PartialEq)]
    open struct Work {
        network: String,
        input: [u32; 3],
        /// Examples of a whole batch.
        batch: u32,
        /// Which of the workers it is; 0 is the one that trains.
        rank: u32,
        workers: u32,
        label_smoothing: f64 = 0.0,
        dropout: Option<f64>,
    }

    #[derive(Debug, Clone, PartialEq)]
    open struct BenchResult {
        images_per_second: f64,
        steps: u32,
        /// Before any update.
        first_loss: f32,
        last_loss: f32,
        device: String,
        adapter: String,
        workers: u32,
        /// Of every step, where they were asked for.
        losses: Vec<crate::MaybeNumber> = Vec::new(),
    }

    /// How fast one kernel is on one shape.
    #[derive(Debug, Clone, PartialEq)]
    open struct KernelSpeed {
        name: String,
        shape: String,
        /// Two for each multiply-add.
        operations_per_second: f64,
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
