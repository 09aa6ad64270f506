//! Every kernel against its twin in a browser: the same cases on the CPU in WebAssembly and on WebGPU, in a worker, as the
//! page runs them.
#![cfg(target_arch = "wasm32")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use chalkgrad::twins::{self, Case};
use chalkgrad::{Device, Error, Graph, Program, Store};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[path = "common/convnetjs.rs"]
mod convnetjs;

/// All failures at once, so that one run shows them.
async fn hold(device: &Device, cases: &[Case]) {
    let mut failures = Vec::new();
    for case in cases {
        failures.extend(case.check(device).await.err());
    }
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

async fn gpu() -> Device {
    Device::gpu().await.expect("webdriver.json gives every browser a WebGPU adapter, a software one if need be")
}

#[wasm_bindgen_test]
async fn every_operation_on_the_cpu_equals_the_interpreter() {
    hold(&Device::Cpu, &twins::operations()).await;
}

#[wasm_bindgen_test]
async fn fused_maps_on_the_cpu_equal_the_interpreter() {
    hold(&Device::Cpu, &twins::maps()).await;
}

#[wasm_bindgen_test]
async fn every_operation_on_webgpu_equals_the_interpreter() {
    hold(&gpu().await, &twins::operations()).await;
}

#[wasm_bindgen_test]
async fn fused_maps_on_webgpu_equal_the_interpreter() {
    hold(&gpu().await, &twins::maps()).await;
}

#[wasm_bindgen_test]
async fn batches_without_examples_on_webgpu_equal_the_interpreter() {
    hold(&gpu().await, &twins::empty()).await;
}

#[wasm_bindgen_test]
async fn numbers_that_are_none_survive_on_the_cpu() {
    hold(&Device::Cpu, &twins::specials()).await;
}

#[wasm_bindgen_test]
async fn numbers_that_are_none_survive_on_webgpu() {
    hold(&gpu().await, &twins::specials()).await;
}

#[wasm_bindgen_test]
async fn networks_forward_and_backward_on_the_cpu_equal_the_interpreter() {
    hold(&Device::Cpu, &twins::networks().expect("they fit together")).await;
}

#[wasm_bindgen_test]
async fn networks_forward_and_backward_on_webgpu_equal_the_interpreter() {
    hold(&gpu().await, &twins::networks().expect("they fit together")).await;
}

#[wasm_bindgen_test]
async fn training_on_the_cpu_equals_native_training() {
    convnetjs::expect_native_losses(&Device::Cpu).await;
}

#[wasm_bindgen_test]
async fn more_workgroups_than_fit_along_one_axis_are_folded() {
    hold(&gpu().await, &twins::large()).await;
}

#[wasm_bindgen_test]
async fn a_lost_device_is_an_error_of_every_later_call() {
    let device = gpu().await;
    let mut store = Store::new(&device);
    store.add("x", 4).expect("it allocates");
    let graph = Graph::new();
    let double = graph.leaf("x", [4]) * 2.0;
    let program = Program::compile(&store, &graph, &[], &[double]).await.expect("it compiles");
    Program::run(&[&program]).expect("it runs");

    let mut waiting = pin!(program.read(0));
    let first = waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(first.is_pending(), "a browser never blocks");
    let Device::Gpu(gpu) = &device else { unreachable!("it was opened as a GPU") };
    gpu.destroy();

    let lost = |error: Option<Error>| assert!(matches!(error, Some(Error::DeviceLost { .. })), "{error:?}");
    lost(waiting.await.err());
    lost(program.read(0).await.err());
    lost(Program::run(&[&program]).err());
    lost(store.write("x", &[0.0; 4]).err());
    lost(store.add("y", 4).err());
    lost(Program::compile(&store, &graph, &[], &[double]).await.err());
    lost(device.settle(0).await.err());
}
