//! A project as a file: a safetensors file of the weights under PyTorch's keys, with the run's own tensors beside them under
//! `chalkgrad.…`, and its settings as text in the header. Pure bytes, no browser.

use protocol::Settings;
use serde_json::{Map, Value, json};

use crate::plots::curve::{Curve, Measurement};

/// Counts up when a project changes its meaning.
const VERSION: u64 = 1;
const METADATA: &str = "__metadata__";
/// The header's own length, before it.
const LENGTH: usize = 8;
/// A header is text for people, not data.
const LONGEST_HEADER: u64 = 10_000_000;

/// What a project holds beside its weights.
#[derive(Debug, Clone)]
pub struct Project {
    pub settings: Settings,
    pub step: u64,
    /// The engine's own bytes, to go on exactly.
    pub snapshot: Vec<u8>,
    pub loss: Curve,
    pub accuracy: Curve,
}

/// Puts a project and a safetensors file of its weights into one.
pub fn write(project: &Project, weights: &[u8]) -> Result<Vec<u8>, String> {
    let (mut header, data) = open(weights)?;
    let mut data = data.to_vec();
    let mut add = |name: &str, dtype: &str, shape: Value, bytes: &[u8]| {
        let offsets = [data.len(), data.len() + bytes.len()];
        data.extend(bytes);
        header.insert(format!("chalkgrad.{name}"), json!({ "dtype": dtype, "shape": shape, "data_offsets": offsets }));
    };
    for (name, curve) in [("loss", &project.loss), ("accuracy", &project.accuracy)] {
        let (train, held_out) = numbers(curve);
        add(&format!("{name}.train"), "F32", json!([train.len()]), &bytes(&train));
        add(&format!("{name}.held_out"), "F32", json!([held_out.len() / 3, 3]), &bytes(&held_out));
    }
    add("snapshot", "U8", json!([project.snapshot.len()]), &project.snapshot);
    let first = project.loss.train.range().0;
    let about = json!({ "version": VERSION, "step": project.step, "first_step": first, "settings": project.settings });
    header.insert(METADATA.into(), json!({ "chalkgrad": about.to_string() }));
    let mut text = Value::Object(header).to_string();
    text.push_str(&" ".repeat(text.len().next_multiple_of(LENGTH) - text.len()));
    Ok([&(text.len() as u64).to_le_bytes(), text.as_bytes(), &data].concat())
}

/// Reads a project, or says in the end of a sentence what is wrong with it.
pub fn read(file: &[u8]) -> Result<Project, String> {
    let (header, data) = open(file)?;
    let about = header.get(METADATA).and_then(|metadata| metadata["chalkgrad"].as_str());
    let about: Value =
        about.and_then(|text| serde_json::from_str(text).ok()).ok_or("it is no project of this page.")?;
    if about["version"].as_u64() != Some(VERSION) {
        return Err("it was written by another version of this page.".into());
    }
    let settings = serde_json::from_value(about["settings"].clone())
        .map_err(|problem| format!("its settings cannot be read: {problem}."))?;
    let tensor = |name: &str| {
        let offsets = &header.get(&format!("chalkgrad.{name}"))?["data_offsets"];
        let [from, to] = [0, 1].map(|end| offsets[end].as_u64().and_then(|at| usize::try_from(at).ok()));
        data.get(from?..to?)
    };
    let missing = |name: &str| format!("its part `chalkgrad.{name}` is missing or cut short.");
    let first = about["first_step"].as_u64().unwrap_or_default();
    let curve_of = |name: &str| {
        let part = |part: &str| tensor(&format!("{name}.{part}")).ok_or_else(|| missing(&format!("{name}.{part}")));
        Ok::<_, String>(curve(first, &floats(part("train")?), &floats(part("held_out")?)))
    };
    let snapshot = tensor("snapshot").ok_or_else(|| missing("snapshot"))?.to_vec();
    let step = about["step"].as_u64().ok_or("it does not say at which step it stands.")?;
    Ok(Project { settings, step, snapshot, loss: curve_of("loss")?, accuracy: curve_of("accuracy")? })
}

/// A curve's numbers: of each step, and of each measurement its step, its value and how many examples it was made on.
pub fn numbers(curve: &Curve) -> (Vec<f32>, Vec<f32>) {
    let (first, end) = curve.train.range();
    let train = (first..end).map(|step| curve.train.smoothed(step, 1).map_or(f32::NAN, |value| value as f32));
    let point = |point: &Measurement| [point.step as f32, point.value as f32, point.examples as f32];
    (train.collect(), curve.held_out.iter().flat_map(point).collect())
}

/// A curve of its numbers.
pub fn curve(first: u64, train: &[f32], held_out: &[f32]) -> Curve {
    let mut curve = Curve::default();
    curve.train.extend(first, train);
    for point in held_out.chunks_exact(3) {
        curve.measure(Measurement { step: point[0] as u64, value: f64::from(point[1]), examples: point[2] as u64 });
    }
    curve
}

/// The header of a safetensors file, and what follows it.
fn open(file: &[u8]) -> Result<(Map<String, Value>, &[u8]), String> {
    let length: [u8; LENGTH] = file.get(..LENGTH).and_then(|bytes| bytes.try_into().ok()).ok_or("it is cut short.")?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST_HEADER {
        return Err("it is no safetensors file: its header would be too long.".into());
    }
    let rest = &file[LENGTH..];
    let header = rest.get(..length as usize).ok_or("it is cut short.")?;
    let header: Value = serde_json::from_slice(header).map_err(|_| "its header is damaged.")?;
    match header {
        Value::Object(header) => Ok((header, &rest[length as usize..])),
        _ => Err("its header is damaged.".into()),
    }
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|word| f32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights() -> Vec<u8> {
        let header = r#"{"0.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &1.5_f32.to_le_bytes()].concat()
    }

    fn project() -> Project {
        let mut loss = Curve::default();
        loss.train.extend(3, &[2.0, 1.0, 0.5]);
        loss.measure(Measurement { step: 5, value: 1.25, examples: 500 });
        let settings = Settings { seed: 9, label_smoothing: 0.1, ..Settings::default() };
        Project { settings, step: 6, snapshot: vec![1, 2, 3], accuracy: loss.clone(), loss }
    }

    #[test]
    fn a_project_comes_back_as_it_went_and_its_weights_stay_where_they_were() {
        let file = write(&project(), &weights()).unwrap();
        let read = read(&file).unwrap();
        assert_eq!((read.step, read.snapshot.as_slice(), &read.settings), (6, &[1, 2, 3][..], &project().settings));
        assert_eq!(read.loss.train.range(), (3, 6));
        assert_eq!(read.loss.train.smoothed(4, 1), Some(1.0));
        assert_eq!(read.accuracy.held_out, project().loss.held_out);
        let (header, data) = open(&file).unwrap();
        assert_eq!(header["0.weight"]["data_offsets"], json!([0, 4]));
        assert_eq!(data[..4], 1.5_f32.to_le_bytes());
    }

    #[test]
    fn what_is_damaged_is_refused_in_words() {
        let file = write(&project(), &weights()).unwrap();
        for length in [0, 7, 8, 100, file.len() - 1] {
            let sentence = read(&file[..length]).unwrap_err();
            assert!(sentence.ends_with('.'), "{length}: {sentence}");
        }
        assert_eq!(read(&weights()).unwrap_err(), "it is no project of this page.");
        assert!(read(&[255; 64]).unwrap_err().contains("header"));
        for at in 0..file.len().min(600) {
            let mut damaged = file.clone();
            damaged[at] ^= 0x11;
            let _ = read(&damaged);
        }
    }
}
