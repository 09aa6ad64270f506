//! Whole networks, forward and backward: what single operations and maps cannot show is how they share memory.

use super::{Case, Draw};
use crate::nn::{AvgPool2d, Conv2d, Flatten, Linear, Loss, MaxPool2d, Mode, Network, ReLU, Sequential, Sigmoid, Tanh};
use crate::op::Op;
use crate::{NodeId, Result};

/// The ConvNetJS CIFAR-10 network, and one with the other layers.
pub fn networks() -> Result<Vec<Case>> {
    let block = |layers: Sequential, channels: [usize; 2]| {
        layers.with(Conv2d::new(channels[0], channels[1], 5).padding(2)).with(ReLU).with(MaxPool2d::new(2))
    };
    let convnetjs = [[3, 16], [16, 20], [20, 20]].into_iter().fold(Sequential::new(), block);
    let convnetjs = Network::new(convnetjs.with(Flatten).with(Linear::new(320, 10)), [3, 32, 32])?;
    let other = Sequential::new()
        .with(Conv2d::new(2, 5, 3).stride(2))
        .with(Tanh)
        .with(AvgPool2d::new(2))
        .with(Flatten)
        .with(Linear::new(20, 7))
        .with(Sigmoid)
        .with(Linear::new(7, 3));
    let other = Network::new(other, [2, 10, 10])?;
    Ok(vec![case("the ConvNetJS network", &convnetjs, 3)?, case("a network of the other layers", &other, 5)?])
}

fn case(name: &str, network: &Network, batch: usize) -> Result<Case> {
    let built = network.graph(batch, Mode::Train, &Loss::CrossEntropy)?;
    let parameters: Vec<_> = built.parameters.iter().map(|&id| built.tensor(id)).collect();
    let gradients = built.graph.backward(built.tensor(built.loss), &parameters)?;
    let mut outputs: Vec<NodeId> = gradients.into_iter().map(|gradient| gradient.id()).collect();
    outputs.extend([built.logits, built.loss]);
    let (labels, weights, classes) = (built.labels, built.weights, network.output().elements());
    let mut draw = Draw::new(2_000);
    let mut case = Case { graph: built.graph, outputs, ..Case::new(name) };
    for (id, node) in case.graph.nodes().iter().enumerate() {
        let Op::Leaf { name } = &node.op else { continue };
        let mut value = || match id {
            id if id == labels => draw.between(0, classes - 1) as f32,
            id if id == weights => 0.5 + draw.uniform(),
            _ => 0.3 * draw.normal(),
        };
        let values = (0..node.shape.elements()).map(|_| value()).collect();
        case.leaves.push((id, name.clone(), values));
    }
    Ok(case)
}
