//! Made-up things for the gallery: curves and pictures drawn from formulas, and named as such there.

use std::sync::Arc;

use protocol::{Colouring, GraphNode, GraphNodeKind, LayerInfo, Sheet};

use crate::{
    components::ShownGuess,
    pictures::Tiles,
    plots::curve::{Curve, Measurement},
};

/// A number in 0..1 that looks random.
fn noise(seed: u64) -> f32 {
    let mixed = (seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed >> 40) as f32 / (1u64 << 24) as f32
}

/// A falling, noisy loss of so many steps.
pub fn loss(steps: u64) -> Curve {
    let mean = |step: u64| 0.85 + 1.45 * (-(step as f32) / (0.25 * steps as f32)).exp();
    let mut curve = Curve::default();
    let values: Vec<f32> = (0..steps).map(|step| mean(step) + 0.5 * (noise(step) - 0.5)).collect();
    curve.train.extend(0, &values);
    for step in (steps / 20..=steps).step_by((steps / 20).max(1) as usize) {
        curve.measure(Measurement { step, value: f64::from(mean(step)) + 0.06, examples: 1000 });
    }
    curve
}

/// A rising accuracy.
pub fn accuracy(steps: u64) -> Curve {
    let mean = |step: u64| 0.7 - 0.6 * (-(step as f32) / (0.25 * steps as f32)).exp();
    let mut curve = Curve::default();
    let values: Vec<f32> =
        (0..steps).map(|step| (mean(step) + 0.2 * (noise(step + 7) - 0.5)).clamp(0.0, 1.0)).collect();
    curve.train.extend(0, &values);
    for step in (steps / 10..=steps).step_by((steps / 10).max(1) as usize) {
        curve.measure(Measurement { step, value: f64::from(mean(step)) - 0.03, examples: 1000 });
    }
    curve
}

/// Tiles of waves, in any colouring.
pub fn sheet(title: &str, tiles: u32, side: u32, colouring: Colouring) -> Option<Tiles> {
    let channels = if colouring == Colouring::Rgb { 3 } else { 1 };
    let mut bytes = Vec::new();
    for tile in 0..tiles {
        for pixel in 0..side * side {
            let (x, y) = ((pixel % side) as f32 / side as f32 - 0.5, (pixel / side) as f32 / side as f32 - 0.5);
            for channel in 0..channels {
                let turn = tile as f32 * 0.7 + channel as f32 * 0.5;
                let wave =
                    ((x * turn.cos() + y * turn.sin()) * (7.0 + tile as f32)).sin() * (-6.0 * (x * x + y * y)).exp();
                bytes.push((127.5 + 127.0 * wave) as u8);
            }
        }
    }
    let low = if matches!(colouring, Colouring::Sequential | Colouring::Grey) { 0.0 } else { -1.25 };
    Tiles::new(Sheet { title: title.into(), tiles, width: side, height: side, colouring, low, high: 1.25 }, bytes)
}

pub fn guesses(right: usize) -> Vec<ShownGuess> {
    let shown = [("cat", 0.62), ("dog", 0.23), ("frog", 0.05)];
    shown
        .iter()
        .enumerate()
        .map(|(rank, (name, probability))| ShownGuess {
            name: (*name).into(),
            probability: *probability,
            right: rank == right,
        })
        .collect()
}

pub fn layers() -> Vec<LayerInfo> {
    let layer = |path: &str, text: &str, output: &[u32], parameters, multiply_adds| LayerInfo {
        path: path.into(),
        text: text.into(),
        output_shape: output.to_vec(),
        parameters,
        multiply_adds,
    };
    vec![
        layer("0", "Conv2d(3, 16, kernel_size=(5, 5), padding=(2, 2))", &[16, 32, 32], 1216, 1_228_800),
        layer("1", "ReLU()", &[16, 32, 32], 0, 0),
        layer("2", "MaxPool2d(kernel_size=2, stride=2)", &[16, 16, 16], 0, 0),
        layer("10", "Linear(in_features=320, out_features=10)", &[10], 3210, 3200),
    ]
}

/// A residual block between a layer and another.
pub fn graph() -> Arc<Vec<GraphNode>> {
    let node = |path: &str, text: &str, kind, inputs: &[u32], parameters| GraphNode {
        path: path.into(),
        text: text.into(),
        kind,
        inputs: inputs.to_vec(),
        output_shape: vec![16, 32, 32],
        parameters,
        multiply_adds: 1024 * parameters,
    };
    use GraphNodeKind::{Function, Input, Layer};
    Arc::new(vec![
        GraphNode { output_shape: vec![3, 32, 32], ..node("", "input", Input, &[], 0) },
        node("stem", "Conv2d(3, 16, kernel_size=(3, 3))", Layer, &[0], 448),
        node("block.conv1", "Conv2d(16, 16, kernel_size=(3, 3))", Layer, &[1], 2320),
        node("block", "relu", Function, &[2], 0),
        node("block.conv2", "Conv2d(16, 16, kernel_size=(3, 3))", Layer, &[3], 2320),
        node("block", "+", Function, &[4, 1], 0),
        GraphNode {
            output_shape: vec![10],
            ..node("fc", "Linear(in_features=16384, out_features=10)", Layer, &[5], 163_850)
        },
    ])
}

/// One of each colouring.
pub fn sheets() -> Vec<(&'static str, Option<Tiles>)> {
    let kinds = [
        ("filters in colour", 16, 5, Colouring::Rgb),
        ("signed activations", 8, 16, Colouring::Diverging),
        ("magnitudes", 8, 16, Colouring::Sequential),
        ("inputs", 4, 16, Colouring::Grey),
    ];
    kinds.into_iter().map(|(title, tiles, side, colouring)| (title, sheet(title, tiles, side, colouring))).collect()
}
