//! `chalkgrad bench`: training speed, measured as the page's `bench` measures it and told in the same fields.

use std::error::Error;

use lab::{Bench, Team, Threads};
use protocol::{BenchRequest, Optimizer};

use crate::device::{DeviceArgument, clock};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A file with the network's text, or `-` for standard input. Default: the ConvNetJS CIFAR-10 network.
    #[arg(long)]
    network: Option<String>,
    /// Shape of one picture: channels, height, width.
    #[arg(long, value_delimiter = ',', num_args = 3, default_values_t = [3, 32, 32])]
    input: Vec<u32>,
    #[arg(long, default_value_t = 64)]
    batch: u32,
    #[arg(long, default_value_t = 0.01)]
    learning_rate: f64,
    #[arg(long, default_value_t = 0.9)]
    momentum: f64,
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceArgument,
    #[arg(long, default_value_t = 1)]
    workers: u32,
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Stop after this many steps, if that comes before the seconds.
    #[arg(long)]
    steps: Option<u32>,
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// One line of JSON instead of a sentence.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let request = BenchRequest {
        network: crate::text_or_default(arguments.network.as_deref(), protocol::CONVNETJS)?,
        input: [arguments.input[0], arguments.input[1], arguments.input[2]],
        batch: arguments.batch,
        optimizer: Optimizer::Sgd {
            learning_rate: arguments.learning_rate,
            momentum: arguments.momentum,
            dampening: 0.0,
            nesterov: false,
            weight_decay: 0.0,
        },
        device: arguments.device.name(),
        workers: arguments.workers,
        seconds: arguments.seconds,
        seed: arguments.seed,
        steps: arguments.steps,
    };
    let device = arguments.device.open()?;
    let result = pollster::block_on(async {
        let (mut bench, mut team) = (Bench::new(request, &device, clock).await?, Team::new(Threads));
        loop {
            if let Some(result) = bench.advance(&mut team).await? {
                return Ok::<_, lab::LabError>(result);
            }
        }
    })?;
    if arguments.json {
        println!("{}", serde_json::to_string(&result)?);
    } else {
        println!(
            "{:.0} images/s over {} steps on {} ({}); loss {:.4} → {:.4}",
            result.images_per_second, result.steps, result.device, result.adapter, result.first_loss, result.last_loss
        );
    }
    Ok(())
}
