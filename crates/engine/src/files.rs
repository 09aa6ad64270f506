//! Files over HTTP, below the page's own folder.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Uint8Array;
use lab::Files;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, Response};

/// Milliseconds after which a file is given up.
const PATIENCE: u32 = 20_000;

/// Fetches below a base address; clones share it.
#[derive(Clone, Default)]
pub(crate) struct WebFiles {
    base: Rc<RefCell<String>>,
}

impl WebFiles {
    /// The address of the page's folder.
    pub(crate) fn set_base(&self, base: &str) {
        *self.base.borrow_mut() = base.trim_end_matches('/').to_owned();
    }

    pub(crate) async fn fetch(&self, path: &str) -> Result<Vec<u8>, String> {
        let url = format!("{}/{path}", self.base.borrow());
        let options = RequestInit::new();
        options.set_signal(Some(&AbortSignal::timeout_with_u32(PATIENCE)));
        let failed = |_: JsValue| format!("{path} did not arrive");
        let response =
            JsFuture::from(crate::post::scope().fetch_with_str_and_init(&url, &options)).await.map_err(failed)?;
        let response: Response = response.unchecked_into();
        if !response.ok() {
            return Err(format!("the server has no {path} (it answered {})", response.status()));
        }
        let buffer = JsFuture::from(response.array_buffer().map_err(failed)?).await.map_err(failed)?;
        Ok(Uint8Array::new(&buffer).to_vec())
    }
}

impl Files for WebFiles {
    async fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.fetch(path).await
    }
}
