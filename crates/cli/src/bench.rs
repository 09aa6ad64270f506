//! `chalkgrad bench`: training speed, measured as the page's `bench` measures it and told in the same fields.

use std::error::Error;

use lab::{Bench, Team, Threads};
use protocol::{BenchRequest, Optimizer};

use crate::device::{self, DeviceArgument, clock};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A file with the network's text, or `-` for standard input. Default: the ConvNetJS CIFAR-10 network.
    #[arg(long)]
    network: Option<String>,
    /// Shape of one picture: channels, height, width.
    #[arg(long, value_name = "C,H,W", value_parser = shape, default_value = "3,32,32")]
    input: [u32; 3],
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
        input: arguments.input,
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
        with_losses: false,
    };
    let device = arguments.device.open()?;
    device::tune(&device)?;
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

/// Three whole numbers between commas.
fn shape(text: &str) -> Result<[u32; 3], String> {
    let lengths: Result<Vec<u32>, _> = text.split(',').map(|word| word.trim().parse()).collect();
    let wrong = || "it takes channels, height and width, such as 3,32,32".to_owned();
    lengths.ok().and_then(|lengths| lengths.try_into().ok()).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_is_three_numbers_between_commas() {
        assert_eq!(shape("1,28,28"), Ok([1, 28, 28]));
        assert_eq!(shape("3, 32, 32"), Ok([3, 32, 32]));
        for wrong in ["", "3,32", "3,32,32,1", "3,32,-1", "3x32x32"] {
            assert!(shape(wrong).is_err(), "{wrong}");
        }
    }
}
