//! One network, one seed, two devices: the losses of CPU and GPU stay together while they train.
#![cfg(feature = "gpu")]

#[path = "common/convnetjs.rs"]
mod convnetjs;
#[path = "common/gpu.rs"]
mod gpu;

use chalkgrad::{Device, Metrics, RING};
use convnetjs::{convnetjs, pictures, trainer};
use gpu::gpu;

const BATCH: usize = 64;
const STEPS: usize = 100;

async fn train(device: &Device) -> chalkgrad::Result<Vec<Metrics>> {
    let mut trainer = trainer(device, convnetjs()?, BATCH).await?;
    let mut metrics = Vec::new();
    for step in 0..STEPS {
        let pictures = pictures(BATCH, step);
        trainer.train(pictures.examples())?;
        device.settle(2).await?;
        if trainer.unread() == RING || step + 1 == STEPS {
            metrics.extend(trainer.metrics().await?);
        }
    }
    Ok(metrics)
}

#[test]
fn cpu_and_gpu_stay_within_a_thousandth_in_loss_over_a_hundred_steps() {
    let Some(gpu) = gpu() else { return };
    let time = |device: &Device| {
        let start = std::time::Instant::now();
        let metrics = pollster::block_on(train(device)).expect("training runs");
        let speed = (BATCH * STEPS) as f64 / start.elapsed().as_secs_f64();
        println!("{} ({}): {speed:.0} images a second", device.kind(), device.adapter());
        metrics
    };
    let (on_cpu, on_gpu) = (time(&Device::Cpu), time(&gpu));
    assert_eq!(on_cpu.len(), STEPS);
    for (cpu, gpu) in on_cpu.iter().zip(&on_gpu) {
        assert!(
            (cpu.loss - gpu.loss).abs() < 1e-3,
            "step {}: {} on the CPU, {} on the GPU",
            cpu.step,
            cpu.loss,
            gpu.loss
        );
    }
    let (first, last) = (on_cpu[0].loss, on_cpu[STEPS - 1].loss);
    assert!(last < first, "it learned nothing: {first} to {last}");
}
