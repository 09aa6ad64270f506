//! The texts in `tests/networks` with PyTorch's numbers, and the values that their parameters are given there: see `make.py`.

mod mutations;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chalkgrad::nn::Network;
use chalkgrad::{Array, StateDict};
use lab::language::parse;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(crate) struct Input {
    pub(crate) input: [usize; 3],
    pub(crate) batch: usize,
    pub(crate) classes: usize,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Golden {
    pub(crate) parameters: usize,
    pub(crate) keys: Vec<(String, Vec<usize>, String)>,
    pub(crate) logits: Vec<f64>,
    pub(crate) evaluation_loss: f64,
    pub(crate) gradients: BTreeMap<String, Gradient>,
    pub(crate) loss: Option<f64>,
    #[serde(default)]
    pub(crate) train_logits: Vec<f64>,
    #[serde(default)]
    pub(crate) train_gradients: BTreeMap<String, Gradient>,
    pub(crate) multiply_adds: Option<u64>,
}

/// Some numbers of a gradient, and the length of all.
#[derive(Debug, Deserialize)]
pub(crate) struct Gradient {
    pub(crate) at: Vec<usize>,
    pub(crate) values: Vec<f64>,
    pub(crate) norm: f64,
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/networks")
}

pub(crate) fn read<T: for<'a> Deserialize<'a>>(file: &str) -> T {
    let path = folder().join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{name}.py"))).unwrap()
}

pub(crate) fn network(name: &str, input: [usize; 3]) -> Result<Network, String> {
    let tree = parse(&text(name)).map_err(|error| error.to_string())?;
    Network::new(tree, input).map_err(|error| error.to_string())
}

/// Numbers in [−1, 1), as `make.py` draws them.
pub(crate) fn symmetric(name: &str, count: usize) -> Vec<f64> {
    let start = name
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |value, byte| (value ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3));
    let unit = |index: usize| {
        let mut value = start.wrapping_add((index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((value ^ (value >> 31)) >> 40) as f64 / f64::from(1 << 24)
    };
    (0..count).map(|index| 2.0 * unit(index) - 1.0).collect()
}

/// The state that `make.py` gives a network, under PyTorch's keys.
pub(crate) fn state(network: &Network) -> StateDict {
    let mut state = StateDict::new();
    for parameter in network.parameters() {
        let dims = parameter.shape.dims();
        let fan_in: usize = dims.iter().skip(1).product();
        let value = |draw: f64| match () {
            () if parameter.path.rsplit('.').next() == Some("bias") => 0.1 * draw,
            () if dims.len() > 1 => draw * (3.0 / fan_in as f64).sqrt(),
            () => 1.0 + 0.1 * draw,
        };
        let draws = symmetric(&parameter.path, parameter.shape.elements());
        state.insert(&parameter.path, Array::from_fn(&parameter.shape, |index| value(draws[index]) as f32));
    }
    for buffer in network.buffers() {
        let draws = symmetric(&buffer.path, buffer.shape.elements());
        let value = |draw: f64| match buffer.path.rsplit('.').next() {
            Some("running_mean") => 0.1 * draw,
            Some("running_var") => 1.0 + 0.5 * draw.abs(),
            _ => f64::from(buffer.initial),
        };
        state.insert(&buffer.path, Array::from_fn(&buffer.shape, |index| value(draws[index]) as f32));
    }
    state
}
