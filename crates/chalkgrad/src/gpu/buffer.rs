//! Buffers of f32 on the GPU: allocated, written, read back, and given back with their last handle, because in a browser
//! dropping a wgpu buffer frees nothing.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use futures_channel::oneshot;
use wgpu::{BufferUsages, MapMode};

use super::Gpu;
use super::status::Status;
use crate::store::ALIGNMENT;
use crate::{Error, Result};

/// Numbers on the device; clones share them.
#[derive(Clone)]
pub(super) struct Buffer(Rc<Owned>);

struct Owned {
    raw: wgpu::Buffer,
    status: Arc<Status>,
}

impl Buffer {
    /// As the rest of the library holds it.
    pub(super) fn into_any(self) -> Rc<dyn Any> {
        self.0
    }

    /// What the rest of the library holds.
    pub(super) fn of(memory: &Rc<dyn Any>) -> Self {
        Self(memory.clone().downcast().expect("memory stays with its device"))
    }

    /// The handle that wgpu knows it by; it stays with this `Buffer`.
    pub(super) fn raw(&self) -> &wgpu::Buffer {
        &self.0.raw
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.raw.destroy();
        self.status.freed(self.raw.size());
    }
}

/// `len` numbers in bytes.
pub(super) fn bytes(len: usize) -> u64 {
    (len as u64).saturating_mul(4)
}

impl Gpu {
    /// `len` zeros; the rest of the last 256 bytes belongs to it too, so that nothing is ever of length 0.
    pub(super) fn allocate(&self, len: usize, what: &str) -> Result<Buffer> {
        self.status.check()?;
        let size = bytes(len.max(1)).checked_next_multiple_of(bytes(ALIGNMENT)).unwrap_or(u64::MAX);
        if size > self.largest_buffer {
            return Err(Error::OutOfMemory { what: what.into(), bytes: bytes(len), limit: self.largest_buffer });
        }
        Ok(self.buffer(size, BufferUsages::STORAGE | BufferUsages::COPY_SRC | BufferUsages::COPY_DST))
    }

    pub(super) fn buffer(&self, size: u64, usage: BufferUsages) -> Buffer {
        let raw =
            self.device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false });
        self.status.allocated(size);
        Buffer(Rc::new(Owned { raw, status: self.status.clone() }))
    }

    /// Overwrites numbers from `offset` on; later runs see them, earlier ones do not.
    pub(super) fn write(&self, buffer: &Buffer, offset: usize, values: &[f32]) -> Result<()> {
        self.status.check()?;
        self.queue.write_buffer(buffer.raw(), bytes(offset), bytemuck::cast_slice(values));
        Ok(())
    }

    /// Overwrites a buffer that holds words, not numbers.
    pub(super) fn write_words(&self, buffer: &Buffer, words: &[u32]) {
        self.queue.write_buffer(buffer.raw(), 0, bytemuck::cast_slice(words));
    }

    /// `len` numbers from `offset` on, after all that was submitted before.
    pub(super) async fn read(&self, buffer: &Buffer, offset: usize, len: usize) -> Result<Vec<f32>> {
        self.status.check()?;
        if len == 0 {
            return Ok(Vec::new());
        }
        let staging = self.buffer(bytes(len), BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(buffer.raw(), bytes(offset), staging.raw(), 0, bytes(len));
        let submission = self.status.submitted(&self.queue, encoder.finish());
        let (sender, receiver) = oneshot::channel();
        let status = self.status.clone();
        staging.raw().map_async(MapMode::Read, .., move |mapped| {
            // The receiver is gone only where nobody waits any more.
            let _ = sender.send(mapped);
            status.wake();
        });
        self.status.poll(&self.device, submission);
        let mapped = self.status.receive(receiver).await?;
        self.status.check()?;
        let refused = |reason: String| Error::DeviceLost { reason };
        mapped.map_err(|error| refused(error.to_string()))?;
        let view = staging.raw().get_mapped_range(..).map_err(|error| refused(error.to_string()))?;
        let mut values = vec![0.0f32; len];
        bytemuck::cast_slice_mut::<f32, u8>(&mut values).copy_from_slice(&view);
        Ok(values)
    }
}
