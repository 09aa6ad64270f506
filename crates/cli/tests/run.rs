//! `chalkgrad run` as a person meets it: a text, a file of weights, numbers in and out.

use std::path::Path;
use std::process::{Command, Output};

use chalkgrad::{Array, StateDict};

const NETWORK: &str = "class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(x.flatten(1))
";

/// A file of version 1.0.
fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn words(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn state() -> StateDict {
    StateDict::from_iter([
        ("fc.weight", Array::from_fn([2, 4], |index| index as f32 / 4.0)),
        ("fc.bias", Array::from_fn([2], |index| index as f32)),
    ])
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(folder.join(name), bytes).unwrap();
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chalkgrad"));
    let common = ["run", "--network", "net.py", "--input", "x.npy", "--device", "cpu"];
    command.current_dir(folder).args(common).args(arguments).output().unwrap()
}

/// A folder with a network, its weights and two examples.
fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "net.py", NETWORK.as_bytes());
    write(folder.path(), "w.safetensors", &state().to_safetensors().unwrap());
    write(folder.path(), "x.npy", &npy("<f4", "(2, 1, 2, 2)", &words(&[1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 0.0, 1.0])));
    write(folder.path(), "y.npy", &npy("<i8", "(2,)", &[[1_i64, 0].map(i64::to_le_bytes).concat()].concat()));
    folder
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn logits_and_gradients_are_those_of_the_weights_and_the_numbers() {
    let folder = prepared();
    let files =
        ["--weights", "w.safetensors", "--output", "logits.npy", "--labels", "y.npy", "--gradients", "g.safetensors"];
    let output = run(folder.path(), &[&files[..], &["--json"]].concat());
    assert!(output.status.success(), "{output:?}");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((said["parameters"].as_u64(), said["output"].to_string().as_str()), (Some(10), "[2,2]"));
    let logits = std::fs::read(folder.path().join("logits.npy")).unwrap();
    // [1 2 3 4] and [0 0 0 1] by [0 1 2 3] / 4 and [4 5 6 7] / 4, and the bias [0 1].
    assert!(logits.ends_with(&words(&[5.0, 16.0, 0.75, 2.75])), "{logits:?}");
    let gradients = StateDict::from_safetensors(&std::fs::read(folder.path().join("g.safetensors")).unwrap()).unwrap();
    let keys: Vec<&str> = gradients.keys().collect();
    assert!(keys.contains(&"fc.weight") && keys.contains(&"fc.bias") && keys.len() == 2, "{keys:?}");
    let second = 1.0 / (1.0 + (-2.0_f32).exp());
    let first = 1.0 / (1.0 + (-11.0_f32).exp());
    let expected = ((first - 1.0) + second) / 2.0;
    let bias = gradients.get("fc.bias").unwrap().values()[1];
    assert!((bias - expected).abs() < 1e-5, "{bias} instead of {expected}");
    let loss = said["loss"].as_f64().unwrap();
    assert!((loss - f64::from((-first.ln() - (1.0 - second).ln()) / 2.0)).abs() < 1e-4, "{loss}");
}

#[test]
fn weights_of_another_shape_are_refused_with_their_key_and_both_shapes() {
    let folder = prepared();
    let mut other = state();
    other.insert("fc.weight", Array::from_fn([2, 5], |_| 0.0_f32));
    write(folder.path(), "w.safetensors", &other.to_safetensors().unwrap());
    let said = refused(folder.path(), &["--weights", "w.safetensors"]);
    assert!(said.contains("w.safetensors") && said.contains("fc.weight"), "{said}");
    assert!(said.contains("[2, 5]") && said.contains("[2, 4]"), "{said}");
}

#[test]
fn damaged_files_are_refused_by_name() {
    let folder = prepared();
    let whole = state().to_safetensors().unwrap();
    for (bytes, word) in [
        (&whole[..whole.len() - 3], "bytes"),
        (&whole[..5], "shorter"),
        (&b"\xff\xff\xff\xff\xff\xff\xff\x7f{}"[..], "header"),
        (&b"PK\x03\x04 a zip of PyTorch's own"[..], "header"),
    ] {
        write(folder.path(), "w.safetensors", bytes);
        let said = refused(folder.path(), &["--weights", "w.safetensors", "--output", "logits.npy"]);
        assert!(said.contains("w.safetensors") && said.contains(word), "{said}");
    }
    assert!(!folder.path().join("logits.npy").exists());
    write(folder.path(), "x.npy", b"not an array");
    assert!(refused(folder.path(), &[]).contains("x.npy: This is not a NumPy file"));
}

#[test]
fn a_text_that_is_no_network_is_refused_with_its_line() {
    let folder = prepared();
    write(folder.path(), "net.py", NETWORK.replace("Linear", "Linaer").as_bytes());
    let said = refused(folder.path(), &[]);
    assert!(said.contains("net.py: line 4, column 19") && said.contains("did you mean `nn.Linear`?"), "{said}");
}

#[test]
fn labels_must_be_classes_one_an_example() {
    let folder = prepared();
    write(folder.path(), "y.npy", &npy("<i8", "(2,)", &[[1_i64, 7].map(i64::to_le_bytes).concat()].concat()));
    assert!(refused(folder.path(), &["--labels", "y.npy"]).contains("7 is no class"));
}
