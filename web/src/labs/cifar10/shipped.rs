//! The networks that come with the page, trained by the same engine: one press opens one with its weights, and its card says what it
//! reaches and where it fails.

use leptos::prelude::*;

use crate::{
    components::{Button, Look},
    format,
    run::{Card, Run},
};

/// Names below `models/`, and on the buttons.
const NAMES: [(&str, &str); 2] = [("cifar10-convnetjs", "ConvNetJS"), ("cifar10-residual", "Residual")];

#[component]
pub fn Shipped(run: Run) -> impl IntoView {
    let card = RwSignal::new(None::<Card>);
    let open = move |name: &'static str| {
        run.open_shipped(name, move |opened| card.set(Some(opened)));
    };
    view! {
        <div class="trained files" role="group" aria-label="Trained networks">
            <span class="field-label">"Trained already"</span>
            {NAMES
                .map(|(name, label)| {
                    view! { <Button label=label title="A network that comes with the page, with its weights" on_press=move || open(name) /> }
                })
                .collect_view()}
        </div>
        {move || card.get().map(|shown| view! { <CardView shown=shown on_close=move || card.set(None) /> })}
    }
}

/// What a trained network reaches, and where it fails.
#[component]
pub fn CardView(shown: Card, on_close: impl Fn() + Send + Sync + 'static) -> impl IntoView {
    let percent = |share: f64| format!("{:.1}", 100.0 * share);
    let accuracy = format!(
        "{}% ({} to {}) right of {}, {} of them",
        percent(shown.accuracy),
        percent(shown.interval[0]),
        percent(shown.interval[1]),
        shown.judged_on,
        format::grouped(shown.judged),
    );
    let trained = format!(
        "{} epochs in {} minutes on {} {} of a processor, seed {}",
        format::plain(shown.epochs),
        (shown.seconds / 60.0).round(),
        shown.threads,
        if shown.threads == 1 { "core" } else { "cores" },
        shown.seed
    );
    view! {
        <section class="card-of-network small" aria-label="Card of the trained network">
            <header>
                <strong>{shown.name.clone()}</strong>
                <Button label="Close" look=Look::Quiet on_press=on_close />
            </header>
            <p>{shown.title}</p>
            <dl>
                <dt>"Accuracy"</dt><dd class="number">{accuracy}</dd>
                <dt>"Parameters"</dt><dd class="number">{format::grouped(shown.parameters)}</dd>
                <dt>"Trained"</dt><dd class="number">{trained}</dd>
                <dt>"Confuses"</dt>
                <dd>
                    {shown
                        .confusions
                        .iter()
                        .take(4)
                        .map(|(class, taken_for, times)| format!("{class} with {taken_for} ({times})"))
                        .collect::<Vec<_>>()
                        .join(", ")}
                </dd>
            </dl>
            <a href=format!("models/{}.md", shown.name) target="_blank" rel="noopener">"The whole card"</a>
        </section>
    }
}
