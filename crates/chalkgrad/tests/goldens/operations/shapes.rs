//! Operations that move elements.

use serde::Deserialize;

use super::check_with;

/// The shape that comes out.
#[derive(Deserialize)]
struct To {
    shape: Vec<usize>,
}

/// The order of the axes.
#[derive(Deserialize)]
struct Axes {
    axes: Vec<usize>,
}

#[test]
fn reshape_equals_pytorch() {
    check_with("reshape", |x, To { shape }: &To| x[0].reshape(&shape[..]));
}

#[test]
fn permute_equals_pytorch() {
    check_with("permute", |x, Axes { axes }: &Axes| x[0].permute(axes));
}

#[test]
fn expand_equals_pytorch() {
    check_with("expand", |x, To { shape }: &To| x[0].expand(&shape[..]));
}
