//! What goes element by element; two operands broadcast, and either may be a number. Activations stand in
//! `activations.rs`.

use super::{Operand, Tensor};
use crate::op::{Binary, Op, Unary};

impl<'g> Tensor<'g> {
    /// `|x|`
    pub fn abs(self) -> Self {
        self.unary(Unary::Abs)
    }

    /// `eˣ`
    pub fn exp(self) -> Self {
        self.unary(Unary::Exp)
    }

    /// `eˣ − 1`, exact for small x too.
    pub fn expm1(self) -> Self {
        self.unary(Unary::Expm1)
    }

    /// Natural logarithm.
    pub fn log(self) -> Self {
        self.unary(Unary::Log)
    }

    /// `log(1 + x)`, exact for small x too.
    pub fn log1p(self) -> Self {
        self.unary(Unary::Log1p)
    }

    /// Square root.
    pub fn sqrt(self) -> Self {
        self.unary(Unary::Sqrt)
    }

    /// Sine. On a GPU it is exact to some 1e-6 up to |x| = 100,000; beyond, it is the device's own.
    pub fn sin(self) -> Self {
        self.unary(Unary::Sin)
    }

    /// Cosine, as exact as [`sin`](Self::sin).
    pub fn cos(self) -> Self {
        self.unary(Unary::Cos)
    }

    /// Error function, `2/√π ∫₀ˣ e^(−t²) dt`.
    pub fn erf(self) -> Self {
        self.unary(Unary::Erf)
    }

    /// `selfᵇ`. A negative number has powers with whole exponents only; `x⁰` is 1.
    pub fn pow(self, exponent: impl Operand<'g>) -> Self {
        self.binary(Binary::Pow, exponent)
    }

    /// The larger of two. Not a number where either is none; the gradient of equals is halved.
    pub fn maximum(self, other: impl Operand<'g>) -> Self {
        self.binary(Binary::Maximum, other)
    }

    /// The smaller of two. Not a number where either is none; the gradient of equals is halved.
    pub fn minimum(self, other: impl Operand<'g>) -> Self {
        self.binary(Binary::Minimum, other)
    }

    /// What is below `min` raised to it, what is above `max` lowered to it. At the bounds no gradient flows. `max` wins
    /// where it is below `min`.
    pub fn clamp(self, min: Option<f64>, max: Option<f64>) -> Self {
        let raised = match min.map(|min| max.map_or(min, |max| min.min(max))) {
            Some(min) => self.le(min).choose(min, self),
            None => self,
        };
        max.map_or(raised, |max| self.ge(max).choose(max, raised))
    }

    /// 1 where `self > other`, else 0.
    pub fn gt(self, other: impl Operand<'g>) -> Self {
        self.binary(Binary::Greater, other)
    }

    /// 1 where `self ≥ other`, else 0.
    pub fn ge(self, other: impl Operand<'g>) -> Self {
        self.binary(Binary::GreaterEqual, other)
    }

    /// 1 where `self < other`, else 0.
    pub fn lt(self, other: impl Operand<'g>) -> Self {
        other.beside(self).gt(self)
    }

    /// 1 where `self ≤ other`, else 0.
    pub fn le(self, other: impl Operand<'g>) -> Self {
        other.beside(self).ge(self)
    }

    /// 1 where both are equal, else 0.
    pub fn eq(self, other: impl Operand<'g>) -> Self {
        self.binary(Binary::Equal, other)
    }

    /// 0 where both are equal, else 1.
    pub fn ne(self, other: impl Operand<'g>) -> Self {
        1.0 - self.eq(other)
    }

    /// `self ≠ 0 ? a : b`; all three broadcast.
    pub fn choose(self, a: impl Operand<'g>, b: impl Operand<'g>) -> Self {
        let (a, b) = (a.beside(self), b.beside(self));
        let shape = self.shape().broadcast(&a.shape()).and_then(|shape| shape.broadcast(&b.shape()));
        match shape {
            Some(shape) => self.graph.apply(Op::Where, &[self.expand(&shape), a.expand(&shape), b.expand(&shape)]),
            None => self.graph.apply(Op::Where, &[self, a, b]),
        }
    }
}
