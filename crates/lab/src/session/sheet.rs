//! Numbers to bytes: the tiles that the page colours.

use protocol::{Colouring, Sheet};

/// Most tiles of one sheet; a wide layer shows its first.
const MOST_TILES: usize = 256;

/// A picture's bytes as a sheet.
pub(super) fn pictures(title: &str, [_, height, width]: [usize; 3], tiles: usize) -> Sheet {
    sheet(title, [tiles, height, width], Colouring::Rgb, [0.0, 255.0])
}

/// Grey pictures' bytes as a sheet of inputs.
pub(super) fn drawings(title: &str, shape: [usize; 3]) -> Sheet {
    sheet(title, shape, Colouring::Grey, [0.0, 255.0])
}

fn sheet(title: &str, [tiles, height, width]: [usize; 3], colouring: Colouring, [low, high]: [f32; 2]) -> Sheet {
    let title = title.to_owned();
    Sheet { title, tiles: tiles as u32, width: width as u32, height: height as u32, colouring, low, high }
}

/// Planes of numbers: magnitudes if none is negative, else signed about zero.
pub(super) fn planes(title: &str, values: &[f32], [planes, height, width]: [usize; 3]) -> (Sheet, Vec<u8>) {
    let tiles = planes.min(MOST_TILES);
    let values = &values[..tiles * height * width];
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let largest = finite().map(f32::abs).fold(f32::MIN_POSITIVE, f32::max);
    let signed = finite().any(|value| value < 0.0);
    let (colouring, low) = if signed { (Colouring::Diverging, -largest) } else { (Colouring::Sequential, 0.0) };
    let bytes = values.iter().map(|&value| byte(value, low, largest)).collect();
    (sheet(title, [tiles, height, width], colouring, [low, largest]), bytes)
}

/// A convolution's weight `[O, C, kh, kw]`: in colour where it sees three channels, else one tile a channel.
pub(super) fn filters(title: &str, values: &[f32], [filters, channels, height, width]: [usize; 4]) -> (Sheet, Vec<u8>) {
    if channels != 3 {
        return planes(title, values, [filters * channels, height, width]);
    }
    let tiles = filters.min(MOST_TILES);
    let plane = height * width;
    let largest =
        values.iter().copied().filter(|value| value.is_finite()).map(f32::abs).fold(f32::MIN_POSITIVE, f32::max);
    let pixel = |filter: usize, place: usize| {
        [0, 1, 2].map(|channel| byte(values[(filter * 3 + channel) * plane + place], -largest, largest))
    };
    let bytes = (0..tiles * plane).flat_map(|index| pixel(index / plane, index % plane)).collect();
    (sheet(title, [tiles, height, width], Colouring::Rgb, [-largest, largest]), bytes)
}

fn byte(value: f32, low: f32, high: f32) -> u8 {
    ((value - low) / (high - low) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_numbers_lie_about_the_middle_and_magnitudes_begin_at_zero() {
        let (sheet, bytes) = planes("x", &[-2.0, 0.0, 1.0, 2.0], [1, 2, 2]);
        assert_eq!((sheet.colouring, sheet.low, sheet.high), (Colouring::Diverging, -2.0, 2.0));
        assert_eq!(bytes, [0, 128, 191, 255]);
        let (sheet, bytes) = planes("x", &[0.0, 4.0], [1, 1, 2]);
        assert_eq!((sheet.colouring, sheet.low, sheet.high), (Colouring::Sequential, 0.0, 4.0));
        assert_eq!(bytes, [0, 255]);
    }

    #[test]
    fn numbers_that_are_none_do_not_spoil_the_scale() {
        let (sheet, _) = planes("x", &[f32::NAN, 1.0, f32::INFINITY], [1, 1, 3]);
        assert_eq!(sheet.high, 1.0);
    }
}
