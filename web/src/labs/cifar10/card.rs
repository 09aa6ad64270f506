//! The lab's small living picture for the home page: the same run, already learning.

use leptos::prelude::*;
use protocol::{Panel, Settings};

use crate::{
    app::Site,
    components::{CurvePlot, PictureSheet, Waiting},
    format,
    plots::{colour::Meaning, curve::Unit},
    theme::reduced_motion,
};

pub fn picture() -> AnyView {
    view! { <Card /> }.into_any()
}

#[component]
fn Card() -> impl IntoView {
    let run = expect_context::<Site>().run;
    run.watch(vec![Panel::Filters]);
    if !run.has_begun() {
        run.arrive(Settings::default(), !reduced_motion());
    }
    let words = move || {
        let (Some(loss), Some(accuracy)) = (run.train_loss.get(), run.train_accuracy.get()) else {
            return String::new();
        };
        format!(
            "{} photographs seen · loss {} · {} right",
            format::grouped(run.examples.get()),
            format::significant(loss),
            format::percent(accuracy)
        )
    };
    view! {
        <div class="card-plot">
            <CurvePlot
                title="Loss"
                curve=run.loss
                version=run.version
                unit=Unit::Plain
                window=run.window
                waiting=Signal::derive(move || run.waiting_for("the curve begins with the first step"))
            />
        </div>
        <div class="card-filters">
            <Show
                when=move || run.filters.read().is_some()
                fallback=move || view! { <Waiting message=Signal::derive(move || run.waiting_for("the filters follow")) /> }
            >
                <PictureSheet tiles=run.filters noun="filter" meaning=Some(Meaning::Weight) />
            </Show>
        </div>
        <p class="card-words small number" aria-live="off">{words}</p>
    }
}
