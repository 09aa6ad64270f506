//! Own drawings in IndexedDB, a record for each category, in a database of their own. Where a frame has no storage, nothing is kept.

use js_sys::{Array, Object, Uint8Array};
use protocol::Form;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbObjectStore, IdbObjectStoreParameters, IdbTransactionMode};

use super::{content::Content, shelf::Category};
use crate::run::keep::{database, done, field, set};

const DATABASE: &str = "chalkgrad-drawings";
const CATEGORIES: &str = "categories";
const BITMAPS: &str = "bitmaps";

/// What earlier visits left; `None` where there is no storage.
pub async fn load() -> Option<Vec<Category>> {
    let records = store(IdbTransactionMode::Readonly).await?.get_all().ok()?;
    let records: Array = done(&records).await?.dyn_into().ok()?;
    // What cannot be read is left out.
    Some(records.iter().filter_map(|record| read(&record)).collect())
}

/// Writes these records and deletes those names; `None` where that failed.
pub async fn keep(puts: Vec<Object>, gone: Vec<String>) -> Option<()> {
    if puts.is_empty() && gone.is_empty() {
        return Some(());
    }
    let store = store(IdbTransactionMode::Readwrite).await?;
    for name in gone {
        done(&store.delete(&name.as_str().into()).ok()?).await?;
    }
    for record in puts {
        done(&store.put(&record).ok()?).await?;
    }
    Some(())
}

pub fn record(category: &Category) -> Option<Object> {
    let record = Object::new();
    set(&record, "name", category.name.as_str())?;
    set(&record, "form", if category.content.form() == Form::Bitmaps { BITMAPS } else { "strokes" })?;
    set(&record, "bytes", Uint8Array::from(category.content.bytes().as_slice()))?;
    set(&record, "changed", category.changed)?;
    set(&record, "taken", category.taken)?;
    Some(record)
}

fn read(record: &JsValue) -> Option<Category> {
    let form = if field(record, "form")? == BITMAPS { Form::Bitmaps } else { Form::Strokes };
    let bytes: Uint8Array = field(record, "bytes")?.dyn_into().ok()?;
    let content = Content::read(form, &bytes.to_vec()).filter(|content| content.count() > 0)?;
    let number = |key: &str| field(record, key).and_then(|value| value.as_f64()).unwrap_or_default();
    let (changed, taken) = (number("changed"), number("taken") as u32);
    Some(Category { name: field(record, "name")?.as_string()?, content, changed, taken })
}

async fn store(mode: IdbTransactionMode) -> Option<IdbObjectStore> {
    let database = database(DATABASE, 1, |database| {
        let parameters = IdbObjectStoreParameters::new();
        let _ = set(&parameters, "keyPath", "name");
        let _ = database.create_object_store_with_optional_parameters(CATEGORIES, &parameters);
    });
    let transaction = database.await?.transaction_with_str_and_mode(CATEGORIES, mode).ok()?;
    transaction.object_store(CATEGORIES).ok()
}
