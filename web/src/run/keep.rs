//! The run of each tab in IndexedDB, so that a reload can go on: its latest snapshot with its curves, and the row of older ones, its
//! time line. A tab has a name of its own, held by a lock while it lives, so that two tabs, one duplicated from the other included, never write over each other. Where a sandboxed frame
//! has no storage, every function here quietly does nothing.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, ArrayBuffer, Float32Array, Function, Object, Promise, Reflect};
use leptos::prelude::window;
use protocol::Settings;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransactionMode};

use super::snapshots::{Seen, Snapshot};
use crate::{labs::LABS, plots::curve::Curve, project, storage};

const DATABASE: &str = "chalkgrad";
/// A record a tab, by its name: the latest snapshot.
const LATEST: &str = "snapshots";
/// A record a tab and step: what can be gone back to.
const TIME_LINE: &str = "timeline";
const TAB_KEY: &str = "chalkgrad-tab";
/// How often a lock is asked for.
const ATTEMPTS: u32 = 4;
/// Snapshots of tabs that nobody came back to are forgotten after a week.
const KEPT_MILLISECONDS: f64 = 7.0 * 24.0 * 3600.0 * 1000.0;

thread_local! {
    /// This tab's name, once it is claimed: asking for a lock that the tab itself holds would be refused.
    static TAB: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Under which a lab's run is kept in a tab of this name.
fn key_of(tab: &str, lab: &str) -> String {
    // The first lab had no other beside it.
    if lab == LABS[0].name { tab.to_owned() } else { format!("{tab} {lab}") }
}

/// This tab's name, the same after a reload.
async fn tab_name() -> String {
    if let Some(name) = TAB.with_borrow(Clone::clone) {
        return name;
    }
    let name = claim().await;
    TAB.set(Some(name.clone()));
    name
}

async fn claim() -> String {
    if let Some(name) = storage::session_get(TAB_KEY) {
        // A page that is being reloaded may hold its lock for a moment longer; a tab that this one is a copy of goes on holding it.
        for _ in 0..ATTEMPTS {
            if hold(&name).await != Some(false) {
                return name;
            }
            pause(100).await;
        }
    }
    let name = format!("{:08x}", (js_sys::Math::random() * f64::from(u32::MAX)) as u32);
    storage::session_set(TAB_KEY, &name);
    hold(&name).await;
    name
}

async fn pause(milliseconds: i32) {
    let passed = Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds);
    });
    let _ = JsFuture::from(passed).await;
}

/// Takes the lock of a name until the tab closes. `Some(false)`: another tab has it; `None`: there are no locks here.
/// Spoken to by name, since web-sys has them only behind an unstable flag.
async fn hold(name: &str) -> Option<bool> {
    let locks: Object = Reflect::get(&window().navigator(), &"locks".into()).ok()?.dyn_into().ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE).ok()?;
    let name = JsValue::from_str(&format!("chalkgrad-tab-{name}"));
    let taken = Promise::new(&mut |resolve: Function, reject: Function| {
        let granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            let _ = resolve.call1(&JsValue::NULL, &JsValue::from_bool(!lock.is_null()));
            // The lock is held until this promise settles, which it never does.
            if lock.is_null() { JsValue::UNDEFINED } else { Promise::new(&mut |_, _| {}).into() }
        });
        let asked = request.call3(&locks, &name, &options, &granted);
        let refused = Closure::<dyn FnMut(JsValue)>::new(move |error: JsValue| {
            let _ = reject.call1(&JsValue::NULL, &error);
        });
        if let Ok(Ok(promise)) = asked.map(|promise| promise.dyn_into::<Promise>()) {
            let _ = promise.catch(&refused);
        }
        refused.forget();
    });
    JsFuture::from(taken).await.ok()?.as_bool()
}

/// What is kept of a run.
pub(super) struct Kept {
    /// In order of steps; the last is where it goes on.
    pub row: Vec<Snapshot>,
    pub loss: Curve,
    pub accuracy: Curve,
}

/// Keeps this tab's run in this lab, and forgets those of tabs long gone.
pub(super) async fn save(lab: &str, row: Vec<Rc<Snapshot>>, curves: [Curve; 2]) -> Option<()> {
    let tab = key_of(&tab_name().await, lab);
    let latest = row.last()?;
    let record = record(&tab, latest)?;
    for (name, curve) in ["loss", "accuracy"].into_iter().zip(&curves) {
        let (train, held_out) = project::numbers(curve);
        set(&record, name, Float32Array::from(train.as_slice()))?;
        set(&record, &format!("{name}_held_out"), Float32Array::from(held_out.as_slice()))?;
    }
    set(&record, "first_step", curves[0].train.range().0 as f64)?;
    done(&store(LATEST, IdbTransactionMode::Readwrite).await?.put(&record).ok()?).await?;
    save_time_line(&tab, &row).await?;
    let old = IdbKeyRange::upper_bound(&(js_sys::Date::now() - KEPT_MILLISECONDS).into()).ok()?;
    for name in [LATEST, TIME_LINE] {
        let store = store(name, IdbTransactionMode::Readwrite).await?;
        let keys = done(&store.index("time").ok()?.get_all_keys_with_key(&old).ok()?).await?;
        for key in keys.dyn_into::<Array>().ok()?.iter() {
            done(&store.delete(&key).ok()?).await?;
        }
    }
    Some(())
}

/// Writes what is new in the row and deletes what has gone from it.
async fn save_time_line(tab: &str, row: &[Rc<Snapshot>]) -> Option<()> {
    let store = store(TIME_LINE, IdbTransactionMode::Readwrite).await?;
    let kept = done(&store.get_all_keys_with_key(&of_tab(tab)?).ok()?).await?.dyn_into::<Array>().ok()?;
    let steps: Vec<u64> = kept.iter().filter_map(|key| Some(Array::from(&key).get(1).as_f64()? as u64)).collect();
    for (key, step) in kept.iter().zip(&steps) {
        if !row.iter().any(|snapshot| snapshot.step == *step) {
            done(&store.delete(&key).ok()?).await?;
        }
    }
    // The latest is written anew: a run that went back may have come to this step otherwise.
    let last = row.last().map(|snapshot| snapshot.step);
    for snapshot in row.iter().filter(|snapshot| Some(snapshot.step) == last || !steps.contains(&snapshot.step)) {
        let record = record(tab, snapshot)?;
        done(&store.put(&record).ok()?).await?;
    }
    Some(())
}

/// The keys of a tab's time line.
fn of_tab(tab: &str) -> Option<JsValue> {
    let end = |step: f64| Array::of2(&tab.into(), &step.into());
    Some(IdbKeyRange::bound(&end(f64::NEG_INFINITY), &end(f64::INFINITY)).ok()?.into())
}

fn record(tab: &str, snapshot: &Snapshot) -> Option<Object> {
    let record = Object::new();
    set(&record, "tab", tab)?;
    set(&record, "time", js_sys::Date::now())?;
    set(&record, "step", snapshot.step as f64)?;
    set(&record, "settings", serde_json::to_string(&snapshot.settings).ok()?)?;
    set(&record, "bytes", snapshot.state.clone())?;
    if let Some(guesses) = &snapshot.seen.guesses {
        set(&record, "guesses", guesses.clone())?;
    }
    if let Some((sheet, bytes)) = &snapshot.seen.filters {
        set(&record, "filters", serde_json::to_string(sheet).ok()?)?;
        set(&record, "filter_bytes", bytes.clone())?;
    }
    Some(record)
}

pub(crate) fn set(record: &Object, key: &str, value: impl Into<JsValue>) -> Option<bool> {
    Reflect::set(record, &key.into(), &value.into()).ok()
}

/// What this tab kept before it was reloaded; else what a tab that was closed since left of a run with the same settings.
pub(super) async fn load(lab: &str, settings: &Settings) -> Option<Kept> {
    let tab = key_of(&tab_name().await, lab);
    let own = store(LATEST, IdbTransactionMode::Readonly).await?.get(&tab.as_str().into()).ok()?;
    let is_wanted = |record: &JsValue| read(record).is_some_and(|kept| kept.settings == *settings && kept.step > 0);
    if let Some(record) = done(&own).await.filter(is_wanted) {
        return with_time_line(&tab, &record, settings).await;
    }
    let by_time = store(LATEST, IdbTransactionMode::Readonly).await?.index("time").ok()?.get_all().ok()?;
    let records: Array = done(&by_time).await?.dyn_into().ok()?;
    for record in records.iter().rev() {
        let Some(key) = field(&record, "tab").and_then(|key| key.as_string()) else { continue };
        let name = key.split(' ').next().unwrap_or_default();
        if is_wanted(&record) && hold(name).await == Some(true) {
            storage::session_set(TAB_KEY, name);
            TAB.set(Some(name.to_owned()));
            return with_time_line(&key, &record, settings).await;
        }
    }
    None
}

/// A latest snapshot with the older ones and the curves that belong to it.
async fn with_time_line(tab: &str, record: &JsValue, settings: &Settings) -> Option<Kept> {
    let latest = read(record)?;
    let numbers = |name: &str| {
        let array: Option<Float32Array> = field(record, name).and_then(|value| value.dyn_into().ok());
        array.map(|array| array.to_vec()).unwrap_or_default()
    };
    let first = field(record, "first_step").and_then(|step| step.as_f64()).unwrap_or_default() as u64;
    let [loss, accuracy] =
        ["loss", "accuracy"].map(|name| project::curve(first, &numbers(name), &numbers(&format!("{name}_held_out"))));
    let older = async {
        let store = store(TIME_LINE, IdbTransactionMode::Readonly).await?;
        done(&store.get_all_with_key(&of_tab(tab)?).ok()?).await?.dyn_into::<Array>().ok()
    };
    let older = older.await.map(|records| records.to_vec()).unwrap_or_default();
    let fits = |snapshot: &Snapshot| snapshot.step < latest.step && snapshot.settings == *settings;
    let mut row: Vec<Snapshot> = older.iter().filter_map(read).filter(fits).collect();
    row.push(latest);
    Some(Kept { row, loss, accuracy })
}

pub(crate) fn field(record: &JsValue, key: &str) -> Option<JsValue> {
    Reflect::get(record, &key.into()).ok()
}

fn read(record: &JsValue) -> Option<Snapshot> {
    let buffer = |key: &str| field(record, key).and_then(|value| value.dyn_into::<ArrayBuffer>().ok());
    let settings: Settings = serde_json::from_str(&field(record, "settings")?.as_string()?).ok()?;
    let sheet = field(record, "filters").and_then(|text| serde_json::from_str(&text.as_string()?).ok());
    let seen = Seen { guesses: buffer("guesses"), filters: sheet.zip(buffer("filter_bytes")) };
    Some(Snapshot::new(field(record, "step")?.as_f64()? as u64, settings, buffer("bytes")?).with(seen))
}

async fn store(name: &str, mode: IdbTransactionMode) -> Option<IdbObjectStore> {
    let database = database(DATABASE, 2, |database| {
        let keys = [(LATEST, JsValue::from("tab")), (TIME_LINE, Array::of2(&"tab".into(), &"step".into()).into())];
        for (name, key) in keys {
            let parameters = web_sys::IdbObjectStoreParameters::new();
            let _ = set(&parameters, "keyPath", key);
            // What the first version made is there already.
            let store = database.create_object_store_with_optional_parameters(name, &parameters).ok();
            let _ = store.map(|store| store.create_index_with_str("time", "time"));
        }
    });
    database.await?.transaction_with_str_and_mode(name, mode).ok()?.object_store(name).ok()
}

/// Opens a database of this name; one of an earlier version, or a new one, is brought up to date first.
pub(crate) async fn database(
    name: &str,
    version: u32,
    upgrade: impl FnOnce(&IdbDatabase) + 'static,
) -> Option<IdbDatabase> {
    let opening = window().indexed_db().ok()??.open_with_u32(name, version).ok()?;
    let upgrade = {
        let opening = opening.clone();
        Closure::once_into_js(move || {
            let database = opening.result().ok().and_then(|result| result.dyn_into().ok());
            if let Some(database) = database {
                upgrade(&database);
            }
        })
    };
    opening.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    done(&opening).await?.dyn_into().ok()
}

/// Waits for a request; `None` where it failed.
pub(crate) async fn done(request: &IdbRequest) -> Option<JsValue> {
    let answered = Promise::new(&mut |resolve: Function, _| {
        let failed = resolve.clone();
        let on_success = Closure::once_into_js(move || resolve.call1(&JsValue::NULL, &JsValue::TRUE));
        let on_error = Closure::once_into_js(move |event: web_sys::Event| {
            event.prevent_default();
            event.stop_propagation();
            failed.call1(&JsValue::NULL, &JsValue::FALSE)
        });
        request.set_onsuccess(Some(on_success.unchecked_ref()));
        request.set_onerror(Some(on_error.unchecked_ref()));
    });
    let worked = JsFuture::from(answered).await.ok()?.as_bool()?;
    if worked { request.result().ok() } else { None }
}
