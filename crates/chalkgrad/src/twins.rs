//! The test body that holds every kernel to its twin: each operation on each device against the interpreter in f64, on
//! random shapes and values. It stands in the library, hidden, because it must be able to match every operation: a new
//! one does not build until it has its cases. Tests call it natively and in a browser.

mod cases;
mod maps;
mod networks;
mod tiled;

use crate::random::Stream;
use crate::{Array, Device, Error, Graph, Interpreter, NodeId, Program, Result, Shape, Store};

pub use cases::{empty, large, operations, specials};
pub use maps::maps;
pub use networks::networks;
pub use tiled::tiled;

/// What "equal" means: `|a − b| ≤ RELATIVE · |b| + ABSOLUTE · largest |b|`.
const RELATIVE: f64 = 1e-4;
const ABSOLUTE: f64 = 1e-5;

/// A graph with the values of its leaves, and what of it is compared.
pub struct Case {
    pub name: String,
    graph: Graph,
    /// Leaves with their values; names are the leaves' own.
    leaves: Vec<(NodeId, String, Vec<f32>)>,
    outputs: Vec<NodeId>,
    /// Values that are written over leaves.
    assignments: Vec<(NodeId, String)>,
}

impl Case {
    fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            graph: Graph::new(),
            leaves: Vec::new(),
            outputs: Vec::new(),
            assignments: Vec::new(),
        }
    }

    fn leaf(&mut self, shape: &Shape, values: Vec<f32>) -> NodeId {
        let name = format!("leaf.{}", self.leaves.len());
        let id = self.graph.leaf(name.clone(), shape.clone()).id();
        self.leaves.push((id, name, values));
        id
    }

    /// Compiles and runs the case on a device and compares all that it computes with the interpreter's.
    pub async fn check(&self, device: &Device) -> Result<(), String> {
        let failed = |error: Error| format!("{} on {}: {error}", self.name, device.kind());
        let expected = self.expected().map_err(failed)?;
        let found = self.run(device).await.map_err(failed)?;
        for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
            compare(found, expected)
                .map_err(|place| format!("{} on {}, value {index}: {place}", self.name, device.kind()))?;
        }
        Ok(())
    }

    async fn run(&self, device: &Device) -> Result<Vec<Vec<f32>>> {
        let mut store = Store::new(device);
        for (_, name, values) in &self.leaves {
            store.add(name, values.len())?;
            store.write(name, values)?;
        }
        let tensor = |&id: &NodeId| crate::Tensor::new(&self.graph, id);
        let outputs: Vec<_> = self.outputs.iter().map(tensor).collect();
        let assignments: Vec<_> = self.assignments.iter().map(|(id, name)| (tensor(id), name.clone())).collect();
        let program = Program::compile(&store, &self.graph, &assignments, &outputs).await?;
        Program::run(&[&program])?;
        let mut found = Vec::new();
        for index in 0..outputs.len() {
            found.push(program.read(index).await?.into_values());
        }
        for (_, name) in &self.assignments {
            found.push(store.read(name).await?);
        }
        Ok(found)
    }

    /// Outputs, then assigned values.
    fn expected(&self) -> Result<Vec<Array<f64>>> {
        let tensor = |id: NodeId| crate::Tensor::new(&self.graph, id);
        let leaves: Vec<_> = self
            .leaves
            .iter()
            .map(|(id, _, values)| {
                let shape = tensor(*id).shape();
                (tensor(*id), Array::from_fn(shape, |i| f64::from(values[i])))
            })
            .collect();
        let values = Interpreter::<f64>::new().run(&self.graph, &leaves)?;
        let assigned = self.assignments.iter().map(|(id, _)| *id);
        Ok(self.outputs.iter().copied().chain(assigned).map(|id| values[tensor(id)].clone()).collect())
    }
}

fn compare(found: &[f32], expected: &[f64]) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{} numbers instead of {}", found.len(), expected.len()));
    }
    let largest = expected.iter().copied().filter(|x| x.is_finite()).fold(0.0, |largest: f64, x| largest.max(x.abs()));
    for (index, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        // What overflows in f32 is infinite on every device.
        let (found, expected) = (f64::from(found), f64::from(expected as f32));
        let equal = match (found.is_nan(), expected.is_nan()) {
            (false, false) => {
                found == expected || (found - expected).abs() <= RELATIVE * expected.abs() + ABSOLUTE * largest
            }
            (a, b) => a == b,
        };
        if !equal {
            return Err(format!("{found} instead of {expected} at place {index}"));
        }
    }
    Ok(())
}

/// Random shapes and values, the same on every machine.
struct Draw {
    stream: Stream,
    index: u64,
}

impl Draw {
    fn new(stream: u64) -> Self {
        Self { stream: Stream::new(2, stream), index: 0 }
    }

    fn uniform(&mut self) -> f32 {
        self.index += 1;
        self.stream.uniform(self.index)
    }

    fn normal(&mut self) -> f32 {
        self.index += 1;
        self.stream.normal(self.index)
    }

    /// From `low` to `high`, both of them possible.
    fn between(&mut self, low: usize, high: usize) -> usize {
        low + (self.uniform() * (high - low + 1) as f32) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.between(0, from.len() - 1)]
    }
}
