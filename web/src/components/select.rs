//! A choice of one from a few, by name.

use leptos::prelude::*;

use super::Term;

/// One entry: the value it stands for, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub name: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, name: impl Into<String>) -> Self {
        Self { value: value.into(), name: name.into() }
    }
}

#[component]
pub fn Select(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(into)] on_change: Callback<String>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] meaning: String,
) -> impl IntoView {
    view! {
        <label class="field">
            <span class="field-label"><Term word=label meaning=meaning /></span>
            <select
                aria-label=label
                disabled=disabled
                prop:value=value
                on:change=move |event| on_change.run(event_target_value(&event))
            >
                {move || {
                    choices
                        .get()
                        .into_iter()
                        .map(|choice| {
                            let of_choice = choice.value.clone();
                            view! { <option value=choice.value selected=move || value.get() == of_choice>{choice.name}</option> }
                        })
                        .collect_view()
                }}
            </select>
        </label>
    }
}
