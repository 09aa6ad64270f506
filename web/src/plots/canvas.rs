//! A canvas at device pixels, and the colours that its theme comes to. Thin wrappers over web-sys: no state, no layout.

use leptos::prelude::window;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Device pixels to one CSS pixel.
pub fn pixel_ratio() -> f64 {
    window().device_pixel_ratio().clamp(1.0, 4.0)
}

/// Gives a canvas of this size in CSS pixels as many as the screen shows of it. Returns its drawing context, cleared and scaled to CSS pixels.
pub fn fitted(canvas: &HtmlCanvasElement, (width, height): (f64, f64)) -> Option<CanvasRenderingContext2d> {
    if width < 1.0 || height < 1.0 {
        return None;
    }
    let ratio = pixel_ratio();
    resize(canvas, (width * ratio).round() as u32, (height * ratio).round() as u32);
    let context = context(canvas)?;
    context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
    context.clear_rect(0.0, 0.0, width, height);
    Some(context)
}

/// Setting a size clears a canvas and costs memory, so only a new size is set.
pub fn resize(canvas: &HtmlCanvasElement, width: u32, height: u32) {
    if canvas.width() != width {
        canvas.set_width(width);
    }
    if canvas.height() != height {
        canvas.set_height(height);
    }
}

pub fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

thread_local! {
    static SCRATCH: Option<HtmlCanvasElement> =
        leptos::prelude::document().create_element("canvas").ok().and_then(|element| element.dyn_into().ok());
}

thread_local! {
    static READER: Option<HtmlCanvasElement> =
        leptos::prelude::document().create_element("canvas").ok().and_then(|element| element.dyn_into().ok());
}

/// The one canvas that pixels are read back from, of this size, with its context.
pub fn reader(width: u32, height: u32) -> Option<CanvasRenderingContext2d> {
    let canvas = READER.with(Clone::clone)?;
    resize(&canvas, width, height);
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"willReadFrequently".into(), &true.into()).ok()?;
    canvas.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()
}

/// The one canvas that is not on the page, to scale pictures from. Whoever uses it is done with it before the next does.
pub fn scratch() -> Option<HtmlCanvasElement> {
    SCRATCH.with(Clone::clone)
}

/// Puts RGBA pixels into a canvas of exactly their size.
pub fn put(canvas: &HtmlCanvasElement, rgba: &[u8], width: u32, height: u32) -> Option<()> {
    resize(canvas, width, height);
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(rgba), width, height).ok()?;
    context(canvas)?.put_image_data(&image, 0.0, 0.0).ok()
}

/// A named colour of `tokens.css` as the current theme has it.
pub fn token(name: &str) -> String {
    let root = leptos::prelude::document().document_element();
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    style.and_then(|style| style.get_property_value(name).ok()).unwrap_or_default().trim().to_owned()
}
