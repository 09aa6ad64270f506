//! Starts the engine's worker. Always from a blob URL: a page in `<iframe sandbox="allow-scripts">` has no origin of its own,
//! and may not start a worker from any address; a blob may import the engine from an absolute one.

use js_sys::{Uint8Array, WebAssembly};
use leptos::prelude::document;
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url, Worker, WorkerOptions};

/// Said in the engine's addresses, so that a stale cache is never mixed with a new page.
pub const BUILD: &str = match option_env!("CHALKGRAD_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};

/// The folder that the page came from, ending in a slash.
pub fn base_url() -> String {
    let page = document().base_uri().ok().flatten().unwrap_or_default();
    Url::new_with_base(".", &page).map(|url| url.href()).unwrap_or(page)
}

/// A new worker that loads the engine, or why the browser gave none.
pub fn start() -> Result<Worker, String> {
    let source = script();
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let parts = js_sys::Array::of1(&JsValue::from_str(&source));
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options).map_err(sentence)?;
    let address = Url::create_object_url_with_blob(&blob).map_err(sentence)?;
    let options = WorkerOptions::new();
    options.set_name("chalkgrad engine");
    let worker = Worker::new_with_options(&address, &options).map_err(sentence);
    // The worker holds the blob once it has begun; browsers fetch the address at construction.
    leptos::prelude::set_timeout(
        move || {
            let _ = Url::revoke_object_url(&address);
        },
        std::time::Duration::from_secs(30),
    );
    worker
}

/// The script of an engine's worker.
pub fn script() -> String {
    source(&base_url(), variant(), BUILD)
}

/// A module of one function with one relaxed multiply-add.
const RELAXED: [u8; 36] = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15,
    253, 128, 2, 11,
];

/// The fastest engine that this browser takes.
fn variant() -> &'static str {
    let is_valid = WebAssembly::validate(&Uint8Array::from(RELAXED.as_slice()));
    if is_valid.unwrap_or(false) { "engine_relaxed" } else { "engine" }
}

/// A classic script, since Chromium does not start module workers from blobs in a frame without an origin; it may import modules all
/// the same. An import that fails is said in words: the worker's `error` event carries none.
fn source(base: &str, variant: &str, build: &str) -> String {
    let script = quoted(&format!("{base}{variant}.js?v={build}"));
    let module = quoted(&format!("{base}{variant}_bg.wasm?v={build}"));
    format!(
        "import({script})\n  .then((engine) => engine.default({{ module_or_path: {module} }}))\n  .catch((error) => postMessage([JSON.stringify({{\n    \
         type: 'crashed', run: 0, message: 'The engine could not be loaded: ' + (error && error.message || error) }})]));\n"
    )
}

/// A text as a JavaScript literal.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn sentence(error: JsValue) -> String {
    let words = js_sys::Reflect::get(&error, &"message".into()).ok().and_then(|message| message.as_string());
    format!("The browser did not start a Web Worker: {}", words.unwrap_or_else(|| "it gave no reason.".into()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_address_cannot_break_out_of_the_worker_script() {
        let source = super::source("https://a.example/x\"y/", "engine", "1");
        assert!(source.contains("import(\"https://a.example/x\\\"y/engine.js?v=1\")"), "{source}");
    }
}
