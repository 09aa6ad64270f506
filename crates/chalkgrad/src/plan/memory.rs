//! Where each step's values lie: the program's own buffers, reused as soon as their last reader has run, or a region of the
//! store where the value is assigned to it.

use std::collections::{BTreeSet, HashMap};

use super::schedule::{Group, Member, Operand, memory_of};
use super::{BufferId, Instruction, Location, Map, MapInput, Plan, Step};
use crate::graph::{Node, NodeId};
use crate::op::Op;
use crate::store::Region;
use crate::{Shape, Tensor};

struct Memory<'a> {
    nodes: &'a [Node],
    groups: &'a [Group],
    locations: HashMap<NodeId, Location>,
    /// The last group that reads each node's memory; `usize::MAX` for outputs.
    last_read: HashMap<NodeId, usize>,
    buffers: Vec<usize>,
    free: Vec<usize>,
}

/// Gives every value its place. An assignment is written straight into its region where nothing reads the old value later;
/// else a copy at the end brings it there.
pub(super) fn place(
    nodes: &[Node],
    groups: &[Group],
    regions: &[Option<Region>],
    writes: &[(NodeId, Region)],
    outputs: &[Tensor<'_>],
) -> Plan {
    let mut memory = Memory::new(nodes, groups, regions);
    let pinned = writes.iter().map(|&(id, _)| id).chain(outputs.iter().map(|output| output.id()));
    for id in pinned {
        memory.last_read.insert(memory_of(nodes, id), usize::MAX);
    }
    let output_ids: Vec<NodeId> = outputs.iter().map(|output| memory_of(nodes, output.id())).collect();

    let mut steps = Vec::new();
    let mut copies = Vec::new();
    let mut claimed: Vec<Location> = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        for id in memory.values_of(index) {
            let region =
                writes.iter().find(|&&(value, _)| memory_of(nodes, value) == id).map(|(_, region)| region.location());
            let direct = region.filter(|region| {
                !output_ids.contains(&id)
                    && memory.can_write(index, region)
                    && !claimed.iter().any(|other| other.overlaps(region))
            });
            let location = direct.unwrap_or_else(|| memory.allocate(nodes[id].shape.elements()));
            claimed.extend(direct);
            memory.locations.insert(id, location);
        }
        steps.push(memory.step(group));
        memory.release(index);
    }
    for (id, region) in writes {
        let (from, to) = (memory.locations[&memory_of(nodes, *id)], region.location());
        if from != to {
            copies.push(Step::Copy { from, to });
        }
    }
    steps.extend(copies);
    let outputs = output_ids.iter().zip(outputs).map(|(id, output)| (memory.locations[id], output.shape())).collect();
    Plan { steps, buffers: memory.buffers, outputs }
}

impl<'a> Memory<'a> {
    fn new(nodes: &'a [Node], groups: &'a [Group], regions: &[Option<Region>]) -> Self {
        let leaves = regions.iter().enumerate();
        let locations = leaves.filter_map(|(id, region)| Some((id, region.as_ref()?.location()))).collect();
        let mut last_read = HashMap::new();
        for (index, group) in groups.iter().enumerate() {
            last_read.extend(sources(group).into_iter().map(|source| (source, index)));
        }
        Self { nodes, groups, locations, last_read, buffers: Vec::new(), free: Vec::new() }
    }

    /// The nodes of a group whose values someone outside reads.
    fn values_of(&self, index: usize) -> Vec<NodeId> {
        match &self.groups[index] {
            Group::Operation { id, .. } => vec![*id],
            Group::Map(members) => {
                let leaves = |id: &NodeId| self.last_read.get(id).is_some_and(|&last| last > index);
                members.iter().map(|member| member.id).filter(leaves).collect()
            }
        }
    }

    /// Whether group `index` may write `region` in place: nothing later reads what stood there, and the group itself reads it
    /// at the very place that it writes, if at all.
    fn can_write(&self, index: usize, region: &Location) -> bool {
        let reads_later = self.groups[index + 1..].iter().any(|group| {
            sources(group).iter().any(|source| {
                matches!(self.nodes[*source].op, Op::Leaf { .. }) && self.locations[source].overlaps(region)
            })
        });
        let reads_in_place = |operand: &Operand| match operand {
            Operand::Constant(_) => true,
            Operand::Read { node, divide, modulo } => match self.locations.get(node) {
                Some(location) if location.overlaps(region) => {
                    location == region && *divide == 1 && *modulo >= region.len
                }
                _ => true,
            },
        };
        !reads_later
            && match &self.groups[index] {
                Group::Map(members) => members.iter().flat_map(|member| &member.operands).all(reads_in_place),
                // Another range of the same buffer may not be bound beside the one that is written.
                Group::Operation { inputs, .. } => inputs
                    .iter()
                    .all(|input| self.locations.get(input).is_none_or(|location| location.buffer != region.buffer)),
            }
    }

    /// The smallest free buffer that holds `len` numbers and wastes at most half of itself, or a new one.
    fn allocate(&mut self, len: usize) -> Location {
        let fits = |&(_, &buffer): &(usize, &usize)| self.buffers[buffer] >= len && self.buffers[buffer] / 2 <= len;
        let best = self.free.iter().enumerate().filter(fits).min_by_key(|&(_, &buffer)| self.buffers[buffer]);
        let buffer = match best.map(|(position, _)| position) {
            Some(position) => self.free.swap_remove(position),
            None => {
                self.buffers.push(len);
                self.buffers.len() - 1
            }
        };
        Location { buffer: BufferId::Own(buffer), offset: 0, len }
    }

    /// Frees what group `index` was the last to read.
    fn release(&mut self, index: usize) {
        let mut dead = BTreeSet::new();
        dead.extend(sources(&self.groups[index]).into_iter().filter(|source| self.last_read[source] == index));
        if let Group::Operation { id, .. } = self.groups[index] {
            dead.extend((!self.last_read.contains_key(&id)).then_some(id));
        }
        for id in dead {
            if let Some(Location { buffer: BufferId::Own(buffer), .. }) = self.locations.get(&id) {
                self.free.push(*buffer);
            }
        }
    }

    fn step(&self, group: &Group) -> Step {
        match group {
            Group::Map(members) => Step::Map(self.map(members)),
            Group::Operation { id, inputs } => {
                let node = &self.nodes[*id];
                let shapes: Vec<Shape> = node.inputs.iter().map(|&input| self.nodes[input].shape.clone()).collect();
                let inputs = inputs.iter().map(|input| self.locations[input]).zip(shapes).collect();
                Step::Operation { op: node.op.clone(), inputs, output: self.locations[id], shape: node.shape.clone() }
            }
        }
    }

    fn map(&self, members: &[Member]) -> Map {
        let mut map = Map {
            len: self.nodes[members[0].id].shape.elements(),
            inputs: Vec::new(),
            code: Vec::new(),
            outputs: Vec::new(),
        };
        let mut registers: HashMap<NodeId, usize> = HashMap::new();
        for member in members {
            let read: Vec<usize> =
                member.operands.iter().map(|operand| self.register(&mut map, &registers, operand)).collect();
            let register = match (&self.nodes[member.id].op, read.as_slice()) {
                (Op::Unary(unary), &[x]) => push(&mut map.code, Instruction::Unary(*unary, x)),
                (Op::Binary(binary), &[a, b]) => push(&mut map.code, Instruction::Binary(*binary, a, b)),
                (Op::Where, &[condition, a, b]) => push(&mut map.code, Instruction::Where(condition, a, b)),
                (_, read) => read[0],
            };
            registers.insert(member.id, register);
        }
        let written =
            members.iter().filter_map(|member| Some((registers[&member.id], *self.locations.get(&member.id)?)));
        map.outputs = written.collect();
        map
    }

    /// The register that holds an operand; equal reads share one.
    fn register(&self, map: &mut Map, registers: &HashMap<NodeId, usize>, operand: &Operand) -> usize {
        let instruction = match *operand {
            Operand::Constant(value) => Instruction::Constant(value as f32),
            Operand::Read { node, .. } if registers.contains_key(&node) => return registers[&node],
            Operand::Read { node, divide, modulo } => {
                let input = MapInput { location: self.locations[&node], divide, modulo };
                let known = map.inputs.iter().position(|other| *other == input);
                Instruction::Input(known.unwrap_or_else(|| push(&mut map.inputs, input)))
            }
        };
        let known = map.code.iter().position(|other| *other == instruction);
        known.unwrap_or_else(|| push(&mut map.code, instruction))
    }
}

/// The nodes whose memory a group reads, its own members among them.
fn sources(group: &Group) -> Vec<NodeId> {
    match group {
        Group::Operation { inputs, .. } => inputs.clone(),
        Group::Map(members) => {
            let own: Vec<NodeId> = members.iter().map(|member| member.id).collect();
            let operands = members.iter().flat_map(|member| &member.operands);
            operands
                .filter_map(|operand| match operand {
                    Operand::Constant(_) => None,
                    Operand::Read { node, .. } => Some(*node),
                })
                .filter(|node| !own.contains(node))
                .collect()
        }
    }
}

fn push<T>(list: &mut Vec<T>, item: T) -> usize {
    list.push(item);
    list.len() - 1
}
