//! How far something long is: a bar, a number and its unit.

use leptos::prelude::*;

#[component]
pub fn Progress(
    /// What is being waited for.
    #[prop(into)]
    label: Signal<String>,
    /// From 0 to 1; `None` where only the label can say how far.
    #[prop(into)]
    fraction: Signal<Option<f64>>,
    /// The same as a number with its unit: "12 of 50 files".
    #[prop(into)]
    amount: Signal<String>,
) -> impl IntoView {
    let percent = move || fraction.get().map(|part| (part.clamp(0.0, 1.0) * 100.0).round());
    view! {
        <div class="progress">
            <div class="progress-words">
                <span>{label}</span>
                <span class="number soft">{amount}</span>
            </div>
            <div
                class="progress-track"
                role="progressbar"
                aria-label=label
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || percent().map(|part| part.to_string())
                aria-valuetext=amount
            >
                <div class="progress-fill" style:width=move || format!("{}%", percent().unwrap_or(0.0))></div>
            </div>
        </div>
    }
}
