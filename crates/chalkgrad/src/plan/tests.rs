//! Drawn expressions that overwrite what they read: a plan gives what the graph says, and binds no more buffers than WebGPU
//! promises.

use std::collections::HashSet;

use super::{Step, plan};
use crate::random::Stream;
use crate::{Array, Device, Graph, Interpreter, Program, Store, Tensor};

const LEN: usize = 70;
const NAMES: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];

/// An expression of 30 nodes over nine leaves and a scalar; `draw` gives numbers below its argument.
fn expression<'g>(graph: &'g Graph, draw: &mut impl FnMut(usize) -> usize) -> Vec<Tensor<'g>> {
    let mut nodes: Vec<Tensor<'g>> = NAMES.iter().map(|name| graph.leaf(*name, [LEN])).collect();
    nodes.push(graph.leaf("scalar", []).expand([LEN]));
    for _ in 0..30 {
        let [x, y, z] = [draw(nodes.len()), draw(nodes.len()), draw(nodes.len())].map(|index| nodes[index]);
        nodes.push(match draw(6) {
            0 => (x + y) * 0.5,
            1 => (x - y) * 0.5,
            2 => x.tanh() * y.tanh(),
            // Not `z`: a comparison of what only rounding tells apart may choose either.
            3 => x.gt(y).choose(x, y),
            4 => x.relu() - z,
            _ => (x * (1.0 / LEN as f64)).sum(&[0], true).expand([LEN]),
        });
    }
    nodes
}

#[test]
fn values_that_take_the_place_of_leaves_leave_every_other_value_as_it_is() {
    for case in 0..500 {
        let stream = Stream::new(case, 0);
        let mut drawn = 0;
        let mut draw = |below: usize| {
            drawn += 1;
            (stream.uniform(drawn) * below as f32) as usize
        };
        let graph = Graph::new();
        let nodes = expression(&graph, &mut draw);
        let assigned = 1 + draw(NAMES.len());
        // Sometimes one value to two places.
        let values: Vec<Tensor<'_>> = (0..assigned).map(|_| nodes[nodes.len() - 1 - draw(15)]).collect();
        let output = nodes[nodes.len() - 1 - draw(30)];

        let first = |leaf: usize| Array::from_fn([LEN], |i| stream.uniform((1_000 * (leaf + 1) + i) as u64) - 0.5);
        let mut given: Vec<(Tensor<'_>, Array<f32>)> =
            (0..NAMES.len()).map(|leaf| (nodes[leaf], first(leaf))).collect();
        let scalar = graph.tensor(NAMES.len()).unwrap();
        given.push((scalar, Array::from_fn([], |_| 0.3)));
        let expected = Interpreter::<f32>::new().run(&graph, &given).unwrap();

        let mut store = Store::new(&Device::Cpu);
        for (leaf, name) in NAMES.iter().enumerate() {
            store.add(*name, LEN).unwrap();
            store.write(name, &first(leaf).iter().copied().collect::<Vec<_>>()).unwrap();
        }
        store.add("scalar", 1).unwrap();
        store.write("scalar", &[0.3]).unwrap();
        let assignments: Vec<(Tensor<'_>, String)> =
            values.iter().copied().zip(NAMES.iter().map(|name| (*name).to_owned())).collect();
        for step in plan(&graph, &store, &assignments, &[output]).unwrap().steps {
            if let Step::Map(map) = step {
                let read = map.inputs.iter().map(|input| input.location.buffer);
                let bound: HashSet<_> = read.chain(map.outputs.iter().map(|(_, location)| location.buffer)).collect();
                assert!(bound.len() <= 8, "case {case}: {map:?}");
            }
        }
        pollster::block_on(async {
            let program = Program::compile(&store, &graph, &assignments, &[output]).await.unwrap();
            Program::run(&[&program]).unwrap();
            let near = |found: &[f32], node: Tensor<'_>, what: &str| {
                for (found, expected) in found.iter().zip(expected[node].iter()) {
                    assert!((found - expected).abs() < 1e-5, "case {case}, {what}: {found}, not {expected}");
                }
            };
            for (value, name) in &assignments {
                near(&store.read(name).await.unwrap(), *value, name);
            }
            near(&program.read(0).await.unwrap().iter().copied().collect::<Vec<_>>(), output, "the output");
        });
    }
}
