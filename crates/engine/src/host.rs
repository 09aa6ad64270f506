//! What the laboratory finds around it: files over HTTP, below the page's own folder, workers to hire, and the engine's own parts.

use std::cell::RefCell;
use std::rc::Rc;

use chalkgrad::Device;
use js_sys::Uint8Array;
use lab::{Explanations, Files, Formats, Hire, Parts};
use protocol::Work;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, Response};

use crate::crew::Hired;
use crate::parts;

/// Milliseconds after which a file is given up.
const PATIENCE: u32 = 20_000;

/// Cores that are left to the page.
const CORES_OF_THE_PAGE: usize = 1;

/// What the page said of itself when it opened the engine; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Host {
    base: Rc<RefCell<String>>,
    script: Rc<RefCell<String>>,
}

impl Host {
    /// The address of the page's folder, and the script that starts another engine.
    pub(crate) fn open(&self, base: &str, script: &str) {
        *self.base.borrow_mut() = base.trim_end_matches('/').to_owned();
        *self.script.borrow_mut() = script.to_owned();
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

impl Files for Host {
    async fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.fetch(path).await
    }
}

impl Parts for Host {
    async fn gpu(&self) -> chalkgrad::Result<Device> {
        parts::gpu().await
    }

    async fn formats(&self) -> Result<Formats, String> {
        parts::formats().await.map_err(|parts::Missing| "The code for files did not arrive; ask again.".into())
    }

    async fn explanations(&self) -> Result<Explanations, String> {
        parts::explanations().await.map_err(|parts::Missing| "The code that explains did not arrive; ask again.".into())
    }
}

impl Hire for Host {
    type Line = Hired;

    fn cores(&self) -> usize {
        let cores = crate::post::scope().navigator().hardware_concurrency();
        (cores as usize).saturating_sub(CORES_OF_THE_PAGE).max(1)
    }

    async fn hire(&self, work: Work) -> Result<Hired, String> {
        let script = self.script.borrow().clone();
        Hired::start(&script, work).await
    }
}
