//! Rows and elements by index.

use chalkgrad::{Array, Graph, Interpreter};
use serde::Deserialize;

use super::{check, check_twice, check_with};

#[derive(Deserialize)]
struct Axis {
    axis: usize,
}

#[derive(Deserialize)]
struct Classes {
    classes: usize,
}

#[test]
fn gathered_elements_equal_pytorch() {
    check_with("gather", |x, Axis { axis }: &Axis| x[0].gather(*axis, x[1]));
}

#[test]
fn selected_rows_equal_pytorch() {
    check_with("index_select", |x, Axis { axis }: &Axis| x[0].index_select(*axis, x[1]));
}

#[test]
fn embeddings_equal_pytorch() {
    check("embedding", |x| x[0].embedding(x[1]));
}

#[test]
fn one_hot_vectors_equal_pytorch() {
    check_with("one_hot", |x, Classes { classes }: &Classes| x[0].one_hot(*classes));
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice("embedding", |x| x[0].embedding(x[1].tanh()));
}

#[test]
fn an_index_that_names_no_row_gives_nan_and_no_gradient() {
    let graph = Graph::new();
    let (weight, index) = (graph.leaf("weight", [2, 1]), graph.leaf("index", [4]));
    let rows = index.embedding(weight);
    let gradient = graph.backward(rows.sum(&[0, 1], false), &[weight]).unwrap()[0];
    let array = |values: &[f64]| Array::new([values.len()], values.to_vec()).unwrap();
    let leaves = [(weight, array(&[5.0, 6.0])), (index, array(&[1.0, 2.0, -1.0, f64::NAN]))];
    let values = Interpreter::<f64>::new().run(&graph, &leaves).unwrap();
    assert_eq!(values[rows][0], 6.0);
    assert!(values[rows][1..].iter().all(|value| value.is_nan()));
    assert_eq!(values[gradient][..], [0.0, 1.0]);
}
