//! Networks as students write them, read and held to PyTorch: keys, counts, logits, gradients.

mod corpus;

use std::collections::BTreeMap;

use chalkgrad::nn::{Loss, Mode, Network};
use chalkgrad::{Device, Examples, Model, StateDict};
use corpus::{Golden, Gradient, Input};
use pollster::block_on;

/// How far logits may be from PyTorch's, and gradients, both relative to the largest of their tensor.
const LOGITS: f64 = 1e-4;
const GRADIENTS: f64 = 1e-3;

/// Networks in which a ReLU meets a number within rounding of 0 in training: on which side it lies, f32 and f64 see differently.
const KINKED: &[&str] = &["resnet_se"];

/// Runs a check on every network, or on every so many of them, and tells of all that fail.
fn each(every: usize, check: impl Fn(&str, &Input, &Golden) -> Result<(), String>) {
    let inputs: BTreeMap<String, Input> = corpus::read("inputs.json");
    let goldens: BTreeMap<String, Golden> = corpus::read("goldens.json");
    assert!(inputs.len() >= 60, "{} networks", inputs.len());
    let sample = inputs.iter().step_by(every);
    let failures: Vec<String> = sample
        .filter_map(|(name, input)| check(name, input, &goldens[name]).err().map(|error| format!("{name}: {error}")))
        .collect();
    assert!(failures.is_empty(), "{} networks fail:\n{}", failures.len(), failures.join("\n"));
}

fn differ(what: &str, found: &[f32], expected: &[f64], tolerance: f64) -> Result<(), String> {
    let largest = expected.iter().fold(1e-30_f64, |largest, value| largest.max(value.abs()));
    for (index, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let found = f64::from(found);
        if (found - expected).abs() > tolerance * largest || !found.is_finite() {
            return Err(format!("{what} {index} is {found}, and PyTorch's {expected}"));
        }
    }
    Ok(())
}

fn gradients(found: &StateDict, expected: &BTreeMap<String, Gradient>, tolerance: f64) -> Result<(), String> {
    for (path, values) in found.iter() {
        let values = values.values();
        let Some(gradient) = expected.get(path) else {
            // PyTorch gives none to what the pass does not use.
            if values.iter().any(|&value| value != 0.0) {
                return Err(format!("{path} is not used, and has a gradient"));
            }
            continue;
        };
        // PyTorch's own largest is not kept; it is near enough.
        let largest = values.iter().fold(0.0_f64, |largest, &value| largest.max(f64::from(value).abs()));
        let norm = values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
        if (norm - gradient.norm).abs() > (GRADIENTS * gradient.norm).max(1e-5) {
            return Err(format!("the gradient of {path} has the length {norm}, and PyTorch's {}", gradient.norm));
        }
        for (&at, &expected) in gradient.at.iter().zip(&gradient.values) {
            let found = f64::from(values[at]);
            if (found - expected).abs() > (tolerance * largest).max(1e-6) || !found.is_finite() {
                return Err(format!("the gradient of {path} at {at} is {found}, and PyTorch's {expected}"));
            }
        }
    }
    Ok(())
}

fn agrees(name: &str, input: &Input, golden: &Golden, device: &Device) -> Result<(), String> {
    let text = |error: chalkgrad::Error| error.to_string();
    let network = corpus::network(name, input.input)?;
    let mut model = Model::new(device, network, Loss::CrossEntropy, 0).map_err(text)?;
    model.load_state_dict(&corpus::state(model.network())).map_err(text)?;
    let elements = input.batch * input.input.iter().product::<usize>();
    let draws = corpus::symmetric(&format!("{name}/input"), elements);
    let images: Vec<f32> = draws.into_iter().map(|value| value as f32).collect();
    let labels: Vec<f32> = (0..input.batch).map(|index| (index % input.classes) as f32).collect();
    let logits = block_on(model.predict(&images)).map_err(text)?;
    differ("the logit", &logits, &golden.logits, LOGITS)?;
    let examples = Examples { images: &images, labels: &labels, weights: &vec![1.0; input.batch] };
    let found = block_on(model.gradients(examples, Mode::Evaluate, 0)).map_err(text)?;
    differ("the logit", &found.logits, &golden.logits, LOGITS)?;
    differ("the loss", &[found.loss], &[golden.evaluation_loss], LOGITS)?;
    gradients(&found.gradients, &golden.gradients, GRADIENTS)?;
    if let Some(expected) = golden.loss {
        let found = block_on(model.gradients(examples, Mode::Train, 0)).map_err(text)?;
        differ("in training, the logit", &found.logits, &golden.train_logits, LOGITS)?;
        differ("in training, the loss", &[found.loss], &[expected], LOGITS)?;
        let tolerance = if KINKED.contains(&name) { 4.0 * GRADIENTS } else { GRADIENTS };
        let compared = gradients(&found.gradients, &golden.train_gradients, tolerance);
        compared.map_err(|error| format!("in training, {error}"))?;
    }
    Ok(())
}

#[test]
fn every_network_has_pytorchs_parameters_and_keys() {
    each(1, |name, input, golden| {
        let network = corpus::network(name, input.input)?;
        let model = Model::new(&Device::Cpu, network, Loss::CrossEntropy, 0).map_err(|error| error.to_string())?;
        let state = block_on(model.state_dict()).map_err(|error| error.to_string())?;
        let keys = state
            .iter()
            .map(|(key, tensor)| (key.to_owned(), tensor.shape().dims().to_vec(), tensor.dtype().to_string()));
        let keys: Vec<(String, Vec<usize>, String)> = keys.collect();
        if let Some((found, expected)) = keys.iter().zip(&golden.keys).find(|(found, expected)| found != expected) {
            return Err(format!("the key {found:?} stands where PyTorch has {expected:?}"));
        }
        let (found, expected) = (keys.len(), golden.keys.len());
        if found != expected {
            return Err(format!("{found} keys, and PyTorch has {expected}"));
        }
        let (found, expected) = (model.network().parameter_count(), golden.parameters);
        if found != expected {
            return Err(format!("{found} parameters, and PyTorch has {expected}"));
        }
        let found: u64 = model.network().layers().iter().map(|layer| layer.multiply_adds).sum();
        match golden.multiply_adds {
            Some(expected) if expected != found => Err(format!("{found} multiply-adds, and a counter has {expected}")),
            _ => Ok(()),
        }
    });
}

#[test]
fn every_network_computes_what_pytorch_computes() {
    each(1, |name, input, golden| agrees(name, input, golden, &Device::Cpu));
}

#[cfg(feature = "gpu")]
#[test]
fn a_sample_computes_on_the_gpu_what_pytorch_computes() {
    match block_on(Device::gpu()) {
        Ok(device) => each(12, |name, input, golden| agrees(name, input, golden, &device)),
        Err(error) if std::env::var_os("CI").is_some() => panic!("CI needs a GPU, a software one will do: {error}"),
        Err(error) => eprintln!("\n*** SKIPPED: no GPU was found, so networks were not run on one ({error}) ***\n"),
    }
}

#[test]
fn every_refused_text_says_why_and_in_which_line() {
    let mut failures = Vec::new();
    let mut texts = 0;
    for file in std::fs::read_dir(corpus::folder().join("refused")).unwrap() {
        let path = file.unwrap().path();
        let (name, text) = (path.file_stem().unwrap().to_string_lossy(), std::fs::read_to_string(&path).unwrap());
        let expected = text.lines().next().and_then(|line| line.strip_prefix("# expect: line ")).unwrap();
        let (line, words) = expected.split_once(": ").unwrap();
        let refused = match lab::language::parse(&text) {
            Ok(tree) => Network::new(tree, [3, 32, 32]).err().map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        let sentence = refused.unwrap_or_else(|| "accepted".into());
        let fits = sentence.starts_with(&format!("line {line}, column "));
        if !fits || !sentence.to_lowercase().contains(&words.to_lowercase()) {
            failures.push(format!("{name}: expected line {line} and `{words}`, found {sentence}"));
        }
        texts += 1;
    }
    assert!(texts >= 50, "{texts} texts");
    assert!(failures.is_empty(), "{} texts:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_network_printed_from_its_tree_is_the_same_when_read_again() {
    each(1, |name, input, _| {
        let tree = lab::language::parse(&corpus::text(name)).map_err(|error| error.to_string())?;
        let printed = tree.print();
        let again = lab::language::parse(&printed).map_err(|error| format!("{error}\n{printed}"))?;
        if again.print() != printed {
            return Err(format!("another text:\n{printed}\n{}", again.print()));
        }
        let [first, second] = [tree, again].map(|tree| Network::new(tree, input.input));
        let (first, second) =
            (first.map_err(|error| error.to_string())?, second.map_err(|error| format!("{error}\n{printed}"))?);
        if first.parameters() != second.parameters() || first.buffers() != second.buffers() {
            return Err(format!("other parameters:\n{printed}"));
        }
        for mode in [Mode::Train, Mode::Evaluate] {
            let [first, second] =
                [&first, &second].map(|network| network.graph(input.batch, mode, &Loss::CrossEntropy));
            let (first, second) =
                (first.map_err(|error| error.to_string())?, second.map_err(|error| error.to_string())?);
            let (first, second) = (first.graph.nodes(), second.graph.nodes());
            let same = first
                .iter()
                .zip(second.iter())
                .all(|(a, b)| (&a.op, &a.inputs, &a.shape) == (&b.op, &b.inputs, &b.shape));
            if first.len() != second.len() || !same {
                return Err(format!("another graph:\n{printed}"));
            }
        }
        Ok(())
    });
}

/// Executes each text that is named, and prints the keys and shapes of the network that it makes.
const KEYS: &str = "import json, sys
for path in sys.argv[1:]:
    space = {}
    exec(compile(open(path).read(), path, 'exec'), space)
    print(json.dumps([[key, list(value.shape)] for key, value in space['model'].state_dict().items()]))
";

#[test]
fn every_printed_network_has_the_same_keys_in_pytorch() {
    let Some(python) = std::env::var_os("CHALKGRAD_PYTHON") else {
        eprintln!("\n*** SKIPPED: CHALKGRAD_PYTHON names no Python with torch, so printed networks were not run ***\n");
        return;
    };
    let goldens: BTreeMap<String, Golden> = corpus::read("goldens.json");
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &String| {
        let path = folder.path().join(format!("{name}.py"));
        std::fs::write(&path, lab::language::parse(&corpus::text(name)).unwrap().print()).unwrap();
        path
    };
    let output =
        std::process::Command::new(python).args(["-c", KEYS]).args(goldens.keys().map(write)).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), goldens.len());
    for ((name, golden), line) in goldens.iter().zip(text.lines()) {
        let keys: Vec<(String, Vec<usize>)> = serde_json::from_str(line).unwrap();
        let expected: Vec<_> = golden.keys.iter().map(|(key, shape, _)| (key.clone(), shape.clone())).collect();
        assert_eq!(keys, expected, "{name}");
    }
}

#[test]
fn every_network_is_read_with_its_graph_in_the_blink_of_an_eye() {
    each(1, |name, input, _| {
        let began = std::time::Instant::now();
        corpus::network(name, input.input)?;
        let taken = began.elapsed();
        if taken.as_millis() > 250 { Err(format!("{taken:?}")) } else { Ok(()) }
    });
}
