//! Test pictures with the network's three best guesses beside each. A press on one sends it through the network below.

use leptos::{html, prelude::*};
use protocol::Guess;

use super::own::{OwnCell, OwnPicture};
use crate::{
    app::Site,
    components::{GuessBars, Panel, ShownGuess, Tile, Waiting},
    dom::{follow_size, rem},
    format,
    pictures::Tiles,
    run::{Predictions, Run},
};

/// Least width and height of a cell, and what lies between cells, in rem: as `lab.css` has them.
const CELL: [f64; 2] = [11.0, 5.25];
const CELL_GAP: [f64; 2] = [0.25, 0.125];
/// Below this width, in rem, the lab is laid out for a phone.
const PHONE: f64 = 46.0;

/// What a class is called.
pub fn class_name(run: Run, class: u32) -> String {
    let name = run.built.read().as_ref().and_then(|built| built.classes.get(class as usize).cloned());
    name.unwrap_or_else(|| format!("class {class}"))
}

/// As many whole cells as a room of this size shows; a room that is not bounded shows a dozen.
fn cells_in((width, height): (f64, f64), rem: f64) -> usize {
    if window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width < PHONE * rem) {
        return 12;
    }
    let columns = ((width + CELL_GAP[0] * rem) / ((CELL[0] + CELL_GAP[0]) * rem)).floor().max(1.0);
    let rows = ((height + CELL_GAP[1] * rem) / ((CELL[1] + CELL_GAP[1]) * rem)).floor().max(1.0);
    (columns * rows) as usize
}

#[component]
pub fn TestPictures() -> impl IntoView {
    let run = expect_context::<Site>().run;
    let count =
        Memo::new(move |_| run.predictions.with(|shown| shown.as_ref().map_or(0, |shown| shown.pictures.len())));
    let room = NodeRef::<html::Ul>::new();
    let size = follow_size(room);
    let fitting = Memo::new(move |_| cells_in(size.get(), rem()));
    let remark = move || {
        run.predictions.with(|shown| {
            shown
                .as_ref()
                .map(|shown| {
                    format!("{} right, n = {}", format::percent(shown.accuracy), format::grouped(shown.examples))
                })
                .unwrap_or_default()
        })
    };
    view! {
        <Panel title="Test pictures" class="test-pictures" remark=Signal::derive(remark) tools=move || view! { <OwnPicture run=run /> }>
            <Show
                when=move || count.get() != 0
                fallback=move || {
                    view! { <Waiting message=Signal::derive(move || run.waiting_for("the first guesses follow")) /> }
                }
            >
                <ul class="cells" node_ref=room>
                    <Show when=move || run.own.read().is_some()><OwnCell run=run /></Show>
                    {move || (0..count.get().min(fitting.get() - usize::from(run.own.read().is_some()))).map(|place| view! { <Cell run=run place=place /> }).collect_view()}
                </ul>
            </Show>
        </Panel>
    }
}

/// A place on the sheet of pictures that are guessed while it trains.
#[component]
fn Cell(run: Run, place: usize) -> impl IntoView {
    let picture = Memo::new(move |_| {
        run.predictions.with(|shown| shown.as_ref().and_then(|shown: &Predictions| shown.pictures.get(place).cloned()))
    });
    let tiles = Signal::derive(move || run.predictions.with(|shown| shown.as_ref().map(|shown| shown.tiles.clone())));
    let of = move |read: fn(&protocol::Picture) -> u32| {
        Signal::derive(move || picture.with(|picture| picture.as_ref().map_or(0, read)))
    };
    let guesses = Signal::derive(move || {
        picture.with(|picture| picture.as_ref().map(|picture| picture.guesses.clone()).unwrap_or_default())
    });
    view! { <PictureCell run=run tiles=tiles place=place index=of(|picture| picture.index) label=of(|picture| picture.label) guesses=guesses /> }
}

/// One test picture with its class and its guesses. A press sends it through the network.
#[component]
pub fn PictureCell(
    run: Run,
    /// The sheet that it is on, and its place there.
    tiles: Signal<Option<Tiles>>,
    place: usize,
    /// Its number in the test set.
    #[prop(into)]
    index: Signal<u32>,
    #[prop(into)] label: Signal<u32>,
    #[prop(into)] guesses: Signal<Vec<Guess>>,
) -> impl IntoView {
    let name = move || class_name(run, label.get());
    let shown = Signal::derive(move || {
        let shown = |guess: Guess| ShownGuess {
            name: class_name(run, guess.class),
            probability: f64::from(guess.probability),
            right: guess.class == label.get(),
        };
        guesses.get().into_iter().map(shown).collect::<Vec<_>>()
    });
    let words = move || {
        let guesses = shown.get().into_iter().map(|guess| format!("{} {:.0}%", guess.name, guess.probability * 100.0));
        format!("A {}. Guesses: {}", name(), guesses.collect::<Vec<_>>().join(", "))
    };
    view! {
        <li>
            <button
                type="button"
                class="cell"
                aria-pressed=move || (run.picture.get() == Some(index.get())).to_string()
                aria-label=words
                title="Send it through the network"
                on:click=move |_| run.choose_picture(Some(index.get_untracked()))
            >
                <span class="cell-picture">
                    <Tile tiles=tiles index=place />
                    <span class="cell-label">{name}</span>
                </span>
                <GuessBars guesses=shown />
            </button>
        </li>
    }
}
