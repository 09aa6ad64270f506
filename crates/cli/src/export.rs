//! `chalkgrad export`: a network and its training as a PyTorch script with the weights beside it, as the page saves them.

use std::error::Error;
use std::path::PathBuf;

use chalkgrad::Device;
use lab::{Formats, Session, Team, Threads};
use protocol::PRESETS;

use crate::device::clock;
use crate::train;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Settings to start from.
    #[arg(long, default_value = "fast", value_parser = PRESETS.map(|preset| preset.name))]
    preset: String,
    /// A file with the network's text, or `-` for standard input. Default: the preset's.
    #[arg(long)]
    network: Option<String>,
    /// All settings as JSON in a file, instead of a preset.
    #[arg(long, conflicts_with_all = ["preset", "network"])]
    settings: Option<PathBuf>,
    /// A safetensors file under PyTorch's keys; without it, the first values, drawn from the seed.
    #[arg(long)]
    weights: Option<PathBuf>,
    /// Default: the settings'.
    #[arg(long)]
    seed: Option<u64>,
    /// The folder that `chalkgrad data` wrote; without it, an epoch is one of drawn shapes.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Where `NAME.py` and `NAME.safetensors` go, without an ending.
    #[arg(long, default_value = "chalkgrad-export")]
    output: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut settings = train::settings(arguments.settings.as_deref(), &arguments.preset, arguments.network.as_deref())?;
    settings.seed = arguments.seed.unwrap_or(settings.seed);
    settings.workers = Some(1);
    let data = train::data(&arguments.data, false)?;
    let in_file = |file: &PathBuf, error: &dyn Error| format!("{}: {error}", file.display());
    pollster::block_on(async {
        let mut session = Session::new(1, settings, &Device::Cpu, data, clock, &mut Team::new(Threads)).await?;
        let formats = Formats::new();
        if let Some(file) = &arguments.weights {
            let bytes = std::fs::read(file).map_err(|error| in_file(file, &error))?;
            session.load(&formats, &bytes, &mut lab::Outbox::default()).map_err(|error| in_file(file, &error))?;
        }
        let (script, weights) = session.export(&formats).await?;
        for (ending, bytes) in [("py", script.into_bytes()), ("safetensors", weights)] {
            let file = PathBuf::from(format!("{}.{ending}", arguments.output.display()));
            std::fs::write(&file, bytes).map_err(|error| in_file(&file, &error))?;
            println!("{}", file.display());
        }
        Ok(())
    })
}
