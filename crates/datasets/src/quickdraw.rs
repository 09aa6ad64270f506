//! Quick, Draw! as the page loads it: one `.npy` of bitmaps for each category and a manifest that lists them.
//!
//! A drawing is 28 × 28 bytes, white on black. The same layout as the bitmaps that Google publishes for each category
//! (CC BY 4.0), so that the page can take drawings from either. `chalkgrad data` writes the files.
//! One drawing of each category, in the manifest's order, lies beside them in `THUMBNAILS`.

mod names;

use serde::{Deserialize, Serialize};

pub use names::NAMES;

/// Categories of the Quick, Draw! data set.
pub const CATEGORIES: usize = 345;
/// Height and width of a drawing.
pub const SIDE: usize = 28;
/// Bytes of a drawing.
pub const PIXELS: usize = SIDE * SIDE;
/// The file of one drawing of each category: `(345, 784)` of `u8`.
pub const THUMBNAILS: &str = "thumbnails.npy";

/// The manifest's version that this program reads.
const VERSION: u32 = 1;

/// What is in the folder: `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub version: u32,
    /// Whose drawings these are, in words for the page.
    pub credit: String,
    /// The package that they were taken from, with its version.
    pub source: String,
    pub categories: Vec<Category>,
}

/// One category of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// As Quick, Draw! names it: `The Eiffel Tower`.
    pub name: String,
    /// File name beside the manifest, safe in an address: `the-eiffel-tower.npy`.
    pub file: String,
    /// Rows of the file.
    pub drawings: usize,
    pub bytes: u64,
    /// In hexadecimal.
    pub sha256: String,
}

/// Why bytes are not a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("The drawings' manifest cannot be read: {0}.")]
    NotJson(#[from] serde_json::Error),
    #[error(
        "The drawings' manifest has version {0}; this program reads version {VERSION}. Run `chalkgrad data` again."
    )]
    WrongVersion(u32),
    #[error("The drawings' manifest names a file {0:?}, which is not a plain file name.")]
    FileName(String),
}

impl Manifest {
    /// A manifest of this program's version.
    pub fn new(credit: &str, source: &str, categories: Vec<Category>) -> Self {
        Self { version: VERSION, credit: credit.to_owned(), source: source.to_owned(), categories }
    }

    /// From the bytes of `manifest.json`, checked.
    pub fn parse(json: &[u8]) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let Version { version } = serde_json::from_slice(json)?;
        if version != VERSION {
            return Err(ManifestError::WrongVersion(version));
        }
        let manifest: Self = serde_json::from_slice(json)?;
        match manifest.categories.iter().find(|category| !crate::is_plain_file_name(&category.file)) {
            Some(category) => Err(ManifestError::FileName(category.file.clone())),
            None => Ok(manifest),
        }
    }
}

/// The category of this name, whatever its case is and whether blanks, hyphens or underscores join its words.
pub fn official(name: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|official| hyphenated(official).eq(hyphenated(name.trim())))
}

/// The file of a category: lower case, hyphens for all but letters and digits.
pub fn file_name(category: &str) -> String {
    hyphenated(category).chain(".npy".chars()).collect()
}

fn hyphenated(name: &str) -> impl Iterator<Item = char> {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
}

/// Of bitmaps `[rows, 784]` the one that stands for them: half of the others have less ink, and half have more.
pub fn typical(bitmaps: &[u8]) -> Option<&[u8]> {
    let ink = |bitmap: &[u8]| bitmap.iter().map(|&pixel| u32::from(pixel)).sum::<u32>();
    let mut by_ink: Vec<&[u8]> = bitmaps.chunks_exact(PIXELS).collect();
    by_ink.sort_by_cached_key(|bitmap| ink(bitmap));
    by_ink.get(by_ink.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_safe_in_an_address() {
        assert_eq!(file_name("The Eiffel Tower"), "the-eiffel-tower.npy");
        assert_eq!(file_name("t-shirt"), "t-shirt.npy");
        assert!(crate::is_plain_file_name(&file_name("../é?#")));
    }

    #[test]
    fn each_name_is_its_own_official_one() {
        assert!(
            NAMES.into_iter().all(|name| official(name) == Some(name) && official(&name.to_uppercase()) == Some(name))
        );
        assert_eq!(official(" the_eiffel-tower "), Some("The Eiffel Tower"));
        assert_eq!(official("T shirt"), Some("t-shirt"));
        for unknown in ["", "cats", "ca", "the  eiffel tower"] {
            assert_eq!(official(unknown), None, "{unknown:?}");
        }
    }

    #[test]
    fn the_typical_drawing_has_the_median_ink() {
        let bitmaps = |inks: &[u8]| inks.iter().flat_map(|&ink| [ink; PIXELS]).collect::<Vec<u8>>();
        let typical = |inks: &[u8]| typical(&bitmaps(inks)).map(|bitmap| bitmap[0]);
        assert_eq!(typical(&[0, 9, 250, 7, 255]), Some(9));
        assert_eq!(typical(&[255, 7, 0, 9]), Some(7));
        assert_eq!((typical(&[3]), typical(&[])), (Some(3), None));
    }

    #[test]
    fn a_manifest_survives_json_and_refuses_paths() {
        let category = |file: &str| Category {
            name: "cat".into(),
            file: file.into(),
            drawings: 100,
            bytes: 78_528,
            sha256: String::new(),
        };
        let json = |file: &str| serde_json::to_vec(&Manifest::new("credit", "source", vec![category(file)])).unwrap();
        assert_eq!(Manifest::parse(&json("cat.npy")).unwrap().categories, [category("cat.npy")]);
        assert!(matches!(Manifest::parse(&json("../cat.npy")), Err(ManifestError::FileName(_))));
        assert!(matches!(Manifest::parse(br#"{"version": 2}"#), Err(ManifestError::WrongVersion(2))));
        assert!(matches!(Manifest::parse(b"<html>"), Err(ManifestError::NotJson(_))));
    }
}
