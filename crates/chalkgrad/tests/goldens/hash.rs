//! Numbers as a function of a name and an index, alike in `make.py`, so that inputs need not be stored.

use chalkgrad::Array;
use serde::Deserialize;

/// How a tensor is filled.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Fill {
    /// Numbers in [low, high).
    Uniform { shape: Vec<usize>, low: f64, high: f64 },
    /// Whole numbers below `count`.
    Whole { shape: Vec<usize>, count: f64 },
}

impl Fill {
    /// The tensor of this name. Each number is exact in f32.
    pub(crate) fn array(&self, name: &str) -> Array<f64> {
        let start = seed(name);
        match self {
            Self::Uniform { shape, low, high } => {
                Array::from_fn(&shape[..], |i| f64::from((low + (high - low) * unit(start, i as u64)) as f32))
            }
            Self::Whole { shape, count } => Array::from_fn(&shape[..], |i| (unit(start, i as u64) * count).floor()),
        }
    }
}

/// Numbers in [−bound, bound).
pub(crate) fn symmetric(name: &str, shape: &[usize], bound: f64) -> Array<f64> {
    Fill::Uniform { shape: shape.to_vec(), low: -bound, high: bound }.array(name)
}

/// FNV-1a of the name.
pub(crate) fn seed(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |value, byte| (value ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

/// Number `index` of the SplitMix64 sequence that begins at `start`: 24 bits, in [0, 1).
pub(crate) fn unit(start: u64, index: u64) -> f64 {
    let mut value = start.wrapping_add((index + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((value ^ (value >> 31)) >> 40) as f64 / f64::from(1 << 24)
}
