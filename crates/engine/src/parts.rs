//! What the laboratory needs seldom, or where the browser has it. In a site that is split (`build.rs`), the code for it lies in files
//! of its own, which are loaded then.

use std::future::Future;
use std::pin::Pin;

use chalkgrad::{Device, Error, Result};
use js_sys::{Function, Object, Promise, Reflect};
use lab::{Explanations, Formats};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The GPU on its way.
type Opening = Pin<Box<dyn Future<Output = Result<Device>>>>;

/// A file of the engine that did not arrive.
pub(crate) struct Missing;

#[cfg(split)]
impl From<wasm_split_helpers::SplitLoaderError> for Missing {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Self {
        Self
    }
}

/// Declares functions that load a part, named by its file, and give what it has.
macro_rules! parts {
    ($($load:ident from $file:ident: $kind:ty = $value:expr;)*) => {$(
        #[cfg(split)]
        #[wasm_split_helpers::wasm_split($file, fallible)]
        pub(crate) fn $load() -> std::result::Result<$kind, Missing> {
            Ok($value)
        }

        #[cfg(not(split))]
        pub(crate) async fn $load() -> std::result::Result<$kind, Missing> {
            Ok($value)
        }
    )*};
}

parts! {
    begin from gpu: Opening = Box::pin(Device::gpu());
    formats from formats: Formats = Formats::new();
    explanations from explanations: Explanations = Explanations::new();
}

/// The GPU, or why there is none.
pub(crate) async fn gpu() -> Result<Device> {
    let none = |reason: &str| Error::NoDevice { reason: reason.into() };
    if !has_adapter().await {
        return Err(none("this browser offers no WebGPU here; the CPU can train instead"));
    }
    let missing = |Missing| none("the code for WebGPU did not arrive; the CPU can train instead");
    begin().await.map_err(missing)?.await
}

/// Whether the browser has WebGPU and something to run it on. Many have the one without the other.
async fn has_adapter() -> bool {
    let ask = async || {
        let gpu = Reflect::get(&crate::post::scope().navigator(), &"gpu".into())?;
        let request: Function = Reflect::get(&gpu, &"requestAdapter".into())?.dyn_into()?;
        // As the code for the GPU asks: another adapter might be there where this is not.
        let options = Object::new();
        Reflect::set(&options, &"powerPreference".into(), &"high-performance".into())?;
        JsFuture::from(request.call1(&gpu, &options)?.dyn_into::<Promise>()?).await
    };
    ask().await.is_ok_and(|adapter: JsValue| adapter.is_object())
}
