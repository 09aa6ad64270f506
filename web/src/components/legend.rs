//! Legends: what a line of a plot means, and which numbers a colour map runs between.

use leptos::html;
use leptos::prelude::*;

use crate::{
    format,
    plots::{canvas, colour},
    theme::Theme,
};

/// The two lines of a training plot.
#[component]
pub fn CurveLegend(
    /// Steps that the training line averages over.
    #[prop(into)]
    window: Signal<u64>,
    /// Sample size of the last held-out measurement.
    #[prop(into)]
    examples: Signal<Option<u64>>,
) -> impl IntoView {
    view! {
        <span class="legend">
            <span class="legend-line train" aria-hidden="true"></span>
            {move || match window.get() {
                0 | 1 => "training".to_owned(),
                window => format!("training, mean of {} steps", format::grouped(window)),
            }}
            <span class="legend-line held-out" aria-hidden="true"></span>
            {move || match examples.get() {
                Some(examples) => format!("held-out, n = {}", format::grouped(examples)),
                None => "held-out".to_owned(),
            }}
        </span>
    }
}

/// A colour map between its two numbers.
#[component]
pub fn MapLegend(
    #[prop(into)] meaning: Signal<colour::Meaning>,
    #[prop(into)] low: Signal<f64>,
    #[prop(into)] high: Signal<f64>,
) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    let theme = expect_context::<Theme>();
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        let table = colour::table(meaning.get(), theme.is_dark.get());
        let rgba: Vec<u8> = table.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect();
        canvas::put(&element, &rgba, 256, 1);
    });
    view! {
        <span class="map-legend number">
            <span>{move || format::significant(low.get())}</span>
            <canvas node_ref=node aria-hidden="true"></canvas>
            <span class="for-screen-readers">"to"</span>
            <span>{move || format::significant(high.get())}</span>
        </span>
    }
}
