//! A switch between off and on.

use leptos::prelude::*;

use super::Term;

#[component]
pub fn Toggle(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<bool>,
    #[prop(into)] on_change: Callback<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] meaning: String,
) -> impl IntoView {
    view! {
        <label class="toggle">
            <input
                type="checkbox"
                role="switch"
                aria-label=label
                prop:checked=value
                disabled=disabled
                on:change=move |event| on_change.run(event_target_checked(&event))
            />
            <span class="toggle-track" aria-hidden="true"></span>
            <Term word=label meaning=meaning />
        </label>
    }
}
