//! Test pictures with the network's three best guesses beside each. A press on one sends it through the network below.

use leptos::{html, prelude::*};
use protocol::Split;

use crate::{
    app::Site,
    components::{Button, GuessBars, Look, Panel, ShownGuess, Tile, Waiting},
    dom::{follow_size, rem},
    format,
    run::{Predictions, Run},
};

/// Least width and height of a cell, and what lies between cells, in rem: as `lab.css` has them.
const CELL: [f64; 2] = [11.0, 5.25];
const CELL_GAP: [f64; 2] = [0.25, 0.125];
/// Below this width, in rem, the lab is laid out for a phone.
const PHONE: f64 = 46.0;

fn class_name(run: Run, class: u32) -> String {
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
        <Panel title="Test pictures" class="test-pictures" remark=Signal::derive(remark) tools=move || view! { <MeasureAll run=run /> }>
            <Show
                when=move || count.get() != 0
                fallback=move || {
                    view! { <Waiting message=Signal::derive(move || run.waiting_for("the first guesses follow")) /> }
                }
            >
                <ul class="cells" node_ref=room>
                    {move || (0..count.get().min(fitting.get())).map(|place| view! { <Cell run=run place=place /> }).collect_view()}
                </ul>
            </Show>
        </Panel>
    }
}

/// Measures all test pictures on request; they only report, nothing is steered by them.
#[component]
fn MeasureAll(run: Run) -> impl IntoView {
    let words = move || match run.test.get() {
        Some(score) => {
            format!(
                "Test set: {} (n = {}, step {})",
                format::percent(score.accuracy),
                format::grouped(score.examples),
                format::grouped(score.step)
            )
        }
        None => String::new(),
    };
    let is_busy = move || run.evaluating.get().is_some();
    view! {
        <span class="small number">{words}</span>
        <Button
            label=Signal::derive(move || if is_busy() { "Measuring …" } else { "Measure all" }.to_owned())
            title="Loss and accuracy over the whole test set"
            look=Look::Quiet
            disabled=Signal::derive(move || is_busy() || run.built.read().is_none())
            on_press=move || run.evaluate(Split::Test)
        />
    }
}

#[component]
fn Cell(run: Run, place: usize) -> impl IntoView {
    let picture = Memo::new(move |_| {
        run.predictions.with(|shown| shown.as_ref().and_then(|shown: &Predictions| shown.pictures.get(place).cloned()))
    });
    let tiles = Signal::derive(move || run.predictions.with(|shown| shown.as_ref().map(|shown| shown.tiles.clone())));
    let label = move || picture.get().map(|picture| class_name(run, picture.label)).unwrap_or_default();
    let index = move || picture.with(|picture| picture.as_ref().map_or(0, |picture| picture.index));
    let guesses = move || -> Vec<ShownGuess> {
        let Some(picture) = picture.get() else { return Vec::new() };
        let shown = |guess: &protocol::Guess| ShownGuess {
            name: class_name(run, guess.class),
            probability: f64::from(guess.probability),
            right: guess.class == picture.label,
        };
        picture.guesses.iter().map(shown).collect()
    };
    let words = move || {
        let guesses = guesses().into_iter().map(|guess| format!("{} {:.0}%", guess.name, guess.probability * 100.0));
        format!("A {}. Guesses: {}", label(), guesses.collect::<Vec<_>>().join(", "))
    };
    view! {
        <li>
            <button
                type="button"
                class="cell"
                aria-pressed=move || (run.picture.get() == index()).to_string()
                aria-label=words
                title="Send it through the network"
                on:click=move |_| run.choose_picture(index())
            >
                <span class="cell-picture">
                    <Tile tiles=tiles index=place />
                    <span class="cell-label">{label}</span>
                </span>
                <GuessBars guesses=Signal::derive(guesses) />
            </button>
        </li>
    }
}
