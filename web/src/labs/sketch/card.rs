//! The lab's small living picture for the home page: a pad that guesses at once.

use leptos::prelude::*;
use protocol::SKETCH_PRESETS;

use super::{canvas::PadCanvas, pad::Pad};
use crate::app::Site;

pub fn picture() -> AnyView {
    view! { <Card /> }.into_any()
}

#[component]
fn Card() -> impl IntoView {
    let run = expect_context::<Site>().run;
    let pad = Pad::new(run);
    // Nothing is loaded for who does not draw.
    Effect::new(move |_| {
        if (pad.is_drawing.get() || !pad.drawing.with(Vec::is_empty)) && !run.has_begun() {
            super::arrive(run, SKETCH_PRESETS[0].settings(), false);
        }
    });
    let words = move || {
        let guesses = pad.guesses();
        let Some(best) = guesses.first() else {
            let is_empty = !pad.is_drawing.get() && pad.drawing.with(Vec::is_empty);
            return if is_empty { "Draw here.".into() } else { run.waiting_for("it guesses as you draw") };
        };
        let names: Vec<String> = guesses.iter().skip(1).take(2).map(|guess| pad.name(guess.class)).collect();
        format!("I see {} ({:.0}%), or {}.", pad.name(best.class), 100.0 * best.probability, names.join(", or "))
    };
    view! {
        <div class="card-pad"><PadCanvas pad=pad label="Try it: drawing pad" /></div>
        <p class="card-words" role="status">{words}</p>
    }
}
