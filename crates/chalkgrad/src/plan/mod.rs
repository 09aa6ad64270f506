//! From a graph to what a device runs: which steps, in which order, in which memory. Decided once, in `plan`;
//! backends replay it and know nothing of layers.
//!
//! Elementwise nodes that follow one another become one [`Map`]; constants and broadcasts are read in place; a
//! reshape costs nothing. Buffers are whole and reused by lifetime, because WebGPU forbids reading and writing one
//! buffer through two bindings of a dispatch, even in disjoint ranges.

mod memory;
mod schedule;
#[cfg(test)]
mod tests;

use crate::op::{Binary, Op, Unary};
use crate::store::{Region, Store};
use crate::{Error, Graph, NodeId, Result, Shape, Tensor};

/// What a device replays.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    /// Lengths, in numbers, of the program's own buffers.
    pub(crate) buffers: Vec<usize>,
    /// Where each asked-for output lies after a run.
    pub(crate) outputs: Vec<(Location, Shape)>,
}

/// A range of one buffer, in numbers (4 bytes each). Ranges that any step but a `Map` touches start on 256 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Location {
    pub(crate) buffer: BufferId,
    pub(crate) offset: usize,
    pub(crate) len: usize,
}

/// Whose buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum BufferId {
    /// The program's own, by index into `Plan::buffers`.
    Own(usize),
    /// The store's, by index.
    Store(usize),
}

/// One kernel's work.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A fused run of elementwise operations.
    Map(Map),
    /// Any other operation. No input lies in the output's buffer.
    Operation { op: Op, inputs: Vec<(Location, Shape)>, output: Location, shape: Shape },
    /// Equal lengths, different buffers.
    Copy { from: Location, to: Location },
}

/// `len` elements at a time through straight-line code. An output may be an input's very location, read in full: each element
/// is read before it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Map {
    pub(crate) len: usize,
    pub(crate) inputs: Vec<MapInput>,
    /// Instruction `i` writes register `i`.
    pub(crate) code: Vec<Instruction>,
    /// Which register goes where.
    pub(crate) outputs: Vec<(usize, Location)>,
}

/// Element `i` of the map reads `location[(i / divide) % modulo]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct MapInput {
    pub(crate) location: Location,
    pub(crate) divide: usize,
    pub(crate) modulo: usize,
}

/// One instruction over registers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Instruction {
    Input(usize),
    Constant(f32),
    Unary(Unary, usize),
    Binary(Binary, usize, usize),
    Where(usize, usize, usize),
}

impl Location {
    fn overlaps(&self, other: &Location) -> bool {
        self.buffer == other.buffer && self.offset < other.offset + other.len && other.offset < self.offset + self.len
    }
}

/// Plans `graph` over the store's regions: leaves are read from the regions of their names, `assignments` are written to
/// theirs, `outputs` stay in buffers of their own.
pub(crate) fn plan(
    graph: &Graph,
    store: &Store,
    assignments: &[(Tensor<'_>, String)],
    outputs: &[Tensor<'_>],
) -> Result<Plan> {
    graph.check()?;
    let mut values = assignments.iter().map(|(value, _)| value).chain(outputs);
    if !values.all(|value| graph.owns(*value)) {
        return Err(Error::OtherGraph);
    }
    let nodes = graph.nodes();
    let mut regions = vec![None; nodes.len()];
    let mut roots: Vec<NodeId> = outputs.iter().map(|output| output.id()).collect();
    let mut writes = Vec::new();
    for (value, name) in assignments {
        let region = store.region(name)?;
        expect_size(name, &region, &nodes[value.id()].shape)?;
        writes.push((value.id(), region));
        roots.push(value.id());
    }
    let needed = reachable(&nodes, &roots);
    for (id, node) in nodes.iter().enumerate().filter(|&(id, _)| needed[id]) {
        if let Op::Leaf { name } = &node.op {
            let region = store.region(name)?;
            expect_size(name, &region, &node.shape)?;
            regions[id] = Some(region);
        }
    }
    let groups = schedule::schedule(&nodes, &needed, &regions, &roots, &writes);
    Ok(memory::place(&nodes, &groups, &regions, &writes, outputs))
}

fn expect_size(name: &str, region: &Region, shape: &Shape) -> Result<()> {
    match region.len == shape.elements() {
        true => Ok(()),
        false => Err(Error::WrongSize { name: name.into(), expected: shape.clone(), elements: region.len }),
    }
}

/// Which nodes the roots need.
fn reachable(nodes: &[crate::Node], roots: &[NodeId]) -> Vec<bool> {
    let mut needed = vec![false; nodes.len()];
    roots.iter().for_each(|&root| needed[root] = true);
    for id in (0..nodes.len()).rev() {
        if needed[id] {
            nodes[id].inputs.iter().for_each(|&input| needed[input] = true);
        }
    }
    needed
}
