//! Workers beside this one, which share its batches. Each has memory of its own; numbers travel as transferred buffers. They are
//! nested in this worker, so that the page knows nothing of them.

use chalkgrad::Line;
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use js_sys::{Array, ArrayBuffer, Float32Array};
use protocol::{Command, Envelope, Work};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, ErrorEvent, MessageEvent, Url, Worker};

use crate::{Input, post};

/// A worker that says nothing for so long is given up, in milliseconds, and so many times what the trainer itself took: browsers
/// end workers without a word.
const PATIENCE: f64 = 30_000.0;
const TIMES: f64 = 5.0;

/// What a worker says while it is being hired, and afterwards.
enum Word {
    Ready,
    Hired,
    Frame(Vec<f32>),
    /// It will say nothing more.
    Gone(String),
}

/// The line to a worker that this one started. Dropping it ends the worker.
pub(crate) struct Hired {
    worker: Worker,
    words: UnboundedReceiver<Word>,
    /// When it was sent something, in milliseconds.
    sent: f64,
    on_silence: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Hired {
    /// Starts a worker with the engine's own script, and gives it work.
    pub(crate) async fn start(script: &str, work: Work) -> Result<Self, String> {
        let mut hired = Self::listen_to(start_worker(script).map_err(|error| message_of(&error))?);
        loop {
            match hired.next().await {
                Word::Ready => hired.tell(Command::Work { work: work.clone() })?,
                Word::Hired => return Ok(hired),
                Word::Frame(_) => {}
                Word::Gone(reason) => return Err(reason),
            }
        }
    }

    fn listen_to(worker: Worker) -> Self {
        let (sender, words) = unbounded();
        let [failures, silences]: [UnboundedSender<Word>; 2] = [sender.clone(), sender.clone()];
        // Whoever listens no longer has let the worker go.
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            understood(&message.data()).into_iter().for_each(|word| drop(sender.unbounded_send(word)));
        });
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |error: ErrorEvent| {
            error.prevent_default();
            drop(failures.unbounded_send(Word::Gone(message_of(&error))));
        });
        let on_silence = Closure::<dyn FnMut()>::new(move || {
            drop(silences.unbounded_send(Word::Gone("it has not answered for a long time".into())));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Self { worker, words, sent: post::now(), on_silence, _on_message: on_message, _on_error: on_error }
    }

    async fn next(&mut self) -> Word {
        let patience = PATIENCE + TIMES * (post::now() - self.sent);
        let on_silence = self.on_silence.as_ref().unchecked_ref();
        let timer = post::scope().set_timeout_with_callback_and_timeout_and_arguments_0(on_silence, patience as i32);
        let word = self.words.recv().await;
        if let Ok(timer) = timer {
            post::scope().clear_timeout_with_handle(timer);
        }
        word.unwrap_or_else(|_| Word::Gone("its line is cut".into()))
    }

    fn tell(&self, command: Command) -> Result<(), String> {
        let json = serde_json::to_string(&Envelope { id: 0, command }).map_err(|error| error.to_string())?;
        self.worker.post_message(&Array::of1(&json.into())).map_err(|error| message_of(&error))
    }
}

impl Drop for Hired {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Line for Hired {
    fn send(&mut self, frame: Vec<f32>) {
        self.sent = post::now();
        let buffer = buffer_of(&frame);
        // Where it does not arrive, no answer will come either.
        drop(self.worker.post_message_with_transfer(&buffer, &Array::of1(&buffer)));
    }

    async fn receive(&mut self) -> chalkgrad::Result<Vec<f32>> {
        match self.next().await {
            Word::Frame(frame) => Ok(frame),
            Word::Gone(reason) => Err(lost(reason)),
            Word::Ready | Word::Hired => Err(lost("it began anew".into())),
        }
    }
}

/// The line of a hired worker to the one that started it.
pub(crate) struct Employer {
    pub(crate) inbox: UnboundedReceiver<Input>,
}

impl Line for Employer {
    fn send(&mut self, frame: Vec<f32>) {
        post::buffer(&buffer_of(&frame));
    }

    async fn receive(&mut self) -> chalkgrad::Result<Vec<f32>> {
        loop {
            match self.inbox.recv().await {
                Ok(Input::Frame(frame)) => return Ok(frame),
                // A hired worker does nothing else.
                Ok(Input::Command(..) | Input::File(..)) => {}
                Err(_) => return Err(lost("nobody sends any more".into())),
            }
        }
    }
}

fn lost(reason: String) -> chalkgrad::Error {
    chalkgrad::Error::WorkerLost { reason }
}

/// A message of numbers.
pub(crate) fn frame(data: &JsValue) -> Option<Vec<f32>> {
    Some(Float32Array::new(data.dyn_ref::<ArrayBuffer>()?).to_vec())
}

/// The numbers, copied out of this module's memory, to be transferred.
fn buffer_of(frame: &[f32]) -> ArrayBuffer {
    Float32Array::from(frame).buffer()
}

fn understood(data: &JsValue) -> Option<Word> {
    if let Some(frame) = frame(data) {
        return Some(Word::Frame(frame));
    }
    let json = data.dyn_ref::<Array>()?.get(0).as_string()?;
    // Read as loose JSON: the code that reads every event whole is large, and only the page needs it.
    let event: Value = serde_json::from_str(&json).ok()?;
    match event["type"].as_str()? {
        "ready" => Some(Word::Ready),
        "hired" => Some(Word::Hired),
        "failed" | "crashed" => Some(Word::Gone(event["message"].as_str()?.to_owned())),
        _ => None,
    }
}

/// A worker that runs this script. From a blob, as the page starts its own.
fn start_worker(script: &str) -> Result<Worker, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&script.into()), &options)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let worker = Worker::new(&address);
    // The worker holds the blob once it has begun; browsers fetch the address at construction.
    Url::revoke_object_url(&address)?;
    worker
}

fn message_of(error: &JsValue) -> String {
    let message = js_sys::Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
    message.filter(|message| !message.is_empty()).unwrap_or_else(|| "the browser gave no reason".into())
}
