//! CIFAR-10 as the page loads it: 60 shards of 1,000 pictures and a manifest that lists them.
//!
//! Krizhevsky, "Learning multiple layers of features from tiny images" (2009). Of the 50,000 training pictures the
//! last 5,000 are held out to steer by; the 10,000 test pictures only report. `chalkgrad data` writes the files.

use serde::{Deserialize, Serialize};

pub use crate::shard::{Shard, ShardError};

/// The ten classes, in the order of their labels.
pub const CLASSES: [&str; 10] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
/// Channels, height, width.
pub const SHAPE: [u32; 3] = [3, 32, 32];
/// Pictures in a shard.
pub const SHARD_LEN: u32 = 1_000;
/// Training shards, held-out ones included.
pub const TRAINING_SHARDS: usize = 50;
/// Of those, how many at the end are held out.
pub const HELD_OUT_SHARDS: usize = 5;
/// Test shards.
pub const TEST_SHARDS: usize = 10;

/// The manifest's version that this program reads.
const VERSION: u32 = 1;

/// What is in the folder: `manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub version: u32,
    /// Whose pictures these are, in words for the page.
    pub credit: String,
    /// The package that they were taken from, with its version.
    pub source: String,
    /// Class names, in the order of their labels.
    pub classes: Vec<String>,
    /// Channels, height, width of a picture.
    pub shape: [u32; 3],
    /// Pictures in every shard.
    pub shard_len: u32,
    /// How many of the training shards, counted from the end, are held out.
    pub held_out_shards: usize,
    /// Means of the training pictures' channels, 0 to 1.
    pub mean: [f64; 3],
    /// Training shards, held-out ones included.
    pub training: Vec<ShardFile>,
    /// Test shards.
    pub test: Vec<ShardFile>,
}

/// One shard of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardFile {
    /// File name beside the manifest.
    pub file: String,
    pub bytes: u64,
    /// In hexadecimal; `chalkgrad data` checks it, the page relies on the shard's own checksum.
    pub sha256: String,
}

/// A part of the data with its own use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// What a run learns from: training shards without the held-out ones.
    Training,
    /// The last training shards: to steer by.
    HeldOut,
    /// All training shards: for a mark that says so.
    AllTraining,
    /// Only to report.
    Test,
}

/// Why bytes are not a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("The data set's manifest cannot be read: {0}.")]
    NotJson(#[from] serde_json::Error),
    #[error(
        "The data set's manifest has version {0}; this program reads version {VERSION}. Run `chalkgrad data` again."
    )]
    WrongVersion(u32),
    #[error("The data set's manifest makes no sense: {0}.")]
    Nonsense(&'static str),
}

impl Manifest {
    /// An empty manifest of this program's version, for the writer to fill.
    pub fn new(credit: &str, source: &str) -> Self {
        Self {
            version: VERSION,
            credit: credit.to_owned(),
            source: source.to_owned(),
            classes: CLASSES.map(str::to_owned).to_vec(),
            shape: SHAPE,
            shard_len: SHARD_LEN,
            held_out_shards: HELD_OUT_SHARDS,
            mean: [0.0; 3],
            training: Vec::new(),
            test: Vec::new(),
        }
    }

    /// From the bytes of `manifest.json`, checked.
    pub fn parse(json: &[u8]) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        // The version first: another version may have other fields.
        let Version { version } = serde_json::from_slice(json)?;
        if version != VERSION {
            return Err(ManifestError::WrongVersion(version));
        }
        let manifest: Self = serde_json::from_slice(json)?;
        manifest.nonsense().map_or(Ok(manifest), |what| Err(ManifestError::Nonsense(what)))
    }

    /// The shards of a split, in the order of their examples.
    pub fn shards(&self, split: Split) -> &[ShardFile] {
        let first_held_out = self.training.len().saturating_sub(self.held_out_shards);
        match split {
            Split::Training => &self.training[..first_held_out],
            Split::HeldOut => &self.training[first_held_out..],
            Split::AllTraining => &self.training,
            Split::Test => &self.test,
        }
    }

    fn nonsense(&self) -> Option<&'static str> {
        // Far more than any data set here; below it no product of lengths overflows 32 bits of address.
        let sensible_length = |length: u32| (1..=4_096).contains(&length);
        let mut files = self.training.iter().chain(&self.test);
        if self.classes.is_empty() || self.classes.len() > 256 {
            Some("there must be between 1 and 256 classes")
        } else if !self.shape.iter().all(|&length| sensible_length(length)) {
            Some("channels, height and width must be between 1 and 4096")
        } else if !(1..=1_000_000).contains(&self.shard_len) {
            Some("a shard must hold between 1 and 1,000,000 pictures")
        } else if self.held_out_shards >= self.training.len() {
            Some("nothing is left to train on")
        } else if self.training.len() + self.test.len() > 1_000 {
            Some("there are more than 1,000 shards")
        } else if !files.all(|shard| crate::is_plain_file_name(&shard.file)) {
            Some("a shard's name must be a plain file name")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let shard = |stem: &str, number: usize| ShardFile {
            file: format!("{stem}-{number:02}.bin"),
            bytes: 3_073_032,
            sha256: String::new(),
        };
        Manifest {
            training: (0..TRAINING_SHARDS).map(|number| shard("train", number)).collect(),
            test: (0..TEST_SHARDS).map(|number| shard("test", number)).collect(),
            ..Manifest::new("credit", "source")
        }
    }

    fn sentence(manifest: &Manifest) -> String {
        Manifest::parse(&serde_json::to_vec(manifest).unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn the_last_five_thousand_training_pictures_are_held_out() {
        let manifest = manifest();
        let names = |split| manifest.shards(split).iter().map(|shard| shard.file.as_str()).collect::<Vec<_>>();
        assert_eq!(names(Split::Training).len(), 45);
        assert_eq!(
            names(Split::HeldOut),
            ["train-45.bin", "train-46.bin", "train-47.bin", "train-48.bin", "train-49.bin"]
        );
        assert_eq!(names(Split::AllTraining).len(), 50);
        assert_eq!(names(Split::Test)[9], "test-09.bin");
    }

    #[test]
    fn it_survives_json() {
        let manifest = manifest();
        assert_eq!(Manifest::parse(&serde_json::to_vec(&manifest).unwrap()).unwrap(), manifest);
    }

    #[test]
    fn what_is_not_a_manifest_is_refused_with_a_sentence() {
        assert!(Manifest::parse(b"<!doctype html>").unwrap_err().to_string().contains("cannot be read"));
        assert!(Manifest::parse(br#"{"version": 9}"#).unwrap_err().to_string().contains("has version 9"));
        let mut outside = manifest();
        outside.test[3].file = "../secret".into();
        assert!(sentence(&outside).contains("plain file name"));
        assert!(sentence(&Manifest { shard_len: 0, ..manifest() }).contains("between 1 and 1,000,000"));
        assert!(sentence(&Manifest { shape: [3, u32::MAX, 2], ..manifest() }).contains("between 1 and 4096"));
        assert!(sentence(&Manifest { held_out_shards: 50, ..manifest() }).contains("nothing is left"));
        assert!(sentence(&Manifest { classes: Vec::new(), ..manifest() }).contains("classes"));
        assert!(sentence(&Manifest { test: vec![manifest().test[0].clone(); 1_000], ..manifest() }).contains("shards"));
    }
}
