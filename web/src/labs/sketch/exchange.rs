//! Drawings out of the pad and into it, as files: SVG, PNG and Quick, Draw!'s own kinds.

use std::f64::consts::TAU;

use js_sys::{ArrayBuffer, Uint8Array};
use leptos::{ev::DragEvent, html, prelude::*};
use protocol::Drawing;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

use super::{
    drawing::{SIDE, svg},
    pad::Pad,
    teach::{Content, Lesson, by_word},
};
use crate::{
    components::{Choice, Select},
    files, format,
    plots::canvas,
    run::Opened,
};

/// Largest file that is read, in bytes.
const LARGEST: f64 = 2e8;
/// Width and height of a saved picture, in pixels.
const PICTURE: u32 = 1024;
/// How thick a line is, in the pad's units.
const LINE: f64 = 5.0;
/// Names that a sentence lists.
const LISTED: usize = 6;

#[component]
pub fn Exchange(pad: Pad) -> impl IntoView {
    let lesson = expect_context::<Lesson>();
    let chosen = RwSignal::new(String::new());
    let save = move |kind: String| {
        save(pad, &kind);
        chosen.set(kind);
        chosen.set(String::new());
    };
    let field = NodeRef::<html::Input>::new();
    let take = move |_| {
        let Some(field) = field.get_untracked() else { return };
        open(pad, lesson, field.files());
        // The same file again is news again.
        field.set_value("");
    };
    let kinds = [("", "Save"), ("svg", "SVG"), ("png", "PNG"), ("ndjson", "ndjson")];
    view! {
        <div class="exchange">
            <Select
                label="Save drawing"
                value=chosen
                choices=kinds.map(|(value, name)| Choice::new(value, name)).to_vec()
                disabled=Signal::derive(move || pad.drawing.with(Vec::is_empty))
                on_change=save
            />
            <label
                class="button quiet"
                title="Files of drawings: Quick, Draw!'s .ndjson, .bin or .npy. One drawing goes onto the pad, several join your categories. They can be dropped here, too."
            >
                <span>"Open"<span class="more-words">" drawings"</span></span>
                <input class="for-screen-readers" type="file" multiple accept=".ndjson,.jsonl,.json,.bin,.npy" node_ref=field on:change=take />
            </label>
        </div>
    }
}

/// Saves what is on the pad, under the word that it was drawn for, or else the best guess.
fn save(pad: Pad, kind: &str) {
    let drawing = pad.drawing.get_untracked();
    let guessed = || untrack(move || pad.guesses().first().map(|guess| pad.name(guess.class)));
    let word = pad.paper.with_value(|paper| paper.word().map(str::to_owned));
    let word = word.or_else(guessed).unwrap_or_else(|| "drawing".into());
    let name = format!("{}.{kind}", word.replace(|letter: char| !letter.is_alphanumeric(), "-"));
    let saved = match kind {
        "svg" => files::save(&name, &svg(&drawing).into()),
        "png" => painted(&drawing).and_then(|address| files::save_address(&name, &address)),
        "ndjson" => return save_ndjson(pad, name, word, &[drawing]),
        _ => Some(()),
    };
    tell(pad, saved);
}

/// Saves drawings in Quick, Draw!'s simplified form.
pub fn save_ndjson(pad: Pad, name: String, word: String, drawings: &[Drawing]) {
    pad.run.write_drawings(word, drawings, move |written| match written {
        Ok(file) => tell(pad, files::save(&name, &Uint8Array::new(&file))),
        Err(sentence) => drop(pad.run.notices.fail(sentence, None)),
    });
}

fn tell(pad: Pad, saved: Option<()>) {
    if saved.is_none() {
        pad.run.notices.fail("The browser does not let this page save files.", None);
    }
}

/// A picture of the drawing, black on white, as an address that holds it all.
fn painted(drawing: &Drawing) -> Option<String> {
    let scratch = canvas::scratch()?;
    canvas::resize(&scratch, PICTURE, PICTURE);
    let context = canvas::context(&scratch)?;
    let scale = f64::from(PICTURE) / f64::from(SIDE);
    context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0).ok()?;
    context.set_fill_style_str("white");
    context.fill_rect(0.0, 0.0, SIDE.into(), SIDE.into());
    context.set_fill_style_str("black");
    context.set_stroke_style_str("black");
    context.set_line_width(LINE);
    context.set_line_cap("round");
    context.set_line_join("round");
    for stroke in drawing {
        context.begin_path();
        if let [[x, y]] = stroke[..] {
            context.arc(x.into(), y.into(), LINE / 2.0, 0.0, TAU).ok()?;
            context.fill();
        }
        stroke.iter().for_each(|&[x, y]| context.line_to(x.into(), y.into()));
        context.stroke();
    }
    // Whoever uses it next expects no scale.
    let address = scratch.to_data_url().ok();
    context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0).ok()?;
    address
}

/// Files are held over the lab: it can take them. Whether it is files.
pub fn hovers(event: &DragEvent) -> bool {
    let has_files = event.data_transfer().is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0));
    if has_files {
        event.prevent_default();
    }
    has_files
}

/// Files are dropped on the lab.
pub fn drop_files(pad: Pad, lesson: Lesson, event: &DragEvent) {
    let files = event.data_transfer().and_then(|transfer| transfer.files()).filter(|files| files.length() > 0);
    if files.is_some() {
        event.prevent_default();
        open(pad, lesson, files);
    }
}

/// Opens files, one after the other.
fn open(pad: Pad, lesson: Lesson, files: Option<FileList>) {
    let Some(files) = files else { return };
    let files: Vec<File> = (0..files.length()).rev().filter_map(|index| files.get(index)).collect();
    let is_alone = files.len() == 1;
    open_last(pad, lesson, files, is_alone);
}

fn open_last(pad: Pad, lesson: Lesson, mut files: Vec<File>, is_alone: bool) {
    let Some(file) = files.pop() else { return };
    let name = file.name();
    wasm_bindgen_futures::spawn_local(async move {
        let refuse = {
            let name = name.clone();
            move |sentence: String| {
                pad.run.notices.fail(format!("{name}: {sentence}"), Some("Nothing was changed.".into()));
            }
        };
        match read(&file).await {
            Ok(buffer) => pad.run.read_drawings(name, buffer, move |opened| {
                match opened.and_then(|opened| take(pad, lesson, opened, is_alone)) {
                    Ok(Some(sentence)) => drop(pad.run.notices.say(sentence, None)),
                    Ok(None) => {}
                    Err(sentence) => refuse(sentence),
                }
                open_last(pad, lesson, files, is_alone);
            }),
            Err(sentence) => {
                refuse(sentence);
                open_last(pad, lesson, files, is_alone);
            }
        }
    });
}

async fn read(file: &File) -> Result<ArrayBuffer, String> {
    let size = file.size();
    if size > LARGEST {
        let [size, largest] = [size, LARGEST].map(|bytes| format::bytes(bytes as u64));
        return Err(format!("it has {size}, and at most {largest} are read."));
    }
    let buffer = JsFuture::from(file.array_buffer()).await;
    buffer.ok().and_then(|buffer| buffer.dyn_into().ok()).ok_or_else(|| "the browser could not read it.".into())
}

/// One drawing of strokes goes onto the pad, all else to the visitor's categories; what is to be said of it.
fn take(pad: Pad, lesson: Lesson, opened: Opened, is_alone: bool) -> Result<Option<String>, String> {
    let broken = || "its drawings do not fit its words.".to_owned();
    let content = Content::read(opened.form, &opened.drawings).ok_or_else(broken)?;
    match &content {
        _ if content.count() == 0 => return Err("there are no drawings in it.".into()),
        Content::Strokes(drawings) if is_alone && drawings.len() == 1 => {
            let word = opened.words.first().filter(|word| !word.is_empty()).cloned();
            pad.change(|paper| paper.replace(&drawings[0], word));
            return Ok(None);
        }
        _ => {}
    }
    let mut left_out = opened.left_out as usize + content.count();
    let (mut added, mut names) = (0, Vec::new());
    for (word, content) in by_word(&opened.words, content).ok_or_else(broken)? {
        let Some(joined) = lesson.own.join(&word, content) else { continue };
        left_out -= joined.added;
        added += joined.added;
        if joined.added > 0 {
            names.push(joined.name);
        }
    }
    Ok(Some(welcome(added, &names, left_out)))
}

/// `120 drawings of 3 words joined your categories: cat, dog, tree.`
fn welcome(drawings: usize, names: &[String], left_out: usize) -> String {
    let counted =
        |count: usize, of: &str| format!("{} {of}{}", format::grouped(count as u64), if count == 1 { "" } else { "s" });
    let mut listed = names.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > LISTED {
        listed += &format!(" and {} more", names.len() - LISTED);
    }
    let joined = match names.len() {
        0 => "No drawing joined your categories: they are full.".to_owned(),
        words => {
            format!("{} of {} joined your categories: {listed}.", counted(drawings, "drawing"), counted(words, "word"))
        }
    };
    match left_out {
        0 => joined,
        1 => format!("{joined} 1 drawing was left out: there were too many."),
        count => format!("{joined} {} were left out: there were too many.", counted(count, "drawing")),
    }
}

#[cfg(test)]
mod tests {
    use super::welcome;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn what_was_opened_is_said_with_its_words() {
        assert_eq!(
            welcome(120, &names(&["cat", "dog", "tree"]), 0),
            "120 drawings of 3 words joined your categories: cat, dog, tree."
        );
        assert_eq!(welcome(1, &names(&["cat"]), 0), "1 drawing of 1 word joined your categories: cat.");
        let many = welcome(9, &names(&["a", "b", "c", "d", "e", "f", "g", "h"]), 1);
        assert!(many.contains("a, b, c, d, e, f and 2 more. 1 drawing was left out"), "{many}");
    }

    #[test]
    fn what_was_left_out_is_said() {
        let sentence = welcome(20_000, &names(&["cat"]), 103_202);
        assert!(sentence.ends_with("103,202 drawings were left out: there were too many."), "{sentence}");
        assert!(welcome(0, &[], 5).starts_with("No drawing joined"));
    }
}
