//! Nodes in the blocks that they lie in: a module's calls are one block as long as no other's come between, so that what a block
//! reads always stands before it.

use std::{collections::HashSet, ops::Range};

use protocol::{GraphNode, GraphNodeKind};

/// A node by its place in the list, or a module with what is called in it.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    Node(usize),
    Block { path: String, nodes: Range<usize>, items: Vec<Item> },
}

impl Item {
    /// The nodes in it.
    pub fn nodes(&self) -> Range<usize> {
        match self {
            Self::Node(node) => *node..node + 1,
            Self::Block { nodes, .. } => nodes.clone(),
        }
    }
}

/// The path of the module in which a node is called.
fn module(node: &GraphNode) -> &str {
    match node.kind {
        GraphNodeKind::Layer => node.path.rsplit_once('.').map_or("", |(module, _)| module),
        _ => &node.path,
    }
}

/// The first so many parts of a path; nothing, where it has fewer.
fn prefix(path: &str, parts: usize) -> Option<&str> {
    let mut ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
    ends.nth(parts - 1).filter(|end| *end > 0).map(|end| &path[..end])
}

/// Everything in its blocks.
pub fn blocks(nodes: &[GraphNode]) -> Vec<Item> {
    level(nodes, 0..nodes.len(), 1)
}

fn level(nodes: &[GraphNode], range: Range<usize>, depth: usize) -> Vec<Item> {
    let mut items = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let block = prefix(module(&nodes[at]), depth);
        let is_in = |node: &GraphNode| prefix(module(node), depth) == block;
        let end = (at + 1..range.end).find(|&next| !is_in(&nodes[next])).unwrap_or(range.end);
        match block {
            // A module of one call is that call.
            Some(path) if end - at > 1 => {
                items.push(Item::Block { path: path.into(), nodes: at..end, items: level(nodes, at..end, depth + 1) });
            }
            _ => items.extend((at..end).map(Item::Node)),
        }
        at = end;
    }
    items
}

/// How many boxes stand there while these blocks are folded.
pub fn visible(items: &[Item], folded: &HashSet<String>) -> usize {
    let count = |item: &Item| match item {
        Item::Block { path, items, .. } if !folded.contains(path) => visible(items, folded),
        _ => 1,
    };
    items.iter().map(count).sum()
}

/// The paths of all blocks with their depth, outermost first.
pub fn foldable(items: &[Item], depth: usize) -> Vec<(usize, String)> {
    let mut paths = Vec::new();
    for item in items {
        if let Item::Block { path, items, .. } = item {
            paths.push((depth, path.clone()));
            paths.extend(foldable(items, depth + 1));
        }
    }
    paths
}
