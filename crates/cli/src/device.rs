//! `--device auto|cpu|gpu`, as every subcommand takes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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
        let gpu = pollster::block_on(Device::gpu()).inspect(|gpu| {
            recall(gpu);
        });
        match (gpu, self) {
            (Ok(gpu), Self::Gpu) => Ok(gpu),
            (Ok(gpu), _) if !gpu.is_software() => Ok(gpu),
            (Err(error), Self::Gpu) => Err(error),
            _ => Ok(Device::Cpu),
        }
    }
}

/// Has the GPU cut its kernels' work as suits it best: as it was found before on this machine, or else by timing it now. In words, if
/// it is a GPU.
pub(crate) fn tune(device: &Device) -> Result<Option<String>, lab::LabError> {
    if device.tiles().is_none() {
        return Ok(None);
    }
    let mut when = "tuned before".to_owned();
    if !recall(device) {
        let began = clock();
        pollster::block_on(lab::tune::tune(device, clock))?;
        when = format!("tuned in {:.1} s", clock() - began);
        remember(device);
    }
    Ok(device.tiles().map(|tiles| format!("{tiles} · {when}")))
}

/// Where tuned tiles are kept: a map from devices to tiles.
fn memory() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
    let cache = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    Some(cache.or_else(home)?.join("chalkgrad/tiles.json"))
}

/// All that is kept; nothing where there is none, or what there is cannot be read.
fn kept(path: Option<&Path>) -> BTreeMap<String, String> {
    let text = path.and_then(|path| std::fs::read(path).ok()).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Takes the tiles that are kept for this device; false where none are.
fn recall(device: &Device) -> bool {
    let key = lab::tune::key(device);
    kept(memory().as_deref()).get(&key).is_some_and(|tiles| lab::tune::recall(device, &format!("{key}\n{tiles}")))
}

/// Keeps the device's tiles. Where that fails they are tuned anew the next time, and nothing else is lost.
fn remember(device: &Device) {
    let (Some(path), Some(tiles)) = (memory(), device.tiles()) else { return };
    let mut all = kept(Some(&path));
    all.insert(lab::tune::key(device), tiles.to_string());
    let text = serde_json::to_vec_pretty(&all).unwrap_or_default();
    let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text));
    if let Err(error) = written {
        eprintln!("The tiles could not be kept in {}: {error}", path.display());
    }
}

/// Seconds since the first call.
pub(crate) fn clock() -> f64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_that_cannot_be_read_are_as_if_there_were_none() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("tiles.json");
        assert!(kept(Some(&path)).is_empty() && kept(None).is_empty());
        for damaged in ["", "{", "[1]", r#"{"a device": 3}"#] {
            std::fs::write(&path, damaged).expect("it is written");
            assert!(kept(Some(&path)).is_empty(), "{damaged}");
        }
        std::fs::write(&path, r#"{"a device": "tiles"}"#).expect("it is written");
        assert_eq!(kept(Some(&path))["a device"], "tiles");
    }
}
