//! Nodes that are read more than once, and chains.

use super::check;

#[test]
fn a_sum_times_a_number_equals_pytorch() {
    check("sum_times", |x| (x[0] + x[1]) * x[2]);
}

#[test]
fn nodes_that_are_read_more_than_once_equal_pytorch() {
    check("shared", |x| {
        let z = x[0] * x[1] + x[0].tanh();
        (z * z + x[0].exp()) / (1.0 + x[1].sigmoid() * z.sigmoid())
    });
}
