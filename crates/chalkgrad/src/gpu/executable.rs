//! A plan made ready for the GPU: its buffers, pipelines and bind groups, made once and replayed every step.

use wgpu::BufferUsages;

use super::buffer::{Buffer, bytes};
use super::kernels::{self, Places, Scratch};
use super::pipeline::{Binding, Dispatch};
use super::{Gpu, map};
use crate::device::Memory;
use crate::plan::{BufferId, Location, Plan, Step};
use crate::{Error, Result, Shape};

/// Uniforms of all steps lie in one buffer, each at a multiple of what every device allows.
const UNIFORM_ALIGNMENT: usize = 256;

/// A program's steps with all that they touch, and nothing else of the store.
pub(super) struct Executable {
    steps: Vec<Recorded>,
    /// Where each output lies.
    outputs: Vec<(BufferId, Buffer)>,
    /// Bind groups do not keep what they bind from being destroyed; this does, and each step's own bindings.
    _uniforms: Buffer,
}

/// The program's own buffers and the store's.
struct ProgramMemory {
    own: Vec<Buffer>,
    store: Vec<Buffer>,
}

/// One command.
enum Recorded {
    Dispatch { pipeline: wgpu::ComputePipeline, group: wgpu::BindGroup, workgroups: [u32; 2], _bound: Vec<Binding> },
    Copy { from: Binding, to: Binding },
}

/// One command before its pipeline and bind group exist.
enum Prepared {
    Dispatch(Dispatch),
    Copy { from: Binding, to: Binding },
}

impl ProgramMemory {
    fn buffer(&self, id: BufferId) -> &Buffer {
        match id {
            BufferId::Own(index) => &self.own[index],
            BufferId::Store(index) => &self.store[index],
        }
    }

    fn of(&self, outputs: &[(Location, Shape)]) -> Vec<(BufferId, Buffer)> {
        outputs.iter().map(|(location, _)| (location.buffer, self.buffer(location.buffer).clone())).collect()
    }
}

impl Places for ProgramMemory {
    fn whole(&self, id: BufferId) -> Binding {
        let buffer = self.buffer(id).clone();
        Binding { offset: 0, size: buffer.raw().size(), buffer }
    }

    fn place(&self, location: Location) -> Binding {
        let buffer = self.buffer(location.buffer).clone();
        // Nothing may be bound with a length of 0; a kernel with nothing to read reads none of it.
        let size = bytes(location.len.max(1));
        Binding { offset: bytes(location.offset).min(buffer.raw().size() - size), size, buffer }
    }
}

impl Executable {
    /// Allocates, compiles and binds everything that the plan needs.
    pub(super) async fn new(gpu: &Gpu, plan: &Plan, store: &[Memory]) -> Result<Self> {
        let memory_scope = gpu.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let prepared = Self::prepare(gpu, plan, store);
        let out_of_memory = memory_scope.pop().await;
        let (prepared, memory) = prepared?;
        if out_of_memory.is_some() {
            return Err(gpu.status.out_of_memory());
        }
        Ok(Self { outputs: memory.of(&plan.outputs), ..Self::record(gpu, prepared).await? })
    }

    /// Dispatches of no plan.
    pub(super) async fn of(gpu: &Gpu, dispatches: Vec<Dispatch>) -> Result<Self> {
        Self::record(gpu, dispatches.into_iter().map(Prepared::Dispatch).collect()).await
    }

    /// Compiles and binds everything. Nothing of it can be read.
    async fn record(gpu: &Gpu, prepared: Vec<Prepared>) -> Result<Self> {
        let dispatches: Vec<&Dispatch> = prepared.iter().filter_map(Prepared::dispatch).collect();
        let pipelines = gpu.pipelines(&dispatches).await?;
        let validation = gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let uniforms = upload_uniforms(gpu, &dispatches);
        let mut pipelines = pipelines.into_iter();
        let mut offset = 0;
        let mut steps = Vec::with_capacity(prepared.len());
        for step in prepared {
            steps.push(match step {
                Prepared::Copy { from, to } => Recorded::Copy { from, to },
                Prepared::Dispatch(dispatch) => {
                    let pipeline = pipelines.next().expect("there is one for each dispatch");
                    let group = bind(gpu, &dispatch, &pipeline, &uniforms, offset);
                    offset += dispatch.uniform.len().next_multiple_of(UNIFORM_ALIGNMENT / 4);
                    let workgroups = dispatch.workgroups();
                    Recorded::Dispatch { pipeline, group, workgroups, _bound: dispatch.bindings }
                }
            });
        }
        match validation.pop().await {
            Some(error) => Err(Error::Kernel { name: "of this program".into(), reason: error.to_string() }),
            None => Ok(Self { steps, outputs: Vec::new(), _uniforms: uniforms }),
        }
    }

    fn prepare(gpu: &Gpu, plan: &Plan, store: &[Memory]) -> Result<(Vec<Prepared>, ProgramMemory)> {
        let own = plan.buffers.iter().map(|&len| gpu.allocate(len, "an activation")).collect::<Result<_>>()?;
        let store = store
            .iter()
            .map(|memory| match memory {
                Memory::Gpu(buffer) => Buffer::of(buffer),
                Memory::Cpu(_) => unreachable!("memory stays with its device"),
            })
            .collect();
        let memory = ProgramMemory { own, store };
        let (mut prepared, scratch) = (Vec::new(), Scratch::default());
        for step in &plan.steps {
            match step {
                Step::Copy { from, .. } if from.len == 0 => {}
                Step::Copy { from, to } => {
                    prepared.push(Prepared::Copy { from: memory.place(*from), to: memory.place(*to) });
                }
                Step::Map(map) if map.len == 0 => {}
                Step::Map(map) => prepared.push(Prepared::Dispatch(map::dispatch(map, &memory))),
                Step::Operation { shape, .. } if shape.elements() == 0 => {}
                Step::Operation { op, inputs, output, shape } => {
                    let dispatches = kernels::dispatches(gpu, &memory, &scratch, op, inputs, *output, shape)?;
                    prepared.extend(dispatches.into_iter().map(Prepared::Dispatch));
                }
            }
        }
        Ok((prepared, memory))
    }

    /// Records all steps of all programs: one compute pass, but for copies, which WebGPU allows only between passes.
    pub(super) fn encode<'a>(programs: impl Iterator<Item = &'a Self>, encoder: &mut wgpu::CommandEncoder) {
        let mut steps = programs.flat_map(|program| &program.steps).peekable();
        while let Some(step) = steps.peek() {
            if let Recorded::Copy { from, to } = step {
                encoder.copy_buffer_to_buffer(from.buffer.raw(), from.offset, to.buffer.raw(), to.offset, from.size);
                steps.next();
                continue;
            }
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            while let Some(Recorded::Dispatch { pipeline, group, workgroups: [x, y], .. }) = steps.peek() {
                pass.set_pipeline(pipeline);
                pass.set_bind_group(0, group, &[]);
                pass.dispatch_workgroups(*x, *y, 1);
                steps.next();
            }
        }
    }

    /// What lies at `location` after the last run.
    pub(super) async fn read(&self, gpu: &Gpu, location: Location) -> Result<Vec<f32>> {
        let buffer = self.outputs.iter().find_map(|(id, buffer)| (*id == location.buffer).then_some(buffer));
        gpu.read(buffer.expect("only outputs are read"), location.offset, location.len).await
    }
}

impl Prepared {
    fn dispatch(&self) -> Option<&Dispatch> {
        match self {
            Self::Dispatch(dispatch) => Some(dispatch),
            Self::Copy { .. } => None,
        }
    }
}

fn upload_uniforms(gpu: &Gpu, dispatches: &[&Dispatch]) -> Buffer {
    let mut words: Vec<u32> = Vec::new();
    for dispatch in dispatches {
        words.extend(&dispatch.uniform);
        words.resize(words.len().next_multiple_of(UNIFORM_ALIGNMENT / 4), 0);
    }
    let size = bytes(words.len()).max(UNIFORM_ALIGNMENT as u64);
    let uniforms = gpu.buffer(size, BufferUsages::UNIFORM | BufferUsages::COPY_DST);
    gpu.queue.write_buffer(uniforms.raw(), 0, bytemuck::cast_slice(&words));
    uniforms
}

fn bind(
    gpu: &Gpu,
    dispatch: &Dispatch,
    pipeline: &wgpu::ComputePipeline,
    uniforms: &Buffer,
    offset: usize,
) -> wgpu::BindGroup {
    let range =
        |buffer: &'_ Buffer, offset: u64, size: u64| (buffer.raw().clone(), offset, wgpu::BufferSize::new(size));
    let size = bytes(dispatch.uniform.len().next_multiple_of(4));
    let uniform = range(uniforms, bytes(offset), size);
    let storage = dispatch.bindings.iter().map(|binding| range(&binding.buffer, binding.offset, binding.size));
    let ranges: Vec<_> = std::iter::once(uniform).chain(storage).collect();
    let entries: Vec<_> = ranges
        .iter()
        .enumerate()
        .map(|(binding, (buffer, offset, size))| wgpu::BindGroupEntry {
            binding: binding as u32,
            resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset: *offset, size: *size }),
        })
        .collect();
    gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: Some(dispatch.name),
        layout: &pipeline.get_bind_group_layout(0),
        entries: &entries,
    })
}
