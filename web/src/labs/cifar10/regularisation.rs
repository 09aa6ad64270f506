//! What keeps a network from learning its pictures by heart, and when training stops by itself. Both change while it trains.

use leptos::prelude::*;

use crate::{
    components::{Knob, NumberField},
    run::Run,
};

/// What the network's text gives its first dropout, if it has one: `Dropout(p=0.5, …)`.
fn dropout_of(run: Run) -> Option<f64> {
    run.built.with(|built| {
        let layers = &built.as_ref()?.layers;
        let dropout = layers.iter().find(|layer| layer.text.starts_with("Dropout"))?;
        protocol::number(dropout.text.split_once("p=")?.1.split([',', ')']).next()?)
    })
}

#[component]
pub fn Regularisation(run: Run) -> impl IntoView {
    let draft = run.draft;
    let dropout = move || draft.with(|draft| draft.dropout).or_else(|| dropout_of(run)).unwrap_or_default();
    view! {
        <h3>"Regularisation"</h3>
        <Knob
            label="Label smoothing"
            value=Signal::derive(move || draft.with(|draft| draft.label_smoothing))
            low=0.0
            high=0.5
            on_change=move |part: f64| draft.update(|draft| draft.label_smoothing = part)
            meaning="This part of each target is spread over all classes, so that the network need not be entirely certain."
        />
        <Show
            when=move || dropout_of(run).is_some()
            fallback=|| view! { <p class="small soft">"Dropout: put nn.Dropout(0.5) into the network."</p> }
        >
            <Knob
                label="Dropout p"
                value=Signal::derive(dropout)
                low=0.0
                high=0.9
                on_change=move |probability: f64| draft.update(|draft| draft.dropout = Some(probability))
                meaning="Each activation before a dropout is left out with this probability while it trains."
            />
        </Show>
    }
}

#[component]
pub fn Stopping(run: Run) -> impl IntoView {
    let draft = run.draft;
    let wanted = |value: f64| (value > 0.0).then_some(value);
    view! {
        <h3>"Stop by itself"</h3>
        <div class="pair">
            <NumberField
                label="Epochs to stop"
                value=Signal::derive(move || draft.with(|draft| draft.stop.epochs).unwrap_or_default())
                low=0.0
                high=1e6
                on_change=move |epochs| draft.update(|draft| draft.stop.epochs = wanted(epochs))
                meaning="After so many epochs; 0: never."
            />
            <NumberField
                label="Held-out acc. to stop"
                unit="%"
                value=Signal::derive(move || 100.0 * draft.with(|draft| draft.stop.accuracy).unwrap_or_default())
                low=0.0
                high=100.0
                on_change=move |percent| draft.update(|draft| draft.stop.accuracy = wanted(percent / 100.0))
                meaning="Once so many of a sample of 500 held-out images are right; 0: never."
            />
            <NumberField
                label="Time to stop"
                unit="s"
                value=Signal::derive(move || draft.with(|draft| draft.stop.seconds).unwrap_or_default())
                low=0.0
                high=1e6
                on_change=move |seconds| draft.update(|draft| draft.stop.seconds = wanted(seconds))
                meaning="After so many seconds of training; 0: never."
            />
        </div>
    }
}
