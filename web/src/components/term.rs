//! A word of the field with its explanation, shown on hover and on keyboard focus.

use leptos::prelude::*;

#[component]
pub fn Term(#[prop(into)] word: Signal<String>, #[prop(into)] meaning: String) -> impl IntoView {
    if meaning.is_empty() {
        return view! { <span class="term-plain">{word}</span> }.into_any();
    }
    view! {
        <span class="term" tabindex="0">
            {word}
            <span class="term-meaning" role="tooltip">{meaning}</span>
        </span>
    }
    .into_any()
}
