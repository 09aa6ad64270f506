//! A network with its training as one Python script: what a person takes along whose work outgrows a browser. It needs torch and
//! safetensors, and reads the weights from a file beside it.

use datasets::Transforms;
use protocol::{Optimizer, Schedule, Settings};

use super::Tree;

/// What follows the network's own text; `@name` stands for a setting.
const SCRIPT: &str = include_str!("export.py");

/// The network printed from its tree, the transforms of its pictures, and the training loop with these settings. An epoch of the
/// data it was trained on has `steps_per_epoch` steps.
pub fn export(tree: &Tree, settings: &Settings, transforms: &Transforms, steps_per_epoch: u64) -> String {
    let numbers = |values: &[f32]| format!("{values:?}");
    let (schedule, epochs) = schedule(&settings.schedule, &settings.optimizer);
    let (optimizer, spares_biases) = optimizer(&settings.optimizer);
    let truth = if settings.augmentation.flip { "True" } else { "False" };
    let smoothing = match settings.label_smoothing {
        0.0 => String::new(),
        smoothing => format!(", label_smoothing={smoothing}"),
    };
    let mut script = SCRIPT.to_owned();
    for (name, value) in [
        ("@seed", settings.seed.to_string()),
        ("@batch", settings.batch_size.to_string()),
        ("@epochs", epochs.to_string()),
        ("@steps", steps_per_epoch.to_string()),
        ("@mean", numbers(&transforms.mean)),
        ("@deviation", numbers(&transforms.deviation)),
        ("@scale", format!("{:?}", transforms.scale)),
        ("@flip", truth.into()),
        ("@shift", settings.augmentation.shift.to_string()),
        ("@spared", if spares_biases { ", \"weight_decay\": 0.0" } else { "" }.into()),
        ("@smoothing", smoothing),
        ("@optimizer", optimizer),
        ("@schedule", schedule),
    ] {
        script = script.replace(name, &value);
    }
    format!("{}\n{script}", tree.print())
}

/// PyTorch's call for these settings, and whether it spares biases the decay.
fn optimizer(optimizer: &Optimizer) -> (String, bool) {
    let truth = |value: bool| if value { "True" } else { "False" };
    let mut spares_biases = false;
    let (name, arguments) = match *optimizer {
        Optimizer::Sgd { momentum, dampening, nesterov, weight_decay, .. } => (
            "SGD",
            format!(
                "momentum={momentum}, dampening={dampening}, nesterov={}, weight_decay={weight_decay}",
                truth(nesterov)
            ),
        ),
        Optimizer::Adagrad { learning_rate_decay, weight_decay, initial_accumulator_value, epsilon, .. } => (
            "Adagrad",
            format!(
                "lr_decay={learning_rate_decay}, weight_decay={weight_decay}, \
                 initial_accumulator_value={initial_accumulator_value}, eps={epsilon}"
            ),
        ),
        Optimizer::Rmsprop { alpha, epsilon, weight_decay, momentum, centered, .. } => (
            "RMSprop",
            format!(
                "alpha={alpha}, eps={epsilon}, weight_decay={weight_decay}, momentum={momentum}, centered={}",
                truth(centered)
            ),
        ),
        Optimizer::Adadelta { rho, epsilon, weight_decay, decay_biases, .. } => {
            spares_biases = !decay_biases;
            ("Adadelta", format!("rho={rho}, eps={epsilon}, weight_decay={weight_decay}"))
        }
        Optimizer::Adam { beta1, beta2, epsilon, weight_decay, amsgrad, .. } => {
            ("Adam", moments([beta1, beta2], epsilon, weight_decay, truth(amsgrad)))
        }
        Optimizer::Adamw { beta1, beta2, epsilon, weight_decay, amsgrad, .. } => {
            ("AdamW", moments([beta1, beta2], epsilon, weight_decay, truth(amsgrad)))
        }
    };
    (format!("torch.optim.{name}(groups, lr={}, {arguments})", optimizer.learning_rate()), spares_biases)
}

fn moments([beta1, beta2]: [f64; 2], epsilon: f64, weight_decay: f64, amsgrad: &str) -> String {
    format!("betas=({beta1}, {beta2}), eps={epsilon}, weight_decay={weight_decay}, amsgrad={amsgrad}")
}

/// PyTorch's call for this schedule, and how many epochs it is made for.
fn schedule(schedule: &Schedule, optimizer: &Optimizer) -> (String, f64) {
    let steps = |epochs: f64| format!("max(1, math.ceil({epochs} * STEPS_PER_EPOCH))");
    let (call, epochs) = match *schedule {
        Schedule::Constant => return ("None".into(), 5.0),
        Schedule::Step { step_size, gamma } => {
            (format!("StepLR(optimizer, {}, gamma={gamma})", steps(step_size)), 2.0 * step_size)
        }
        Schedule::Cosine { t_max, eta_min } => {
            (format!("CosineAnnealingLR(optimizer, {}, eta_min={eta_min})", steps(t_max)), t_max)
        }
        Schedule::OneCycle {
            epochs,
            pct_start,
            div_factor,
            final_div_factor,
            cycle_momentum,
            base_momentum,
            max_momentum,
        } => {
            // PyTorch refuses to cycle a momentum that there is not.
            let has_none = matches!(optimizer, Optimizer::Adagrad { .. } | Optimizer::Adadelta { .. });
            let cycle = if cycle_momentum && !has_none { "True" } else { "False" };
            let call = format!(
                "OneCycleLR(optimizer, max_lr={}, total_steps={}, pct_start={pct_start}, div_factor={div_factor}, \
                 final_div_factor={final_div_factor}, cycle_momentum={cycle}, base_momentum={base_momentum}, \
                 max_momentum={max_momentum})",
                optimizer.learning_rate(),
                steps(epochs)
            );
            (call, epochs)
        }
    };
    (format!("torch.optim.lr_scheduler.{call}"), epochs)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use chalkgrad::nn::Network;
    use chalkgrad::{Array, Device, Examples, StateDict, Trainer};
    use pollster::block_on;

    use super::super::parse;
    use super::*;

    const RESIDUAL: &str = "class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x):
        return x + F.relu(self.norm(self.conv(x)))

model = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), Block(8), Block(8), nn.Flatten(), nn.Linear(8 * 49, 10))
";
    const STEPS: usize = 10;
    const BATCH: usize = 8;
    const PICTURE: usize = 3 * 16 * 16;

    /// The first losses of a training here, and the weights and batches that it begins with.
    fn trained(settings: &Settings) -> (Vec<f32>, StateDict, StateDict) {
        let network = Network::new(parse(&settings.network).unwrap(), [3, 16, 16]).unwrap();
        let options = crate::settings::options(settings, STEPS as u64).unwrap();
        let mut trainer = block_on(Trainer::new(&Device::Cpu, network, options)).unwrap();
        let weights = block_on(trainer.model().state_dict()).unwrap();
        let value = |index: usize| ((index * 7919 + index / 13) % 1009) as f32 / 1009.0 - 0.5;
        let images: Vec<f32> = (0..STEPS * BATCH * PICTURE).map(value).collect();
        let labels: Vec<i64> = (0..STEPS * BATCH).map(|index| (index * 3 % 10) as i64).collect();
        for step in 0..STEPS {
            let own = &labels[step * BATCH..(step + 1) * BATCH];
            let own: Vec<f32> = own.iter().map(|&label| label as f32).collect();
            let images = &images[step * BATCH * PICTURE..(step + 1) * BATCH * PICTURE];
            trainer.train(Examples { images, labels: &own, weights: &[1.0; BATCH] }).unwrap();
        }
        let losses = block_on(trainer.metrics()).unwrap().iter().map(|metrics| metrics.loss).collect();
        let mut batches = StateDict::new();
        batches.insert("images", Array::from_fn([STEPS, BATCH, 3, 16, 16], |index| images[index]));
        batches.insert("labels", Array::from_fn([STEPS, BATCH], |index| labels[index]));
        (losses, weights, batches)
    }

    fn settings(optimizer: &str, schedule: &str) -> Settings {
        Settings {
            network: RESIDUAL.into(),
            batch_size: BATCH as u32,
            optimizer: serde_json::from_str(optimizer).unwrap(),
            schedule: serde_json::from_str(schedule).unwrap(),
            ..Settings::default()
        }
    }

    #[test]
    fn the_script_names_every_setting_and_its_network_is_read_again() {
        let settings =
            settings(r#"{"kind": "adadelta", "decay_biases": false}"#, r#"{"kind": "one_cycle", "epochs": 3}"#);
        let script = export(&parse(RESIDUAL).unwrap(), &settings, &Transforms::default(), 703);
        assert!(!script.contains('@'), "{script}");
        for part in [
            "STEPS_PER_EPOCH = 703",
            "rho=0.9",
            "total_steps=max(1, math.ceil(3",
            "\"weight_decay\": 0.0",
            "BATCH_SIZE = 8",
        ] {
            assert!(script.contains(part), "{part} is missing in\n{script}");
        }
        assert_eq!(parse(&script).unwrap().print(), parse(RESIDUAL).unwrap().print());
    }

    #[test]
    fn the_script_prints_our_first_losses_where_pytorch_is_there() {
        let Some(python) = std::env::var_os("CHALKGRAD_PYTHON") else {
            eprintln!("\n*** SKIPPED: CHALKGRAD_PYTHON names no Python with torch, so the script was not run ***\n");
            return;
        };
        for (optimizer, schedule) in [
            (r#"{"kind": "sgd", "learning_rate": 0.05, "momentum": 0.9, "nesterov": true}"#, r#"{"kind": "constant"}"#),
            (r#"{"kind": "adamw", "learning_rate": 0.002}"#, r#"{"kind": "one_cycle", "epochs": 1}"#),
            (
                r#"{"kind": "adadelta", "decay_biases": false, "weight_decay": 0.1}"#,
                r#"{"kind": "cosine", "t_max": 2}"#,
            ),
            (r#"{"kind": "rmsprop", "learning_rate": 0.001}"#, r#"{"kind": "step", "step_size": 0.4}"#),
        ] {
            let settings = settings(optimizer, schedule);
            let (losses, weights, batches) = trained(&settings);
            let folder = tempfile::tempdir().unwrap();
            let file = |name: &str| folder.path().join(name);
            let script = export(&parse(RESIDUAL).unwrap(), &settings, &Transforms::default(), STEPS as u64);
            std::fs::write(file("train.py"), script).unwrap();
            std::fs::write(file("weights.safetensors"), weights.to_safetensors().unwrap()).unwrap();
            std::fs::write(file("batches.safetensors"), batches.to_safetensors().unwrap()).unwrap();
            let mut command = Command::new(&python);
            command.current_dir(folder.path()).args([
                "train.py",
                "weights.safetensors",
                "--batches",
                "batches.safetensors",
            ]);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let text = String::from_utf8(output.stdout).unwrap();
            let theirs: Vec<f32> = text.lines().filter_map(|line| line.split_once(' ')?.1.parse().ok()).collect();
            assert_eq!(theirs.len(), STEPS, "{text}");
            for (step, (ours, theirs)) in losses.iter().zip(&theirs).enumerate() {
                assert!((ours - theirs).abs() < 1e-3, "{optimizer}, step {step}: {ours}, and PyTorch has {theirs}");
            }
        }
    }
}
