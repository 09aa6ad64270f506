//! The gradients of one batch, without an update: what two libraries are compared by.

use super::{Examples, Model};
use crate::nn::{Mode, RANDOM_WORDS};
use crate::random::words;
use crate::{Array, Program, Result, StateDict, Tensor};

/// One pass over a batch, forward and back.
///
/// ```
/// use chalkgrad::nn::{Linear, Loss, Mode, Network};
/// use chalkgrad::{Device, Examples, Model};
///
/// # pollster::block_on(async {
/// let mut model = Model::new(&Device::Cpu, Network::new(Linear::new(3, 2), [3])?, Loss::CrossEntropy, 0)?;
/// let two = Examples { images: &[0.5; 6], labels: &[0.0, 1.0], weights: &[1.0; 2] };
/// let pass = model.gradients(two, Mode::Evaluate, 0).await?;
/// assert_eq!(pass.logits.shape().dims(), [2, 2]);
/// assert_eq!(pass.gradients.keys().collect::<Vec<_>>(), ["weight", "bias"]);
/// # Ok::<(), chalkgrad::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Pass {
    /// `[N, …]`, the network's output.
    pub logits: Array<f32>,
    /// Weighted mean loss.
    pub loss: f32,
    /// Of the loss, under the parameters' keys; 0 where the pass does not use a parameter.
    pub gradients: StateDict,
}

impl Model {
    /// Logits, loss and gradients of a batch in either mode; nothing changes. The seed is for what is random in training.
    pub async fn gradients(&mut self, examples: Examples<'_>, mode: Mode, seed: u64) -> Result<Pass> {
        let batch = examples.weights.len();
        self.check_inputs(batch, examples)?;
        self.add_inputs(batch)?;
        if !self.store.contains(RANDOM_WORDS) {
            self.store.add(RANDOM_WORDS, words(seed, 0).len())?;
        }
        self.store.write(RANDOM_WORDS, &words(seed, 0))?;
        self.write_inputs(batch, examples)?;
        let graph = self.network.graph(batch, mode, &self.loss)?;
        let parameters: Vec<Tensor<'_>> = graph.parameters.iter().map(|&id| graph.tensor(id)).collect();
        let gradients = graph.graph.backward(graph.tensor(graph.loss), &parameters)?;
        let heads = [graph.logits, graph.loss].map(|id| graph.tensor(id));
        let outputs: Vec<Tensor<'_>> = heads.into_iter().chain(gradients).collect();
        let program = Program::compile(&self.store, &graph.graph, &[], &outputs).await?;
        Program::run(&[&program])?;
        let mut gradients = StateDict::new();
        for (index, parameter) in self.network.parameters().iter().enumerate() {
            gradients.insert(&parameter.path, program.read(index + heads.len()).await?);
        }
        Ok(Pass { logits: program.read(0).await?, loss: program.read(1).await?[0], gradients })
    }
}
