//! Networks as students write them, read and held to PyTorch: keys, counts, logits, gradients.

mod corpus;

use std::collections::BTreeMap;

use chalkgrad::nn::{Loss, Mode, Network};
use chalkgrad::{Device, Model, Program, Tensor};
use corpus::{Golden, Gradient, Input};
use pollster::block_on;

/// How far logits may be from PyTorch's, and gradients, both relative to the largest of their tensor.
const LOGITS: f64 = 1e-4;
const GRADIENTS: f64 = 1e-3;

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

/// Logits, loss and gradients of one pass.
fn pass(model: &Model, input: &Input, mode: Mode) -> Result<(Vec<f32>, f32, Vec<Vec<f32>>), chalkgrad::Error> {
    let graph = model.network().graph(input.batch, mode, &Loss::CrossEntropy)?;
    let parameters: Vec<Tensor<'_>> = graph.parameters.iter().map(|&id| graph.tensor(id)).collect();
    let gradients = graph.graph.backward(graph.tensor(graph.loss), &parameters)?;
    let mut outputs = vec![graph.tensor(graph.logits), graph.tensor(graph.loss)];
    outputs.extend(gradients.iter().copied());
    let program = block_on(Program::compile(model.store(), &graph.graph, &[], &outputs))?;
    Program::run(&[&program])?;
    let read = |index: usize| block_on(program.read(index)).map(|values| values.to_vec());
    let gradients = (2..outputs.len()).map(read).collect::<Result<_, _>>()?;
    Ok((read(0)?, read(1)?[0], gradients))
}

fn gradients(network: &Network, found: &[Vec<f32>], expected: &BTreeMap<String, Gradient>) -> Result<(), String> {
    for (parameter, values) in network.parameters().iter().zip(found) {
        let Some(gradient) = expected.get(&parameter.path) else {
            // PyTorch gives none to what the pass does not use.
            if values.iter().any(|&value| value != 0.0) {
                return Err(format!("{} is not used, and has a gradient", parameter.path));
            }
            continue;
        };
        let scale = gradient.norm.max(1e-9) / (values.len() as f64).sqrt();
        let largest = gradient.values.iter().fold(scale, |largest, value| largest.max(value.abs()));
        for (&at, &expected) in gradient.at.iter().zip(&gradient.values) {
            let found = f64::from(values[at]);
            if (found - expected).abs() > (GRADIENTS * largest).max(2e-7) || !found.is_finite() {
                let path = &parameter.path;
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
    for (region, values) in [("images", &images), ("labels", &labels), ("weights", &vec![1.0; input.batch])] {
        model.store().write(&format!("input/{}/{region}", input.batch), values).map_err(text)?;
    }
    let (logits, loss, found) = pass(&model, input, Mode::Evaluate).map_err(text)?;
    differ("the logit", &logits, &golden.logits, LOGITS)?;
    differ("the loss", &[loss], &[golden.evaluation_loss], LOGITS)?;
    gradients(model.network(), &found, &golden.gradients)?;
    if let Some(expected) = golden.loss {
        let (logits, loss, found) = pass(&model, input, Mode::Train).map_err(text)?;
        differ("in training, the logit", &logits, &golden.train_logits, LOGITS)?;
        differ("in training, the loss", &[loss], &[expected], LOGITS)?;
        gradients(model.network(), &found, &golden.train_gradients).map_err(|error| format!("in training, {error}"))?;
    }
    Ok(())
}

#[test]
fn every_network_has_pytorchs_parameters_and_keys() {
    each(1, |name, input, golden| {
        let network = corpus::network(name, input.input)?;
        let model = Model::new(&Device::Cpu, network, Loss::CrossEntropy, 0).map_err(|error| error.to_string())?;
        let state = block_on(model.state_dict()).map_err(|error| error.to_string())?;
        let keys = state.iter().map(|(key, tensor)| (key.to_owned(), tensor.shape().dims().to_vec(), tensor.dtype().to_string()));
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
