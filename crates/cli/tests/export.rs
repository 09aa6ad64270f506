//! `chalkgrad export` as a person meets it: two files that belong together.

use std::path::Path;
use std::process::{Command, Output};

use chalkgrad::{Array, StateDict};

fn export(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chalkgrad"));
    command.current_dir(folder).args(["export", "--data", "nowhere"]).args(arguments).output().unwrap()
}

fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_preset_leaves_as_a_script_and_weights_that_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    succeeds(&export(folder.path(), &["--preset", "lenet", "--seed", "7", "--output", "first"]));
    let script = String::from_utf8(read("first.py")).unwrap();
    assert!(script.contains("class LeNet(nn.Module):") && script.contains("SEED = 7"), "{script}");
    let state = StateDict::from_safetensors(&read("first.safetensors")).unwrap();
    assert_eq!(state.get("conv1.weight").unwrap().shape().dims(), [6, 3, 5, 5]);
    // The script is itself a network that is read, with weights of its own seed unless it is given some.
    succeeds(&export(
        folder.path(),
        &["--network", "first.py", "--weights", "first.safetensors", "--output", "second"],
    ));
    assert_eq!(read("second.safetensors"), read("first.safetensors"));
}

#[test]
fn weights_of_another_shape_are_refused_by_key_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let state = StateDict::from_iter([("conv1.weight", Array::from_fn([6, 1, 5, 5], |_| 0.0_f32))]);
    std::fs::write(folder.path().join("w.safetensors"), state.to_safetensors().unwrap()).unwrap();
    let output = export(folder.path(), &["--preset", "lenet", "--weights", "w.safetensors", "--output", "net"]);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && message.contains("conv1.weight is [6, 1, 5, 5], but [6, 3, 5, 5]"),
        "{message}"
    );
    assert!(!folder.path().join("net.py").exists());
}
