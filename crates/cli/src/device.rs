//! `--device auto|cpu|gpu`, as every subcommand takes it.

use chalkgrad::Device;
use clap::ValueEnum;
use protocol::DeviceName;

/// Where to compute. A device named outright never falls back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeviceArgument {
    /// A real GPU where there is one, else the CPU.
    Auto,
    Cpu,
    Gpu,
}

impl DeviceArgument {
    /// The name in messages.
    pub(crate) fn name(self) -> DeviceName {
        match self {
            Self::Auto => DeviceName::Auto,
            Self::Cpu => DeviceName::Cpu,
            Self::Gpu => DeviceName::Webgpu,
        }
    }

    /// Opens it.
    pub(crate) fn open(self) -> chalkgrad::Result<Device> {
        if self == Self::Cpu {
            return Ok(Device::Cpu);
        }
        match (pollster::block_on(Device::gpu()), self) {
            (Ok(gpu), Self::Gpu) => Ok(gpu),
            (Ok(gpu), _) if !gpu.is_software() => Ok(gpu),
            (Err(error), Self::Gpu) => Err(error),
            _ => Ok(Device::Cpu),
        }
    }
}

/// Seconds since the first call.
pub(crate) fn clock() -> f64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_secs_f64()
}
