//! Categories of one's own: what is on the pad joins one, drawing by drawing.

use leptos::{ev::KeyboardEvent, prelude::*};
use protocol::{Drawing, Form};

use super::{
    categories::small,
    content::{Content, tidied},
    lesson::{LEAST, Lesson, RECOMMENDED},
    own::{BUDGET, Storage},
};
use crate::{
    components::{Button, Panel},
    format,
    labs::sketch::{exchange::save_ndjson, pad::Pad},
};

/// Drawings that are shown, the newest first.
const SHOWN: usize = 12;

/// `cat: 7 of 10 drawn`
fn progress(name: &str, count: usize) -> String {
    match count {
        0..LEAST => format!("{name}: {count} of {RECOMMENDED} drawn; five are the least"),
        LEAST..RECOMMENDED => format!("{name}: {count} of {RECOMMENDED} drawn"),
        _ => format!("{name}: {} drawn", format::grouped(count as u64)),
    }
}

#[component]
pub fn DrawYourOwn(pad: Pad, lesson: Lesson) -> impl IntoView {
    let own = lesson.own;
    let typed = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    // The category of strokes that the name stands for.
    let name = Memo::new(move |_| {
        let name = typed.with(|typed| tidied(typed))?;
        Some(own.shelf.with(|shelf| shelf.name_for(&name, Form::Strokes)))
    });
    let count = move || name.with(|name| name.as_ref().map_or(0, |name| own.shelf.with(|shelf| shelf.count(name))));
    let add = move || {
        let drawing = pad.drawing.get_untracked();
        let Some(name) = name.get_untracked() else { return problem.set(Some("Give it a name first.")) };
        if drawing.is_empty() {
            return problem.set(Some("Draw something on the pad first."));
        }
        problem.set(None);
        if own.join(&name, Content::Strokes(vec![drawing])).is_some_and(|joined| joined.added == 0) {
            return problem.set(Some("There is no room for more drawings."));
        }
        lesson.choose(&name);
        pad.change(|paper| paper.clear());
    };
    let press = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            add();
        }
    };
    let words = move || match (problem.get(), name.get()) {
        (Some(problem), _) => problem.to_owned(),
        (None, Some(name)) => progress(&name, count()),
        (None, None) => "Name a thing, draw it, add it; ten times, each a little different.".to_owned(),
    };
    let names = move || {
        own.shelf.with(|shelf| {
            let names = shelf.categories().iter().filter(|category| category.content.form() == Form::Strokes);
            names.map(|category| view! { <option value=category.name.clone()></option> }).collect_view()
        })
    };
    view! {
        <Panel title="Draw your own" class="draw-own">
            <div class="draw-row">
                <div class="field">
                    <input
                        type="text"
                        aria-label="Name of a category"
                        placeholder="Name of a category"
                        maxlength="40"
                        autocomplete="off"
                        list="own-categories"
                        prop:value=typed
                        on:input=move |event| {
                            problem.set(None);
                            typed.set(event_target_value(&event));
                        }
                        on:keydown=press
                    />
                    <datalist id="own-categories">{names}</datalist>
                </div>
                <Button label="Add this drawing" title="What is on the pad joins the category, and the pad is cleared" on_press=add />
            </div>
            <p class="small number" class:field-problem=move || problem.read().is_some() role="status">{words}</p>
            <Show when=move || { count() > 0 }>
                <Drawings lesson=lesson name=name />
            </Show>
            <Show when=move || own.shelf.with(|shelf| !shelf.categories().is_empty())>
                <Yours pad=pad lesson=lesson />
            </Show>
            <p class="small soft number">{move || keeps(own.storage.get(), own.kept())}</p>
        </Panel>
    }
}

/// What is kept for the next visit, in words.
fn keeps(storage: Storage, (lost, size): (Vec<String>, usize)) -> String {
    let budget = format::bytes(BUDGET as u64);
    match storage {
        Storage::Opening => String::new(),
        Storage::Missing => "This browser keeps nothing for the page: your drawings last for this visit.".into(),
        Storage::There if size == 0 && lost.is_empty() => {
            format!("Your drawings stay on this machine, up to {budget}.")
        }
        Storage::There if lost.is_empty() => {
            format!("Your drawings take {} of {budget} on this machine.", format::bytes(size as u64))
        }
        Storage::There => {
            format!("There is room for {budget} on this machine: {} will be gone after this visit.", lost.join(", "))
        }
    }
}

/// The newest drawings of a category.
#[component]
fn Drawings(lesson: Lesson, name: Memo<Option<String>>) -> impl IntoView {
    let own = lesson.own;
    let drawings = move || {
        let name = name.get()?;
        own.shelf.with(|shelf| {
            let Content::Strokes(drawings) = &shelf.find(&name)?.content else { return None };
            let newest = drawings.iter().enumerate().rev().take(SHOWN);
            let one = |(place, drawing): (usize, &Drawing)| {
                let (name, words) = (name.clone(), format!("Remove drawing {} of {name}", place + 1));
                view! {
                    <li>
                        {small(drawing)}
                        <button type="button" class="remove" aria-label=words.clone() title=words on:click=move |_| own.remove_drawing(&name, place)>
                            <span aria-hidden="true">"✗"</span>
                        </button>
                    </li>
                }
            };
            Some(newest.map(one).collect_view())
        })
    };
    view! { <ul class="own-drawings" aria-label="Newest drawings">{drawings}</ul> }
}

/// Every category of the visitor's, to be saved or forgotten.
#[component]
fn Yours(pad: Pad, lesson: Lesson) -> impl IntoView {
    let own = lesson.own;
    let save = move |word: &str| {
        own.shelf.with_untracked(|shelf| {
            if let Some(Content::Strokes(drawings)) = shelf.find(word).map(|category| &category.content) {
                save_ndjson(pad, format!("{word}.ndjson"), word.to_owned(), drawings);
            }
        });
    };
    let row = move |(name, count, has_strokes): (String, usize, bool)| {
        let (saved, removed) = (name.clone(), name.clone());
        let (save_words, remove_words) = (format!("Save drawings of {name}"), format!("Remove drawings of {name}"));
        view! {
            <li>
                <span>{name}": "<span class="number">{format::grouped(count as u64)}</span></span>
                {has_strokes
                    .then(|| {
                        view! {
                            <button type="button" class="button quiet" aria-label=save_words title="As one file, to pool with others" on:click=move |_| save(&saved)>
                                "Save"
                            </button>
                        }
                    })}
                <button type="button" class="button quiet" aria-label=remove_words on:click=move |_| own.remove(&removed)>"Remove"</button>
            </li>
        }
    };
    let rows = move || {
        own.shelf.with(|shelf| {
            let categories = shelf.categories().iter();
            let rows = categories.map(|category| {
                let content = &category.content;
                (category.name.clone(), content.count(), content.form() == Form::Strokes)
            });
            rows.map(row).collect_view()
        })
    };
    view! {
        <details class="fold">
            <summary class="small">"Your categories"</summary>
            <ul class="your-categories small" aria-label="Your categories">{rows}</ul>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_how_many_are_still_to_be_drawn() {
        assert_eq!(progress("cat", 3), "cat: 3 of 10 drawn; five are the least");
        assert_eq!(progress("cat", 7), "cat: 7 of 10 drawn");
        assert_eq!(progress("cat", 1_200), "cat: 1,200 drawn");
    }

    #[test]
    fn it_is_said_what_is_kept() {
        assert_eq!(keeps(Storage::There, (vec![], 1_200_000)), "Your drawings take 1.2 MB of 32.0 MB on this machine.");
        let lost = keeps(Storage::There, (vec!["old".into()], 9));
        assert!(lost.contains("old will be gone after this visit"), "{lost}");
        assert!(keeps(Storage::Missing, (vec![], 9)).contains("this visit"));
    }
}
