//! `chalkgrad train`: the page's training without the page, then the full test set.

use std::error::Error;
use std::path::{Path, PathBuf};

use datasets::cifar10::Manifest;
use lab::{Data, Next, Outbox, Session, Team, Threads};
use protocol::{EventBody, PRESETS, Preset, Schedule, Settings, Split, Views};

use crate::device::{DeviceArgument, clock};

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
    #[arg(long)]
    batch: Option<u32>,
    /// Threads that share a batch on the CPU. Default: as many as there are cores, where a batch is work enough.
    #[arg(long)]
    workers: Option<u32>,
    /// Passes over the training pictures; the schedule spans them.
    #[arg(long, default_value_t = 5.0)]
    epochs: f64,
    /// Stop after this many training pictures.
    #[arg(long)]
    images: Option<u64>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceArgument,
    /// Train on the 5,000 held-out pictures too.
    #[arg(long)]
    all_training: bool,
    /// Measure on the held-out pictures, which are there to steer by, and not on the test set.
    #[arg(long, conflicts_with = "all_training")]
    held_out: bool,
    /// The folder that `chalkgrad data` wrote; without it, drawn shapes.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// One line of JSON at the end instead of sentences.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    fn settings(&self) -> Result<Settings, Box<dyn Error>> {
        let mut settings = settings(self.settings.as_deref(), &self.preset, self.network.as_deref())?;
        settings.seed = self.seed;
        settings.device = self.device.name();
        settings.batch_size = self.batch.unwrap_or(settings.batch_size);
        settings.workers = self.workers.or(settings.workers);
        if let Schedule::OneCycle { epochs, .. } = &mut settings.schedule {
            *epochs = self.epochs;
        }
        Ok(settings)
    }
}

/// All settings from a file, or a preset's with another network.
pub(crate) fn settings(file: Option<&Path>, preset: &str, network: Option<&str>) -> Result<Settings, Box<dyn Error>> {
    if let Some(file) = file {
        return Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?);
    }
    let settings = Preset::find(preset).map(Preset::settings).unwrap_or_default();
    let network = crate::text_or_default(network, &settings.network)?;
    Ok(Settings { network, ..settings })
}

/// What `chalkgrad data` wrote into this folder, or drawn shapes with a word about it. `all` takes the held-out pictures, too.
pub(crate) fn data(folder: &Path, all: bool) -> Result<Data, Box<dyn Error>> {
    let manifest = folder.join("cifar10").join("manifest.json");
    match std::fs::read(&manifest) {
        Ok(bytes) => Ok(Data::cifar10(&Manifest::parse(&bytes)?, all)),
        Err(error) => {
            let file = manifest.display();
            eprintln!("{file} cannot be read ({error}): drawn shapes stand in. `chalkgrad data` fetches CIFAR-10.");
            Ok(Data::shapes())
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let (settings, data, device) =
        (arguments.settings()?, data(&arguments.data, arguments.all_training)?, arguments.device.open()?);
    let batch = u64::from(settings.batch_size.max(1));
    pollster::block_on(async {
        let mut team = Team::new(Threads);
        let mut session = Session::new(1, settings, &device, data, clock, &mut team).await?;
        let EventBody::Configured { dataset, parameters, steps_per_epoch, adapter, workers, .. } =
            session.configured(None)
        else {
            unreachable!("`configured` gives that event");
        };
        let by_epochs = (arguments.epochs * steps_per_epoch as f64).round() as u64;
        let steps = arguments.images.map_or(by_epochs, |images| images.div_ceil(batch));
        eprintln!("{parameters} parameters, {dataset}, {steps} steps of {batch}, on {adapter}, workers: {workers}");
        let root = arguments.data.parent().unwrap_or(Path::new("")).to_owned();
        let mut host = Host { root, team, steps, quiet: arguments.json };
        let began = clock();
        session.step(u32::try_from(steps)?, 1)?;
        host.until(&mut session, |body| matches!(body, EventBody::Stepped { .. })).await?;
        let seconds = clock() - began;
        let (wanted, name) = if arguments.held_out { (Split::HeldOut, "held-out") } else { (Split::Test, "test") };
        session.evaluate(wanted, Views::Single, 2);
        let answers = |body: &EventBody| matches!(body, EventBody::Evaluated { split, .. } if *split == wanted);
        let EventBody::Evaluated { examples, loss, accuracy, step, .. } = host.until(&mut session, answers).await?
        else {
            unreachable!("it was waited for")
        };
        if arguments.json {
            let result = serde_json::json!({
                "accuracy": accuracy, "loss": loss, "examples": examples, "steps": step, "seconds": seconds,
                "device": adapter, "workers": workers, "dataset": dataset, "split": wanted,
            });
            println!("{result}");
        } else {
            let percent = 100.0 * accuracy;
            println!("{name} accuracy {percent:.2}% of {examples} pictures after {step} steps in {seconds:.1} s");
        }
        Ok(())
    })
}

/// Brings files and prints how far the run is.
struct Host {
    /// The folder that holds `data/`.
    root: PathBuf,
    team: Team<Threads>,
    steps: u64,
    quiet: bool,
}

impl Host {
    /// Works until an event of that kind comes.
    async fn until(
        &mut self,
        session: &mut Session,
        wanted: impl Fn(&EventBody) -> bool,
    ) -> Result<EventBody, Box<dyn Error>> {
        let mut out = Outbox::default();
        let mut told = clock();
        loop {
            while let Some(request) = session.next_request() {
                let path = self.root.join(&request.path);
                let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()));
                session.arrived(&request, bytes, &mut out);
            }
            let next = session.work(&mut self.team, &mut out).await?;
            for outgoing in out.drain() {
                match outgoing.event.body {
                    body if wanted(&body) => return Ok(body),
                    EventBody::Stopped { message, .. } => return Err(message.into()),
                    EventBody::DataProgressed { notice: Some(notice), .. } => return Err(notice.message.into()),
                    EventBody::Progressed { first_step, losses, images_per_second, .. }
                        if clock() - told > 2.0 && !self.quiet =>
                    {
                        told = clock();
                        let loss = losses.iter().sum::<f32>() / losses.len().max(1) as f32;
                        let speed = images_per_second.unwrap_or(0.0);
                        eprintln!("step {first_step} of {}: loss {loss:.3}, {speed:.0} images/s", self.steps);
                    }
                    _ => {}
                }
            }
            if next == Next::Wait && session.next_request().is_none() {
                return Err("the run waits for pictures that never come".into());
            }
        }
    }
}
