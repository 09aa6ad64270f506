//! Every kernel against its twin, natively: the same cases on the CPU and, with the feature `gpu`, on the GPU.

#[cfg(feature = "gpu")]
#[path = "common/gpu.rs"]
mod gpu;

use chalkgrad::Device;
use chalkgrad::twins::{self, Case};

/// All failures at once, so that one run shows them.
fn hold(device: &Device, cases: &[Case]) {
    let failures: Vec<String> = cases.iter().filter_map(|case| pollster::block_on(case.check(device)).err()).collect();
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn every_operation_on_the_cpu_equals_the_interpreter() {
    hold(&Device::Cpu, &twins::operations());
}

#[test]
fn whole_and_broken_tiles_on_the_cpu_equal_the_interpreter() {
    hold(&Device::Cpu, &twins::tiled());
}

#[test]
fn fused_maps_on_the_cpu_equal_the_interpreter() {
    hold(&Device::Cpu, &twins::maps());
}

#[test]
fn batches_without_examples_on_the_cpu_equal_the_interpreter() {
    hold(&Device::Cpu, &twins::empty());
}

#[test]
fn numbers_that_are_none_survive_on_the_cpu() {
    hold(&Device::Cpu, &twins::specials());
}

#[test]
fn networks_forward_and_backward_on_the_cpu_equal_the_interpreter() {
    hold(&Device::Cpu, &twins::networks().expect("they fit together"));
}

#[test]
fn tensors_of_many_elements_on_the_cpu_equal_the_interpreter() {
    hold(&Device::Cpu, &twins::large());
}

#[cfg(feature = "gpu")]
mod on_the_gpu {
    use chalkgrad::{Pixels, Product, Tiles};

    use super::gpu::gpu;
    use super::*;

    #[test]
    fn every_operation_equals_the_interpreter() {
        gpu().inspect(|device| hold(device, &twins::operations()));
    }

    #[test]
    fn every_choice_of_tiles_equals_the_interpreter() {
        let Some(device) = gpu() else { return };
        let cases = twins::tiled();
        for (pixels, product) in Pixels::ALL.into_iter().zip(Product::ALL.into_iter().cycle()) {
            // All is cut into one piece where few threads do, and into the most where many are wanted.
            for busy in [Tiles::BUSY[0], Tiles::BUSY[3]] {
                device.set_tiles(Tiles { pixels, busy, product });
                hold(&device, &cases);
            }
        }
    }

    #[test]
    fn fused_maps_equal_the_interpreter() {
        gpu().inspect(|device| hold(device, &twins::maps()));
    }

    #[test]
    fn batches_without_examples_equal_the_interpreter() {
        gpu().inspect(|device| hold(device, &twins::empty()));
    }

    #[test]
    fn numbers_that_are_none_survive() {
        gpu().inspect(|device| hold(device, &twins::specials()));
    }

    #[test]
    fn networks_forward_and_backward_equal_the_interpreter() {
        gpu().inspect(|device| hold(device, &twins::networks().expect("they fit together")));
    }

    #[test]
    fn more_workgroups_than_fit_along_one_axis_are_folded() {
        gpu().inspect(|device| hold(device, &twins::large()));
    }
}
