//! Products of matrices.

use super::{check, check_twice};

#[test]
fn matmul_equals_pytorch_of_matrices_stacks_rows_and_columns() {
    check("matmul", |x| x[0].matmul(x[1]));
}

#[test]
fn linear_equals_pytorch_with_and_without_bias_over_any_leading_axes() {
    check("linear", |x| x[0].linear(x[1], x.get(2).copied()));
}

#[test]
fn second_derivatives_agree_with_finite_differences() {
    check_twice("matmul", |x| x[0].matmul(x[1]));
    check_twice("linear", |x| x[0].linear(x[1], x.get(2).copied()));
}
