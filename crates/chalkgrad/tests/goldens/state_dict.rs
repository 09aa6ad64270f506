//! A file that PyTorch wrote is read to its numbers, fits the same network here, and is written again byte for byte.

use std::fmt;

use chalkgrad::nn::{BatchNorm2d, Conv2d, Flatten, Linear, Loss, Module, Network, ReLU, Scope, Sequential};
use chalkgrad::{Model, StateDict, Tensor};
use serde::Deserialize;

use crate::devices::devices;
use crate::golden::{EQUAL, EQUAL_F64, Golden, load};
use crate::hash::symmetric;

const FILE: &[u8] = include_bytes!("../../examples/pytorch.safetensors");

/// The row of `state_dict.json`.
#[derive(Deserialize)]
struct Row {
    /// In the order of PyTorch's `state_dict()`.
    tensors: Vec<Entry>,
    logits: Golden,
}

#[derive(Deserialize)]
struct Entry {
    key: String,
    dtype: String,
    numbers: Golden,
}

fn row() -> Row {
    load::<Vec<Row>>("state_dict").remove(0)
}

/// The residual block of `state_dict.py`.
struct Block {
    channels: usize,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Block({})", self.channels)
    }
}

impl Module for Block {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let conv = Conv2d { bias: false, ..Conv2d::new(self.channels, self.channels, 3).padding(1) };
        let norm = BatchNorm2d::new(self.channels);
        let inner = scope.child("bn1", &norm, scope.child("conv1", &conv, input)).relu();
        (input + scope.child("bn2", &norm, scope.child("conv2", &conv, inner))).relu()
    }
}

fn network() -> Network {
    let layers = Sequential::new()
        .with(Conv2d::new(3, 4, 3))
        .with(BatchNorm2d::new(4))
        .with(ReLU)
        .with(Block { channels: 4 })
        .with(Flatten)
        .with(Linear::new(64, 5));
    Network::new(layers, [3, 6, 6]).unwrap()
}

#[test]
fn a_file_of_pytorch_is_read_to_its_numbers() {
    let (state, row) = (StateDict::from_safetensors(FILE).unwrap(), row());
    assert_eq!(state.len(), row.tensors.len());
    for Entry { key, dtype, numbers } in &row.tensors {
        let tensor = state.get(key).unwrap();
        assert_eq!(&tensor.dtype().to_string(), dtype, "{key}");
        assert_eq!(tensor.shape().dims(), numbers.shape, "{key}");
        let values: Vec<f64> = match tensor.integers() {
            Some(integers) => integers.iter().map(|&value| value as f64).collect(),
            None => tensor.values().iter().map(|&value| f64::from(value)).collect(),
        };
        numbers.check(&format!("state_dict/{key}"), &values, EQUAL_F64, "the file");
    }
}

#[test]
fn a_network_lists_the_keys_of_pytorch_in_its_order_and_computes_the_same_from_its_file() {
    let (state, row) = (StateDict::from_safetensors(FILE).unwrap(), row());
    let images: Vec<f32> = symmetric("state_dict/images", &[2, 3, 6, 6], 1.0).iter().map(|&x| x as f32).collect();
    for device in &devices() {
        let mut model = Model::new(device, network(), Loss::CrossEntropy, 0).unwrap();
        model.load_state_dict(&state).unwrap();
        let found = pollster::block_on(model.state_dict()).unwrap();
        let expected: Vec<&str> = row.tensors.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(found.keys().collect::<Vec<_>>(), expected);
        for (key, tensor) in found.iter() {
            assert_eq!(tensor.values(), state.get(key).unwrap().values(), "{key}");
            assert_eq!(tensor.integers(), state.get(key).unwrap().integers(), "{key}");
        }
        let logits = pollster::block_on(model.predict(&images)).unwrap();
        let logits: Vec<f64> = logits.iter().map(|&value| f64::from(value)).collect();
        row.logits.check("state_dict/logits", &logits, EQUAL, device.kind());
    }
}

#[test]
fn what_is_written_is_byte_for_byte_what_pytorch_writes() {
    let written = StateDict::from_safetensors(FILE).unwrap().to_safetensors().unwrap();
    assert_eq!(written, FILE);
}
