//! Files of drawings in the formats in which Quick, Draw! publishes them: strokes as text (`ndjson`) or bytes (`binary`), and
//! bitmaps (`.npy`). What strokes look like as a picture is the `Raster`'s to say.
//!
//! ```
//! use datasets::drawings::{File, Sketch, read_file, write_ndjson};
//!
//! let sketch = Sketch::new("line", vec![vec![[10.5, 20.5], [70.5, 120.5]]]);
//! let text = write_ndjson(&[sketch.clone()]);
//! assert_eq!(text, "{\"word\":\"line\",\"recognized\":true,\"drawing\":[[[0,153],[0,255]]]}\n");
//! let File::Sketches { sketches, left_out } = read_file("mine.ndjson", text.as_bytes(), 1_000)? else { unreachable!() };
//! assert_eq!((sketches, left_out), (vec![sketch.simplified()], 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod binary;
mod ndjson;
mod simplify;

pub use binary::{BinaryError, TooLong, read_binary, write_binary};
pub use ndjson::{Fault, NdjsonError, read_ndjson, write_ndjson};
pub use simplify::simplify;

use crate::quickdraw::{self, PIXELS};
use crate::{Point, npy};

/// More points than twenty seconds of play can have: what a hostile file can make us draw is bounded by it.
pub const MOST_POINTS: usize = 50_000;

/// The longer side of a simplified drawing, at least: 255 but for the extremes that simplification leaves out.
const SIMPLIFIED: f32 = 240.0;

/// What the files may be named after before the category: a browser saves `full/binary/cat.bin` with underscores.
const PREFIXES: [&str; 2] = ["full_binary_", "full_numpy_bitmap_"];

/// A drawing as a pen drew it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    /// What was to be drawn: the category.
    pub word: String,
    /// Whether the game named it in time.
    pub recognized: bool,
    /// The drawing's number among all, where it has one.
    pub key_id: Option<u64>,
    pub strokes: Vec<Vec<Point>>,
}

impl Sketch {
    /// Of our own: recognized, and without a number.
    pub fn new(word: impl Into<String>, strokes: Vec<Vec<Point>>) -> Self {
        Self { word: word.into(), recognized: true, key_id: None, strokes }
    }

    /// With strokes that are simplified as the published files' are.
    pub fn simplified(&self) -> Self {
        Self { strokes: simplify(&self.strokes), ..self.clone() }
    }
}

/// What is in a file of drawings.
#[derive(Debug, Clone, PartialEq)]
pub enum File {
    Sketches {
        sketches: Vec<Sketch>,
        /// Drawings beyond those that were asked for.
        left_out: usize,
    },
    Bitmaps {
        /// What the file's name says they are.
        word: String,
        /// `[rows, 784]`, white on black.
        bitmaps: Vec<u8>,
        /// Drawings beyond those that were asked for.
        left_out: usize,
    },
}

/// Why a file of drawings cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("Drawings are read from files that end in .ndjson, .jsonl, .json, .bin or .npy; {name:?} does not.")]
    Ending { name: String },
    #[error(transparent)]
    Ndjson(#[from] NdjsonError),
    #[error(transparent)]
    Binary(#[from] BinaryError),
    #[error(transparent)]
    Npy(#[from] npy::NpyError),
    #[error("The NumPy file has rows of {columns} bytes; a drawing of 28 × 28 pixels takes {PIXELS}.")]
    Width { columns: usize },
}

/// Reads the first drawings of a file, at most `most`, in the format that the name's ending says.
pub fn read_file(name: &str, bytes: &[u8], most: usize) -> Result<File, FileError> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    match ending.to_ascii_lowercase().as_str() {
        "ndjson" | "jsonl" | "json" => {
            let (sketches, left_out) = read_ndjson(bytes, most)?;
            Ok(File::Sketches { sketches, left_out })
        }
        "bin" => {
            let (sketches, left_out) = read_binary(&word(stem), bytes, most)?;
            Ok(File::Sketches { sketches, left_out })
        }
        "npy" => {
            let npy::Header { rows: all, columns, .. } = npy::Header::parse(bytes)?;
            if columns != PIXELS {
                return Err(FileError::Width { columns });
            }
            let npy::Bitmaps { rows, values, .. } = npy::read_rows(bytes, most)?;
            Ok(File::Bitmaps { word: word(stem), bitmaps: values.to_vec(), left_out: all - rows })
        }
        _ => Err(FileError::Ending { name: name.to_owned() }),
    }
}

/// The category that a file's name without its ending says.
fn word(stem: &str) -> String {
    let stem = stem.rsplit(['/', '\\']).next().unwrap_or(stem);
    let stem = PREFIXES.iter().find_map(|prefix| stem.strip_prefix(prefix)).unwrap_or(stem);
    quickdraw::official(stem).map_or_else(|| stem.replace(['-', '_'], " ").trim().to_owned(), str::to_owned)
}

/// The strokes as bytes, simplified where that is needed to make them so: what was read of a simplified file stays as it is, and what
/// was only moved since comes back to its corner.
fn whole(strokes: &[Vec<Point>]) -> Vec<Vec<[u8; 2]>> {
    let points = || strokes.iter().flatten();
    let end = |axis: usize, choose: fn(f32, f32) -> f32, start: f32| points().map(|at| at[axis]).fold(start, choose);
    let low = [0, 1].map(|axis| end(axis, f32::min, f32::INFINITY));
    let longer = [0, 1].map(|axis| end(axis, f32::max, f32::NEG_INFINITY) - low[axis]).into_iter().fold(0.0, f32::max);
    let is_corner = points().flatten().all(|at| (0.0..=255.0).contains(at));
    // Smaller ones that were drawn on whole places are not simplified.
    let is_moved = !is_corner && (SIMPLIFIED..=255.0).contains(&longer);
    let by = if is_moved { low } else { [0.0; 2] };
    let moved: Vec<Vec<Point>> =
        strokes.iter().map(|stroke| stroke.iter().map(|at| [at[0] - by[0], at[1] - by[1]]).collect()).collect();
    let is_whole = |at: &f32| (0.0..=255.0).contains(at) && at.fract() == 0.0;
    let bytes = |strokes: &[Vec<Point>]| -> Vec<Vec<[u8; 2]>> {
        strokes.iter().map(|stroke| stroke.iter().map(|point| point.map(|at| at as u8)).collect()).collect()
    };
    if moved.iter().flatten().flatten().all(is_whole) { bytes(&moved) } else { bytes(&simplify(strokes)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_category() {
        let words = [
            ("full_binary_The Eiffel Tower", "The Eiffel Tower"),
            ("full_numpy_bitmap_t-shirt", "t-shirt"),
            ("downloads/the-eiffel-tower", "The Eiffel Tower"),
            ("C:\\drawings\\T_SHIRT", "t-shirt"),
            ("my_own-thing", "my own thing"),
            ("", ""),
        ];
        for (stem, expected) in words {
            assert_eq!(word(stem), expected, "{stem}");
        }
    }

    #[test]
    fn an_unknown_ending_is_refused_with_those_that_are_known() {
        for name in ["cat.png", "cat", "cat.ndjson.gz", ""] {
            let sentence = read_file(name, b"", 1).unwrap_err().to_string();
            assert!(sentence.contains(".ndjson, .jsonl, .json, .bin or .npy"), "{sentence}");
            assert!(sentence.contains(&format!("{name:?}")), "{sentence}");
        }
        assert_eq!(read_file("CAT.NDJSON", b"", 1), Ok(File::Sketches { sketches: vec![], left_out: 0 }));
    }

    #[test]
    fn bitmaps_are_read_up_to_a_number_and_have_28_by_28_pixels() {
        let bytes = npy::write(3, PIXELS, &[vec![1; 784], vec![2; 784], vec![3; 784]].concat()).unwrap();
        let File::Bitmaps { word, bitmaps, left_out } = read_file("a/CAT.npy", &bytes, 2).unwrap() else {
            panic!("these are bitmaps");
        };
        assert_eq!((word.as_str(), left_out), ("cat", 1));
        assert_eq!(bitmaps, [[1; 784], [2; 784]].concat());
        let wide = npy::write(1, 1_024, &[0; 1_024]).unwrap();
        let sentence = read_file("cat.npy", &wide, 2).unwrap_err().to_string();
        assert!(sentence.contains("rows of 1024 bytes; a drawing of 28 × 28 pixels takes 784"), "{sentence}");
        assert!(read_file("cat.npy", &bytes[..2_000], 3).unwrap_err().to_string().contains("cut off"));
    }
}
