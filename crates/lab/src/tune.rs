//! Which tiles suit a GPU: found by timing its kernels on layers that networks have, and remembered as a text that names the device.

use chalkgrad::{Device, Pixels, Product, Tiles};

use crate::Clock;
use crate::error::Result;
use crate::measure::{CHOSEN_CONVOLUTIONS, CHOSEN_PRODUCTS, CHOSEN_SUMS, Kernel, best};

/// Seconds that one timing takes at least.
const LONG_ENOUGH: f64 = 0.008;
/// A choice takes the place of the one before where it needs less than this part of its time: timings differ by themselves.
const FASTER: f64 = 0.95;
/// A choice whose first run takes so many times as long as the best is dropped.
const HOPELESS: f64 = 1.5;

/// What the device's memory begins with: its own words, and which kernels it was timed with.
pub fn key(device: &Device) -> String {
    format!("{} (kernels {})", device.adapter(), Tiles::VERSION)
}

/// Takes the tiles that `memory` has for this device; false where it has none.
pub fn recall(device: &Device, memory: &str) -> bool {
    let mut lines = memory.lines();
    let known = lines.next() == Some(&key(device));
    let tiles = lines.next().filter(|_| known).and_then(Tiles::parse);
    tiles.inspect(|tiles| device.set_tiles(*tiles)).is_some()
}

/// Times every choice on the device and leaves it with the fastest, in about a second, or five where a processor plays the GPU; what to
/// remember of it, if it is a GPU. One choice after the other, because each concerns kernels of its own; how sums are cut comes last, because
/// it depends on how many threads the chosen kernels have without.
pub async fn tune(device: &Device, clock: Clock) -> Result<Option<String>> {
    let Some(mut tiles) = device.tiles() else { return Ok(None) };
    let pixels = Pixels::ALL.map(|pixels| Tiles { pixels, ..tiles });
    tiles = fastest(device, clock, tiles, &pixels, &CHOSEN_CONVOLUTIONS).await?;
    let products = Product::ALL.map(|product| Tiles { product, ..tiles });
    tiles = fastest(device, clock, tiles, &products, &CHOSEN_PRODUCTS).await?;
    let sums = Tiles::BUSY.map(|busy| Tiles { busy, ..tiles });
    tiles = fastest(device, clock, tiles, &sums, &CHOSEN_SUMS).await?;
    Ok(Some(format!("{}\n{tiles}", key(device))))
}

/// Which of these suits the kernels best, `now` where none is clearly faster.
async fn fastest(device: &Device, clock: Clock, now: Tiles, choices: &[Tiles], kernels: &[Kernel]) -> Result<Tiles> {
    let mut best = (now, time(device, clock, now, kernels, f64::INFINITY).await?);
    for &choice in choices.iter().filter(|choice| **choice != now) {
        // A kernel that this device refuses is no choice; a device that is lost fails the next call too.
        let seconds = time(device, clock, choice, kernels, best.1).await.unwrap_or(f64::INFINITY);
        if seconds < FASTER * best.1 {
            best = (choice, seconds);
        }
    }
    device.set_tiles(best.0);
    Ok(best.0)
}

/// Seconds of all these kernels with such tiles; they may be too many where they exceed `bound`.
async fn time(device: &Device, clock: Clock, tiles: Tiles, kernels: &[Kernel], bound: f64) -> Result<f64> {
    device.set_tiles(tiles);
    let mut sum = 0.0;
    for kernel in kernels {
        let program = kernel.program(device).await?;
        sum += best(&program, device, clock, LONG_ENOUGH, HOPELESS * bound - sum).await?;
    }
    Ok(sum)
}

#[cfg(all(test, feature = "gpu", not(target_family = "wasm")))]
mod tests {
    use std::sync::OnceLock;
    use std::time::Instant;

    use pollster::block_on;

    use super::*;

    fn clock() -> f64 {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_secs_f64()
    }

    #[test]
    fn a_tuned_device_has_listed_tiles_and_takes_them_again_from_its_memory_alone() {
        let device = match block_on(Device::gpu()) {
            Ok(device) => device,
            Err(error) if std::env::var_os("CI").is_some() => panic!("CI needs a GPU, a software one will do: {error}"),
            Err(error) => return eprintln!("\n*** SKIPPED: no GPU was found, so none was tuned ({error}) ***\n"),
        };
        let thumb = device.tiles().expect("a GPU has tiles");
        let memory = block_on(tune(&device, clock)).expect("it runs").expect("a GPU has tiles");
        let tuned = device.tiles().expect("a GPU has tiles");
        assert_eq!(Tiles::parse(&tuned.to_string()), Some(tuned));
        let others = memory.replacen("(kernels", "of another make (kernels", 1);
        let unknown = memory.replace("matmul in", "matmul by");
        device.set_tiles(thumb);
        for refused in ["", "\n\n", &others, &unknown] {
            assert!(!recall(&device, refused), "{refused}");
            assert_eq!(device.tiles(), Some(thumb));
        }
        assert!(recall(&device, &memory));
        assert_eq!(device.tiles(), Some(tuned));
    }

    #[test]
    fn the_cpu_has_no_tiles() {
        assert_eq!(block_on(tune(&Device::Cpu, clock)).expect("nothing runs"), None);
        assert!(!recall(&Device::Cpu, "\n8 pixels a thread · sums for 512 threads · matmul in registers"));
    }
}
