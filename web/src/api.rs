//! `window.chalkgrad`: the page for scripts. Promises, plain objects, and the messages of `protocol`; documented in `README.md`.
//! Whatever is passed in is answered with a sentence at worst: nothing here panics.

use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Function, JSON, Object, Promise, Reflect};
use leptos::prelude::*;
use protocol::{BenchRequest, Command, EventBody};
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use crate::{app::Site, engine::Incoming, link, run::Score};

struct Listener {
    id: u32,
    /// An event's type, or `*`.
    kind: String,
    callback: Function,
}

/// Copy of a handle to what scripts listen for.
#[derive(Clone, Copy)]
pub struct Api {
    listeners: StoredValue<(u32, Vec<Rc<Listener>>), LocalStorage>,
    /// Resolves `ready`; taken once the engine has opened.
    resolve_ready: StoredValue<Option<Function>, LocalStorage>,
    build: StoredValue<String>,
}

impl Api {
    /// Passes an event on to the scripts that listen for it.
    pub fn hear(&self, incoming: &Incoming) {
        match &incoming.event.body {
            EventBody::Ready { build, .. } => self.build.set_value(build.clone()),
            EventBody::Opened => self.become_ready(),
            _ => {}
        }
        let kind = kind_of(incoming);
        let heard_by: Vec<_> = self.listeners.with_value(|(_, listeners)| {
            listeners.iter().filter(|listener| listener.kind == "*" || listener.kind == kind).cloned().collect()
        });
        if heard_by.is_empty() {
            return;
        }
        let event = as_object(incoming);
        for listener in heard_by {
            // A script's own error belongs to the script: it must not stop the page.
            if let Err(error) = listener.callback.call1(&JsValue::NULL, &event) {
                set_timeout(move || wasm_bindgen::throw_val(error), std::time::Duration::ZERO);
            }
        }
    }

    fn become_ready(&self) {
        if let Some(resolve) = self.resolve_ready.try_update_value(Option::take).flatten() {
            let build = self.build.get_value();
            let _ = resolve.call1(&JsValue::NULL, &to_js(&json!({ "version": protocol::VERSION, "build": build })));
        }
    }
}

fn kind_of(incoming: &Incoming) -> String {
    let value: Value = serde_json::from_str(&incoming.json).unwrap_or_default();
    value["type"].as_str().unwrap_or_default().to_owned()
}

fn to_js(value: &Value) -> JsValue {
    JSON::parse(&value.to_string()).unwrap_or(JsValue::NULL)
}

/// The event as a plain object; what travelled beside it as `buffers`.
fn as_object(incoming: &Incoming) -> JsValue {
    let object = JSON::parse(&incoming.json).unwrap_or(JsValue::NULL);
    if !incoming.buffers.is_empty() {
        let buffers: Array = incoming.buffers.iter().map(|buffer| buffer.slice(0)).collect();
        let _ = Reflect::set(&object, &"buffers".into(), &buffers);
    }
    object
}

fn error(sentence: &str) -> JsValue {
    js_sys::Error::new(sentence).into()
}

/// A plain object as JSON; what is none of it, in a sentence.
fn read(value: &JsValue, what: &str) -> Result<Value, String> {
    if !value.is_object() || value.is_function() || Array::is_array(value) {
        return Err(format!("{what} must be a plain object, such as {{ type: \"train\" }}."));
    }
    let text = JSON::stringify(value).map_err(|_| format!("{what} cannot be written as JSON."))?;
    serde_json::from_str(&String::from(text)).map_err(|_| format!("{what} cannot be written as JSON."))
}

/// Puts `window.chalkgrad` there.
pub fn install(site: Site) -> Api {
    let mut resolve_ready = None;
    let ready = Promise::new(&mut |resolve, _| resolve_ready = Some(resolve));
    let api = Api {
        listeners: StoredValue::new_local((0, Vec::new())),
        resolve_ready: StoredValue::new_local(resolve_ready),
        build: StoredValue::new(String::new()),
    };
    let object = Object::new();
    let set = |name: &str, value: JsValue| {
        let _ = Reflect::set(&object, &name.into(), &value);
    };
    set("ready", ready.into());
    set("version", protocol::VERSION.into());
    set("send", function2(move |command, buffers| promise(|answer| send(site.now(), &command, &buffers, answer))));
    set("on", function2(move |kind, callback| on(api, &kind, callback)));
    set("state", function2(move |_, _| to_js(&state(site.now()))));
    set("bench", function2(move |request, _| promise(|answer| bench(site.now(), &request, answer))));
    let _ = Reflect::set(&window(), &"chalkgrad".into(), &object);
    api
}

/// A function for scripts; it lives as long as the page.
fn function2(run: impl Fn(JsValue, JsValue) -> JsValue + 'static) -> JsValue {
    Closure::<dyn Fn(JsValue, JsValue) -> JsValue>::new(run).into_js_value()
}

type Answer = Box<dyn FnOnce(Result<JsValue, String>)>;

fn promise(start: impl FnOnce(Answer)) -> JsValue {
    let mut start = Some(start);
    let promise = Promise::new(&mut |resolve, reject| {
        let Some(start) = start.take() else { return };
        start(Box::new(move |result| {
            let _ = match result {
                Ok(value) => resolve.call1(&JsValue::NULL, &value),
                Err(sentence) => reject.call1(&JsValue::NULL, &error(&sentence)),
            };
        }));
    });
    promise.into()
}

fn send(site: Site, command: &JsValue, buffers: &JsValue, answer: Answer) {
    let understood = read(command, "A command").and_then(|mut command| {
        let is_new_run = matches!(command["type"].as_str(), Some("configure" | "restore"));
        if is_new_run && command.get("run").is_none() {
            command["run"] = 0.into();
        }
        serde_json::from_value::<Command>(command).map_err(|problem| format!("This is not a command: {problem}."))
    });
    let command = match understood {
        Ok(command) => command,
        Err(sentence) => return answer(Err(sentence)),
    };
    let buffers: Vec<ArrayBuffer> = match buffers.dyn_ref::<Array>() {
        Some(array) => array.iter().filter_map(|buffer| buffer.dyn_into().ok()).collect(),
        None => Vec::new(),
    };
    match command {
        Command::Acknowledge { .. } => {
            site.run.engine.notify(command);
            answer(Ok(JsValue::UNDEFINED));
        }
        Command::Open { .. } => answer(Err("The page has opened the engine already.".into())),
        command => {
            if let Command::Configure { settings, .. } | Command::Restore { settings, .. } = &command {
                site.run.draft.set((**settings).clone());
            }
            if let Command::Adjust { optimizer, schedule, augmentation, label_smoothing, dropout, stop } = command {
                site.run.draft.update(|draft| {
                    (draft.optimizer, draft.schedule) = (optimizer, schedule);
                    draft.augmentation = augmentation.unwrap_or(draft.augmentation);
                    draft.label_smoothing = label_smoothing.unwrap_or(draft.label_smoothing);
                    draft.dropout = dropout.or(draft.dropout);
                    draft.stop = stop.unwrap_or(draft.stop);
                });
            }
            site.run.send(command, buffers, move |result| {
                answer(result.map(|incoming| as_object(&incoming)).map_err(|refusal| refusal.message))
            });
        }
    }
}

fn bench(site: Site, request: &JsValue, answer: Answer) {
    let understood = read(request, "A bench request").and_then(|request| {
        serde_json::from_value::<BenchRequest>(request)
            .map_err(|problem| format!("This is not a bench request: {problem}."))
    });
    let request = match understood {
        Ok(request) => Box::new(request),
        Err(sentence) => return answer(Err(sentence)),
    };
    site.run.send(Command::Bench { request }, Vec::new(), move |result| {
        answer(result.map_err(|refusal| refusal.message).and_then(|incoming| match incoming.event.body {
            EventBody::Benched { result } => Ok(to_js(&json!(result))),
            _ => Err("The engine answered with something else than a measurement.".into()),
        }));
    });
}

/// Listens for one type of event, or `*`; returns a function that ends it.
fn on(api: Api, kind: &JsValue, callback: JsValue) -> JsValue {
    let (Some(kind), Ok(callback)) = (kind.as_string(), callback.dyn_into::<Function>()) else {
        wasm_bindgen::throw_val(error("chalkgrad.on takes an event's type, or \"*\", and a function."));
    };
    let id = api.listeners.try_update_value(|(last, listeners)| {
        *last += 1;
        listeners.push(Rc::new(Listener { id: *last, kind, callback }));
        *last
    });
    function2(move |_, _| {
        api.listeners.update_value(|(_, listeners)| listeners.retain(|listener| Some(listener.id) != id));
        JsValue::UNDEFINED
    })
}

fn score(score: Option<Score>) -> Value {
    score.map_or(Value::Null, |score| {
        json!({ "loss": score.loss, "accuracy": score.accuracy, "examples": score.examples, "step": score.step })
    })
}

/// Everything that a script may want to know, as a plain object.
fn state(site: Site) -> Value {
    let run = site.run;
    untrack(|| {
        let (status, message) = match run.status.get() {
            crate::run::Status::Stopped(reason, message) => {
                (json!("stopped"), json!({ "reason": reason, "message": message }))
            }
            status => (json!(status.name()), Value::Null),
        };
        let built = run.built.get();
        let route = site.route.get();
        json!({
            "route": route.path(),
            "settings": run.settings.get(),
            "draft": run.draft.get(),
            "link": link::query_of(&run.settings.get()),
            "run": run.number(),
            "status": status,
            "stopped": message,
            "refusal": run.refusal.get().map(|refusal| json!({ "message": refusal.message, "place": refusal.place })),
            "step": run.step.get(),
            "examples": run.examples.get(),
            "epoch": run.epoch.get(),
            "images_per_second": run.images_per_second.get(),
            "learning_rate": run.learning_rate.get(),
            "loss": run.train_loss.get(),
            "accuracy": run.train_accuracy.get(),
            "window": run.window.get(),
            "held_out": score(run.held_out.get()),
            "test": score(run.test.get()),
            "device": built.as_ref().map(|built| built.device.clone()),
            "adapter": built.as_ref().map(|built| built.adapter.clone()),
            "parameters": built.as_ref().map(|built| built.parameters),
            "dataset": built.as_ref().map(|built| built.dataset.clone()),
            "classes": built.as_ref().map(|built| built.classes.clone()),
            "data": run.data.get().map(|data| json!({
                "loaded_shards": data.loaded_shards, "total_shards": data.total_shards, "loaded_bytes": data.loaded_bytes,
            })),
            "snapshots": run.rewind_steps.get(),
            "notice": site.notices.last(),
        })
    })
}
