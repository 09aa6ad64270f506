//! The update of a run: its optimiser's rule over a store's flat buffers, with clipping before it and frozen segments
//! untouched. It adds what it needs to the store, compiles to a program and says what to upload for each step.

use super::rule::Flat;
use super::{Clip, Optimizer, Rates};
use crate::store::{ALIGNMENT, Store};
use crate::{Graph, NodeId, Program, Result, Tensor};

/// What an update is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Update {
    pub(crate) optimizer: Optimizer,
    pub(crate) clip: Option<Clip>,
}

impl Update {
    /// Regions for the states of `len` parameters, with their first values.
    pub(crate) fn add_states(&self, store: &mut Store, len: usize) -> Result<()> {
        self.states().iter().try_for_each(|name| store.add(name.clone(), len))?;
        self.reset(store, len)
    }

    /// The states as they begin.
    pub(crate) fn reset(&self, store: &Store, len: usize) -> Result<()> {
        let first = self.optimizer.rule().states();
        self.states().iter().zip(first).try_for_each(|(name, value)| store.write(name, &vec![value; len]))
    }

    /// The names of the states' regions.
    pub(crate) fn states(&self) -> Vec<String> {
        (0..self.optimizer.rule().states().len()).map(|state| format!("flat/state.{state}")).collect()
    }

    /// The rule and how many states it keeps: what two updates must share so that one goes on where the other stood.
    pub(crate) fn kind(&self) -> String {
        format!("{} with {}", self.optimizer.rule().name(), self.states().len())
    }

    /// Whether both compile to the same program, so that only scalars differ.
    pub(crate) fn same_graph(&self, other: &Self) -> bool {
        let [this, that] = [self, other].map(|update| update.graph(ALIGNMENT).0);
        let (this, that) = (this.nodes(), that.nodes());
        this.iter().map(|node| (&node.op, &node.inputs)).eq(that.iter().map(|node| (&node.op, &node.inputs)))
    }

    /// A region for the scalars, and the program.
    pub(crate) async fn compile(&self, store: &mut Store, len: usize) -> Result<Program> {
        let unscheduled = Rates { learning_rate: self.optimizer.learning_rate(), momentum: None };
        let names = self.named_scalars(1, unscheduled).into_iter().map(|(name, _)| (format!("scalar/{name}"), 1));
        store.add_flat("flat/scalars", &names.collect::<Vec<_>>(), 1)?;
        let (graph, assignments) = self.graph(len);
        let assignments = assignments.into_iter().map(|(id, name)| (Tensor::new(&graph, id), name));
        Program::compile(store, &graph, &assignments.collect::<Vec<_>>(), &[]).await
    }

    /// What to write to `flat/scalars` before step number `count` of the states, counted from 1.
    pub(crate) fn scalars(&self, count: u64, rates: Rates) -> Vec<f32> {
        self.named_scalars(count, rates).into_iter().map(|(_, value)| value as f32).collect()
    }

    fn named_scalars(&self, count: u64, rates: Rates) -> Vec<(&'static str, f64)> {
        let mut scalars = self.optimizer.rule().scalars(count as f64, rates);
        scalars.extend(self.clip.map(Clip::scalar));
        scalars
    }

    /// The nodes over flat buffers of `len` numbers, and which of them go where.
    fn graph(&self, len: usize) -> (Graph, Vec<(NodeId, String)>) {
        let graph = Graph::new();
        let blocks = len / ALIGNMENT;
        let whole = |name: &str| graph.leaf(name, [len]);
        let table = |name: &str| graph.leaf(name, [blocks, 1]).expand([blocks, ALIGNMENT]).reshape([len]);
        let mut flat = Flat {
            graph: &graph,
            parameters: whole("flat/parameters"),
            gradients: whole("flat/gradients"),
            states: self.states().iter().map(|name| whole(name)).collect(),
            rate: table("flat/rates"),
            decay: table("flat/decays"),
        };
        if let Some(clip) = self.clip {
            flat.gradients = clip.apply(&flat);
        }
        let (parameters, states) = self.optimizer.rule().update(&flat);
        let old = std::iter::once(flat.parameters).chain(flat.states.iter().copied());
        let new = std::iter::once(parameters).chain(states);
        let names = std::iter::once("flat/parameters".to_owned()).chain(self.states());
        // A frozen segment keeps its bits, its states too.
        let frozen = flat.frozen();
        let kept = new.zip(old).map(|(new, old)| frozen.choose(old, new).id());
        let assignments = kept.zip(names).collect();
        (graph, assignments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Device;
    use crate::optim::{Adadelta, Adagrad, Adam, AdamW, RMSprop, SGD};
    use crate::plan::plan;

    fn kernels(update: Update) -> usize {
        let mut store = Store::new(&Device::Cpu);
        for (name, len) in [("parameters", 640), ("gradients", 640), ("rates", 10), ("decays", 10)] {
            store.add(format!("flat/{name}"), len).unwrap();
        }
        update.add_states(&mut store, 640).unwrap();
        pollster::block_on(update.compile(&mut store, 640)).unwrap();
        let (graph, assignments) = update.graph(640);
        let assignments = assignments.into_iter().map(|(id, name)| (Tensor::new(&graph, id), name));
        plan(&graph, &store, &assignments.collect::<Vec<_>>(), &[]).unwrap().steps.len()
    }

    #[test]
    fn an_update_is_one_kernel_and_the_norm_of_the_gradients_three_more() {
        let rules: [Optimizer; 8] = [
            SGD::default().into(),
            Adagrad::default().into(),
            RMSprop::default().into(),
            RMSprop { centered: true, ..RMSprop::default() }.into(),
            Adadelta::default().into(),
            Adam::default().into(),
            AdamW::default().into(),
            AdamW { amsgrad: true, ..AdamW::default() }.into(),
        ];
        for optimizer in rules {
            // Three states, the norm and what every update reads are more buffers than one kernel may have.
            let with_norm = if optimizer.rule().states().len() < 3 { 4 } else { 7 };
            for (clip, most) in [(None, 1), (Some(Clip::Value(1.0)), 1), (Some(Clip::Norm(1.0)), with_norm)] {
                let kernels = kernels(Update { optimizer, clip });
                assert!(kernels <= most, "{kernels} for {optimizer:?}, {clip:?}");
            }
        }
    }
}
