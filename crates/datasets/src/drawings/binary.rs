//! Simplified drawings as bytes, `.bin`: a head of 17 bytes, then for each stroke a count, all its x and all its y, a byte each.
//!
//! All numbers are little-endian. The layout: `examples/binary_file_parser.py` beside Quick, Draw!'s README. The category is not
//! in the file; country and time, which are, are neither kept nor written.

use super::{MOST_POINTS, Sketch, whole};
use crate::Point;

/// Number, country, whether it was recognized, seconds since 1970, count of strokes: 8, 2, 1, 4 and 2 bytes.
const HEAD: usize = 17;

/// Where bytes are not drawings, and why. Drawings and strokes count from 1, bytes from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BinaryError {
    #[error(
        "The file was cut off: drawing {drawing} begins at byte {at}, and {left} bytes are left, fewer than its {HEAD}."
    )]
    Head { drawing: usize, at: usize, left: usize },
    #[error(
        "This is not a file of Quick, Draw!'s strokes: byte {at}, in drawing {drawing}, should be 0 or 1, but is {found}."
    )]
    Recognized { drawing: usize, at: usize, found: u8 },
    #[error(
        "Drawing {drawing} is not whole: at byte {at} its stroke {stroke} of {strokes} has {points} points, which take \
         {} bytes, and {left} are left.", 2 * *points
    )]
    Stroke { drawing: usize, at: usize, stroke: usize, strokes: usize, points: usize, left: usize },
    #[error("Drawing {drawing} is not whole: at byte {at} the file ends before its stroke {stroke} of {strokes}.")]
    Strokes { drawing: usize, at: usize, stroke: usize, strokes: usize },
    #[error("Drawing {drawing}, which ends at byte {at}, has more than {MOST_POINTS} points.")]
    TooManyPoints { drawing: usize, at: usize },
}

/// The first drawings, at most `most`, and how many more there are; all are drawings of `word`.
pub fn read_binary(word: &str, bytes: &[u8], most: usize) -> Result<(Vec<Sketch>, usize), BinaryError> {
    let mut reader = Reader { bytes, at: 0, drawing: 0 };
    let (mut sketches, mut left_out) = (Vec::new(), 0);
    while reader.at < bytes.len() {
        // The format has no index: what is left out is walked over.
        let sketch = reader.sketch(word)?;
        if sketches.len() < most { sketches.push(sketch) } else { left_out += 1 }
    }
    Ok((sketches, left_out))
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// Of the next byte.
    at: usize,
    /// Of the drawing under way.
    drawing: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..)?.get(..length)?;
        self.at += length;
        Some(taken)
    }

    fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    fn sketch(&mut self, word: &str) -> Result<Sketch, BinaryError> {
        self.drawing += 1;
        let (drawing, at) = (self.drawing, self.at);
        let Some(&[a, b, c, d, e, f, g, h, _, _, recognized, _, _, _, _, low, high]) = self.take(HEAD) else {
            return Err(BinaryError::Head { drawing, at, left: self.left() });
        };
        if recognized > 1 {
            return Err(BinaryError::Recognized { drawing, at: at + 10, found: recognized });
        }
        let count = usize::from(u16::from_le_bytes([low, high]));
        let mut strokes = Vec::new();
        let mut points = 0;
        for stroke in 1..=count {
            let stroke = self.stroke(stroke, count)?;
            points += stroke.len();
            if points > MOST_POINTS {
                return Err(BinaryError::TooManyPoints { drawing, at: self.at });
            }
            strokes.push(stroke);
        }
        let key_id = Some(u64::from_le_bytes([a, b, c, d, e, f, g, h])).filter(|&key| key != 0);
        Ok(Sketch { word: word.to_owned(), recognized: recognized == 1, key_id, strokes })
    }

    fn stroke(&mut self, stroke: usize, strokes: usize) -> Result<Vec<Point>, BinaryError> {
        let (drawing, at) = (self.drawing, self.at);
        let Some(&[low, high]) = self.take(2) else {
            return Err(BinaryError::Strokes { drawing, at, stroke, strokes });
        };
        let points = usize::from(u16::from_le_bytes([low, high]));
        let left = self.left();
        let both = self.take(2 * points).ok_or(BinaryError::Stroke { drawing, at, stroke, strokes, points, left })?;
        let (x, y) = both.split_at(points);
        Ok(x.iter().zip(y).map(|(&x, &y)| [x, y].map(f32::from)).collect())
    }
}

/// Why drawings cannot be written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Drawing {drawing} has more strokes, or a stroke of more points, than the format can count ({}).", u16::MAX)]
pub struct TooLong {
    /// The first is 1.
    pub drawing: usize,
}

/// Simplified drawings as bytes. Drawings that are not of whole numbers between 0 and 255 are simplified first; a number that is
/// not known becomes 0, and so do country and time.
pub fn write_binary(sketches: &[Sketch]) -> Result<Vec<u8>, TooLong> {
    let mut bytes = Vec::new();
    for (index, Sketch { recognized, key_id, strokes, .. }) in sketches.iter().enumerate() {
        let count =
            |length: usize| u16::try_from(length).map(u16::to_le_bytes).map_err(|_| TooLong { drawing: index + 1 });
        bytes.extend(key_id.unwrap_or(0).to_le_bytes());
        bytes.extend([0, 0, u8::from(*recognized), 0, 0, 0, 0]);
        let strokes = whole(strokes);
        bytes.extend(count(strokes.len())?);
        for points in strokes {
            bytes.extend(count(points.len())?);
            for axis in [0, 1] {
                bytes.extend(points.iter().map(|point| point[axis]));
            }
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `struct.pack("<Q2sbIHH3B3BH1B1B", 5891796615823360, b"AE", 1, 1488400896, 2, 3, 1, 2, 3, 4, 5, 6, 1, 7, 8)` in Python.
    const NOSE: &[u8] =
        b"\x00\x00`\xcc\x8e\xee\x14\x00AE\x01\x002\xb7X\x02\x00\x03\x00\x01\x02\x03\x04\x05\x06\x01\x00\x07\x08";

    fn nose() -> Sketch {
        let strokes = vec![vec![[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]], vec![[7.0, 8.0]]];
        Sketch { word: "nose".into(), recognized: true, key_id: Some(5_891_796_615_823_360), strokes }
    }

    #[test]
    fn the_published_layout_is_read() {
        assert_eq!(read_binary("nose", NOSE, 9), Ok((vec![nose()], 0)));
        let three = NOSE.repeat(3);
        assert_eq!(read_binary("nose", &three, 2), Ok((vec![nose(), nose()], 1)));
        assert_eq!(read_binary("nose", &three, 0), Ok((vec![], 3)));
        assert_eq!(read_binary("nose", b"", 1), Ok((vec![], 0)));
    }

    #[test]
    fn what_is_written_differs_in_country_and_time_alone() {
        let bytes = write_binary(&[nose()]).unwrap();
        assert_eq!(bytes.len(), NOSE.len());
        for (at, (written, published)) in bytes.iter().zip(NOSE).enumerate() {
            let unknown = matches!(at, 8..=9 | 11..=14);
            assert_eq!(*written, if unknown { 0 } else { *published }, "byte {at}");
        }
        let long = Sketch::new("line", vec![vec![[0.0; 2]; 65_536]]);
        assert_eq!(write_binary(&[nose(), long]), Err(TooLong { drawing: 2 }));
        let raw = Sketch::new("line", vec![vec![[0.5, 0.0], [9.5, 9.0]]]);
        assert_eq!(write_binary(std::slice::from_ref(&raw)), write_binary(&[raw.simplified()]));
    }

    #[test]
    fn a_file_that_was_cut_off_is_refused_with_the_place() {
        let two = NOSE.repeat(2);
        for end in 1..two.len() {
            assert_eq!(read_binary("nose", &two[..end], 9).is_err(), end != NOSE.len(), "{end}");
        }
        let sentence = |bytes: &[u8]| read_binary("nose", bytes, 0).unwrap_err().to_string();
        assert!(
            sentence(&two[..40]).contains("drawing 2 begins at byte 29, and 11 bytes are left"),
            "{}",
            sentence(&two[..40])
        );
        assert!(
            sentence(&two[..50])
                .contains("at byte 46 its stroke 1 of 2 has 3 points, which take 6 bytes, and 2 are left")
        );
        assert!(sentence(&two[..54]).contains("at byte 54 the file ends before its stroke 2 of 2"));
    }

    #[test]
    fn what_no_drawing_has_is_refused() {
        let sentence = |bytes: &[u8]| read_binary("nose", bytes, 9).unwrap_err().to_string();
        assert!(sentence(b"<html><head><title>404").contains("byte 10, in drawing 1, should be 0 or 1, but is 100"));
        let mut head = NOSE[..HEAD].to_vec();
        (head[15], head[16]) = (0xFF, 0xFF);
        assert!(sentence(&head).contains("stroke 1 of 65535"));
        let stroke = [vec![0x60, 0xEA], vec![0; 120_000]].concat();
        assert!(sentence(&[head, stroke].concat()).contains("more than 50000 points"));
    }
}
