//! Drawings of one form, and what a file of them holds. Lists and bytes; no browser.

use protocol::{Drawing, Form, read_drawings, write_drawings};

/// Bytes of a bitmap: 28 × 28.
pub const PIXELS: usize = 784;
/// Most categories: one run learns no more.
pub const MOST_CATEGORIES: usize = 1_000;
/// Letters of a name.
const LONGEST_NAME: usize = 40;

/// Drawings of one form.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Strokes(Vec<Drawing>),
    /// `PIXELS` bytes each, white on black.
    Bitmaps(Vec<u8>),
}

impl Content {
    /// `None` where the bytes are no whole drawings.
    pub fn read(form: Form, bytes: &[u8]) -> Option<Self> {
        match form {
            Form::Strokes => read_drawings(bytes).map(Self::Strokes),
            Form::Bitmaps => bytes.len().is_multiple_of(PIXELS).then(|| Self::Bitmaps(bytes.to_vec())),
        }
    }

    /// As the engine takes them, and as they are kept.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Strokes(drawings) => write_drawings(drawings),
            Self::Bitmaps(bytes) => bytes.clone(),
        }
    }

    pub fn form(&self) -> Form {
        match self {
            Self::Strokes(_) => Form::Strokes,
            Self::Bitmaps(_) => Form::Bitmaps,
        }
    }

    /// How many drawings there are.
    pub fn count(&self) -> usize {
        match self {
            Self::Strokes(drawings) => drawings.len(),
            Self::Bitmaps(bytes) => bytes.len() / PIXELS,
        }
    }

    /// How long `bytes` is.
    pub fn size(&self) -> usize {
        match self {
            Self::Strokes(drawings) => drawings
                .iter()
                .map(|drawing| 4 + drawing.iter().map(|stroke| 4 + 8 * stroke.len()).sum::<usize>())
                .sum(),
            Self::Bitmaps(bytes) => bytes.len(),
        }
    }

    /// Only its first drawings.
    pub fn truncate(&mut self, count: usize) {
        match self {
            Self::Strokes(drawings) => drawings.truncate(count),
            Self::Bitmaps(bytes) => bytes.truncate(count * PIXELS),
        }
    }

    /// More of the same form behind these.
    pub fn append(&mut self, more: Self) {
        match (self, more) {
            (Self::Strokes(drawings), Self::Strokes(more)) => drawings.extend(more),
            (Self::Bitmaps(bytes), Self::Bitmaps(more)) => bytes.extend(more),
            _ => {}
        }
    }
}

/// A name as lists and links can carry it: no commas, no breaks, forty letters at most. Nothing where nothing is left.
pub fn tidied(name: &str) -> Option<String> {
    let words = name.split(|letter: char| letter == ',' || letter.is_whitespace() || letter.is_control());
    let name = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let name: String = name.chars().take(LONGEST_NAME).collect();
    let name = name.trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A file's drawings by their words; what has none is a “drawing”, and what has too many words is left out. `None` where words and
/// drawings do not go together.
pub fn by_word(words: &[String], content: Content) -> Option<Vec<(String, Content)>> {
    if words.len() != content.count() {
        return None;
    }
    let names = words.iter().map(|word| tidied(word).unwrap_or_else(|| "drawing".into()));
    let mut found: Vec<(String, Content)> = Vec::new();
    let mut add = |name: String, one: Content| match found.iter().rposition(|(known, _)| *known == name) {
        Some(place) => found[place].1.append(one),
        None if found.len() < MOST_CATEGORIES => found.push((name, one)),
        None => {}
    };
    match content {
        Content::Strokes(drawings) => {
            names.zip(drawings).for_each(|(name, drawing)| add(name, Content::Strokes(vec![drawing])));
        }
        Content::Bitmaps(bytes) => {
            names
                .zip(bytes.chunks_exact(PIXELS))
                .for_each(|(name, bitmap)| add(name, Content::Bitmaps(bitmap.to_vec())));
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strokes(count: usize) -> Content {
        Content::Strokes((0..count).map(|number| vec![vec![[number as f32, 1.0], [2.0, 3.0]]]).collect())
    }

    fn bitmaps(count: usize) -> Content {
        Content::Bitmaps(vec![7; count * PIXELS])
    }

    #[test]
    fn drawings_go_to_the_engine_and_into_storage_as_bytes_and_come_back() {
        for content in [strokes(3), bitmaps(2)] {
            let bytes = content.bytes();
            assert_eq!(bytes.len(), content.size());
            assert_eq!(Content::read(content.form(), &bytes).as_ref(), Some(&content));
            assert_eq!(Content::read(content.form(), &bytes[1..]), None);
        }
        assert_eq!(strokes(3).bytes(), write_drawings(&[0.0, 1.0, 2.0].map(|x| vec![vec![[x, 1.0], [2.0, 3.0]]])));
    }

    #[test]
    fn a_name_fits_into_lists_and_links() {
        let tidy = |name: &str| tidied(name).unwrap_or_default();
        assert_eq!(tidy("  The Eiffel\tTower,\nParis "), "The Eiffel Tower Paris");
        assert_eq!(tidy(&"ä".repeat(50)), "ä".repeat(40));
        assert_eq!(tidied(" ,\n, "), None);
    }

    #[test]
    fn a_files_drawings_are_sorted_by_their_words() {
        let words = ["cat", "dog", " cat", ""].map(str::to_owned);
        let found = by_word(&words, strokes(4)).unwrap();
        let counts: Vec<_> = found.iter().map(|(name, content)| (name.as_str(), content.count())).collect();
        assert_eq!(counts, [("cat", 2), ("dog", 1), ("drawing", 1)]);
        assert_eq!(by_word(&words, bitmaps(4)).unwrap()[0].1.count(), 2);
        assert_eq!(by_word(&words, strokes(3)), None);
    }
}
