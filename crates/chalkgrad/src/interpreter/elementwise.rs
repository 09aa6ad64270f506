//! What each elementwise function is. The CPU's maps compute by the same definitions, in f32.

use super::Real;
use crate::op::{Binary, Unary};

#[inline(always)]
pub(crate) fn unary<T: Real>(op: Unary, x: T) -> T {
    match op {
        Unary::Neg => -x,
        Unary::Abs => x.abs(),
        Unary::Exp => x.exp(),
        Unary::Expm1 => x.exp_m1(),
        Unary::Log => x.ln(),
        Unary::Log1p => x.ln_1p(),
        Unary::Sqrt => x.sqrt(),
        Unary::Sin => x.sin(),
        Unary::Cos => x.cos(),
        Unary::Erf => x.erf(),
        // Not `max`, which would hide a NaN.
        Unary::Relu => {
            if x < T::zero() {
                T::zero()
            } else {
                x
            }
        }
        // Whichever form does not overflow.
        Unary::Sigmoid if x < T::zero() => x.exp() / (T::one() + x.exp()),
        Unary::Sigmoid => (T::one() + (-x).exp()).recip(),
        Unary::Tanh => x.tanh(),
        // softplus(x) in the form that does not overflow.
        Unary::Mish => x * (x.max(T::zero()) + (-x.abs()).exp().ln_1p()).tanh(),
    }
}

#[inline(always)]
pub(crate) fn binary<T: Real>(op: Binary, a: T, b: T) -> T {
    let truth = |holds: bool| if holds { T::one() } else { T::zero() };
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Pow => a.powf(b),
        // A comparison with a NaN does not hold: one in `b` is taken, one in `a` is asked for.
        Binary::Maximum => {
            if a > b || a.is_nan() {
                a
            } else {
                b
            }
        }
        Binary::Minimum => {
            if a < b || a.is_nan() {
                a
            } else {
                b
            }
        }
        Binary::Greater => truth(a > b),
        Binary::GreaterEqual => truth(a >= b),
        Binary::Equal => truth(a == b),
    }
}
