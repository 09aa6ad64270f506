//! The browser's voice. Called by name, since some browsers have none: then nothing is said.

use js_sys::{Array, Function, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};

fn synthesis() -> Option<JsValue> {
    Reflect::get(&window(), &"speechSynthesis".into()).ok().filter(JsValue::is_object)
}

fn function(of: &JsValue, name: &str) -> Option<Function> {
    Reflect::get(of, &name.into()).ok()?.dyn_into().ok()
}

pub fn is_there() -> bool {
    synthesis().is_some()
}

/// Speaks. What interrupts is spoken at once; what does not is left out while something is being said.
pub fn say(words: &str, interrupts: bool) {
    let _ = try_to_say(words, interrupts);
}

fn try_to_say(words: &str, interrupts: bool) -> Option<()> {
    let voice = synthesis()?;
    if interrupts {
        cancel();
    } else if Reflect::get(&voice, &"speaking".into()).is_ok_and(|speaking| speaking.is_truthy()) {
        return None;
    }
    let utterance = function(&window(), "SpeechSynthesisUtterance")?;
    let utterance = Reflect::construct(&utterance, &Array::of1(&words.into())).ok()?;
    Reflect::set(&utterance, &"lang".into(), &"en".into()).ok()?;
    function(&voice, "speak")?.call1(&voice, &utterance).ok()?;
    Some(())
}

/// Says no more.
pub fn cancel() {
    if let Some(voice) = synthesis() {
        let _ = function(&voice, "cancel").map(|cancel| cancel.call0(&voice));
    }
}
