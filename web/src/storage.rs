//! Small things kept in the browser's own storage. In a sandboxed frame there is none: then everything is simply forgotten.

use leptos::prelude::window;

/// What the engine found of the GPU when it last timed its kernels.
pub const TUNED_KEY: &str = "chalkgrad.tuned";

pub fn local_get(key: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(key).ok()?
}

pub fn local_set(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(key, value);
    }
}

pub fn session_get(key: &str) -> Option<String> {
    window().session_storage().ok()??.get_item(key).ok()?
}

pub fn session_set(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = storage.set_item(key, value);
    }
}
