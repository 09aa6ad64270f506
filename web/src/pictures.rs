//! A sheet of tiles as it came from the engine, and its way to coloured pixels. Holds bytes, knows no canvas.

use std::sync::Arc;

use protocol::{Colouring, Sheet};

use crate::plots::colour::{self, Meaning};

/// As many single numbers are shown as tiles of their own.
const MOST_NUMBERS: u32 = 32;

/// A sheet with its bytes; cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub struct Tiles {
    pub sheet: Arc<Sheet>,
    bytes: Arc<Vec<u8>>,
}

impl Tiles {
    /// `None` where the bytes are not as many as the sheet says.
    pub fn new(sheet: Sheet, bytes: Vec<u8>) -> Option<Self> {
        let channels = if sheet.colouring == Colouring::Rgb { 3 } else { 1 };
        let expected = [sheet.height, sheet.tiles, channels]
            .into_iter()
            .try_fold(sheet.width as usize, |product, factor| product.checked_mul(factor as usize))?;
        let whole = expected > 0 && bytes.len() == expected;
        whole.then(|| Self { sheet: Arc::new(sheet), bytes: Arc::new(bytes) })
    }

    /// Numbers that the page itself has, a tile a channel: signed about zero.
    pub fn of_numbers(title: &str, [tiles, height, width]: [u32; 3], values: &[f32]) -> Option<Self> {
        let largest = values
            .iter()
            .filter(|value| value.is_finite())
            .fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()));
        let bytes = values.iter().map(|value| ((value / largest + 1.0) * 127.5).round() as u8).collect();
        let colouring = Colouring::Diverging;
        Self::new(Sheet { title: title.into(), tiles, width, height, colouring, low: -largest, high: largest }, bytes)
    }

    /// Bitmaps of drawings that the page itself has: 28 × 28 bytes each, white on black.
    pub fn of_bitmaps(bytes: Vec<u8>) -> Option<Self> {
        const SIDE: u32 = 28;
        let (tiles, colouring) = (bytes.len() as u32 / (SIDE * SIDE), Colouring::Grey);
        Self::new(
            Sheet { title: "drawings".into(), tiles, width: SIDE, height: SIDE, colouring, low: 0.0, high: 255.0 },
            bytes,
        )
    }

    /// A layer of single numbers comes as one row: the numbers become tiles of their own or, where they are many, a picture.
    pub fn unrolled(self) -> Self {
        let Sheet { tiles: 1, width, height: 1, .. } = *self.sheet else { return self };
        let mut sheet = Sheet::clone(&self.sheet);
        if width <= MOST_NUMBERS {
            (sheet.tiles, sheet.width) = (width, 1);
        } else if let Some(rows) = (1..=width.isqrt()).rev().find(|rows| width.is_multiple_of(*rows)) {
            (sheet.width, sheet.height) = (width / rows, rows);
        }
        Self { sheet: Arc::new(sheet), ..self }
    }

    pub fn count(&self) -> usize {
        self.sheet.tiles as usize
    }

    pub fn channels(&self) -> usize {
        if self.sheet.colouring == Colouring::Rgb { 3 } else { 1 }
    }

    /// Bytes of one tile, row by row; empty beyond the last.
    fn tile(&self, index: usize) -> &[u8] {
        let size = self.sheet.width as usize * self.sheet.height as usize * self.channels();
        self.bytes.get(index * size..(index + 1) * size).unwrap_or_default()
    }

    /// What its values mean where nobody says more.
    pub fn meaning(&self) -> Meaning {
        match self.sheet.colouring {
            Colouring::Diverging => Meaning::Activation,
            Colouring::Sequential => Meaning::Magnitude,
            Colouring::Grey | Colouring::Rgb => Meaning::Input,
        }
    }

    /// One tile as RGBA pixels.
    pub fn rgba(&self, index: usize, meaning: Option<Meaning>, dark: bool) -> Vec<u8> {
        self.coloured(self.tile(index), meaning, dark)
    }

    /// All tiles as RGBA pixels, one under the other.
    pub fn all_rgba(&self, meaning: Option<Meaning>, dark: bool) -> Vec<u8> {
        self.coloured(&self.bytes, meaning, dark)
    }

    fn coloured(&self, bytes: &[u8], meaning: Option<Meaning>, dark: bool) -> Vec<u8> {
        let mut rgba = vec![255; bytes.len() / self.channels() * 4];
        let pixels = rgba.chunks_exact_mut(4);
        if self.channels() == 3 {
            pixels.zip(bytes.chunks_exact(3)).for_each(|(pixel, rgb)| pixel[..3].copy_from_slice(rgb));
        } else {
            let table = colour::table(meaning.unwrap_or(self.meaning()), dark);
            pixels.zip(bytes).for_each(|(pixel, byte)| pixel[..3].copy_from_slice(&table[usize::from(*byte)]));
        }
        rgba
    }

    /// The value that a byte stands for.
    fn value(&self, byte: u8) -> f64 {
        let (low, high) = (f64::from(self.sheet.low), f64::from(self.sheet.high));
        low + (high - low) * f64::from(byte) / 255.0
    }

    /// The values of one pixel of a tile: one, or red, green and blue.
    pub fn values_at(&self, index: usize, x: usize, y: usize) -> Vec<f64> {
        let (width, channels) = (self.sheet.width as usize, self.channels());
        let at = (y * width + x) * channels;
        let pixel = self.tile(index).get(at..at + channels).unwrap_or_default();
        pixel.iter().map(|byte| self.value(*byte)).collect()
    }

    /// Smallest and largest value of a tile.
    pub fn extent(&self, index: usize) -> Option<(f64, f64)> {
        let tile = self.tile(index);
        Some((self.value(*tile.iter().min()?), self.value(*tile.iter().max()?)))
    }

    /// The tile whose values reach farthest from the middle of the scale: the most telling one.
    pub fn strongest(&self) -> usize {
        let zero = if self.sheet.colouring == Colouring::Diverging { 128 } else { 0 };
        let strength = |index: &usize| self.tile(*index).iter().map(|byte| u64::from(byte.abs_diff(zero))).sum::<u64>();
        (0..self.count()).max_by_key(strength).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(colouring: Colouring) -> Sheet {
        Sheet { title: "map".into(), tiles: 2, width: 2, height: 1, colouring, low: -1.0, high: 1.0 }
    }

    #[test]
    fn a_sheet_with_too_few_or_too_many_bytes_is_refused() {
        for length in [0, 3, 5, 12] {
            assert_eq!(Tiles::new(sheet(Colouring::Grey), vec![0; length]), None);
        }
        assert!(Tiles::new(sheet(Colouring::Rgb), vec![0; 12]).is_some());
    }

    #[test]
    fn a_row_of_numbers_becomes_tiles_or_a_picture() {
        let row = |width: u32| {
            let sheet = Sheet { tiles: 1, width, height: 1, ..sheet(Colouring::Diverging) };
            let sheet = Tiles::new(sheet, vec![0; width as usize]).unwrap().unrolled().sheet;
            (sheet.tiles, sheet.width, sheet.height)
        };
        assert_eq!([row(10), row(320), row(61)], [(10, 1, 1), (1, 20, 16), (1, 61, 1)]);
    }

    #[test]
    fn bytes_stand_for_values_between_low_and_high() {
        let tiles = Tiles::new(sheet(Colouring::Diverging), vec![0, 255, 51, 128]).unwrap();
        assert_eq!(tiles.extent(0), Some((-1.0, 1.0)));
        assert!((tiles.values_at(1, 0, 0)[0] + 0.6).abs() < 1e-9);
        assert_eq!(tiles.strongest(), 0);
        assert!(tiles.values_at(7, 0, 0).is_empty() && tiles.rgba(7, None, true).is_empty());
    }
}
