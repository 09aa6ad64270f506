//! One number that changes, with its name and unit, in digits that do not dance.

use leptos::prelude::*;

use super::Term;

#[component]
pub fn Stat(
    #[prop(into)] name: Signal<String>,
    /// The number as text; empty while there is none.
    #[prop(into)]
    value: Signal<String>,
    /// Unit or sample size.
    #[prop(optional, into)]
    unit: Signal<String>,
    /// What the name means.
    #[prop(optional, into)]
    meaning: String,
    /// A class that colours the number as its curve: `held-out`.
    #[prop(optional, into)]
    class: &'static str,
) -> impl IntoView {
    view! {
        <div class=format!("stat {class}")>
            <dt><Term word=name meaning=meaning /></dt>
            <dd class="number">
                {move || {
                    let value = value.get();
                    if value.is_empty() {
                        view! { <span class="stat-none" aria-label="not measured yet">"–"</span> }.into_any()
                    } else {
                        view! { <span class="stat-value">{value}</span> <span class="stat-unit">{unit.get()}</span> }.into_any()
                    }
                }}
            </dd>
        </div>
    }
}
