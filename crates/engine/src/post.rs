//! Messages between worker and page: an array of the JSON text and the raw buffers that it names.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use protocol::{Envelope, Event};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use web_sys::DedicatedWorkerGlobalScope;

/// The worker's global scope.
pub(crate) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds since the worker began.
pub(crate) fn now() -> f64 {
    scope().performance().map_or(0.0, |performance| performance.now())
}

/// Sends an event; the buffers are copied out of the module's memory once and transferred.
pub(crate) fn event(event: &Event, buffers: &[Vec<u8>]) {
    let Ok(json) = serde_json::to_string(event) else { return };
    let transfer: Array = buffers.iter().map(|bytes| Uint8Array::from(bytes.as_slice()).buffer()).collect();
    let message = Array::of1(&json.into()).concat(&transfer);
    // It fails only where the page is gone.
    drop(scope().post_message_with_transfer(&message, &transfer));
}

/// Sends raw numbers, to whom hired this worker.
pub(crate) fn buffer(buffer: &ArrayBuffer) {
    drop(scope().post_message_with_transfer(buffer, &Array::of1(buffer)));
}

/// Why a message is no command, and which command's sender to tell, if that much can be read.
type Refusal = (Option<u32>, String);

/// A command and its buffers.
pub(crate) fn read(data: &JsValue) -> Result<(Envelope, Vec<Vec<u8>>), Refusal> {
    let refuse = |reply_to, what: &str| (reply_to, format!("The engine cannot read this message: {what}."));
    let parts = data.dyn_ref::<Array>().ok_or_else(|| refuse(None, "it is no array of JSON text and buffers"))?;
    let json = parts.get(0).as_string().ok_or_else(|| refuse(None, "it does not begin with JSON text"))?;
    // By way of loose JSON: what is no command may still have a number to answer to.
    let message: Value = serde_json::from_str(&json).map_err(|error| refuse(None, &error.to_string()))?;
    let id = message["id"].as_u64().and_then(|id| u32::try_from(id).ok());
    let command = serde_json::from_value(message).map_err(|error| refuse(id, &error.to_string()))?;
    let envelope = Envelope { id: id.ok_or_else(|| refuse(None, "it has no number"))?, command };
    let buffers = parts.iter().skip(1).filter_map(|part| part.dyn_into::<ArrayBuffer>().ok());
    Ok((envelope, buffers.map(|buffer| Uint8Array::new(&buffer).to_vec()).collect()))
}
