//! A graph compiled for a store: planned once, replayed every step. Nothing is allocated or compiled in a run.

use crate::cpu;
use crate::device::{Compiled, Device};
use crate::plan::{self, Location, Plan};
use crate::store::Store;
use crate::{Array, Error, Graph, Result, Shape, Tensor};

/// Leaves are read from the store's regions of their names; assignments are written to theirs.
///
/// ```
/// use chalkgrad::{Device, Graph, Program, Store};
///
/// # pollster::block_on(async {
/// let graph = Graph::new();
/// let (x, total) = (graph.leaf("x", [2]), graph.leaf("total", [2]));
/// let mut store = Store::new(&Device::Cpu);
/// store.add("x", 2)?;
/// store.add("total", 2)?;
/// let program = Program::compile(&store, &graph, &[(total + x, "total".into())], &[]).await?;
/// store.write("x", &[1.0, 10.0])?;
/// Program::run(&[&program, &program, &program])?;
/// assert_eq!(store.read("total").await?, [3.0, 30.0]);
/// # Ok::<(), chalkgrad::Error>(())
/// # }).unwrap();
/// ```
pub struct Program {
    device: Device,
    compiled: Compiled,
    outputs: Vec<(Location, Shape)>,
}

impl Program {
    /// Plans and compiles. `assignments` name the regions that values are written to; `outputs` can be read back with
    /// [`Program::read`] after a run.
    pub async fn compile(
        store: &Store,
        graph: &Graph,
        assignments: &[(Tensor<'_>, String)],
        outputs: &[Tensor<'_>],
    ) -> Result<Self> {
        let plan: Plan = plan::plan(graph, store, assignments, outputs)?;
        let compiled = store.device().compile(&plan, store.buffers()).await?;
        Ok(Self { device: store.device().clone(), compiled, outputs: plan.outputs })
    }

    /// Runs programs one after the other, on a GPU in one submission.
    pub fn run(programs: &[&Program]) -> Result<()> {
        let Some(first) = programs.first() else { return Ok(()) };
        match &first.device {
            Device::Cpu => {
                for program in programs {
                    match &program.compiled {
                        Compiled::Cpu(executable) => executable.run(),
                        Compiled::Gpu(_) => unreachable!("programs that run together share a device"),
                    }
                }
            }
            Device::Gpu(gpu) => {
                let executables = programs.iter().map(|program| match &program.compiled {
                    Compiled::Gpu(executable) => executable.as_ref(),
                    Compiled::Cpu(_) => unreachable!("programs that run together share a device"),
                });
                gpu.0.run(&executables.collect::<Vec<_>>())?;
            }
        }
        Ok(())
    }

    /// A run that halts wherever workers add something up, and goes on with the sum.
    pub(crate) fn begin(&self) -> Result<SharedRun<'_>> {
        match &self.compiled {
            Compiled::Cpu(executable) => Ok(SharedRun { executable, step: 0 }),
            Compiled::Gpu(_) => Err(Error::Setting { name: "workers", rule: "share a batch on the CPU only".into() }),
        }
    }

    /// The output of this index as the last run left it.
    pub async fn read(&self, index: usize) -> Result<Array<f32>> {
        let Some((location, shape)) = self.outputs.get(index) else {
            return Err(Error::Unbound { name: format!("output {index}") });
        };
        let values = match &self.compiled {
            Compiled::Cpu(executable) => executable.read(*location),
            Compiled::Gpu(executable) => {
                let Device::Gpu(gpu) = &self.device else { unreachable!("a program stays on its device") };
                gpu.0.read_output(executable.as_ref(), *location).await?
            }
        };
        Ok(Array::from_fn(shape, |i| values[i]))
    }
}

/// A run under way.
pub(crate) struct SharedRun<'p> {
    executable: &'p cpu::Executable,
    step: usize,
}

impl SharedRun<'_> {
    /// This worker's part of the next sum; `None` once the run is over.
    pub(crate) fn part(&mut self) -> Option<Vec<f32>> {
        let (step, part) = self.executable.run_to_sum(self.step)?;
        self.step = step;
        Some(part)
    }

    /// The sum, in place of the part.
    pub(crate) fn put(&mut self, sum: &[f32]) -> Result<()> {
        self.executable.put_sum(self.step, sum)?;
        self.step += 1;
        Ok(())
    }
}
