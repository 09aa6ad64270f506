//! Rows of Google's files, by range requests. Where a server ignores the range, no more is read than what was asked for.

use js_sys::{Object, Reflect, Uint8Array, encode_uri_component};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStreamDefaultReader, RequestInit, Response};

use super::{super::content::PIXELS, npy::Head};

const FOLDER: &str = "https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/";
/// Bytes in which a file's head lies.
const HEAD: usize = 4_096;
/// A part of the file, and the whole of it.
const PARTIAL: u16 = 206;
const WHOLE: u16 = 200;

/// Why no more came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// By the visitor.
    Cancelled,
    /// No answer: no connection, or it is not allowed.
    NoAnswer,
    /// The server's status.
    Refused(u16),
    NoBitmaps,
    CutOff,
}

impl Failure {
    pub fn sentence(&self, name: &str) -> String {
        match self {
            Self::Cancelled => "Cancelled.".into(),
            Self::NoAnswer => {
                format!(
                    "Google's server could not be asked for “{name}”: there is no connection, or this page is not allowed to."
                )
            }
            Self::Refused(status) => format!("Google's server refused “{name}” (status {status})."),
            Self::NoBitmaps => format!("What Google's server sent for “{name}” is no file of bitmaps."),
            Self::CutOff => format!("The drawings of “{name}” were cut off on their way."),
        }
    }
}

/// A file of which rows can be read.
pub struct Rows<'a> {
    address: String,
    signal: &'a AbortSignal,
    head: Head,
    /// The answer that goes on to the file's end, where the server knows no ranges.
    whole: Option<Answer>,
}

impl<'a> Rows<'a> {
    /// Reads the head of a category's file.
    pub async fn open(name: &str, signal: &'a AbortSignal) -> Result<Self, Failure> {
        let address = format!("{FOLDER}{}.npy", String::from(encode_uri_component(name)));
        let mut answer = Answer::to(&address, 0, HEAD, signal).await?;
        let head = Head::read(&answer.read(0, HEAD).await?).ok_or(Failure::NoBitmaps)?;
        let whole = (answer.status == WHOLE).then_some(answer);
        Ok(Self { address, signal, head, whole })
    }

    pub fn count(&self) -> usize {
        self.head.rows
    }

    pub async fn read(&mut self, first: usize, rows: usize) -> Result<Vec<u8>, Failure> {
        let (start, length) = (self.head.start + first * PIXELS, rows * PIXELS);
        let bytes = match &mut self.whole {
            Some(answer) => answer.read(start, length).await?,
            None => Answer::to(&self.address, start, length, self.signal).await?.read(start, length).await?,
        };
        if bytes.len() == length { Ok(bytes) } else { Err(Failure::CutOff) }
    }
}

/// An answer whose bytes are read as they are needed.
struct Answer {
    status: u16,
    reader: ReadableStreamDefaultReader,
    /// The place in the file of the first byte that is held.
    start: usize,
    held: Vec<u8>,
}

impl Answer {
    async fn to(address: &str, start: usize, length: usize, signal: &AbortSignal) -> Result<Self, Failure> {
        let (headers, options) = (Object::new(), RequestInit::new());
        let range = format!("bytes={start}-{}", start + length - 1);
        let _ = Reflect::set(&headers, &"Range".into(), &range.into());
        options.set_headers(&headers);
        options.set_signal(Some(signal));
        let answer = JsFuture::from(window().fetch_with_str_and_init(address, &options)).await;
        let answer: Response = answer.ok().and_then(|answer| answer.dyn_into().ok()).ok_or(Failure::NoAnswer)?;
        let status = answer.status();
        if status != PARTIAL && status != WHOLE {
            return Err(Failure::Refused(status));
        }
        let reader = answer.body().map(|body| body.get_reader().unchecked_into()).ok_or(Failure::CutOff)?;
        Ok(Self { status, reader, start: if status == PARTIAL { start } else { 0 }, held: Vec::new() })
    }

    /// These bytes of the file, or as many of them as there are. What lies before them is forgotten.
    async fn read(&mut self, start: usize, length: usize) -> Result<Vec<u8>, Failure> {
        loop {
            let passed = start.saturating_sub(self.start).min(self.held.len());
            self.held.drain(..passed);
            self.start += passed;
            let has_all = self.start == start && self.held.len() >= length;
            if has_all || !self.receive().await? {
                let here = if self.start == start { self.held.len().min(length) } else { 0 };
                return Ok(self.held[..here].to_vec());
            }
        }
    }

    /// Waits for more; `false` at the end.
    async fn receive(&mut self) -> Result<bool, Failure> {
        let part = JsFuture::from(self.reader.read()).await.map_err(|_| Failure::CutOff)?;
        let value = Reflect::get(&part, &"value".into()).unwrap_or(JsValue::UNDEFINED);
        let Ok(bytes) = value.dyn_into::<Uint8Array>() else { return Ok(false) };
        self.held.extend(bytes.to_vec());
        Ok(true)
    }
}

impl Drop for Answer {
    /// The rest is not wanted.
    fn drop(&mut self) {
        let cancelled = self.reader.cancel();
        // A stream that broke says so once more.
        wasm_bindgen_futures::spawn_local(async move { drop(JsFuture::from(cancelled).await) });
    }
}
