//! Light or dark, normal or large, and what a canvas must know of it. The choice is kept for the next visit where the browser lets us.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

use crate::{plots::curve::Palette, storage};

/// How the page looks now.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    /// What the visitor chose; `None` follows the system.
    pub chosen: RwSignal<Option<Shade>>,
    /// Bigger text, for the back row of a lecture hall.
    pub large: RwSignal<bool>,
    /// What is on screen now: slate or paper.
    pub is_dark: Memo<bool>,
    /// The current colours, for canvases.
    pub palette: Memo<Palette>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    Light,
    Dark,
}

impl Shade {
    fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

const SHADE_KEY: &str = "chalkgrad-shade";
const SIZE_KEY: &str = "chalkgrad-size";

impl Theme {
    /// Reads what was chosen before and keeps the document's root in step.
    pub fn new() -> Self {
        let kept = storage::local_get(SHADE_KEY);
        let chosen =
            RwSignal::new([Shade::Light, Shade::Dark].into_iter().find(|shade| kept.as_deref() == Some(shade.name())));
        let large = RwSignal::new(storage::local_get(SIZE_KEY).as_deref() == Some("large"));
        let system_dark = follow_media("(prefers-color-scheme: dark)");
        let printing = follow_printing();
        // The root changes within the memo, so that whoever reads colours after it reads the new ones.
        let is_dark = Memo::new(move |_| {
            let dark = chosen.get().map_or(system_dark.get(), |shade| shade == Shade::Dark) && !printing.get();
            set_root("data-theme", Some(if dark { "dark" } else { "light" }));
            dark
        });
        let palette = Memo::new(move |_| {
            is_dark.track();
            Palette::of_page()
        });
        Effect::new(move |_| {
            is_dark.track();
            set_root("data-size", large.get().then_some("large"));
        });
        Self { chosen, large, is_dark, palette }
    }

    pub fn flip(&self) {
        let shade = if self.is_dark.get_untracked() { Shade::Light } else { Shade::Dark };
        self.chosen.set(Some(shade));
        storage::local_set(SHADE_KEY, shade.name());
    }

    pub fn flip_size(&self) {
        self.large.update(|large| *large = !*large);
        storage::local_set(SIZE_KEY, if self.large.get_untracked() { "large" } else { "normal" });
    }
}

fn set_root(attribute: &str, value: Option<&str>) {
    let Some(root) = document().document_element() else { return };
    let _ = match value {
        Some(value) => root.set_attribute(attribute, value),
        None => root.remove_attribute(attribute),
    };
}

/// Whether the visitor asked for less motion.
pub fn reduced_motion() -> bool {
    media("(prefers-reduced-motion: reduce)").is_some_and(|list| list.matches())
}

fn media(query: &str) -> Option<web_sys::MediaQueryList> {
    window().match_media(query).ok().flatten()
}

fn follow_media(query: &str) -> RwSignal<bool> {
    let list = media(query);
    let matches = RwSignal::new(list.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    if let Some(list) = list {
        let source = list.clone();
        let follow = Closure::<dyn FnMut()>::new(move || matches.set(source.matches()));
        let _ = list.add_event_listener_with_callback("change", follow.as_ref().unchecked_ref());
        follow.forget();
    }
    matches
}

/// Canvases are redrawn on paper before the browser takes its picture of the page.
fn follow_printing() -> RwSignal<bool> {
    let printing = RwSignal::new(false);
    for (event, value) in [("beforeprint", true), ("afterprint", false)] {
        window_event_listener_untyped(event, move |_| printing.set(value));
    }
    printing
}
