//! Every operation, forward and backward, over the shapes and options of its `.json`. Each file holds one theme, and its
//! numbers come from the `.py` beside it.

mod activations;
mod elementwise;
mod expressions;
mod indices;
mod losses;
mod matrices;
mod normalization;
mod pictures;
mod random;
mod reductions;
mod shapes;

use chalkgrad::{Array, Graph, Tensor, check_gradients};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::devices::{devices, interpret, run};
use crate::golden::{EQUAL, EQUAL_F64, Golden, Tolerance, load};
use crate::hash::{Fill, symmetric};

/// One row of an operation's `.json`.
#[derive(Deserialize)]
struct Case<O> {
    /// What the operation takes beside tensors.
    options: O,
    inputs: Vec<Fill>,
    smooth: bool,
    output: Golden,
    gradients: Vec<Golden>,
}

/// A leaf with its value.
type Leaf<'g> = (Tensor<'g>, Array<f64>);

/// A case as a graph: `loss = Σ output × weights`.
struct Built<'g> {
    inputs: Vec<Leaf<'g>>,
    weights: Leaf<'g>,
    output: Tensor<'g>,
    loss: Tensor<'g>,
}

impl<O> Case<O> {
    fn build<'g>(
        &self,
        title: &str,
        graph: &'g Graph,
        operation: &impl for<'a> Fn(&[Tensor<'a>], &O) -> Tensor<'a>,
    ) -> Built<'g> {
        let inputs = self.inputs.iter().enumerate().map(|(place, fill)| {
            let value = fill.array(&format!("{title}/{place}"));
            (graph.leaf(place.to_string(), value.shape()), value)
        });
        let inputs: Vec<_> = inputs.collect();
        let tensors: Vec<_> = inputs.iter().map(|&(tensor, _)| tensor).collect();
        let output = operation(&tensors, &self.options);
        let weights = symmetric(&format!("{title}/weights"), output.shape().dims(), 1.0);
        let weights = (graph.leaf("weights", weights.shape()), weights);
        let every_axis: Vec<usize> = (0..output.shape().rank()).collect();
        let loss = (output * weights.0).sum(&every_axis, false);
        Built { inputs, weights, output, loss }
    }

    /// Leaves that finite differences move, and those that stay: whole numbers and the weights.
    fn moved_and_fixed<'g>(&self, built: &Built<'g>) -> [Vec<Leaf<'g>>; 2] {
        let is_fixed = |place: usize| matches!(self.inputs[place], Fill::Whole { .. });
        let inputs = built.inputs.iter().cloned().enumerate();
        let (fixed, moved): (Vec<_>, Vec<_>) = inputs.partition(|&(place, _)| is_fixed(place));
        let fixed = fixed.into_iter().map(|(_, leaf)| leaf).chain([built.weights.clone()]);
        [moved.into_iter().map(|(_, leaf)| leaf).collect(), fixed.collect()]
    }

    /// Compares the output and then each input's gradient.
    fn compare(&self, title: &str, found: &[Vec<f64>], tolerance: Tolerance, by: &str) {
        self.output.check(&format!("{title}/output"), &found[0], tolerance, by);
        for (place, golden) in self.gradients.iter().enumerate() {
            golden.check(&format!("{title}/gradient/{place}"), &found[1 + place], tolerance, by);
        }
    }
}

/// Checks an operation forward and backward over every case of its `.json`: the interpreter in f64 and f32, a program on
/// each device, and the gradients against finite differences too.
fn check_with<O: DeserializeOwned>(name: &str, operation: impl for<'g> Fn(&[Tensor<'g>], &O) -> Tensor<'g>) {
    let cases: Vec<Case<O>> = load(name);
    let devices = devices();
    assert!(cases.len() >= 8, "{name} has {} cases", cases.len());
    for (index, case) in cases.iter().enumerate() {
        let title = format!("{name}/{index}");
        let graph = Graph::new();
        let built = case.build(&title, &graph, &operation);
        assert_eq!(built.output.shape().dims(), case.output.shape, "{title}: shape of the output");

        if case.smooth {
            let [moved, fixed] = case.moved_and_fixed(&built);
            let report = check_gradients(&graph, built.loss, &moved, &fixed).unwrap();
            assert!(report.passed(), "{title} against finite differences:\n{report}");
        }

        let inputs: Vec<_> = built.inputs.iter().map(|&(input, _)| input).collect();
        let gradients = graph.backward(built.loss, &inputs).unwrap();
        let outputs = [&[built.output][..], &gradients].concat();
        let leaves = [&built.inputs[..], &[built.weights]].concat();
        case.compare(&title, &interpret::<f64>(&graph, &leaves, &outputs).unwrap(), EQUAL_F64, "the interpreter, f64");
        case.compare(&title, &interpret::<f32>(&graph, &leaves, &outputs).unwrap(), EQUAL, "the interpreter, f32");
        for device in &devices {
            case.compare(&title, &run(device, &graph, &leaves, &outputs).unwrap(), EQUAL, device.kind());
        }
    }
}

/// Checks the gradients of an operation's gradients against finite differences, over its smaller smooth cases: the
/// derivatives of the operations that `backward` appends.
fn check_twice_with<O: DeserializeOwned>(name: &str, operation: impl for<'g> Fn(&[Tensor<'g>], &O) -> Tensor<'g>) {
    let cases: Vec<Case<O>> = load(name);
    let small = |case: &Case<O>| {
        case.smooth && case.gradients.iter().all(|golden| golden.shape.iter().product::<usize>() < 500)
    };
    for (index, case) in cases.iter().enumerate().filter(|(_, case)| small(case)) {
        let title = format!("{name}/{index}");
        let graph = Graph::new();
        let built = case.build(&title, &graph, &operation);
        let inputs: Vec<_> = built.inputs.iter().map(|&(input, _)| input).collect();
        let squares = graph.backward(built.loss, &inputs).unwrap().into_iter().map(|gradient| {
            let every_axis: Vec<usize> = (0..gradient.shape().rank()).collect();
            (gradient * gradient).sum(&every_axis, false)
        });
        let loss = squares.reduce(|a, b| a + b).unwrap();
        let [moved, fixed] = case.moved_and_fixed(&built);
        let report = check_gradients(&graph, loss, &moved, &fixed).unwrap();
        assert!(report.passed(), "{title}, second derivative against finite differences:\n{report}");
    }
}

/// No options.
#[derive(Deserialize)]
struct Nothing {}

/// [`check_with`] of an operation without options.
fn check(name: &str, operation: impl for<'g> Fn(&[Tensor<'g>]) -> Tensor<'g>) {
    check_with(name, |x, _: &Nothing| operation(x));
}

/// [`check_twice_with`] of an operation without options.
fn check_twice(name: &str, operation: impl for<'g> Fn(&[Tensor<'g>]) -> Tensor<'g>) {
    check_twice_with(name, |x, _: &Nothing| operation(x));
}
