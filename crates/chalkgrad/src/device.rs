//! Where programs run. A device allocates, uploads, runs planned programs and reads back; it knows nothing of layers.

#[cfg(feature = "gpu")]
use std::rc::Rc;

use crate::cpu;
#[cfg(feature = "gpu")]
use crate::gpu;
use crate::plan::Plan;
use crate::{Result, Tiles};

/// Seconds that a timing takes at least: long beside what a clock can tell and a submission costs.
const LONG_ENOUGH: f64 = 0.05;

/// A device; clones are the same device.
///
/// ```
/// use chalkgrad::Device;
///
/// assert_eq!(Device::Cpu.kind(), "cpu");
/// println!("{}", Device::Cpu.adapter()); // which SIMD it has
/// # #[cfg(feature = "gpu")]
/// let device = pollster::block_on(Device::gpu()).unwrap_or(Device::Cpu); // with the feature `gpu`
/// ```
#[derive(Clone)]
pub enum Device {
    /// This thread, with SIMD.
    Cpu,
    /// A GPU through wgpu.
    #[cfg(feature = "gpu")]
    Gpu(Rc<gpu::Gpu>),
}

/// A buffer of f32 on a device.
#[derive(Clone)]
pub(crate) enum Memory {
    Cpu(cpu::Buffer),
    #[cfg(feature = "gpu")]
    Gpu(gpu::Buffer),
}

/// A plan made ready for a device.
pub(crate) enum Compiled {
    Cpu(cpu::Executable),
    #[cfg(feature = "gpu")]
    Gpu(gpu::Executable),
}

impl Device {
    /// The default GPU, or why there is none.
    #[cfg(feature = "gpu")]
    pub async fn gpu() -> Result<Self> {
        Ok(Self::Gpu(Rc::new(gpu::Gpu::open().await?)))
    }

    /// `cpu` or `gpu`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            #[cfg(feature = "gpu")]
            Self::Gpu(_) => "gpu",
        }
    }

    /// What the device calls itself; may be empty in a browser.
    pub fn adapter(&self) -> String {
        match self {
            Self::Cpu => cpu::description().into(),
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => gpu.adapter().into(),
        }
    }

    /// Whether it only imitates a GPU on the CPU.
    pub fn is_software(&self) -> bool {
        match self {
            Self::Cpu => false,
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => gpu.is_software(),
        }
    }

    /// Whether it was lost, and every buffer with it.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Cpu => false,
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => gpu.is_lost(),
        }
    }

    /// How a GPU's kernels cut their work in programs that compile from now on; the CPU chooses by shape alone.
    pub fn tiles(&self) -> Option<Tiles> {
        match self {
            Self::Cpu => None,
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => Some(gpu.tiles().get()),
        }
    }

    /// Cuts the work of programs that compile from now on in this way, on a GPU.
    #[cfg_attr(not(feature = "gpu"), allow(unused_variables, reason = "only a GPU has tiles"))]
    pub fn set_tiles(&self, tiles: Tiles) {
        match self {
            Self::Cpu => {}
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => gpu.tiles().set(tiles),
        }
    }

    /// Waits until at most `steps` submitted runs are still under way, so that a pause means now.
    #[cfg_attr(not(feature = "gpu"), allow(unused_variables, reason = "the CPU has finished when it returns"))]
    pub async fn settle(&self, steps: usize) -> Result<()> {
        match self {
            Self::Cpu => Ok(()),
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => gpu.settle(steps).await,
        }
    }

    /// Floating-point operations a second by multiplying and adding in registers, which is the most that any kernel can reach: on the
    /// CPU of this thread, on a GPU of all of it. Takes some tenths of a second by `clock`, which tells seconds.
    ///
    /// ```
    /// use chalkgrad::Device;
    ///
    /// let began = std::time::Instant::now();
    /// let peak = pollster::block_on(Device::Cpu.peak(|| began.elapsed().as_secs_f64()))?;
    /// println!("{:.0} GFLOP/s", peak / 1e9);
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    pub async fn peak(&self, clock: impl Fn() -> f64) -> Result<f64> {
        let mut rounds = 1 << 8;
        loop {
            let (operations, seconds) = match self {
                Self::Cpu => cpu::multiply_adds::time(rounds, &clock),
                #[cfg(feature = "gpu")]
                Self::Gpu(gpu) => gpu.time_multiply_adds(rounds, &clock).await?,
            };
            if seconds >= LONG_ENOUGH || rounds >= 1 << 30 {
                return Ok(operations as f64 / seconds);
            }
            rounds *= 2;
        }
    }

    pub(crate) fn allocate(&self, len: usize, what: &str) -> Result<Memory> {
        Ok(match self {
            Self::Cpu => Memory::Cpu(cpu::Buffer::zeros(len, what)?),
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => Memory::Gpu(gpu.allocate(len, what)?),
        })
    }

    pub(crate) fn write(&self, memory: &Memory, offset: usize, values: &[f32]) -> Result<()> {
        match (self, memory) {
            (_, Memory::Cpu(buffer)) => {
                buffer.borrow_mut()[offset..offset + values.len()].copy_from_slice(values);
                Ok(())
            }
            #[cfg(feature = "gpu")]
            (Self::Gpu(gpu), Memory::Gpu(buffer)) => gpu.write(buffer, offset, values),
            #[cfg(feature = "gpu")]
            (Self::Cpu, Memory::Gpu(_)) => unreachable!("memory stays with its device"),
        }
    }

    pub(crate) async fn read(&self, memory: &Memory, offset: usize, len: usize) -> Result<Vec<f32>> {
        match (self, memory) {
            (_, Memory::Cpu(buffer)) => Ok(buffer.borrow()[offset..offset + len].to_vec()),
            #[cfg(feature = "gpu")]
            (Self::Gpu(gpu), Memory::Gpu(buffer)) => gpu.read(buffer, offset, len).await,
            #[cfg(feature = "gpu")]
            (Self::Cpu, Memory::Gpu(_)) => unreachable!("memory stays with its device"),
        }
    }

    pub(crate) async fn compile(&self, plan: &Plan, store: &[Memory]) -> Result<Compiled> {
        Ok(match self {
            Self::Cpu => Compiled::Cpu(cpu::Executable::new(plan, store)?),
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => Compiled::Gpu(gpu::Executable::new(gpu, plan, store).await?),
        })
    }
}
