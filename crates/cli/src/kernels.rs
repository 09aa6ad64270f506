//! `chalkgrad kernels`: the device's peak and the share of it that each kernel reaches.

use std::error::Error;

use protocol::KernelSpeed;

use crate::device::{self, DeviceArgument, clock};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[arg(long, value_enum, default_value = "auto")]
    device: DeviceArgument,
    /// One line of JSON instead of a table.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let device = arguments.device.open()?;
    let tiles = device::tune(&device)?;
    let (peak, kernels) = pollster::block_on(async {
        Ok::<_, lab::LabError>((device.peak(clock).await?, lab::kernels(&device, clock).await?))
    })?;
    if arguments.json {
        let report =
            serde_json::json!({ "adapter": device.adapter(), "tiles": tiles, "peak": peak, "kernels": kernels });
        println!("{report}");
        return Ok(());
    }
    println!("{}: {:.1} GFLOP/s by multiplying and adding in registers", device.adapter(), peak / 1e9);
    if let Some(tiles) = tiles {
        println!("{tiles}");
    }
    for KernelSpeed { name, shape, operations_per_second } in kernels {
        let (speed, share) = (operations_per_second / 1e9, 100.0 * operations_per_second / peak);
        println!("{name:24} {shape:36} {speed:8.1} GFLOP/s {share:4.0}%");
    }
    Ok(())
}
