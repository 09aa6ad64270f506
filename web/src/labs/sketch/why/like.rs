//! Drawings like the visitor's: the training drawings that the network finds nearest. They are loaded for who asks for them.

use leptos::prelude::*;

use super::{
    Until,
    asking::{Reasons, problem, told},
};
use crate::{
    components::{Button, Panel, Tile},
    format::grouped,
    run::Neighbours,
};

/// Drawings that are shown.
const SHOWN: usize = 12;
/// Guesses among whose drawings they are looked for.
const GUESSES: usize = 5;

#[component]
pub(super) fn Like(reasons: Reasons) -> impl IntoView {
    let is_told = Memo::new(move |_| told(reasons.neighbours, |_, _| ()).is_some());
    let until = move || {
        view! {
            <Until
                reasons=reasons
                words="The training drawings of the best guesses are being loaded and looked at."
                problem=Signal::derive(move || problem(reasons.neighbours))
            />
        }
    };
    view! {
        <Panel title="Drawings like yours" class="like">
            <Show
                when=move || reasons.looks_for_like.get()
                fallback=move || {
                    view! {
                        <div class="like-question">
                            <p class="small soft">"Which training drawings does the network find most alike?"</p>
                            <Button label="Find them" on_press=move || reasons.look_for_like() />
                        </div>
                    }
                }
            >
                <Show when=move || is_told.get() fallback=until>
                    <Tiles reasons=reasons />
                </Show>
            </Show>
        </Panel>
    }
}

#[component]
fn Tiles(reasons: Reasons) -> impl IntoView {
    let pad = reasons.pad;
    let holds = Memo::new(move |_| reasons.holds(reasons.neighbours));
    let tiles = Signal::derive(move || told(reasons.neighbours, |_, answer| answer.tiles.clone()));
    let tile = move |rank: usize| {
        let neighbour =
            Memo::new(move |_| told(reasons.neighbours, |_, answer| answer.neighbours.get(rank).copied()).flatten());
        let name = move || neighbour.get().map(|neighbour| pad.name(neighbour.class)).unwrap_or_default();
        let similarity =
            move || neighbour.get().map(|neighbour| format!("{:.2}", neighbour.similarity)).unwrap_or_default();
        view! {
            <Show when=move || neighbour.get().is_some()>
                <li>
                    <Tile tiles=tiles index=rank />
                    <span class="like-name" title=name>{name}</span>
                    <span class="number soft">{similarity}</span>
                </li>
            </Show>
        }
    };
    let classes = move || pad.run.built.with(|built| built.as_ref().map_or(GUESSES, |built| built.classes.len()));
    let words = move || told(reasons.neighbours, |_, answer| sentence(answer, classes())).unwrap_or_default();
    view! {
        <ol class="like-tiles" class:stale=move || !holds.get() aria-busy=move || (!holds.get()).to_string() aria-label="Nearest training drawings">
            {(0..SHOWN).map(tile).collect_view()}
        </ol>
        <p class="small soft" title="Similarity: the cosine between the two as the last layer reads them, 1 for the same">{words}</p>
    }
}

/// Among how many drawings these are the nearest.
fn sentence(answer: &Neighbours, classes: usize) -> String {
    let guesses = match classes {
        0 | 1 => "best guess",
        2 => "two best guesses",
        3 => "three best guesses",
        4 => "four best guesses",
        _ => "five best guesses",
    };
    format!("Nearest of {} training drawings of the {guesses}.", grouped(answer.examples.into()))
}
