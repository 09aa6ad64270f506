//! A place to type network text: plain and quick, with line numbers, and an error shown beside the line that it names.
//! The text belongs to whoever types: it is written from outside only where it differs, so that the caret stays.

use leptos::{ev, html, prelude::*};

#[component]
pub fn CodeEditor(
    #[prop(into)] label: Signal<String>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_change: Callback<String>,
    /// What is wrong with the text, in a sentence.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
    /// The line it is about, from 1.
    #[prop(optional, into)]
    bad_line: Signal<Option<u32>>,
    /// Ctrl+Enter or ⌘+Enter.
    #[prop(optional)]
    on_apply: Option<UnsyncCallback<()>>,
) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    let scrolled = RwSignal::new(0);
    Effect::new(move |_| {
        let (Some(area), text) = (area.get(), value.get()) else { return };
        if area.value() != text {
            area.set_value(&text);
        }
    });
    let numbers = move || {
        let count = value.with(|text| text.split('\n').count()) as u32;
        (1..=count)
            .map(|line| view! { <span class:bad=move || bad_line.get() == Some(line)>{line}</span> })
            .collect_view()
    };
    let apply = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            if let Some(on_apply) = on_apply {
                on_apply.run(());
            }
        }
    };
    view! {
        <div class="editor" class:bad=move || problem.read().is_some()>
            <div class="editor-room">
                <div class="editor-numbers number" aria-hidden="true" style:transform=move || format!("translateY({}px)", -scrolled.get())>
                    {numbers}
                </div>
                <textarea
                    node_ref=area
                    class="editor-text code"
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="off"
                    wrap="off"
                    rows=move || value.with(|text| text.split('\n').count().clamp(4, 14)).to_string()
                    aria-label=label
                    aria-invalid=move || problem.read().is_some().then_some("true")
                    on:input=move |event| on_change.run(event_target_value(&event))
                    on:scroll=move |_| scrolled.set(area.get_untracked().map_or(0, |area| area.scroll_top()))
                    on:keydown=apply
                ></textarea>
            </div>
            <p class="field-problem" role="status">{problem}</p>
        </div>
    }
}
