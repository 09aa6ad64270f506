//! One network, one seed: losses of CPU and GPU, and of one build and the next, stay together while they train.

#[path = "common/convnetjs.rs"]
mod convnetjs;

use chalkgrad::Device;

#[test]
fn training_on_the_cpu_gives_the_losses_that_browsers_are_held_to() {
    pollster::block_on(convnetjs::expect_native_losses(&Device::Cpu));
}

#[cfg(feature = "gpu")]
#[path = "common/gpu.rs"]
mod gpu;

#[cfg(feature = "gpu")]
mod of_cpu_and_gpu {
    use std::time::Instant;

    use chalkgrad::{Device, Metrics, RING, Result};

    use super::convnetjs::{convnetjs, pictures, trainer};
    use super::gpu::gpu;

    const BATCH: usize = 64;
    const STEPS: usize = 100;

    async fn train(device: &Device) -> Result<Vec<Metrics>> {
        let mut trainer = trainer(device, convnetjs()?, BATCH).await?;
        let mut metrics = Vec::new();
        let start = Instant::now();
        for step in 0..STEPS {
            trainer.train(pictures(BATCH, step).examples())?;
            device.settle(2).await?;
            if trainer.unread() == RING || step + 1 == STEPS {
                metrics.extend(trainer.metrics().await?);
            }
        }
        let speed = (BATCH * STEPS) as f64 / start.elapsed().as_secs_f64();
        println!("{} ({}): {speed:.0} images a second", device.kind(), device.adapter());
        Ok(metrics)
    }

    #[test]
    fn losses_stay_within_a_thousandth_over_a_hundred_steps() {
        let Some(gpu) = gpu() else { return };
        let [on_cpu, on_gpu] = [Device::Cpu, gpu].map(|device| pollster::block_on(train(&device)).expect("it trains"));
        assert_eq!(on_cpu.len(), STEPS);
        for (cpu, gpu) in on_cpu.iter().zip(&on_gpu) {
            let apart = (cpu.loss - gpu.loss).abs();
            assert!(apart < 1e-3, "step {}: {} on the CPU, {} on the GPU", cpu.step, cpu.loss, gpu.loss);
        }
        let (first, last) = (on_cpu[0].loss, on_cpu[STEPS - 1].loss);
        assert!(last < first, "it learned nothing: {first} to {last}");
    }
}
