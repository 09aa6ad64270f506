//! What the drawing is taken for: the five best guesses, the picture that the network sees, and how long it took.

use leptos::prelude::*;

use super::pad::Pad;
use crate::{
    components::{Panel, Tile, Waiting},
    format,
};

/// Guesses that are shown.
const SHOWN: usize = 5;

#[component]
pub fn Guesses(pad: Pad) -> impl IntoView {
    let took = move || {
        let milliseconds = pad.sketched.with(|sketched| sketched.as_ref().map(|sketched| sketched.milliseconds));
        milliseconds.map(|milliseconds| format!("{} ms", format::significant(milliseconds))).unwrap_or_default()
    };
    let seen =
        Signal::derive(move || pad.sketched.with(|sketched| sketched.as_ref().map(|sketched| sketched.seen.clone())));
    let waiting = move || match pad.problem.get() {
        Some(problem) if !pad.drawing.with(Vec::is_empty) => problem,
        _ if pad.run.built.read().is_none() && pad.run.refusal.read().is_some() => {
            pad.run.refusal.get().map(|refusal| refusal.message).unwrap_or_default()
        }
        _ if pad.run.built.read().is_none() => pad.run.waiting_for("it guesses as you draw"),
        _ => "Draw something: it guesses as the pen moves.".into(),
    };
    view! {
        <Panel title="It sees" class="guesses-panel" remark=Signal::derive(took)>
            <Show
                when=move || pad.sketched.read().is_some()
                fallback=move || view! { <Waiting message=Signal::derive(waiting) /> }
            >
                <div class="guessed-drawing">
                    <figure class="seen">
                        <Tile tiles=seen index=0usize />
                        <figcaption class="small soft">"as the network sees it"</figcaption>
                    </figure>
                    <ol class="big-guesses" aria-label="Guesses">
                        {(0..SHOWN).map(|rank| view! { <GuessRow pad=pad rank=rank /> }).collect_view()}
                    </ol>
                </div>
            </Show>
        </Panel>
    }
}

#[component]
fn GuessRow(pad: Pad, rank: usize) -> impl IntoView {
    let guess = Memo::new(move |_| {
        pad.sketched.with(|sketched| sketched.as_ref().and_then(|sketched| sketched.guesses.get(rank).copied()))
    });
    let share = move || guess.get().map_or(0.0, |guess| f64::from(guess.probability));
    view! {
        <Show when=move || guess.get().is_some()>
            <li class:best=rank == 0>
                <span class="guess-fill" style:width=move || format!("{:.1}%", 100.0 * share())></span>
                <span class="guess-name">{move || guess.get().map(|guess| pad.name(guess.class))}</span>
                <span class="guess-number number">{move || format!("{:.0}%", 100.0 * share())}</span>
            </li>
        </Show>
    }
}
