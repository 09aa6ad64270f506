//! Random numbers in a graph: functions of seed, step, stream and place, never of what was drawn before.

use super::{Graph, Operand, Tensor};
use crate::Shape;
use crate::op::Op;

impl Graph {
    /// Random numbers in [0, 1), uniform, of this shape. `words` `[5]` are [`random::words`](crate::random::words) of the
    /// run's seed and its step; `stream` tells draws of one step apart: give each its own. The same bits come out on every
    /// device. No derivative flows into them.
    pub fn uniform<'g>(&'g self, shape: impl Into<Shape>, stream: u32, words: Tensor<'g>) -> Tensor<'g> {
        self.apply(Op::Uniform { stream, shape: shape.into() }, &[words])
    }
}

impl<'g> Tensor<'g> {
    /// Each number zeroed with the probability `p`, a scalar, and the others scaled by `1 / (1 − p)`, so that means stay
    /// (Srivastava et al. 2014). `uniform` are random numbers in [0, 1) of this shape. With `p` = 1 all are 0.
    pub fn dropout(self, p: impl Operand<'g>, uniform: Self) -> Self {
        let p = p.beside(self);
        let kept = 1.0 - p;
        // No division by 0 where nothing is kept.
        let scale = 1.0 / kept.eq(0.0).choose(1.0, kept);
        uniform.ge(p).choose(self * scale, 0.0)
    }
}
