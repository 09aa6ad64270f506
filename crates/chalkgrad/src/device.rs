//! Where programs run. A device allocates, uploads, runs planned programs and reads back; it knows nothing of layers.
//!
//! The GPU is reached through a [`Backend`] alone, so that a page can load its code when there is a GPU.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use crate::cpu;
#[cfg(feature = "gpu")]
use crate::gpu;
use crate::plan::{Location, Plan};
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
    /// A GPU, as `Device::gpu()` opens it.
    Gpu(GpuHandle),
}

/// A GPU that was opened; clones are the same GPU.
///
/// ```
/// use chalkgrad::Device;
///
/// # #[cfg(feature = "gpu")]
/// if let Ok(Device::Gpu(gpu)) = pollster::block_on(Device::gpu()) {
///     assert_eq!(gpu.live_buffers(), 0);
///     gpu.destroy(); // as if its driver had reset
///     assert!(Device::Gpu(gpu).is_lost());
/// }
/// # ;
/// ```
#[derive(Clone)]
pub struct GpuHandle(pub(crate) Rc<dyn Backend>);

/// A buffer of f32 on a device. What a GPU's is, only its backend knows.
#[derive(Clone)]
pub(crate) enum Memory {
    Cpu(cpu::Buffer),
    Gpu(Rc<dyn Any>),
}

/// A plan made ready for a device. What a GPU's is, only its backend knows.
pub(crate) enum Compiled {
    Cpu(cpu::Executable),
    Gpu(Box<dyn Any>),
}

/// What a backend does not do at once.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// What runs programs on a GPU. Its memory and its executables are its own and come back as they were given.
pub(crate) trait Backend {
    fn adapter(&self) -> &str;
    fn is_software(&self) -> bool;
    fn is_lost(&self) -> bool;
    fn tiles(&self) -> Tiles;
    fn set_tiles(&self, tiles: Tiles);
    fn live_buffers(&self) -> usize;
    fn destroy(&self);
    fn settle(&self, steps: usize) -> Pending<'_, ()>;
    fn time_multiply_adds<'a>(&'a self, rounds: u32, clock: &'a dyn Fn() -> f64) -> Pending<'a, (u64, f64)>;
    fn allocate(&self, len: usize, what: &str) -> Result<Rc<dyn Any>>;
    fn write(&self, memory: &Rc<dyn Any>, offset: usize, values: &[f32]) -> Result<()>;
    fn read<'a>(&'a self, memory: &'a Rc<dyn Any>, offset: usize, len: usize) -> Pending<'a, Vec<f32>>;
    fn compile<'a>(&'a self, plan: &'a Plan, store: &'a [Memory]) -> Pending<'a, Box<dyn Any>>;
    /// Runs programs one after the other in one submission.
    fn run(&self, programs: &[&dyn Any]) -> Result<()>;
    /// What lies in an output of a program after its last run.
    fn read_output<'a>(&'a self, program: &'a dyn Any, location: Location) -> Pending<'a, Vec<f32>>;
}

impl GpuHandle {
    /// Buffers that exist now, for tests that watch them.
    pub fn live_buffers(&self) -> usize {
        self.0.live_buffers()
    }

    /// Gives the GPU up with all its memory, as a driver that resets does: every later call reports the loss.
    pub fn destroy(&self) {
        self.0.destroy();
    }
}

impl Device {
    /// The default GPU, or why there is none.
    #[cfg(feature = "gpu")]
    pub async fn gpu() -> Result<Self> {
        Ok(Self::Gpu(GpuHandle(Rc::new(gpu::Gpu::open().await?))))
    }

    /// `cpu` or `gpu`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Gpu(_) => "gpu",
        }
    }

    /// What the device calls itself; may be empty in a browser.
    pub fn adapter(&self) -> String {
        match self {
            Self::Cpu => cpu::description().into(),
            Self::Gpu(gpu) => gpu.0.adapter().into(),
        }
    }

    /// Whether it only imitates a GPU on the CPU.
    pub fn is_software(&self) -> bool {
        match self {
            Self::Cpu => false,
            Self::Gpu(gpu) => gpu.0.is_software(),
        }
    }

    /// Whether it was lost, and every buffer with it.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Cpu => false,
            Self::Gpu(gpu) => gpu.0.is_lost(),
        }
    }

    /// How a GPU's kernels cut their work in programs that compile from now on; the CPU chooses by shape alone.
    pub fn tiles(&self) -> Option<Tiles> {
        match self {
            Self::Cpu => None,
            Self::Gpu(gpu) => Some(gpu.0.tiles()),
        }
    }

    /// Cuts the work of programs that compile from now on in this way, on a GPU.
    pub fn set_tiles(&self, tiles: Tiles) {
        match self {
            Self::Cpu => {}
            Self::Gpu(gpu) => gpu.0.set_tiles(tiles),
        }
    }

    /// Waits until at most `steps` submitted runs are still under way, so that a pause means now.
    pub async fn settle(&self, steps: usize) -> Result<()> {
        match self {
            Self::Cpu => Ok(()),
            Self::Gpu(gpu) => gpu.0.settle(steps).await,
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
                Self::Gpu(gpu) => gpu.0.time_multiply_adds(rounds, &clock).await?,
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
            Self::Gpu(gpu) => Memory::Gpu(gpu.0.allocate(len, what)?),
        })
    }

    pub(crate) fn write(&self, memory: &Memory, offset: usize, values: &[f32]) -> Result<()> {
        match (self, memory) {
            (_, Memory::Cpu(buffer)) => {
                buffer.borrow_mut()[offset..offset + values.len()].copy_from_slice(values);
                Ok(())
            }
            (Self::Gpu(gpu), Memory::Gpu(buffer)) => gpu.0.write(buffer, offset, values),
            (Self::Cpu, Memory::Gpu(_)) => unreachable!("memory stays with its device"),
        }
    }

    pub(crate) async fn read(&self, memory: &Memory, offset: usize, len: usize) -> Result<Vec<f32>> {
        match (self, memory) {
            (_, Memory::Cpu(buffer)) => Ok(buffer.borrow()[offset..offset + len].to_vec()),
            (Self::Gpu(gpu), Memory::Gpu(buffer)) => gpu.0.read(buffer, offset, len).await,
            (Self::Cpu, Memory::Gpu(_)) => unreachable!("memory stays with its device"),
        }
    }

    pub(crate) async fn compile(&self, plan: &Plan, store: &[Memory]) -> Result<Compiled> {
        Ok(match self {
            Self::Cpu => Compiled::Cpu(cpu::Executable::new(plan, store)?),
            Self::Gpu(gpu) => Compiled::Gpu(gpu.0.compile(plan, store).await?),
        })
    }
}
