//! Files that the visitor takes along.

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlElement, Url};

/// A download has begun by then.
const REVOKE_AFTER: std::time::Duration = std::time::Duration::from_secs(60);

/// Hands the visitor a file of this content.
pub fn save(name: &str, content: &JsValue) -> Option<()> {
    let blob = Blob::new_with_buffer_source_sequence(&Array::of1(content)).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    save_address(name, &address)?;
    set_timeout(move || drop(Url::revoke_object_url(&address)), REVOKE_AFTER);
    Some(())
}

/// Hands the visitor what lies at an address of the page's own.
pub fn save_address(name: &str, address: &str) -> Option<()> {
    let link: HtmlElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_attribute("href", address).ok()?;
    link.set_attribute("download", name).ok()?;
    link.click();
    Some(())
}
