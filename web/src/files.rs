//! Files that the visitor takes along, and folders that are dropped.

use js_sys::{Array, Function, Promise};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, DataTransfer, File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry, HtmlElement, Url,
};

/// A download has begun by then.
const REVOKE_AFTER: std::time::Duration = std::time::Duration::from_secs(60);

/// Hands the visitor a file of this content.
pub fn save(name: &str, content: &JsValue) -> Option<()> {
    let blob = Blob::new_with_buffer_source_sequence(&Array::of1(content)).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    save_address(name, &address)?;
    set_timeout(move || drop(Url::revoke_object_url(&address)), REVOKE_AFTER);
    Some(())
}

/// Hands the visitor what lies at an address of the page's own.
pub fn save_address(name: &str, address: &str) -> Option<()> {
    let link: HtmlElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_attribute("href", address).ok()?;
    link.set_attribute("download", name).ok()?;
    link.click();
    Some(())
}

/// Every file in the folders that were dropped, at most so many, with its path; `None` where no folder was dropped. The event
/// forgets its files when it is over: what comes back no longer needs it.
pub fn dropped_folders(
    transfer: &DataTransfer,
    most: usize,
) -> Option<impl Future<Output = Vec<(String, File)>> + use<>> {
    let items = transfer.items();
    let entries: Vec<FileSystemEntry> =
        (0..items.length()).filter_map(|index| items.get(index)?.webkit_get_as_entry().ok()?).collect();
    entries.iter().any(FileSystemEntry::is_directory).then_some(read_all(entries, most))
}

async fn read_all(mut entries: Vec<FileSystemEntry>, most: usize) -> Vec<(String, File)> {
    let mut files = Vec::new();
    while let Some(entry) = entries.pop() {
        if files.len() == most {
            break;
        }
        // By what it says and not by its class, which Chromium does not name.
        if entry.is_directory() {
            entries.extend(entries_of(entry.unchecked_ref()).await);
        } else {
            let path = entry.full_path();
            let entry: FileSystemFileEntry = entry.unchecked_into();
            let file = called_back(|done, failed| entry.file_with_callback_and_callback(done, failed)).await;
            files.extend(file.map(|file| (path, file.unchecked_into())));
        }
    }
    files
}

/// A reader gives a folder's entries in parts, and nothing after the last.
async fn entries_of(folder: &FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let (reader, mut entries) = (folder.create_reader(), Vec::new());
    loop {
        let part = called_back(|done, failed| {
            let _ = reader.read_entries_with_callback_and_callback(done, failed);
        });
        match part.await.map(|part| Array::from(&part)) {
            Some(part) if part.length() > 0 => {
                entries.extend(part.iter().map(JsCast::unchecked_into::<FileSystemEntry>))
            }
            _ => return entries,
        }
    }
}

/// What an interface of callbacks answers.
async fn called_back(mut begin: impl FnMut(&Function, &Function)) -> Option<JsValue> {
    JsFuture::from(Promise::new(&mut |done, failed| begin(&done, &failed))).await.ok()
}
