//! One tensor of a state dict: numbers with their shape, and how they are stored.

use std::borrow::Cow;
use std::fmt;

use crate::{Array, Shape};

/// How a tensor's numbers are stored. Prints PyTorch's name: `float32`.
///
/// ```
/// use chalkgrad::{Array, Dtype, StateTensor};
///
/// let weight = StateTensor::from(Array::from_fn([2, 3], |_| 0.5_f32));
/// assert_eq!(weight.dtype(), Dtype::F32);
/// assert_eq!(weight.dtype().to_string(), "float32");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dtype {
    /// IEEE single precision.
    F32,
    /// IEEE half precision.
    F16,
    /// The upper half of a single-precision number.
    Bf16,
    /// Whole numbers: what counts, such as `num_batches_tracked`.
    I64,
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "float32",
            Self::F16 => "float16",
            Self::Bf16 => "bfloat16",
            Self::I64 => "int64",
        })
    }
}

/// Numbers with a shape and a dtype. Half-precision numbers are held as f32, which has every one of them.
///
/// ```
/// use chalkgrad::{Array, StateTensor};
///
/// let steps = StateTensor::from(Array::from(7_i64));
/// assert_eq!(steps.integers(), Some(&[7][..]));
/// assert_eq!(*steps.values(), [7.0]);
/// assert_eq!(steps.shape().rank(), 0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct StateTensor {
    numbers: Numbers,
}

#[derive(Debug, Clone, PartialEq)]
enum Numbers {
    Floats { values: Array<f32>, dtype: Dtype },
    Integers(Array<i64>),
}

impl StateTensor {
    /// Floating-point numbers that are known to be of this dtype.
    #[cfg(feature = "safetensors")]
    pub(super) fn floats(values: Array<f32>, dtype: Dtype) -> Self {
        Self { numbers: Numbers::Floats { values, dtype } }
    }

    /// The lengths of its axes.
    pub fn shape(&self) -> &Shape {
        match &self.numbers {
            Numbers::Floats { values, .. } => values.shape(),
            Numbers::Integers(values) => values.shape(),
        }
    }

    /// How it was stored, and will be.
    pub fn dtype(&self) -> Dtype {
        match self.numbers {
            Numbers::Floats { dtype, .. } => dtype,
            Numbers::Integers(_) => Dtype::I64,
        }
    }

    /// Its numbers as f32, row-major. A whole number above 2²⁴ is rounded.
    pub fn values(&self) -> Cow<'_, [f32]> {
        match &self.numbers {
            Numbers::Floats { values, .. } => Cow::Borrowed(values),
            Numbers::Integers(values) => values.iter().map(|&value| value as f32).collect(),
        }
    }

    /// Its whole numbers, if it is of [`Dtype::I64`].
    pub fn integers(&self) -> Option<&[i64]> {
        match &self.numbers {
            Numbers::Floats { .. } => None,
            Numbers::Integers(values) => Some(values),
        }
    }

    /// Rounded to another floating-point dtype; whole numbers stay.
    #[cfg(feature = "safetensors")]
    pub(super) fn to_dtype(&self, dtype: Dtype) -> Self {
        let round: fn(f32) -> f32 = match dtype {
            Dtype::F32 => |value| value,
            Dtype::F16 => |value| half::f16::from_f32(value).to_f32(),
            Dtype::Bf16 => |value| half::bf16::from_f32(value).to_f32(),
            Dtype::I64 => return self.clone(),
        };
        match &self.numbers {
            Numbers::Floats { values, .. } => Self::floats(Array::from_fn(values.shape(), |i| round(values[i])), dtype),
            Numbers::Integers(_) => self.clone(),
        }
    }
}

/// As [`Dtype::F32`].
impl From<Array<f32>> for StateTensor {
    fn from(values: Array<f32>) -> Self {
        Self { numbers: Numbers::Floats { values, dtype: Dtype::F32 } }
    }
}

/// As [`Dtype::I64`].
impl From<Array<i64>> for StateTensor {
    fn from(values: Array<i64>) -> Self {
        Self { numbers: Numbers::Integers(values) }
    }
}
