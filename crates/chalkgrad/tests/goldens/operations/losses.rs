//! Losses of examples.

use super::check;

#[test]
fn cross_entropy_equals_pytorch() {
    check("cross_entropy", |x| x[0].cross_entropy(x[1]));
}
