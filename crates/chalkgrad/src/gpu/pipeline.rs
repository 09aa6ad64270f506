//! What one dispatch is, and how its kernel becomes a pipeline. A kernel that the device refuses is reported by its name,
//! with line and column.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use super::Gpu;
use super::buffer::Buffer;
use crate::{Error, Result};

/// Threads of one workgroup, in every kernel; `shared/invocation.wgsl` says the same.
pub(super) const WORKGROUP: usize = 64;

/// What WebGPU promises along each axis of a dispatch.
const WORKGROUPS: usize = 65_535;

/// One dispatch: a kernel, what it is told, and where it reads and writes.
pub(super) struct Dispatch {
    pub(super) name: &'static str,
    pub(super) source: String,
    /// Values of the kernel's `override`s.
    pub(super) constants: Vec<(&'static str, f64)>,
    /// The uniform at binding 0, in words.
    pub(super) uniform: Vec<u32>,
    /// Bindings 1, 2, … in order.
    pub(super) bindings: Vec<Binding>,
    pub(super) threads: usize,
}

/// A range of a buffer, in bytes.
#[derive(Clone)]
pub(super) struct Binding {
    pub(super) buffer: Buffer,
    pub(super) offset: u64,
    pub(super) size: u64,
}

impl Dispatch {
    /// Workgroups along x and y that cover the threads; kernels check their bounds.
    pub(super) fn workgroups(&self) -> [u32; 2] {
        let groups = self.threads.div_ceil(WORKGROUP).max(1);
        let rows = groups.div_ceil(WORKGROUPS);
        [groups.div_ceil(rows) as u32, rows as u32]
    }

    fn key(&self) -> String {
        format!("{:?}\n{}", self.constants, self.source)
    }
}

type ScopeResult = Pin<Box<dyn Future<Output = Option<wgpu::Error>>>>;

/// A pipeline that the device is still looking at.
struct Pending {
    name: &'static str,
    module: wgpu::ShaderModule,
    pipeline: wgpu::ComputePipeline,
    verdict: ScopeResult,
}

impl Gpu {
    /// A pipeline for each dispatch; what was compiled before is taken from the cache.
    pub(super) async fn pipelines(&self, dispatches: &[&Dispatch]) -> Result<Vec<wgpu::ComputePipeline>> {
        let keys: Vec<String> = dispatches.iter().map(|dispatch| dispatch.key()).collect();
        let mut pending: HashMap<&String, Pending> = HashMap::new();
        for (key, dispatch) in keys.iter().zip(dispatches) {
            if !self.pipelines.borrow().contains_key(key) && !pending.contains_key(key) {
                pending.insert(key, self.compile(dispatch));
            }
        }
        for (key, pending) in pending {
            if let Some(error) = pending.verdict.await {
                return Err(explain(pending.name, &pending.module, &error).await);
            }
            self.pipelines.borrow_mut().insert(key.clone(), pending.pipeline);
        }
        self.status.check()?;
        let pipelines = self.pipelines.borrow();
        Ok(keys.iter().map(|key| pipelines[key].clone()).collect())
    }

    fn compile(&self, dispatch: &Dispatch) -> Pending {
        let scope = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(dispatch.name),
            source: wgpu::ShaderSource::Wgsl(dispatch.source.as_str().into()),
        });
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(dispatch.name),
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &dispatch.constants,
                ..Default::default()
            },
            cache: None,
        });
        Pending { name: dispatch.name, module, pipeline, verdict: Box::pin(scope.pop()) }
    }
}

/// The compiler's first message with its place, or what the error says itself.
async fn explain(name: &str, module: &wgpu::ShaderModule, error: &wgpu::Error) -> Error {
    let messages = module.get_compilation_info().await.messages;
    let first = messages.into_iter().find(|message| message.message_type == wgpu::CompilationMessageType::Error);
    let reason = match first.map(|message| (message.location, message.message)) {
        Some((Some(place), message)) => {
            format!("line {}, column {}: {message}", place.line_number, place.line_position)
        }
        Some((None, message)) => message,
        None => error.to_string(),
    };
    Error::Kernel { name: name.into(), reason }
}
