//! Quick, Draw! as the page loads it: one `.npy` of bitmaps for each category and a manifest that lists them.
//!
//! A drawing is 28 × 28 bytes, white on black. The same layout as the bitmaps that Google publishes for each category
//! (CC BY 4.0), so that the page can take drawings from either. `chalkgrad data` writes the files.

use serde::{Deserialize, Serialize};

/// Categories of the Quick, Draw! data set.
pub const CATEGORIES: usize = 345;
/// Height and width of a drawing.
pub const SIDE: usize = 28;
/// Bytes of a drawing.
pub const PIXELS: usize = SIDE * SIDE;

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

/// The file of a category: lower case, hyphens for all but letters and digits.
pub fn file_name(category: &str) -> String {
    let hyphenated = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    category.chars().map(hyphenated).chain(".npy".chars()).collect()
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
