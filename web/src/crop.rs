//! Squares of the visitor's own pictures, in the network's size.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::ImageBitmap;

use crate::plots::canvas;

/// How small a crop may be, beside the largest square.
const MOST_ZOOM: f64 = 16.0;

/// Which square of a picture the network sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crop {
    /// How many times the largest square is as large.
    zoom: f64,
    /// Where it lies between the ends of what it can be moved: from the left, from the top.
    place: [f64; 2],
}

impl Crop {
    /// The largest, in the middle.
    pub const MIDDLE: Self = Self { zoom: 1.0, place: [0.5; 2] };

    /// Shows a square so many times as small.
    pub fn zoomed(self, factor: f64) -> Self {
        Self { zoom: (self.zoom * factor).clamp(1.0, MOST_ZOOM), ..self }
    }

    /// Moved by so many of its own sides.
    pub fn moved(self, by: [f64; 2], size: [f64; 2]) -> Self {
        let side = self.side(size);
        let place = [0, 1].map(|axis| {
            let room = size[axis] - side;
            if room > 0.0 { (self.place[axis] + by[axis] * side / room).clamp(0.0, 1.0) } else { 0.5 }
        });
        Self { place, ..self }
    }

    fn side(self, size: [f64; 2]) -> f64 {
        size[0].min(size[1]) / self.zoom
    }
}

/// A picture that can be cropped anew.
pub struct Still {
    bitmap: ImageBitmap,
    pub crop: Crop,
}

impl Still {
    /// Its middle.
    pub fn new(bitmap: ImageBitmap) -> Self {
        Self { bitmap, crop: Crop::MIDDLE }
    }

    /// Width and height.
    pub fn size(&self) -> [f64; 2] {
        [f64::from(self.bitmap.width()), f64::from(self.bitmap.height())]
    }

    /// The square that is shown, in the network's size.
    pub fn pixels(&self, input: [u32; 3]) -> Option<Vec<u8>> {
        pixels(&self.bitmap, self.size(), self.crop, input)
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        self.bitmap.close();
    }
}

/// A square of a picture in the network's size: bytes channel by channel.
pub fn pixels(source: &JsValue, size: [f64; 2], crop: Crop, [channels, rows, columns]: [u32; 3]) -> Option<Vec<u8>> {
    let context = canvas::reader(columns, rows)?;
    context.set_image_smoothing_enabled(true);
    Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into()).ok()?;
    let side = crop.side(size);
    let [left, top] = [0, 1].map(|axis| (size[axis] - side) * crop.place[axis]);
    let (to_width, to_height) = (f64::from(columns), f64::from(rows));
    // A picture with holes stands on white.
    context.set_fill_style_str("white");
    context.fill_rect(0.0, 0.0, to_width, to_height);
    // Bitmaps and films alike, which web-sys has as functions of their own.
    let draw: js_sys::Function = Reflect::get(&context, &"drawImage".into()).ok()?.dyn_into().ok()?;
    let places = [left, top, side, side, 0.0, 0.0, to_width, to_height].map(JsValue::from);
    draw.apply(&context, &std::iter::once(source.clone()).chain(places).collect::<Array>()).ok()?;
    let rgba = context.get_image_data(0.0, 0.0, to_width, to_height).ok()?.data().0;
    let channel = |channel: usize| rgba.chunks_exact(4).map(move |pixel| pixel[channel]);
    Some(match channels {
        3 => (0..3).flat_map(channel).collect(),
        _ => rgba
            .chunks_exact(4)
            .map(|pixel| ((u32::from(pixel[0]) + u32::from(pixel[1]) + u32::from(pixel[2])) / 3) as u8)
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crop_stays_within_its_picture() {
        let size = [90.0, 60.0];
        let left = Crop::MIDDLE.moved([-9.0, 5.0], size);
        assert_eq!((left.side(size), left.place), (60.0, [0.0, 0.5]), "there is no room above and below");
        let small = left.zoomed(2.0).moved([0.5, -9.0], size);
        assert_eq!((small.side(size), small.place), (30.0, [0.25, 0.0]));
        assert_eq!(small.zoomed(1e9).zoom, MOST_ZOOM);
        assert_eq!(small.zoomed(0.0).zoom, 1.0);
    }
}
