//! The way of a network that we ship, on a data set of three kinds of drawings: recipe, checkpoints, files, judgement.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use datasets::quickdraw::{Category, Manifest, PIXELS};
use datasets::{Point, Raster, npy};

const KINDS: [&str; 3] = ["line", "corner", "triangle"];

const RECIPE: &str = r#"
title = "Lines, corners and triangles."
seed = 1
batch_size = 6
label_smoothing = 0.1
averaging = 0.9
notes = "Nothing was tried."
network = "nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(196, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 3))"

[data]
kind = "quickdraw"
held_out = 4
raster = { side = 28, extent = 24, line = 1.5, placement = "centre" }
distortion = { rotation = 5, shift = 1 }

[transforms]
scale = 0.004
mean = [0.1]
deviation = [0.3]

[optimizer]
kind = "adamw"
learning_rate = 1e-2

[schedule]
kind = "one_cycle"
epochs = EPOCHS
"#;

/// A drawing of this kind, of which no two are the same.
fn drawing(kind: usize, index: usize) -> Vec<Vec<Point>> {
    let lean = index as f32;
    let corners = [[0.0, 250.0], [100.0 + lean, 0.0], [200.0, 240.0 - lean], [0.0, 250.0]];
    vec![corners[..kind + 2].to_vec()]
}

fn write_data(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let category = |(kind, name): (usize, &&str)| {
        let bitmaps: Vec<u8> = (0..16).flat_map(|index| Raster::OFFICIAL.draw(&drawing(kind, index))).collect();
        let (file, bytes) = (format!("{name}.npy"), npy::write(16, PIXELS, &bitmaps).unwrap());
        fs::write(folder.join(&file), &bytes).unwrap();
        let (name, bytes, sha256) = ((*name).to_owned(), bytes.len() as u64, String::new());
        Category { name, file, drawings: 16, bytes, sha256 }
    };
    let manifest = Manifest::new("ours", "this test", KINDS.iter().enumerate().map(category).collect());
    fs::write(folder.join("manifest.json"), serde_json::to_vec(&manifest).unwrap()).unwrap();
}

/// Runs the command in a folder.
fn chalkgrad(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chalkgrad")).current_dir(folder).args(arguments).output().unwrap()
}

fn succeed(folder: &Path, arguments: &[&str]) -> String {
    let output = chalkgrad(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A folder with the data and a recipe of so many epochs.
fn folder(epochs: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_data(&folder.path().join("data/quickdraw"));
    fs::create_dir(folder.path().join("models")).unwrap();
    fs::write(folder.path().join("models/kinds.toml"), RECIPE.replace("EPOCHS", epochs)).unwrap();
    folder
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_recipe_becomes_a_network_whose_card_says_what_evaluate_measures() {
    let folder = folder("20");
    let folder = folder.path();
    succeed(folder, &["pretrain", "kinds", "--threads", "2"]);
    let card = json(&fs::read_to_string(folder.join("models/kinds.json")).unwrap());
    assert_eq!(card["classes"], serde_json::json!(KINDS));
    let measured = json(&succeed(folder, &["evaluate", "--model", "kinds", "--json"]));
    assert_eq!((&measured["top1"], &measured["n"]), (&card["judgement"]["top1"]["value"], &card["judgement"]["n"]));
    assert_eq!(measured["n"], 12);
    assert!(measured["top1"].as_f64().unwrap() > 0.9, "{measured}");
    let text = fs::read_to_string(folder.join("models/kinds.md")).unwrap();
    assert!(text.contains("Nothing was tried.") && text.contains("a 95% interval"), "{text}");
    let log = fs::read_to_string(folder.join("checkpoints/kinds.log")).unwrap();
    assert_eq!(log.lines().count(), 20);
    assert!(json(log.lines().last().unwrap())["held_out_accuracy"].as_f64().unwrap() > 0.9, "{log}");
}

#[test]
fn strokes_are_judged_as_the_network_sees_them() {
    let folder = folder("20");
    let folder = folder.path();
    succeed(folder, &["pretrain", "kinds"]);
    let mut lines = String::new();
    for (kind, name) in KINDS.iter().enumerate() {
        for index in 0..8 {
            let strokes = drawing(kind, index);
            let axis = |axis: usize| strokes[0].iter().map(|point| point[axis]).collect::<Vec<_>>();
            let key = (index as u64) << 22;
            let drawing = serde_json::json!([[axis(0), axis(1)]]);
            let recognized = index > 0;
            let line = serde_json::json!({ "word": name, "recognized": recognized, "key_id": key.to_string(), "drawing": drawing });
            lines += &format!("{line}\n");
        }
    }
    fs::write(folder.join("strokes.ndjson"), &lines).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, lines.as_bytes()).unwrap();
    fs::write(folder.join("strokes.ndjson.gz"), gzip.finish().unwrap()).unwrap();
    let measure = |more: &[&str]| {
        let arguments = [&["evaluate", "--model", "kinds", "--json", "--strokes"], more].concat();
        json(&succeed(folder, &arguments))
    };
    let plain = measure(&["strokes.ndjson"]);
    assert_eq!(plain, measure(&["strokes.ndjson.gz"]));
    assert_eq!(plain["n"], 21);
    assert!(plain["top1"].as_f64().unwrap() > 0.9 && plain["top3"] == 1.0, "{plain}");
    assert_eq!(measure(&["strokes.ndjson", "--all"])["n"], 24);
    assert_eq!(measure(&["strokes.ndjson", "--all", "--half", "even"])["n"], 12);
    let two = measure(&["strokes.ndjson", "--categories", "line,triangle"]);
    assert_eq!((&two["n"], &two["classes"]), (&14.into(), &2.into()));
    let refused =
        chalkgrad(folder, &["evaluate", "--model", "kinds", "--strokes", "strokes.ndjson", "--categories", "cat"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("\"cat\" is none of this network's 3 classes"));
}

#[test]
fn an_interrupted_run_goes_on_with_the_same_numbers() {
    let (whole, interrupted) = (folder("6"), folder("6"));
    succeed(whole.path(), &["pretrain", "kinds"]);
    succeed(interrupted.path(), &["pretrain", "kinds", "--stop-after", "2"]);
    assert!(!interrupted.path().join("models/kinds.json").exists(), "nothing is shipped of half a run");
    succeed(interrupted.path(), &["pretrain", "kinds", "--resume"]);
    let weights = |folder: &tempfile::TempDir| fs::read(folder.path().join("models/kinds.safetensors")).unwrap();
    assert_eq!(weights(&whole), weights(&interrupted));
    let other = chalkgrad(interrupted.path(), &["pretrain", "kinds", "--resume", "--seed", "2"]);
    assert!(String::from_utf8_lossy(&other.stderr).contains("it belongs to another recipe or seed"));
}
