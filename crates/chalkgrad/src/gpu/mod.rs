//! The GPU backend, through wgpu: Vulkan, Metal and DX12 natively, WebGPU in a browser. It allocates, uploads, replays
//! plans and reads back; it knows nothing of layers, and it never blocks where an await can do.

mod axes;
mod buffer;
mod executable;
mod kernels;
mod map;
mod multiply_adds;
mod pictures;
mod pipeline;
mod source;
mod status;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod unrolled;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use buffer::Buffer;
use executable::Executable;

use crate::device::{Backend, Memory, Pending};
use crate::plan::{Location, Plan};
use crate::{Error, Result, Tiles};
use status::Status;

/// A device with its queue, and what is known of its health.
pub(crate) struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    /// The largest buffer that can be bound whole, in bytes.
    largest_buffer: u64,
    adapter: String,
    software: bool,
    /// How kernels that compile from now on cut their work.
    tiles: Cell<Tiles>,
    status: Arc<Status>,
    /// Compiled kernels by source and constants: a program that differs only in shapes compiles nothing.
    pipelines: RefCell<HashMap<String, wgpu::ComputePipeline>>,
}

impl Gpu {
    /// The most powerful GPU there is, with all that its adapter allows.
    pub(crate) async fn open() -> Result<Self> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(|_| Error::NoDevice { reason: no_adapter() })?;
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("chalkgrad"),
            required_limits: adapter.limits(),
            ..Default::default()
        };
        let (device, queue) = adapter
            .request_device(&descriptor)
            .await
            .map_err(|error| Error::NoDevice { reason: format!("the graphics device did not start: {error}") })?;
        let limits = device.limits();
        let (adapter, is_fallback) = describe(&adapter, &device);
        let software = is_fallback || sounds_like_software(&adapter);
        Ok(Self {
            status: Status::watch(&device),
            largest_buffer: limits.max_buffer_size.min(limits.max_storage_buffer_binding_size),
            software,
            tiles: Cell::new(Tiles::of_thumb(software)),
            adapter,
            device,
            queue,
            pipelines: RefCell::default(),
        })
    }

    /// Runs programs one after the other in one submission.
    fn run<'a>(&self, programs: impl Iterator<Item = &'a Executable>) -> Result<()> {
        self.status.check()?;
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        Executable::encode(programs, &mut encoder);
        self.status.submitted(&self.queue, encoder.finish());
        Ok(())
    }

    /// Waits until at most `steps` submissions are still under way.
    async fn settle(&self, steps: usize) -> Result<()> {
        self.status.settle(&self.device, steps).await?;
        self.status.check()
    }
}

impl Backend for Gpu {
    /// Name, driver and backend natively, vendor and architecture in a browser.
    fn adapter(&self) -> &str {
        &self.adapter
    }

    /// Whether a processor plays the GPU: correct, slow, and with other costs.
    fn is_software(&self) -> bool {
        self.software
    }

    fn is_lost(&self) -> bool {
        self.status.is_lost()
    }

    fn tiles(&self) -> Tiles {
        self.tiles.get()
    }

    fn set_tiles(&self, tiles: Tiles) {
        self.tiles.set(tiles);
    }

    fn live_buffers(&self) -> usize {
        self.status.live().buffers
    }

    fn destroy(&self) {
        self.status.lose("it was given up");
        self.device.destroy();
    }

    fn settle(&self, steps: usize) -> Pending<'_, ()> {
        Box::pin(self.settle(steps))
    }

    fn time_multiply_adds<'a>(&'a self, rounds: u32, clock: &'a dyn Fn() -> f64) -> Pending<'a, (u64, f64)> {
        Box::pin(self.time_multiply_adds(rounds, clock))
    }

    fn allocate(&self, len: usize, what: &str) -> Result<Rc<dyn Any>> {
        Ok(self.allocate(len, what)?.into_any())
    }

    fn write(&self, memory: &Rc<dyn Any>, offset: usize, values: &[f32]) -> Result<()> {
        self.write(&Buffer::of(memory), offset, values)
    }

    fn read<'a>(&'a self, memory: &'a Rc<dyn Any>, offset: usize, len: usize) -> Pending<'a, Vec<f32>> {
        Box::pin(async move { self.read(&Buffer::of(memory), offset, len).await })
    }

    fn compile<'a>(&'a self, plan: &'a Plan, store: &'a [Memory]) -> Pending<'a, Box<dyn Any>> {
        Box::pin(async move { Ok(Box::new(Executable::new(self, plan, store).await?) as Box<dyn Any>) })
    }

    fn run(&self, programs: &[&dyn Any]) -> Result<()> {
        self.run(programs.iter().map(|program| executable(*program)))
    }

    fn read_output<'a>(&'a self, program: &'a dyn Any, location: Location) -> Pending<'a, Vec<f32>> {
        Box::pin(executable(program).read(self, location))
    }
}

/// What `compile` gave.
fn executable(program: &dyn Any) -> &Executable {
    program.downcast_ref().expect("a program stays on its device")
}

impl Drop for Gpu {
    /// In a browser nothing else frees the device.
    fn drop(&mut self) {
        self.device.destroy();
    }
}

/// Why there is no adapter, in words for the person who asked.
fn no_adapter() -> String {
    match cfg!(target_arch = "wasm32") {
        true => "this browser offers no WebGPU here; the CPU can train instead".into(),
        false => "no graphics driver for Vulkan, Metal or DX12 was found; the CPU can train instead".into(),
    }
}

/// The adapter in words, and whether it says itself that a processor plays the GPU.
#[cfg(not(target_arch = "wasm32"))]
fn describe(adapter: &wgpu::Adapter, _device: &wgpu::Device) -> (String, bool) {
    let info = adapter.get_info();
    let driver = [info.driver.as_str(), info.driver_info.as_str()].join(" ");
    let words = format!("{} ({:?}, {})", info.name, info.backend, driver.trim());
    (words, info.device_type == wgpu::DeviceType::Cpu)
}

/// Browsers mostly hide the adapter's name and tell its vendor and architecture; older ones tell nothing.
#[cfg(target_arch = "wasm32")]
fn describe(_adapter: &wgpu::Adapter, device: &wgpu::Device) -> (String, bool) {
    let Some(info) = device.as_webgpu().map(|device| device.adapter_info()).filter(|info| !info.is_undefined()) else {
        return (String::new(), false);
    };
    let words = match info.description() {
        name if name.is_empty() => format!("{} {}", info.vendor(), info.architecture()).trim().into(),
        name => name,
    };
    (words, info.is_fallback_adapter())
}

fn sounds_like_software(adapter: &str) -> bool {
    let name = adapter.to_ascii_lowercase();
    ["llvmpipe", "swiftshader", "basic render", "software"].iter().any(|known| name.contains(known))
}
