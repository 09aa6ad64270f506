//! Activation functions, with PyTorch's names, defaults and gradients at kinks. Most are compositions, which run as one
//! fused kernel; where a branch is not taken, nothing in it overflows.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, SQRT_2};

use super::Tensor;
use crate::op::Unary;

impl Tensor<'_> {
    /// `max(0, x)`
    pub fn relu(self) -> Self {
        self.unary(Unary::Relu)
    }

    /// `1 / (1 + e⁻ˣ)`
    pub fn sigmoid(self) -> Self {
        self.unary(Unary::Sigmoid)
    }

    /// Hyperbolic tangent.
    pub fn tanh(self) -> Self {
        self.unary(Unary::Tanh)
    }

    /// `x > 0 ? x : slope x`; PyTorch's default slope is 0.01.
    pub fn leaky_relu(self, slope: f64) -> Self {
        self.gt(0.0).choose(self, self * slope)
    }

    /// `x > 0 ? x : alpha (eˣ − 1)` (Clevert, Unterthiner and Hochreiter 2016); PyTorch's default alpha is 1.
    pub fn elu(self, alpha: f64) -> Self {
        let negative = self.gt(0.0).choose(0.0, self);
        self.le(0.0).choose(negative.expm1() * alpha, self)
    }

    /// `elu` scaled so that activations keep mean 0 and variance 1 (Klambauer et al. 2017).
    pub fn selu(self) -> Self {
        self.elu(1.673_263_242_354_377_2) * 1.050_700_987_355_480_5
    }

    /// `x Φ(x)`, exactly (Hendrycks and Gimpel 2016): PyTorch's default.
    pub fn gelu(self) -> Self {
        self * 0.5 * ((self * FRAC_1_SQRT_2).erf() + 1.0)
    }

    /// `x Φ(x)` with Φ approximated by tanh: PyTorch's `approximate="tanh"`.
    pub fn gelu_tanh(self) -> Self {
        let inner = (self + self * self * self * 0.044715) * (FRAC_2_SQRT_PI / SQRT_2);
        self * 0.5 * (inner.tanh() + 1.0)
    }

    /// `x σ(x)`, also called swish.
    pub fn silu(self) -> Self {
        self * self.sigmoid()
    }

    /// `log(1 + e^(beta x)) / beta`, and x itself where `beta x > threshold`; PyTorch's defaults are 1 and 20.
    pub fn softplus(self, beta: f64, threshold: f64) -> Self {
        let scaled = self * beta;
        let is_linear = scaled.gt(threshold);
        is_linear.choose(self, is_linear.choose(0.0, scaled).exp().log1p() * (1.0 / beta))
    }

    /// x between `min` and `max`, which are PyTorch's −1 and 1 by default; flat at both.
    pub fn hardtanh(self, min: f64, max: f64) -> Self {
        self.clamp(Some(min), Some(max))
    }

    /// `min(max(0, x), 6)`
    pub fn relu6(self) -> Self {
        self.hardtanh(0.0, 6.0)
    }

    /// `x · tanh(softplus(x))` (Misra 2019).
    pub fn mish(self) -> Self {
        self.unary(Unary::Mish)
    }

    /// `sin(x) + max(0, x)`
    pub fn sin_relu(self) -> Self {
        self.sin() + self.relu()
    }
}
