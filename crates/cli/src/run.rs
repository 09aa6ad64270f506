//! `chalkgrad run`: a network's output for given numbers, and its gradients, so that anyone can compare them with PyTorch's.

use std::error::Error;
use std::path::{Path, PathBuf};

use chalkgrad::nn::{Loss, Mode, Network};
use chalkgrad::{Examples, Model, StateDict};

use crate::device::DeviceArgument;
use crate::npy::{self, Array};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A file with the network as PyTorch text, or `-` for standard input.
    #[arg(long)]
    network: String,
    /// A safetensors file under PyTorch's keys; without it, PyTorch's first values, drawn from the seed.
    #[arg(long)]
    weights: Option<PathBuf>,
    /// Numbers to run it on: .npy, `[N, C, H, W]`, f32.
    #[arg(long)]
    input: PathBuf,
    /// Where the output goes: .npy, `[N, …]`, f32.
    #[arg(long)]
    output: Option<PathBuf>,
    /// The class of each example: .npy, `[N]`, i64.
    #[arg(long)]
    labels: Option<PathBuf>,
    /// Where the gradients of the mean cross-entropy go: safetensors, under the parameters' own keys.
    #[arg(long, requires = "labels")]
    gradients: Option<PathBuf>,
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceArgument,
    /// As it learns: with dropout, and each batch normalised by itself.
    #[arg(long)]
    train: bool,
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// One line of JSON instead of sentences.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let text = crate::text_or_default(Some(&arguments.network), "")?;
    let input = read(&arguments.input)?;
    let (batch, example) = match input.shape.dims() {
        [batch, example @ ..] if !example.is_empty() && *batch > 0 => (*batch, example),
        _ => return Err(format!("{}: [N, C, H, W] is needed, not {}", arguments.input.display(), input.shape).into()),
    };
    let tree = lab::language::parse(&text).map_err(|error| format!("{}: {error}", arguments.network))?;
    let network = Network::new(tree, example).map_err(|error| format!("{}: {error}", arguments.network))?;
    let labels = match &arguments.labels {
        Some(file) => labels(file, batch, network.output().elements())?,
        None => vec![0.0; batch],
    };
    let device = arguments.device.open()?;
    let mut model = Model::new(&device, network, Loss::CrossEntropy, arguments.seed)?;
    if let Some(file) = &arguments.weights {
        let named = |error: chalkgrad::Error| format!("{}: {error}", file.display());
        let state = StateDict::from_safetensors(&bytes(file)?).map_err(named)?;
        model.load_state_dict(&state).map_err(named)?;
    }
    let mode = if arguments.train { Mode::Train } else { Mode::Evaluate };
    let examples = Examples { images: &input.values, labels: &labels, weights: &vec![1.0; batch] };
    let pass = pollster::block_on(model.gradients(examples, mode, arguments.seed))?;
    if let Some(file) = &arguments.output {
        write(file, &npy::write(pass.logits.shape(), &pass.logits)?)?;
    }
    if let Some(file) = &arguments.gradients {
        write(file, &pass.gradients.to_safetensors()?)?;
    }
    let loss = arguments.labels.is_some().then_some(pass.loss);
    let (parameters, output) = (model.network().parameter_count(), pass.logits.shape());
    if arguments.json {
        let result = serde_json::json!({
            "parameters": parameters, "output": output.dims(), "loss": loss, "device": device.adapter(),
        });
        println!("{result}");
    } else {
        let loss = loss.map_or(String::new(), |loss| format!(", mean cross-entropy {loss}"));
        println!("{parameters} parameters, output {output}{loss}, on {}", device.adapter());
    }
    Ok(())
}

fn bytes(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(file, bytes).map_err(|error| format!("{}: {error}", file.display()))
}

fn read(file: &Path) -> Result<Array, String> {
    npy::read(&bytes(file)?).map_err(|error| format!("{}: {error}", file.display()))
}

/// One class an example, each below the number of classes.
fn labels(file: &Path, batch: usize, classes: usize) -> Result<Vec<f32>, String> {
    let Array { shape, values } = read(file)?;
    if shape.dims() != [batch] {
        return Err(format!("{}: one label for each of {batch} examples is needed, not {shape}", file.display()));
    }
    match values.iter().find(|&&label| label < 0.0 || label >= classes as f32 || label.fract() != 0.0) {
        Some(label) => Err(format!("{}: {label} is no class; there are {classes}, from 0 on", file.display())),
        None => Ok(values),
    }
}
