//! A sentence that stays until the visitor closes it: what happened, how to mend it, and perhaps a button that does.

use leptos::prelude::*;

use super::{Button, Look};

/// A button within a notice.
#[derive(Clone)]
pub struct NoticeAction {
    pub label: String,
    pub run: Callback<()>,
}

#[component]
pub fn NoticeBar(
    message: String,
    #[prop(optional_no_strip)] remedy: Option<String>,
    /// Something failed, rather than: something to know.
    #[prop(optional)]
    failure: bool,
    #[prop(optional)] actions: Vec<NoticeAction>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let actions = actions
        .into_iter()
        .map(|action| view! { <Button label=action.label on_press=move || action.run.run(()) /> })
        .collect_view();
    view! {
        <div class="notice" class:failure=failure role=if failure { "alert" } else { "status" }>
            <span class="notice-sign" aria-hidden="true">{if failure { "!" } else { "i" }}</span>
            <p class="notice-words">
                <span>{message}</span>
                {remedy.map(|remedy| view! { " " <span class="soft">{remedy}</span> })}
            </p>
            {actions}
            <Button label="Close" look=Look::Quiet on_press=move || on_close.run(()) />
        </div>
    }
}
