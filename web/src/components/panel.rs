//! A titled region of a lab, with room for a remark and small tools beside the title.

use leptos::prelude::*;

#[component]
pub fn Panel(
    #[prop(into)] title: Signal<String>,
    /// Where it stands: a class for the lab's grid.
    #[prop(optional, into)]
    class: String,
    /// A short remark beside the title, such as a sample size.
    #[prop(optional, into)]
    remark: Signal<String>,
    /// Controls at the right end of the title line.
    #[prop(optional, into)]
    tools: ViewFn,
    children: Children,
) -> impl IntoView {
    view! {
        <section class=format!("panel {class}") aria-label=title>
            <header class="panel-head">
                <h2>{title}</h2>
                <span class="panel-remark number">{remark}</span>
                <span class="panel-tools">{tools.run()}</span>
            </header>
            <div class="panel-body">{children()}</div>
        </section>
    }
}
