//! The latest snapshot of each tab in IndexedDB, so that a reload can go on. A tab has a name of its own, held by a lock while
//! it lives, so that two tabs, one duplicated from the other included, never write over each other. Where a sandboxed frame
//! has no storage, every function here quietly does nothing.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect};
use leptos::prelude::window;
use protocol::Settings;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransactionMode};

use super::snapshots::Snapshot;
use crate::storage;

const DATABASE: &str = "chalkgrad";
const STORE: &str = "snapshots";
const TAB_KEY: &str = "chalkgrad-tab";
/// How often a lock is asked for.
const ATTEMPTS: u32 = 4;
/// Snapshots of tabs that nobody came back to are forgotten after a week.
const KEPT_MILLISECONDS: f64 = 7.0 * 24.0 * 3600.0 * 1000.0;

thread_local! {
    /// This tab's name, once it is claimed: asking for a lock that the tab itself holds would be refused.
    static TAB: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// This tab's name, the same after a reload.
pub(super) async fn tab_name() -> String {
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

/// Keeps this tab's latest snapshot, and forgets those of tabs long gone.
pub(super) async fn save(tab: String, snapshot: Rc<Snapshot>) -> Option<()> {
    let settings = serde_json::to_string(&snapshot.settings).ok()?;
    let record = Object::new();
    let entries: [(&str, JsValue); 5] = [
        ("tab", tab.into()),
        ("time", js_sys::Date::now().into()),
        ("step", (snapshot.step as f64).into()),
        ("settings", settings.into()),
        ("bytes", snapshot.bytes().into()),
    ];
    for (key, value) in entries {
        Reflect::set(&record, &key.into(), &value).ok()?;
    }
    let store = store(IdbTransactionMode::Readwrite).await?;
    done(&store.put(&record).ok()?).await?;
    let old = IdbKeyRange::upper_bound(&(js_sys::Date::now() - KEPT_MILLISECONDS).into()).ok()?;
    let keys = done(&store.index("time").ok()?.get_all_keys_with_key(&old).ok()?).await?;
    for key in keys.dyn_into::<Array>().ok()?.iter() {
        done(&store.delete(&key).ok()?).await?;
    }
    Some(())
}

/// What this tab kept before it was reloaded; else what a tab that was closed since left of a run with the same settings.
pub(super) async fn load(settings: &Settings) -> Option<Snapshot> {
    let tab = tab_name().await;
    let own = store(IdbTransactionMode::Readonly).await?.get(&tab.into()).ok()?;
    let is_wanted = |snapshot: &Snapshot| snapshot.settings == *settings && snapshot.step > 0;
    if let Some(snapshot) = done(&own).await.and_then(read).filter(is_wanted) {
        return Some(snapshot);
    }
    let by_time = store(IdbTransactionMode::Readonly).await?.index("time").ok()?.get_all().ok()?;
    let records: Array = done(&by_time).await?.dyn_into().ok()?;
    for record in records.iter().rev() {
        let Some(name) = Reflect::get(&record, &"tab".into()).ok().and_then(|name| name.as_string()) else { continue };
        let Some(snapshot) = read(record).filter(is_wanted) else { continue };
        if hold(&name).await == Some(true) {
            storage::session_set(TAB_KEY, &name);
            TAB.set(Some(name));
            return Some(snapshot);
        }
    }
    None
}

fn read(record: JsValue) -> Option<Snapshot> {
    let field = |key: &str| Reflect::get(&record, &key.into()).ok();
    let settings: Settings = serde_json::from_str(&field("settings")?.as_string()?).ok()?;
    let bytes: ArrayBuffer = field("bytes")?.dyn_into().ok()?;
    Some(Snapshot::new(field("step")?.as_f64()? as u64, settings, bytes))
}

async fn store(mode: IdbTransactionMode) -> Option<IdbObjectStore> {
    let opening = window().indexed_db().ok()??.open_with_u32(DATABASE, 1).ok()?;
    let upgrade = {
        let opening = opening.clone();
        Closure::once_into_js(move || {
            let database: Option<IdbDatabase> = opening.result().ok().and_then(|result| result.dyn_into().ok());
            let parameters = web_sys::IdbObjectStoreParameters::new();
            parameters.set_key_path(&"tab".into());
            let store = database
                .and_then(|database| database.create_object_store_with_optional_parameters(STORE, &parameters).ok());
            let _ = store.map(|store| store.create_index_with_str("time", "time"));
        })
    };
    opening.set_onupgradeneeded(Some(upgrade.unchecked_ref()));
    let database: IdbDatabase = done(&opening).await?.dyn_into().ok()?;
    database.transaction_with_str_and_mode(STORE, mode).ok()?.object_store(STORE).ok()
}

/// Waits for a request; `None` where it failed.
async fn done(request: &IdbRequest) -> Option<JsValue> {
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
