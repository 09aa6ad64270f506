//! Files of drawings as Quick, Draw! publishes them: a JSON object a line, raw or simplified.

use std::fs;
use std::io::Read;
use std::path::Path;

use clap::ValueEnum;
use datasets::{Point, Raster};
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use crate::pictures::Drawn;

/// The low bits of a `key_id` are the same in all of them; above these they are as good as random.
const KEY_BITS: u32 = 22;

/// A half of the drawings, by their `key_id` without its low 22 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Half {
    /// To steer by.
    Even,
    /// To report.
    Odd,
}

#[derive(Debug, Deserialize)]
pub(super) struct Drawing {
    word: String,
    recognized: bool,
    key_id: Option<String>,
    /// Of each stroke, its x, its y, and in raw files its times.
    drawing: Vec<Vec<Vec<f32>>>,
}

/// The drawings of a file that are to be looked at.
pub(super) fn read(file: &Path, all: bool, half: Option<Half>) -> Result<Vec<Drawing>, String> {
    let named = |error: String| format!("{}: {error}", file.display());
    let bytes = fs::read(file).map_err(|error| named(error.to_string()))?;
    let text = if bytes.starts_with(&[0x1F, 0x8B]) {
        let mut text = String::new();
        MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).map_err(|error| named(error.to_string()))?;
        text
    } else {
        String::from_utf8(bytes).map_err(|error| named(error.to_string()))?
    };
    let mut drawings = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let drawing: Drawing =
            serde_json::from_str(line).map_err(|error| named(format!("line {}: {error}", index + 1)))?;
        let belongs = match half {
            None => true,
            Some(half) => drawing.half().ok_or_else(|| named(format!("line {}: it has no key_id", index + 1)))? == half,
        };
        if belongs && (all || drawing.recognized) {
            drawings.push(drawing);
        }
    }
    Ok(drawings)
}

/// The places of the named categories among the classes; all, where none is named.
pub(super) fn offered(classes: &[String], named: &[String]) -> Result<Vec<usize>, String> {
    if named.is_empty() {
        return Ok((0..classes.len()).collect());
    }
    let place = |name: &String| {
        let found = classes.iter().position(|class| class == name.trim());
        found.ok_or_else(|| format!("{name:?} is none of this network's {} classes", classes.len()))
    };
    let mut places = named.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

/// Those of the offered classes, as the network sees them.
pub(super) fn draw(drawings: &[Drawing], classes: &[String], offered: &[usize], raster: &Raster) -> Drawn {
    let label = |word: &str| offered.iter().copied().find(|&class| classes[class] == word);
    let pictures = drawings
        .iter()
        .filter_map(|drawing| Some((raster.draw(&drawing.strokes()), label(&drawing.word)? as u16)))
        .collect();
    Drawn { side: raster.side, pictures }
}

impl Drawing {
    fn half(&self) -> Option<Half> {
        let key: u64 = self.key_id.as_ref()?.parse().ok()?;
        Some(if key >> KEY_BITS & 1 == 0 { Half::Even } else { Half::Odd })
    }

    fn strokes(&self) -> Vec<Vec<Point>> {
        let points = |stroke: &Vec<Vec<f32>>| match &stroke[..] {
            [x, y, ..] => x.iter().zip(y).map(|(&x, &y)| [x, y]).collect(),
            _ => Vec::new(),
        };
        self.drawing.iter().map(points).collect()
    }
}
