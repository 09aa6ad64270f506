//! Choosing categories: found by name, by their pictures, or a few at once.

use leptos::{ev::KeyboardEvent, prelude::*};
use protocol::Drawing;

use super::{
    content::{Content, PIXELS},
    lesson::{ALL, Lesson},
    more::MoreDrawings,
};
use crate::{
    components::{Button, Look, Panel, Tile, Waiting},
    format,
    labs::sketch::drawing::fitted,
    pictures::Tiles,
};

/// Categories that are shown at first, and as many more on demand.
const PAGE: usize = 60;
/// Sets to begin with.
const SETS: [[&str; 3]; 3] = [["cat", "clock", "tree"], ["airplane", "fish", "house"], ["bicycle", "star", "umbrella"]];
/// Categories that chance chooses.
const AT_RANDOM: usize = 20;

/// A category that can be chosen.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    name: String,
    /// Its place among Quick, Draw!'s.
    place: Option<usize>,
    /// The visitor's drawings of it.
    own: usize,
}

/// The categories whose names contain what is looked for: the visitor's first.
fn found(own: &[(String, usize)], known: &[String], wanted: &str) -> Vec<Entry> {
    let wanted = wanted.trim().to_lowercase();
    let fits = |name: &str| name.to_lowercase().contains(&wanted);
    let yours = own.iter().map(|(name, count)| {
        let place = known.iter().position(|official| official == name);
        Entry { name: name.clone(), place, own: *count }
    });
    let official = known.iter().enumerate().filter(|(_, name)| own.iter().all(|(yours, _)| yours != *name));
    let official = official.map(|(place, name)| Entry { name: name.clone(), place: Some(place), own: 0 });
    yours.chain(official).filter(|entry| fits(&entry.name)).collect()
}

#[component]
pub fn Chooser(lesson: Lesson) -> impl IntoView {
    let own = Memo::new(move |_| {
        let own = |shelf: &super::shelf::Shelf| {
            let categories = shelf.categories().iter();
            categories.map(|category| (category.name.clone(), category.content.count())).collect::<Vec<_>>()
        };
        lesson.own.shelf.with(own)
    });
    let wanted = RwSignal::new(String::new());
    let entries = Memo::new(move |_| {
        let known = lesson.known.get();
        let known = known.as_ref().map(|known| known.names.as_slice()).unwrap_or_default();
        own.with(|own| wanted.with(|wanted| found(own, known, wanted)))
    });
    let shown = RwSignal::new(PAGE);
    let search = move |text: String| {
        wanted.set(text);
        shown.set(PAGE);
    };
    let press = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            if let Some(first) = entries.with_untracked(|entries| entries.first().map(|entry| entry.name.clone())) {
                lesson.toggle(&first);
            }
        }
    };
    let waiting = move || match (lesson.unknown.get(), wanted.read().is_empty()) {
        (Some(sentence), _) if lesson.known.read().is_none() => sentence,
        (_, false) if lesson.known.read().is_some() => {
            "No category is called so. Draw it yourself, and it is one.".into()
        }
        _ => "The categories are on their way.".into(),
    };
    let rest = move || entries.read().len().saturating_sub(shown.get());
    let remark = move || match lesson.takes_all.get() {
        true => format!("all {ALL} chosen"),
        false => format!("{} chosen", format::grouped(lesson.chosen.read().len() as u64)),
    };
    view! {
        <Panel title="Categories" class="chooser" remark=Signal::derive(remark)>
            <Chosen lesson=lesson />
            <Sets lesson=lesson />
            <div class="field">
                <input
                    type="search"
                    aria-label="Find a category"
                    placeholder="Find a category"
                    title="Enter chooses the first that is found, or lets it go"
                    prop:value=wanted
                    on:input=move |event| search(event_target_value(&event))
                    on:keydown=press
                />
            </div>
            <Show when=move || !entries.read().is_empty() fallback=move || view! { <Waiting message=Signal::derive(waiting) /> }>
                <ul class="category-grid" aria-label="Categories">
                    <For
                        each=move || entries.with(|entries| entries.iter().take(shown.get()).cloned().collect::<Vec<_>>())
                        key=|entry| (entry.name.clone(), entry.place, entry.own)
                        let:entry
                    >
                        <CategoryButton lesson=lesson entry=entry />
                    </For>
                    <Show when=move || rest() != 0>
                        <li class="category-more">
                            <Button
                                label=Signal::derive(move || format!("Show more of {}", format::grouped(rest() as u64)))
                                look=Look::Quiet
                                on_press=move || shown.update(|shown| *shown += PAGE)
                            />
                        </li>
                    </Show>
                </ul>
            </Show>
            <MoreDrawings lesson=lesson />
        </Panel>
    }
}

#[component]
fn CategoryButton(lesson: Lesson, entry: Entry) -> impl IntoView {
    let Entry { name, place, own } = entry;
    let is_chosen = {
        let name = name.clone();
        move || lesson.is_chosen(&name).to_string()
    };
    let tiles = Signal::derive(move || lesson.known.get().and_then(|known| known.tiles.clone()));
    let picture = match place {
        Some(place) => view! { <Tile tiles=tiles index=place /> }.into_any(),
        None => first_drawing(lesson, &name),
    };
    let label = name.clone();
    view! {
        <li>
            <button type="button" class="category" aria-pressed=is_chosen on:click=move |_| lesson.toggle(&name)>
                {picture}
                <span class="category-name">{label}</span>
                {(own > 0).then(|| view! { <span class="category-own number">{format::grouped(own as u64)}" yours"</span> })}
            </button>
        </li>
    }
}

/// The first of the visitor's drawings of a category.
fn first_drawing(lesson: Lesson, name: &str) -> AnyView {
    let shelf = lesson.own.shelf.read_untracked();
    match shelf.find(name).map(|category| &category.content) {
        Some(Content::Strokes(drawings)) => drawings.first().map(small).into_any(),
        Some(Content::Bitmaps(bytes)) => {
            let tiles = bytes.get(..PIXELS).and_then(|bytes| Tiles::of_bitmaps(bytes.to_vec()));
            view! { <Tile tiles=Signal::stored(tiles) index=0usize /> }.into_any()
        }
        None => ().into_any(),
    }
}

/// A drawing of strokes as a small picture.
pub fn small(drawing: &Drawing) -> impl IntoView + use<> {
    view! {
        <svg class="small-drawing" viewBox="0 0 256 256" aria-hidden="true">
            <path d=path(&fitted(drawing)) />
        </svg>
    }
}

/// Strokes as the path of an SVG.
fn path(drawing: &Drawing) -> String {
    let mut path = String::new();
    for stroke in drawing {
        for (place, [x, y]) in stroke.iter().enumerate() {
            path += &format!("{}{} {}", if place == 0 { 'M' } else { 'L' }, *x as i32, *y as i32);
        }
        // A dot is a line of no length.
        if stroke.len() == 1 {
            path += "h0";
        }
    }
    path
}

/// What is chosen; a press lets it go.
#[component]
fn Chosen(lesson: Lesson) -> impl IntoView {
    let chip = move |name: String| {
        let (label, words) = (name.clone(), format!("Remove {name}"));
        view! {
            <li>
                <button type="button" class="chip" aria-label=words.clone() title=words on:click=move |_| lesson.toggle(&name)>
                    {label}
                    <span aria-hidden="true">" ✗"</span>
                </button>
            </li>
        }
    };
    let none = move || {
        let is_none = !lesson.takes_all.get() && lesson.chosen.read().is_empty();
        is_none.then(|| view! { <li class="small soft">"Nothing is chosen yet."</li> })
    };
    view! {
        <ul class="chips" aria-label="Chosen categories">
            {none}
            <Show
                when=move || lesson.takes_all.get()
                fallback=move || view! { <For each=move || lesson.chosen.get() key=String::clone let:name>{chip(name)}</For> }
            >
                <li>
                    <button type="button" class="chip" aria-label="Remove all" on:click=move |_| lesson.choose_only(Vec::new())>
                        {format!("All {ALL}")}
                        <span aria-hidden="true">" ✗"</span>
                    </button>
                </li>
            </Show>
        </ul>
    }
}

#[component]
fn Sets(lesson: Lesson) -> impl IntoView {
    let at_random = move || {
        let Some(known) = lesson.known.get_untracked() else { return };
        lesson.choose_only(some_of(&known.names, AT_RANDOM, js_sys::Math::random));
    };
    view! {
        <div class="sets" role="group" aria-label="Quick sets">
            {SETS
                .map(|set| view! { <Button label=set.join(", ") look=Look::Quiet on_press=move || lesson.choose_only(set.map(str::to_owned).to_vec()) /> })
                .collect_view()}
            <Button
                label="Twenty at random"
                look=Look::Quiet
                disabled=Signal::derive(move || lesson.known.read().is_none())
                on_press=at_random
            />
            <Button
                label=format!("All {ALL}")
                look=Look::Quiet
                pressed=lesson.takes_all
                on_press=move || lesson.takes_all.update(|all| *all = !*all)
            />
        </div>
    }
}

/// So many of the names, as chance has it; `random` gives numbers from 0 to below 1.
fn some_of(names: &[String], count: usize, mut random: impl FnMut() -> f64) -> Vec<String> {
    let mut rest: Vec<&String> = names.iter().collect();
    let mut chosen = Vec::new();
    while chosen.len() < count && !rest.is_empty() {
        let place = (random() * rest.len() as f64) as usize;
        chosen.push(rest.swap_remove(place.min(rest.len() - 1)).clone());
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn categories_are_found_by_any_part_of_their_name_the_visitors_first() {
        let (own, known) = ([("my Cat".to_owned(), 7), ("dog".to_owned(), 2)], names(&["The Mona Lisa", "cat", "dog"]));
        let of = |wanted: &str| {
            let entries = found(&own, &known, wanted).into_iter();
            entries.map(|entry| (entry.name, entry.place, entry.own)).collect::<Vec<_>>()
        };
        let (cat, dog) = (("my Cat".to_owned(), None, 7), ("dog".to_owned(), Some(2), 2));
        assert_eq!(of(" CAT "), [cat.clone(), ("cat".into(), Some(1), 0)]);
        assert_eq!(of(""), [cat, dog, ("The Mona Lisa".into(), Some(0), 0), ("cat".into(), Some(1), 0)]);
        assert_eq!(of("teapot"), []);
    }

    #[test]
    fn chance_chooses_none_twice() {
        let all = names(&["a", "b", "c"]);
        assert_eq!(some_of(&all, 2, || 0.0), ["a", "c"]);
        let mut chosen = some_of(&all, 20, || 0.999_999);
        chosen.sort();
        assert_eq!(chosen, all);
    }

    #[test]
    fn a_dot_leaves_a_mark() {
        assert_eq!(path(&vec![vec![[1.0, 2.0], [3.5, 4.0]], vec![[9.0, 9.0]]]), "M1 2L3 4M9 9h0");
    }
}
