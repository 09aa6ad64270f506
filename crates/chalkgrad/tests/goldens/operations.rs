//! Every operation, forward and backward, over the shapes and options of its `.json`.

use chalkgrad::op::Window;
use chalkgrad::{Array, Graph, Tensor, check_gradients};
use serde::Deserialize;

use crate::devices::{devices, interpret, run};
use crate::golden::{EQUAL, EQUAL_F64, Golden, Tolerance, load};
use crate::hash::{Fill, symmetric};

/// One row of an operation's `.json`.
#[derive(Deserialize)]
struct Case {
    options: Options,
    inputs: Vec<Fill>,
    smooth: bool,
    output: Golden,
    gradients: Vec<Golden>,
}

/// What an operation takes beside tensors.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Options {
    shape: Vec<usize>,
    axes: Vec<usize>,
    keep: bool,
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
}

impl Options {
    fn window(&self) -> Window {
        Window { kernel: self.kernel, stride: self.stride, padding: self.padding }
    }
}

/// A case as a graph: `loss = Σ output × weights`.
struct Built<'g> {
    inputs: Vec<(Tensor<'g>, Array<f64>)>,
    weights: (Tensor<'g>, Array<f64>),
    output: Tensor<'g>,
    loss: Tensor<'g>,
}

impl Case {
    fn build<'g>(
        &self,
        title: &str,
        graph: &'g Graph,
        operation: &impl for<'a> Fn(&[Tensor<'a>], &Options) -> Tensor<'a>,
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
fn check(name: &str, operation: impl for<'g> Fn(&[Tensor<'g>], &Options) -> Tensor<'g>) {
    let cases: Vec<Case> = load(name);
    let devices = devices();
    assert!(cases.len() >= 8, "{name} has {} cases", cases.len());
    for (index, case) in cases.iter().enumerate() {
        let title = format!("{name}/{index}");
        let graph = Graph::new();
        let built = case.build(&title, &graph, &operation);
        assert_eq!(built.output.shape().dims(), case.output.shape, "{title}: shape of the output");

        if case.smooth {
            let is_fixed = |place: usize| matches!(case.inputs[place], Fill::Whole { .. });
            let (fixed, leaves): (Vec<_>, Vec<_>) =
                built.inputs.iter().cloned().enumerate().partition(|&(place, _)| is_fixed(place));
            let leaves: Vec<_> = leaves.into_iter().map(|(_, leaf)| leaf).collect();
            let fixed: Vec<_> = fixed.into_iter().map(|(_, leaf)| leaf).chain([built.weights.clone()]).collect();
            let report = check_gradients(&graph, built.loss, &leaves, &fixed).unwrap();
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
fn check_twice(name: &str, operation: impl for<'g> Fn(&[Tensor<'g>], &Options) -> Tensor<'g>) {
    let cases: Vec<Case> = load(name);
    let small =
        |case: &Case| case.smooth && case.gradients.iter().all(|golden| golden.shape.iter().product::<usize>() < 500);
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
        let report = check_gradients(&graph, loss, &built.inputs, &[built.weights]).unwrap();
        assert!(report.passed(), "{title}, second derivative against finite differences:\n{report}");
    }
}

#[test]
fn addition_equals_pytorch() {
    check("add", |x, _| x[0] + x[1]);
}

#[test]
fn subtraction_equals_pytorch() {
    check("sub", |x, _| x[0] - x[1]);
}

#[test]
fn multiplication_equals_pytorch() {
    check("mul", |x, _| x[0] * x[1]);
}

#[test]
fn division_equals_pytorch() {
    check("div", |x, _| x[0] / x[1]);
}

#[test]
fn greater_than_equals_pytorch() {
    check("gt", |x, _| x[0].gt(x[1]));
}

#[test]
fn equality_equals_pytorch() {
    check("eq", |x, _| x[0].eq(x[1]));
}

#[test]
fn where_equals_pytorch() {
    check("where", |x, _| x[0].choose(x[1], x[2]));
}

#[test]
fn negation_equals_pytorch() {
    check("neg", |x, _| -x[0]);
}

#[test]
fn exp_equals_pytorch() {
    check("exp", |x, _| x[0].exp());
}

#[test]
fn log_equals_pytorch() {
    check("log", |x, _| x[0].log());
}

#[test]
fn sqrt_equals_pytorch() {
    check("sqrt", |x, _| x[0].sqrt());
}

#[test]
fn relu_equals_pytorch_at_zero_too() {
    check("relu", |x, _| x[0].relu());
}

#[test]
fn sigmoid_equals_pytorch() {
    check("sigmoid", |x, _| x[0].sigmoid());
}

#[test]
fn tanh_equals_pytorch() {
    check("tanh", |x, _| x[0].tanh());
}

#[test]
fn reshape_equals_pytorch() {
    check("reshape", |x, options| x[0].reshape(&options.shape[..]));
}

#[test]
fn permute_equals_pytorch() {
    check("permute", |x, options| x[0].permute(&options.axes));
}

#[test]
fn expand_equals_pytorch() {
    check("expand", |x, options| x[0].expand(&options.shape[..]));
}

#[test]
fn sum_equals_pytorch() {
    check("sum", |x, options| x[0].sum(&options.axes, options.keep));
}

#[test]
fn mean_equals_pytorch() {
    check("mean", |x, options| x[0].mean(&options.axes, options.keep));
}

#[test]
fn matmul_equals_pytorch() {
    check("matmul", |x, _| x[0].matmul(x[1]));
}

#[test]
fn linear_equals_pytorch_with_and_without_bias() {
    check("linear", |x, _| x[0].linear(x[1], x.get(2).copied()));
}

#[test]
fn conv2d_equals_pytorch_over_strides_paddings_and_kernels() {
    check("conv2d", |x, options| x[0].conv2d(x[1], x.get(2).copied(), options.window()));
}

#[test]
fn max_pool2d_equals_pytorch_with_ties_and_padding() {
    check("max_pool2d", |x, options| x[0].max_pool2d(options.window()));
}

#[test]
fn avg_pool2d_equals_pytorch_with_padding_counted() {
    check("avg_pool2d", |x, options| x[0].avg_pool2d(options.window()));
}

#[test]
fn softmax_equals_pytorch() {
    check("softmax", |x, _| x[0].softmax());
}

#[test]
fn log_softmax_equals_pytorch() {
    check("log_softmax", |x, _| x[0].log_softmax());
}

#[test]
fn argmax_takes_the_first_of_equals_as_pytorch_does() {
    check("argmax", |x, _| x[0].argmax());
}

#[test]
fn cross_entropy_equals_pytorch() {
    check("cross_entropy", |x, _| x[0].cross_entropy(x[1]));
}

#[test]
fn a_sum_times_a_number_equals_pytorch() {
    check("sum_times", |x, _| (x[0] + x[1]) * x[2]);
}

#[test]
fn nodes_that_are_read_more_than_once_equal_pytorch() {
    check("shared", |x, _| {
        let z = x[0] * x[1] + x[0].tanh();
        (z * z + x[0].exp()) / (1.0 + x[1].sigmoid() * z.sigmoid())
    });
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice("div", |x, _| x[0] / x[1]);
    check_twice("exp", |x, _| x[0].exp());
    check_twice("log", |x, _| x[0].log());
    check_twice("sqrt", |x, _| x[0].sqrt());
    check_twice("sigmoid", |x, _| x[0].sigmoid());
    check_twice("tanh", |x, _| x[0].tanh());
    check_twice("log_softmax", |x, _| x[0].log_softmax());
    check_twice("matmul", |x, _| x[0].matmul(x[1]));
    check_twice("linear", |x, _| x[0].linear(x[1], x.get(2).copied()));
    check_twice("conv2d", |x, options| x[0].conv2d(x[1], x.get(2).copied(), options.window()));
    check_twice("avg_pool2d", |x, options| x[0].tanh().avg_pool2d(options.window()));
}
