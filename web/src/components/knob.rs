//! A number to drag and to type: a slider with its number. Rates move logarithmically; arrow keys move either kind.

use leptos::prelude::*;

use super::{Term, number_field::read_number};
use crate::{format, plots::ticks::Axis};

/// Slider positions from end to end.
const POSITIONS: f64 = 1000.0;

#[component]
pub fn Knob(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<f64>,
    /// Called with each value while the slider moves.
    #[prop(into)]
    on_change: Callback<f64>,
    /// The slider's ends. A typed number may lie beyond the upper one, up to `limit`.
    low: f64,
    high: f64,
    #[prop(optional)] limit: Option<f64>,
    /// Equal distances multiply equally; its lowest position then means 0 where `from_zero` is set.
    #[prop(optional)]
    logarithmic: bool,
    #[prop(optional)] from_zero: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] meaning: String,
) -> impl IntoView {
    let axis = Axis { low, high, logarithmic };
    let problem = RwSignal::new(None::<String>);
    let smallest = if logarithmic && !from_zero { f64::MIN_POSITIVE } else { low.min(0.0) };
    let position = move || {
        let value = value.get();
        let place = if from_zero && value < low { 0.0 } else { axis.place(value) };
        (place.clamp(0.0, 1.0) * POSITIONS).round()
    };
    let slide = move |position: f64| {
        let at_zero = from_zero && position <= 0.0;
        let value = if at_zero { 0.0 } else { rounded(axis.value(position / POSITIONS)) };
        problem.set(None);
        on_change.run(value);
    };
    view! {
        <div class="knob">
            <span class="field-label"><Term word=label meaning=meaning /></span>
            <input
                type="text"
                inputmode="decimal"
                class="knob-number number"
                aria-label=move || format!("{}, number", label.get())
                aria-invalid=move || problem.read().is_some().then_some("true")
                disabled=disabled
                prop:value=move || format::plain(value.get())
                on:change=move |event| match read_number(&event_target_value(&event), smallest, limit.unwrap_or(high), false) {
                    Ok(number) => {
                        problem.set(None);
                        on_change.run(number);
                    }
                    Err(sentence) => problem.set(Some(sentence)),
                }
            />
            <input
                type="range"
                class="knob-slider"
                min="0"
                max=POSITIONS
                step=if logarithmic { "10" } else { "1" }
                aria-label=label
                aria-valuetext=move || format::plain(value.get())
                disabled=disabled
                prop:value=position
                style:--filled=move || format!("{}%", position() / POSITIONS * 100.0)
                on:input=move |event| slide(protocol::number(&event_target_value(&event)).unwrap_or(0.0))
            />
            <p class="field-problem" role="status">{problem}</p>
        </div>
    }
}

/// Two significant digits: what a slider can honestly point at.
fn rounded(value: f64) -> f64 {
    protocol::number(&format!("{value:.1e}")).unwrap_or(value)
}
