//! A button: the main one in the accent's colour, plain ones, and quiet ones for the header.

use leptos::prelude::*;

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// The one thing to press here.
    Main,
    #[default]
    Plain,
    /// No frame until pointed at.
    Quiet,
}

#[component]
pub fn Button(
    #[prop(into)] label: Signal<String>,
    on_press: impl Fn() + 'static,
    #[prop(optional)] look: Look,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// The key that does the same; shown as a small cap, and said to screen readers.
    #[prop(optional, into)]
    key: Option<&'static str>,
    /// What it does, where its label is too short to say so.
    #[prop(optional, into)]
    title: Option<String>,
    /// For a button that stays pressed: whether it is.
    #[prop(optional, into)]
    pressed: Option<Signal<bool>>,
    /// A sign before the label, for eyes only.
    #[prop(optional, into)]
    sign: Signal<&'static str>,
) -> impl IntoView {
    let class = match look {
        Look::Main => "button main",
        Look::Plain => "button",
        Look::Quiet => "button quiet",
    };
    view! {
        <button type="button" class=class disabled=disabled title=title aria-keyshortcuts=key aria-pressed=move || pressed.map(|pressed| pressed.get().to_string()) on:click=move |_| on_press()>
            {move || (!sign.get().is_empty()).then(|| view! { <span class="sign" aria-hidden="true">{sign}</span> })}
            <span>{label}</span>
            {key.map(|key| view! { <kbd class="key" aria-hidden="true">{key}</kbd> })}
        </button>
    }
}
