//! What stands in a panel that has nothing to show yet: what it waits for, or why there is nothing.

use leptos::prelude::*;

#[component]
pub fn Waiting(
    /// A sentence: what it waits for and how far that is.
    #[prop(into)]
    message: Signal<String>,
    /// Set where the wait is over and nothing will come.
    #[prop(optional, into)]
    failed: Signal<bool>,
) -> impl IntoView {
    view! {
        <p class="waiting" class:failed=failed>
            <span class="waiting-sign" aria-hidden="true">{move || if failed.get() { "✗" } else { "∇" }}</span>
            <span>{message}</span>
        </p>
    }
}
