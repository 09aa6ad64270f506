//! What the parts of a step take: measured now and then beside training, which goes on as if nothing had been. What can be told
//! apart only by running it again is run again; the backward pass, most of a step, is what remains of it.

use super::Trainer;
use crate::nn::Mode;
use crate::{Examples, Program, Result, Tensor};

/// Seconds that the parts of one step take.
///
/// ```
/// use chalkgrad::nn::{Linear, Network};
/// use chalkgrad::{Costs, Device, Examples, Options, Trainer, optim::SGD};
///
/// # pollster::block_on(async {
/// let network = Network::new(Linear::new(2, 2), [2])?;
/// let mut trainer = Trainer::new(&Device::Cpu, network, Options::new(1, SGD::new(0.1))).await?;
/// let examples = Examples { images: &[1.0, -1.0], labels: &[1.0], weights: &[1.0] };
/// let began = std::time::Instant::now();
/// let clock = || began.elapsed().as_secs_f64();
/// trainer.train(examples)?;
/// let step = clock();
/// let Costs { forward, backward, update } = trainer.costs(examples, step, clock).await?;
/// assert!(forward > 0.0 && backward >= 0.0 && update > 0.0);
/// assert_eq!(trainer.steps(), 1, "nothing was learned");
/// # Ok::<(), chalkgrad::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// From pictures to the loss, on the trainer's own share of a batch.
    pub forward: f64,
    /// From the loss to every gradient, and waiting for the workers who share the batch.
    pub backward: f64,
    /// From the gradients to the next parameters.
    pub update: f64,
}

impl Trainer {
    /// Takes a step of so many seconds apart on these examples, with a clock of seconds. Nothing that is learned changes.
    pub async fn costs(&mut self, examples: Examples<'_>, step: f64, clock: impl Fn() -> f64) -> Result<Costs> {
        self.model.check_inputs(self.options.batch, examples)?;
        let share = self.share(self.workers)?;
        let names = self.kept();
        let mut kept = Vec::with_capacity(names.len());
        for name in &names {
            kept.push(self.store().read(name).await?);
        }
        if self.forward.as_ref().is_none_or(|(workers, _)| *workers != self.workers) {
            let built = self.model.network().share_graph(share, Mode::Train, self.model.loss())?;
            let outputs: [Tensor<'_>; 1] = [built.tensor(built.objective)];
            let program = Program::compile(self.store(), &built.graph, &[], &outputs).await?;
            self.forward = Some((self.workers, program));
        }
        self.prepare(self.workers)?;
        self.model.write_inputs(share.examples, share.part(examples))?;
        self.store().device().settle(0).await?;
        let mut seconds = [0.0; 2];
        let forward = self.forward.as_ref().map(|(_, forward)| forward);
        for (program, seconds) in forward.into_iter().chain([&self.update]).zip(&mut seconds) {
            let began = clock();
            self.run_alone(program)?;
            self.store().device().settle(0).await?;
            *seconds = clock() - began;
        }
        for (name, values) in names.iter().zip(&kept) {
            self.store().write(name, values)?;
        }
        let [forward, update] = seconds;
        Ok(Costs { forward, backward: (step - forward - update).max(0.0), update })
    }

    /// Runs a program with this worker's part wherever workers add something up.
    fn run_alone(&self, program: &Program) -> Result<()> {
        if self.workers == 1 {
            return Program::run(&[program]);
        }
        let mut run = program.begin()?;
        while let Some(part) = run.part() {
            run.put(&part)?;
        }
        Ok(())
    }

    /// What an update changes and must find again.
    fn kept(&self) -> Vec<String> {
        let states = self.options.update().states();
        ["flat/parameters".to_owned()].into_iter().chain(states).collect()
    }
}
