//! The page's end of the engine: one worker, commands out, events in, answers matched by their number.
//! It knows nothing of runs or pictures; whoever listens does. Messages are `[json, ...buffers]` in both directions.

mod watchdog;
pub mod worker;

use std::collections::{HashMap, VecDeque};

use js_sys::{Array, ArrayBuffer, Reflect};
use leptos::prelude::*;
use protocol::{Command, Envelope, Event, EventBody};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{ErrorEvent, MessageEvent, Worker};

use crate::storage;
use watchdog::Watchdog;

/// An event with the raw buffers that travelled beside it.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub event: Event,
    /// The event's own JSON, for the page API.
    pub json: String,
    pub buffers: Vec<ArrayBuffer>,
}

/// What the listener hears.
pub enum Happening<'a> {
    Event(&'a Incoming),
    /// The worker is gone; the sentence says why. `start` makes a new one.
    Died(String),
}

/// Why a command was not carried out, in a sentence; where network text is at fault, also its line and column, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub message: String,
    pub place: Option<[u32; 2]>,
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self { message, place: None }
    }
}

pub type Answered = Result<Incoming, Refusal>;
type Answer = Box<dyn FnOnce(Answered)>;

struct Outgoing {
    id: u32,
    command: Command,
    buffers: Vec<ArrayBuffer>,
}

struct Waiting {
    answer: Answer,
    /// May keep the worker busy for long, so that silence means less.
    is_long: bool,
}

/// A worker with the callbacks that must live as long as it does.
struct Running {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

#[derive(Default)]
struct Inner {
    running: Option<Running>,
    /// `opened` has come: commands may go.
    is_open: bool,
    last_id: u32,
    waiting: HashMap<u32, Waiting>,
    queue: VecDeque<Outgoing>,
    watchdog: Watchdog,
    /// What the engine calls itself.
    build: String,
}

/// Whoever hears what happens.
type Listener = Box<dyn Fn(Happening)>;

/// Copy of a handle; there is one engine.
#[derive(Clone, Copy)]
pub struct Engine {
    inner: StoredValue<Inner, LocalStorage>,
    listener: StoredValue<Option<Listener>, LocalStorage>,
}

impl Engine {
    pub fn new() -> Self {
        let engine = Self { inner: StoredValue::new_local(Inner::default()), listener: StoredValue::new_local(None) };
        set_interval(move || engine.tick(), watchdog::PERIOD);
        engine
    }

    /// There is one listener; it hears every event after the page has understood it.
    pub fn listen(&self, listener: impl Fn(Happening) + 'static) {
        self.listener.set_value(Some(Box::new(listener)));
    }

    fn tell(&self, happening: Happening) {
        self.listener.with_value(|listener| {
            if let Some(listener) = listener {
                listener(happening);
            }
        });
    }

    pub fn build(&self) -> String {
        self.inner.with_value(|inner| inner.build.clone())
    }

    /// Starts a worker if none runs.
    pub fn start(&self) {
        if self.inner.with_value(|inner| inner.running.is_some()) {
            return;
        }
        let engine = *self;
        let worker = match worker::start() {
            Ok(worker) => worker,
            Err(sentence) => return self.die(sentence),
        };
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| engine.receive(&message));
        let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |error: ErrorEvent| {
            error.prevent_default();
            // A script that does not load makes a plain event, without a message.
            let words = Reflect::get(&error, &"message".into()).ok().and_then(|message| message.as_string());
            let words =
                words.filter(|words| !words.is_empty()).unwrap_or_else(|| "its script could not be loaded.".into());
            engine.die(format!("The engine stopped: {words}"));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        self.inner.update_value(|inner| {
            inner.running = Some(Running { worker, _on_message: on_message, _on_error: on_error });
            inner.is_open = false;
            inner.watchdog = Watchdog::default();
        });
    }

    /// Sends a command, or keeps it until the engine listens. The answer is the event that replies, or a sentence.
    pub fn send(&self, command: Command, buffers: Vec<ArrayBuffer>, answer: impl FnOnce(Answered) + 'static) {
        let is_long = watchdog::is_long(&command);
        let ready = self.inner.try_update_value(|inner| {
            inner.last_id += 1;
            let outgoing = Outgoing { id: inner.last_id, command, buffers };
            inner.waiting.insert(inner.last_id, Waiting { answer: Box::new(answer), is_long });
            if inner.is_open {
                return Some(outgoing);
            }
            inner.queue.push_back(outgoing);
            None
        });
        if let Some(Some(outgoing)) = ready {
            self.post(outgoing);
        }
    }

    /// Sends a command that has no answer; forgotten where no engine listens.
    pub fn notify(&self, command: Command) {
        let id = self.inner.try_update_value(|inner| {
            inner.last_id += 1;
            inner.is_open.then_some(inner.last_id)
        });
        if let Some(Some(id)) = id {
            self.post(Outgoing { id, command, buffers: Vec::new() });
        }
    }

    fn post(&self, outgoing: Outgoing) {
        let Ok(json) = serde_json::to_string(&Envelope { id: outgoing.id, command: outgoing.command }) else { return };
        let message = Array::of1(&JsValue::from_str(&json));
        let transfer = Array::new();
        for buffer in &outgoing.buffers {
            message.push(buffer);
            transfer.push(buffer);
        }
        let sent = self.inner.with_value(|inner| {
            inner.running.as_ref().map(|running| running.worker.post_message_with_transfer(&message, &transfer))
        });
        if !matches!(sent, Some(Ok(()))) {
            self.answer(outgoing.id, Err("The message could not be sent to the engine.".to_owned().into()));
        }
    }

    fn answer(&self, id: u32, result: Answered) {
        let waiting = self.inner.try_update_value(|inner| inner.waiting.remove(&id)).flatten();
        if let Some(waiting) = waiting {
            (waiting.answer)(result);
        }
    }

    fn receive(&self, message: &MessageEvent) {
        self.inner.update_value(|inner| inner.watchdog.heard());
        let Some(incoming) = understood(&message.data()) else {
            return self.die("The engine sent a message that this page does not understand. Reload the page to bring both to the same version.".into());
        };
        match &incoming.event.body {
            EventBody::Ready { version, .. } if *version != protocol::VERSION => {
                return self.die(format!(
                    "The engine speaks version {version} of the protocol, the page version {}. Reload the page without its cache.",
                    protocol::VERSION
                ));
            }
            EventBody::Ready { build, .. } => self.greet(build.clone()),
            EventBody::Opened => self.open(),
            _ => {}
        }
        let is_own_ping = matches!(incoming.event.body, EventBody::Ponged)
            && !self
                .inner
                .with_value(|inner| incoming.event.reply_to.is_some_and(|id| inner.waiting.contains_key(&id)));
        if is_own_ping {
            return;
        }
        self.tell(Happening::Event(&incoming));
        let (reply_to, crashed) = (incoming.event.reply_to, crash_sentence(&incoming.event.body));
        if let Some(id) = reply_to {
            let result = match &incoming.event.body {
                EventBody::Failed { message, place } => Err(Refusal { message: message.clone(), place: *place }),
                _ => Ok(incoming),
            };
            self.answer(id, result);
        }
        if let Some(sentence) = crashed {
            self.die(sentence);
        }
    }

    /// The first command goes at once, before everything that waits.
    fn greet(&self, build: String) {
        let id = self.inner.try_update_value(|inner| {
            inner.build = build;
            inner.last_id += 1;
            inner.last_id
        });
        let tuned = storage::local_get(storage::TUNED_KEY);
        let open = Command::Open { base_url: worker::base_url(), script: worker::script(), tuned };
        self.post(Outgoing { id: id.unwrap_or_default(), command: open, buffers: Vec::new() });
    }

    fn open(&self) {
        let queue = self.inner.try_update_value(|inner| {
            inner.is_open = true;
            std::mem::take(&mut inner.queue)
        });
        for outgoing in queue.into_iter().flatten() {
            self.post(outgoing);
        }
    }

    /// Ends the worker, refuses whatever waited, and tells the listener.
    pub fn die(&self, sentence: String) {
        let ended = self.inner.try_update_value(|inner| {
            inner.is_open = false;
            inner.queue.clear();
            (inner.running.take(), std::mem::take(&mut inner.waiting))
        });
        let Some((running, waiting)) = ended else { return };
        if let Some(running) = running {
            running.worker.set_onmessage(None);
            running.worker.set_onerror(None);
            running.worker.terminate();
            // Its callbacks may be what runs now: they are dropped when this turn is over.
            set_timeout(move || drop(running), std::time::Duration::ZERO);
        }
        for waiting in waiting.into_values() {
            (waiting.answer)(Err(sentence.clone().into()));
        }
        self.tell(Happening::Died(sentence));
    }

    /// Asks for a sign of life, and gives up on a worker that has given none for too long.
    fn tick(&self) {
        let verdict = self.inner.try_update_value(|inner| {
            if inner.running.is_none() || !inner.is_open {
                return None;
            }
            let is_busy = inner.waiting.values().any(|waiting| waiting.is_long);
            inner.last_id += 1;
            Some((inner.last_id, inner.watchdog.ticked(crate::dom::now(), is_busy)))
        });
        match verdict.flatten() {
            Some((id, true)) => self.post(Outgoing { id, command: Command::Ping, buffers: Vec::new() }),
            Some((_, false)) => self.die("The engine has not answered for a while.".into()),
            None => {}
        }
    }

    /// How long one step takes, so that a slow step is not taken for death.
    pub fn expect_step(&self, seconds: f64) {
        self.inner.update_value(|inner| inner.watchdog.expect_step(seconds));
    }
}

fn crash_sentence(body: &EventBody) -> Option<String> {
    match body {
        EventBody::Crashed { message } => Some(message.clone()),
        _ => None,
    }
}

fn understood(data: &JsValue) -> Option<Incoming> {
    let parts: &Array = data.dyn_ref()?;
    let json = parts.get(0).as_string()?;
    let event = serde_json::from_str(&json).ok()?;
    let buffers = parts.iter().skip(1).filter_map(|part| part.dyn_into().ok()).collect();
    Some(Incoming { event, json, buffers })
}
