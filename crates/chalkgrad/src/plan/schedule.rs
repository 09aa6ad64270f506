//! Which nodes become steps, in which order, and which elementwise nodes share one.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::Shape;
use crate::graph::{Node, NodeId};
use crate::op::Op;
use crate::store::Region;

/// WebGPU promises 8 storage buffers a stage; a uniform for the lengths is not among them.
const BUFFERS_PER_STEP: usize = 8;

/// One step, still in terms of nodes.
#[derive(Debug)]
pub(super) enum Group {
    /// Elementwise nodes of one length, in order, each with its operands.
    Map(Vec<Member>),
    /// One other operation; inputs are the nodes whose memory it reads.
    Operation { id: NodeId, inputs: Vec<NodeId> },
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: NodeId,
    pub(super) operands: Vec<Operand>,
}

/// What an elementwise node reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operand {
    Constant(f64),
    /// Element `i` reads `node[(i / divide) % modulo]`, in memory.
    Read {
        node: NodeId,
        divide: usize,
        modulo: usize,
    },
}

impl Operand {
    fn is_full(&self, len: usize) -> bool {
        matches!(self, Self::Read { divide: 1, modulo, .. } if *modulo >= len)
    }
}

struct Scheduler<'a> {
    nodes: &'a [Node],
    regions: &'a [Option<Region>],
    /// Constants and broadcasts that something other than a map reads: they need memory.
    forced: Vec<bool>,
    /// Steps that read each node's memory, by the reading node.
    readers: Vec<Vec<NodeId>>,
    roots: HashSet<NodeId>,
    /// Values that may take the place of a leaf, with that leaf: they need no buffer of their own once nobody reads the leaf.
    replaces: HashMap<NodeId, NodeId>,
    done: Vec<bool>,
}

/// Orders the needed nodes into steps. A run takes in later elementwise nodes of its length whose operands are there
/// already; every order it makes is an order of the graph.
pub(super) fn schedule(
    nodes: &[Node],
    needed: &[bool],
    regions: &[Option<Region>],
    roots: &[NodeId],
    writes: &[(NodeId, Region)],
) -> Vec<Group> {
    let mut scheduler = Scheduler {
        nodes,
        regions,
        forced: vec![false; nodes.len()],
        readers: vec![Vec::new(); nodes.len()],
        roots: roots.iter().map(|&root| memory_of(nodes, root)).collect(),
        replaces: replacements(nodes, regions, roots, writes),
        done: nodes.iter().map(|node| matches!(node.op, Op::Leaf { .. })).collect(),
    };
    let order: Vec<NodeId> = (0..nodes.len()).filter(|&id| needed[id]).collect();
    scheduler.find_readers(&order);
    let mut groups = Vec::new();
    for (position, &id) in order.iter().enumerate() {
        if scheduler.done[id] || !scheduler.is_step(id) {
            continue;
        }
        groups.push(if scheduler.is_map(id) {
            let run = scheduler.run(id, &order[position + 1..]);
            run.iter().for_each(|member| scheduler.done[member.id] = true);
            Group::Map(run)
        } else {
            scheduler.done[id] = true;
            Group::Operation { id, inputs: nodes[id].inputs.iter().map(|&input| memory_of(nodes, input)).collect() }
        });
    }
    groups
}

/// The node whose memory holds this node's value: a view has its input's.
pub(super) fn memory_of(nodes: &[Node], mut id: NodeId) -> NodeId {
    while nodes[id].op.is_view() {
        id = nodes[id].inputs[0];
    }
    id
}

/// How a row-major tensor of shape `from`, stretched to `to`, is read by linear index: `(i / divide) % modulo`.
/// `None` where the stretched axes surround kept ones on more than the outside.
fn stretch(from: &Shape, to: &Shape) -> Option<(usize, usize)> {
    let strides = from.expanded_strides(to);
    let kept = |axis: usize| strides[axis] != 0 || to.dims()[axis] == 1;
    let last = (0..to.rank()).rev().find(|&axis| strides[axis] != 0);
    let Some(last) = last else { return Some((to.elements().max(1), 1)) };
    let divide: usize = to.dims()[last + 1..].iter().product();
    let first = (0..=last).rev().take_while(|&axis| kept(axis)).last()?;
    let modulo: usize = to.dims()[first..=last].iter().product();
    (modulo == from.elements()).then_some((divide, modulo))
}

impl Scheduler<'_> {
    fn elements(&self, id: NodeId) -> usize {
        self.nodes[id].shape.elements()
    }

    /// Elementwise, or a value without memory that was forced into some.
    fn is_map(&self, id: NodeId) -> bool {
        match self.nodes[id].op {
            Op::Unary(_) | Op::Binary(_) | Op::Where | Op::Constant { .. } => true,
            Op::Expand { .. } => self.virtual_read(id).is_some(),
            _ => false,
        }
    }

    fn is_step(&self, id: NodeId) -> bool {
        match self.nodes[id].op {
            Op::Leaf { .. } | Op::Reshape { .. } | Op::Detach => false,
            Op::Constant { .. } => self.forced[id],
            Op::Expand { .. } => self.forced[id] || self.virtual_read(id).is_none(),
            _ => true,
        }
    }

    /// What stands for a constant or a broadcast that needs no memory of its own.
    fn virtual_read(&self, id: NodeId) -> Option<Operand> {
        let node = &self.nodes[id];
        match &node.op {
            Op::Constant { value } => Some(Operand::Constant(*value)),
            Op::Reshape { .. } | Op::Detach => self.virtual_read(node.inputs[0]),
            Op::Expand { .. } => {
                let input = node.inputs[0];
                match self.operand(input) {
                    Operand::Constant(value) => Some(Operand::Constant(value)),
                    operand @ Operand::Read { node: source, .. } if operand.is_full(self.elements(input)) => {
                        let (divide, modulo) = stretch(&self.nodes[input].shape, &node.shape)?;
                        Some(Operand::Read { node: source, divide, modulo })
                    }
                    Operand::Read { .. } => None,
                }
            }
            _ => None,
        }
    }

    fn operand(&self, id: NodeId) -> Operand {
        self.virtual_read(id).unwrap_or_else(|| Operand::Read {
            node: memory_of(self.nodes, id),
            divide: 1,
            modulo: self.elements(id).max(1),
        })
    }

    fn operands(&self, id: NodeId) -> Vec<Operand> {
        match self.nodes[id].op {
            // A forced constant or broadcast copies itself into memory.
            Op::Constant { .. } | Op::Expand { .. } => self.virtual_read(id).into_iter().collect(),
            _ => self.nodes[id].inputs.iter().map(|&input| self.operand(input)).collect(),
        }
    }

    fn find_readers(&mut self, order: &[NodeId]) {
        let mut force: Vec<NodeId> = self.roots.iter().copied().collect();
        for &id in order {
            // A view reads nothing: whoever reads it reads what it is a view of.
            if !self.is_map(id) && !self.nodes[id].op.is_view() {
                force.extend(self.nodes[id].inputs.iter().map(|&input| memory_of(self.nodes, input)));
            }
        }
        force.into_iter().for_each(|id| self.forced[id] = true);
        for &id in order.iter().filter(|&&id| self.is_step(id)).collect::<Vec<_>>() {
            let sources: Vec<NodeId> = if self.is_map(id) {
                self.operands(id).iter().filter_map(|operand| operand.source()).collect()
            } else {
                self.nodes[id].inputs.iter().map(|&input| memory_of(self.nodes, input)).collect()
            };
            sources.into_iter().for_each(|source| self.readers[source].push(id));
        }
    }

    /// The run that begins with `first`: all that belongs together if it fits into one step, else what fits as it comes.
    fn run(&self, first: NodeId, later: &[NodeId]) -> Vec<Member> {
        let all = self.grow(first, later, usize::MAX);
        if self.buffers(&all) <= BUFFERS_PER_STEP { all } else { self.grow(first, later, BUFFERS_PER_STEP) }
    }

    /// A node joins once it is connected to the run, and brings those that only waited for it.
    fn grow(&self, first: NodeId, later: &[NodeId], limit: usize) -> Vec<Member> {
        let len = self.elements(first);
        let mut run = vec![Member { id: first, operands: self.operands(first) }];
        let mut members = HashSet::from([first]);
        // Nodes that could run here, but have nothing to do with the members so far.
        let mut waiting: HashMap<NodeId, Vec<Operand>> = HashMap::new();
        for &id in later {
            if self.done[id] || !self.is_step(id) || !self.is_map(id) || self.elements(id) != len {
                continue;
            }
            let operands = self.operands(id);
            let ready = operands.iter().all(|operand| match operand.source() {
                None => true,
                Some(source) if members.contains(&source) || waiting.contains_key(&source) => operand.is_full(len),
                Some(source) => self.done[source],
            });
            if !ready {
                continue;
            }
            if !self.is_connected(&run, &members, &operands) {
                waiting.insert(id, operands);
                continue;
            }
            let before = run.len();
            let brought = waited_for(&waiting, &operands);
            run.extend(brought.iter().map(|&id| Member { id, operands: waiting[&id].clone() }));
            run.push(Member { id, operands });
            if limit < usize::MAX && self.buffers(&run) > limit {
                run.truncate(before);
                continue;
            }
            members.extend(run[before..].iter().map(|member| member.id));
            brought.iter().for_each(|id| drop(waiting.remove(id)));
        }
        run
    }

    /// Whether it reads a member, or reads in full what a member reads in full.
    fn is_connected(&self, run: &[Member], members: &HashSet<NodeId>, operands: &[Operand]) -> bool {
        operands.iter().any(|operand| {
            operand.source().is_some_and(|source| members.contains(&source))
                || run.iter().any(|member| operand.is_full(1) && member.operands.contains(operand))
        })
    }

    /// Distinct buffers that the run reads and writes.
    fn buffers(&self, run: &[Member]) -> usize {
        let members: HashSet<NodeId> = run.iter().map(|member| member.id).collect();
        let operands = || run.iter().flat_map(|member| &member.operands);
        let read: HashSet<_> = operands()
            .filter_map(Operand::source)
            .filter(|source| !members.contains(source))
            .map(|source| self.regions[source].as_ref().map_or((false, source), |region| (true, region.buffer)))
            .collect();
        let is_written =
            |id: NodeId| self.roots.contains(&id) || self.readers[id].iter().any(|reader| !members.contains(reader));
        let in_place = |id: &NodeId| {
            self.replaces.get(id).is_some_and(|&leaf| {
                let mut reads = operands().filter(|operand| operand.source() == Some(leaf)).peekable();
                let is_last = self.readers[leaf].iter().all(|reader| members.contains(reader) || self.done[*reader]);
                is_last && reads.peek().is_some() && reads.all(|operand| operand.is_full(self.elements(leaf)))
            })
        };
        let written = run.iter().map(|member| member.id).filter(|&id| is_written(id) && !in_place(&id));
        read.len() + written.count()
    }
}

/// For each value that is assigned to the region of a leaf, and to nothing else: that leaf. Only where no other leaf shares
/// the region, so that the last reader of the leaf is the last reader of the region.
fn replacements(
    nodes: &[Node],
    regions: &[Option<Region>],
    roots: &[NodeId],
    writes: &[(NodeId, Region)],
) -> HashMap<NodeId, NodeId> {
    let shared = |region: &Region| {
        let mut leaves = regions
            .iter()
            .enumerate()
            .filter(|(_, other)| other.is_some_and(|other| other.location().overlaps(&region.location())));
        let leaf = leaves.next()?;
        (leaves.next().is_none() && leaf.1.as_ref() == Some(region)).then_some(leaf.0)
    };
    let is_sole_root = |value: NodeId| roots.iter().filter(|&&root| memory_of(nodes, root) == value).count() == 1;
    let is_sole_write =
        |region: &Region| writes.iter().filter(|(_, other)| other.location().overlaps(&region.location())).count() == 1;
    let in_place = writes.iter().filter_map(|(id, region)| {
        let value = memory_of(nodes, *id);
        (is_sole_root(value) && is_sole_write(region)).then_some((value, shared(region)?))
    });
    in_place.collect()
}

/// The waiting nodes that these operands need, directly or through others, in order.
fn waited_for(waiting: &HashMap<NodeId, Vec<Operand>>, operands: &[Operand]) -> BTreeSet<NodeId> {
    let mut needed = BTreeSet::new();
    let mut open: Vec<NodeId> = operands.iter().filter_map(Operand::source).collect();
    while let Some(id) = open.pop() {
        if let Some(operands) = waiting.get(&id)
            && needed.insert(id)
        {
            open.extend(operands.iter().filter_map(Operand::source));
        }
    }
    needed
}

impl Operand {
    fn source(&self) -> Option<NodeId> {
        match self {
            Self::Constant(_) => None,
            Self::Read { node, .. } => Some(*node),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretched_tensor_is_read_by_one_division_and_one_remainder() {
        let shape = |dims: &[usize]| Shape::from(dims);
        assert_eq!(stretch(&shape(&[]), &shape(&[4, 3])), Some((12, 1)));
        assert_eq!(stretch(&shape(&[3]), &shape(&[4, 3])), Some((1, 3)));
        assert_eq!(stretch(&shape(&[4, 1]), &shape(&[4, 3])), Some((3, 4)));
        assert_eq!(stretch(&shape(&[1, 5, 1, 1]), &shape(&[2, 5, 3, 3])), Some((9, 5)));
        assert_eq!(stretch(&shape(&[2, 1, 3]), &shape(&[2, 5, 3])), None);
    }
}
