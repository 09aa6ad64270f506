//! State dicts: what does not fit is reported and changes nothing, and no bytes whatever make reading panic.
#![cfg(feature = "safetensors")]

use std::fmt;

use chalkgrad::nn::{BatchNorm1d, Linear, Loss, Module, Network, Scope, Sequential};
use chalkgrad::{Array, Device, Dtype, Error, Model, StateDict, Tensor};
use proptest::prelude::*;

fn model(seed: u64) -> Model {
    let layers = Sequential::new().with(Linear::new(3, 4)).with(BatchNorm1d::new(4)).with(Linear::new(4, 2));
    Model::new(&Device::Cpu, Network::new(layers, [3]).unwrap(), Loss::CrossEntropy, seed).unwrap()
}

fn state_of(model: &Model) -> StateDict {
    pollster::block_on(model.state_dict()).unwrap()
}

#[test]
fn a_state_moves_from_one_model_to_another_through_a_file() {
    let (first, second) = (model(1), model(2));
    let state = state_of(&first);
    assert_ne!(state, state_of(&second));
    second.load_state_dict(&StateDict::from_safetensors(&state.to_safetensors().unwrap()).unwrap()).unwrap();
    assert_eq!(state_of(&second), state);
}

#[test]
fn keys_stand_in_the_order_of_pytorch_and_counters_are_whole_numbers() {
    let state = state_of(&model(0));
    let keys: Vec<&str> = state.keys().collect();
    let norm = ["1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"];
    assert_eq!(keys, [&["0.weight", "0.bias"], &norm[..], &["2.weight", "2.bias"]].concat());
    assert_eq!(state.get("1.num_batches_tracked").unwrap().integers(), Some(&[0][..]));
    assert_eq!(state.get("1.running_var").unwrap().dtype(), Dtype::F32);
}

#[test]
fn a_state_dict_that_does_not_fit_is_reported_and_changes_nothing() {
    let model = model(0);
    let before = state_of(&model);
    let mut state = state_of(&model);
    state.remove("0.bias").unwrap();
    state.insert("2.weight", Array::from_fn([5, 4], |_| 1.0));
    state.insert("2.bias", Array::from_fn([2], |_| 1.0));
    state.insert("fc.weight", Array::from(1.0));
    let error = model.load_state_dict(&state).unwrap_err();
    let expected = "this state dict does not fit the network:\n  missing keys:\n    0.bias\n  unexpected keys:\n    \
                    fc.weight\n  wrong shapes:\n    2.weight is [5, 4], but [2, 4] in the network";
    assert_eq!(error.to_string(), expected);
    assert_eq!(state_of(&model), before);
    let Error::StateDict(incompatible) = error else { panic!("{error}") };
    assert_eq!(model.load_state_dict_lenient(&state).unwrap(), incompatible);
    let after = state_of(&model);
    assert_eq!(after.get("2.bias").unwrap().values()[..], [1.0, 1.0]);
    assert_eq!(after.get("2.weight"), before.get("2.weight"));
}

#[test]
fn a_long_report_is_cut() {
    let error =
        model(0).load_state_dict(&StateDict::from_iter((0..50).map(|i| (format!("a.{i}"), Array::from(0.0_f32)))));
    let report = error.unwrap_err().to_string();
    assert!(report.contains("and 42 more") && report.lines().count() < 25, "{report}");
}

#[test]
fn files_from_before_there_were_counters_and_files_in_half_precision_are_taken() {
    let (first, second) = (model(1), model(2));
    let mut state = state_of(&first).to_dtype(Dtype::F16);
    state.remove("1.num_batches_tracked").unwrap();
    second.load_state_dict(&state).unwrap();
    assert_eq!(state_of(&second).get("0.weight").unwrap().values(), state.get("0.weight").unwrap().values());
}

/// Applies the same layer twice.
struct Twice;

impl fmt::Display for Twice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Twice()")
    }
}

impl Module for Twice {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        let layer = Linear::new(3, 3);
        scope.child("fc", &layer, scope.child("fc", &layer, input).relu())
    }
}

#[test]
fn shared_parameters_are_there_once() {
    let model = Model::new(&Device::Cpu, Network::new(Twice, [3]).unwrap(), Loss::CrossEntropy, 0).unwrap();
    let state = state_of(&model);
    assert_eq!(state.keys().collect::<Vec<_>>(), ["fc.weight", "fc.bias"]);
    model.load_state_dict(&state).unwrap();
}

#[test]
fn entries_are_put_in_taken_out_and_renamed_in_order() {
    let tensor = |value: f32| Array::from(value);
    let mut state = StateDict::from_iter([("a", tensor(1.0)), ("b", tensor(2.0)), ("c", tensor(3.0))]);
    assert_eq!(state.insert("b", tensor(4.0)), Some(tensor(2.0).into()));
    assert_eq!(state.remove("a"), Some(tensor(1.0).into()));
    assert_eq!(state.remove("a"), None);
    state.insert("d", tensor(5.0));
    state.retain(|key, _| key != "c");
    state.rename(|key| format!("head.{key}"));
    assert_eq!(state, StateDict::from_iter([("head.d", tensor(5.0)), ("head.b", tensor(4.0))]));
    assert_eq!(state.keys().collect::<Vec<_>>(), ["head.b", "head.d"]);
    state.rename(|_| "same".into());
    assert_eq!(state, StateDict::from_iter([("same", tensor(5.0))]));
}

/// A file of this header, with so many bytes of numbers.
fn file(header: &str, body: usize) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &vec![0; body]].concat()
}

fn reason(bytes: &[u8]) -> String {
    StateDict::from_safetensors(bytes).unwrap_err().to_string()
}

#[test]
fn hostile_headers_are_refused_in_a_sentence() {
    let tensor = |dtype: &str, shape: &str, start: u64, end: u64| {
        format!(r#"{{"dtype": "{dtype}", "shape": {shape}, "data_offsets": [{start}, {end}]}}"#)
    };
    let one = |tensor: String, body| file(&format!(r#"{{"a": {tensor}}}"#), body);
    assert!(reason(b"").contains("shorter"));
    assert!(reason(&[0xFF; 64]).contains("should have 18446744073709551615 bytes, but 56 follow"));
    assert!(reason(&file("[1, 2", 0)).contains("header cannot be read"));
    assert!(reason(&file("\u{FEFF}{}", 0)).contains("header cannot be read"));
    assert!(reason(&file(&"[".repeat(100_000), 0)).contains("header cannot be read"));
    assert!(reason(&file(&r#"{"a":"#.repeat(100_000), 0)).contains("header cannot be read"));
    let refused = reason(&one(tensor("I32", "[2]", 0, 8), 8));
    assert_eq!(
        refused,
        "this safetensors file cannot be used: `a` is stored as I32, and only F32, F16, BF16 and I64 can be read"
    );
    // Cut short, with bytes to spare, out of range, backwards, of another size than the shape, overflowing.
    assert!(reason(&one(tensor("F32", "[2]", 0, 8), 7)).contains("need 8 bytes, but 7 follow"));
    assert!(reason(&one(tensor("F32", "[2]", 0, 8), 9)).contains("need 8 bytes, but 9 follow"));
    assert!(reason(&one(tensor("F32", "[2]", 8, 16), 16)).contains("offset"));
    assert!(reason(&one(tensor("F32", "[2]", 8, 0), 8)).contains("offset"));
    assert!(reason(&one(tensor("F32", "[3]", 0, 8), 8)).contains("header cannot be read"));
    assert!(reason(&one(tensor("F32", "[18446744073709551615, 3]", 0, 8), 8)).contains("overflow"));
    // Overlapping.
    let (a, b) = (tensor("F32", "[2]", 0, 8), tensor("F32", "[2]", 4, 12));
    assert!(reason(&file(&format!(r#"{{"a": {a}, "b": {b}}}"#), 12)).contains("offset"));
    // Eight tensors that end where counting the header's length would overflow.
    let size = (1u64 << 61) - 1;
    let tensors: Vec<String> =
        (0..8).map(|i| format!(r#""{i}": {}"#, tensor("U8", &format!("[{size}]"), i * size, (i + 1) * size))).collect();
    assert!(reason(&file(&format!("{{{}}}", tensors.join(", ")), 0)).contains("bytes, but 0 follow"));
}

#[test]
fn a_tensor_may_not_be_named_as_the_metadata_are() {
    let state = StateDict::from_iter([("__metadata__", Array::from(0.0_f32))]);
    assert!(state.to_safetensors().unwrap_err().to_string().contains("__metadata__"));
}

/// Tensors of every dtype, empty ones among them, with numbers that are none.
fn any_state() -> impl Strategy<Value = StateDict> {
    let shape = prop::collection::vec(0usize..4, 0..4);
    let dtype = prop::sample::select(vec![Dtype::F32, Dtype::F16, Dtype::Bf16, Dtype::I64]);
    let tensor = ("[a-zé\"\\\\.]{0,6}", shape, dtype, any::<u32>());
    prop::collection::vec(tensor, 0..6).prop_map(|tensors| {
        let mut state = StateDict::new();
        for (key, shape, dtype, start) in tensors {
            let bits = |index: usize| start.wrapping_mul(index as u32 | 1).wrapping_add(index as u32);
            if dtype == Dtype::I64 {
                state.insert(key, Array::from_fn(shape, |index| i64::from(bits(index)) << 31));
            } else {
                let floats = Array::from_fn(shape, |index| f32::from_bits(bits(index)));
                state.extend(StateDict::from_iter([(key, floats)]).to_dtype(dtype));
            }
        }
        state
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(state in any_state()) {
        let bytes = state.to_safetensors().unwrap();
        let read = StateDict::from_safetensors(&bytes).unwrap();
        // NaN is not equal to itself: bytes are.
        prop_assert_eq!(read.to_safetensors().unwrap(), bytes);
        prop_assert_eq!(read.len(), state.len());
        for (key, tensor) in state.iter() {
            let (shape, dtype) = read.get(key).map(|read| (read.shape(), read.dtype())).unwrap();
            prop_assert_eq!((shape, dtype), (tensor.shape(), tensor.dtype()));
        }
    }

    #[test]
    fn damaged_files_never_panic(
        state in any_state(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = state.to_safetensors().unwrap();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let _ = StateDict::from_safetensors(&bytes);
        let _ = StateDict::from_safetensors(&bytes[..cut.index(bytes.len())]);
    }

    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..256), header in "[\\[\\]{}:,\"a0-9]{0,64}") {
        let _ = StateDict::from_safetensors(&bytes);
        let _ = StateDict::from_safetensors(&file(&header, bytes.len()));
    }
}
