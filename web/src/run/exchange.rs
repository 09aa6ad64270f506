//! What leaves the page and what comes in as files: the run as a PyTorch script with its weights; weights, and network text.

use js_sys::{ArrayBuffer, Uint8Array};
use protocol::{Command, EventBody};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::Run;
use crate::{files, format};

/// Longest network text, and largest file of weights, that are read at all.
const LONGEST_TEXT: f64 = 1e6;
const LARGEST_WEIGHTS: f64 = 5e8;

impl Run {
    /// Saves the run as two files: what a person takes along whose work outgrows a browser.
    pub fn export(self) {
        self.send(Command::Export, Vec::new(), move |result| {
            let incoming = match result {
                Ok(incoming) => incoming,
                Err(refusal) => {
                    self.notices.fail(refusal.message, None);
                    return;
                }
            };
            let (EventBody::Exported { step, script }, Some(weights)) =
                (&incoming.event.body, incoming.buffers.first())
            else {
                return;
            };
            let name = format!("chalkgrad-step-{step}");
            let saved = files::save(&format!("{name}.py"), &script.into())
                .and_then(|()| files::save(&format!("{name}.safetensors"), &Uint8Array::new(weights)));
            if saved.is_none() {
                self.notices.fail("The browser does not let this page save files.", None);
            }
        });
    }

    /// Takes a file in by its kind: weights into the network that runs, text into the editor.
    pub fn take(self, file: File) {
        wasm_bindgen_futures::spawn_local(async move {
            let name = file.name();
            let kind = name.rsplit_once('.').map_or(String::new(), |(_, kind)| kind.to_ascii_lowercase());
            let taken = match kind.as_str() {
                "safetensors" => self.take_weights(&file).await,
                "chalkgrad" => self.take_project(&file).await,
                "py" | "txt" | "js" | "" => self.take_text(&file).await,
                _ if file.type_().starts_with("text/") => self.take_text(&file).await,
                _ => Err(
                    "weights come as .safetensors, which `safetensors.torch.save_file` writes, networks as .py, and projects as .chalkgrad."
                        .into(),
                ),
            };
            if let Err(sentence) = taken {
                self.notices.fail(format!("{name}: {sentence}"), Some("Nothing was changed.".into()));
            }
        });
    }

    async fn take_weights(self, file: &File) -> Result<(), String> {
        let buffer: ArrayBuffer = read(file.size(), LARGEST_WEIGHTS, || file.array_buffer()).await?.unchecked_into();
        let name = file.name();
        self.send(Command::Load, vec![buffer], move |result| match result {
            Ok(incoming) => {
                if let EventBody::Loaded { step, tensors } = incoming.event.body {
                    let (tensors, step) = (format::grouped(tensors), format::grouped(step));
                    self.notices.say(format!("{name}: {tensors} tensors were loaded at step {step}."), None);
                }
            }
            Err(refusal) => {
                self.notices.fail(format!("{name}: {}", refusal.message), Some("Nothing was changed.".into()));
            }
        });
        Ok(())
    }

    async fn take_text(self, file: &File) -> Result<(), String> {
        let text = read(file.size(), LONGEST_TEXT, || file.text()).await?;
        self.set_network(text.as_string().unwrap_or_default());
        self.notices.say(format!("{} stands in the editor; Apply builds it.", file.name()), None);
        Ok(())
    }
}

pub(super) async fn read(size: f64, largest: f64, begin: impl FnOnce() -> js_sys::Promise) -> Result<JsValue, String> {
    if size > largest {
        let [size, largest] = [size, largest].map(|bytes| format::bytes(bytes as u64));
        return Err(format!("it has {size}, and at most {largest} are read."));
    }
    JsFuture::from(begin()).await.map_err(|_| "the browser could not read it.".into())
}
