//! Files of drawings as Quick, Draw! publishes them: a JSON object a line, raw or simplified.

use std::fs;
use std::io::Read;
use std::path::Path;

use clap::ValueEnum;
use datasets::drawings::{Sketch, read_ndjson};
use datasets::{DrawnPictures, Raster};
use flate2::read::MultiGzDecoder;

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

/// The drawings of a file that are to be looked at.
pub(super) fn read(file: &Path, all: bool, half: Option<Half>) -> Result<Vec<Sketch>, String> {
    let named = |error: String| format!("{}: {error}", file.display());
    let mut bytes = fs::read(file).map_err(|error| named(error.to_string()))?;
    if bytes.starts_with(&[0x1F, 0x8B]) {
        let mut text = Vec::new();
        MultiGzDecoder::new(&bytes[..]).read_to_end(&mut text).map_err(|error| named(error.to_string()))?;
        bytes = text;
    }
    let (mut drawings, _) = read_ndjson(&bytes, usize::MAX).map_err(|error| named(error.to_string()))?;
    if let Some(half) = half {
        if let Some(unnumbered) = drawings.iter().position(|drawing| drawing.key_id.is_none()) {
            return Err(named(format!("drawing {} has no key_id", unnumbered + 1)));
        }
        drawings.retain(|drawing| drawing.key_id.is_some_and(|key| half.has(key)));
    }
    drawings.retain(|drawing| all || drawing.recognized);
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
pub(super) fn draw(drawings: &[Sketch], classes: &[String], offered: &[usize], raster: &Raster) -> DrawnPictures {
    let label = |word: &str| offered.iter().copied().find(|&class| classes[class] == word);
    let pictures = drawings
        .iter()
        .filter_map(|drawing| Some((raster.draw(&drawing.strokes), label(&drawing.word)? as u16)))
        .collect();
    DrawnPictures { side: raster.side, pictures }
}

impl Half {
    fn has(self, key: u64) -> bool {
        (key >> KEY_BITS & 1 == 0) == (self == Self::Even)
    }
}
