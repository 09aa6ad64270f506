//! The network that runs, as a drawing or as a table: its layers and functions, what each makes of one picture, and what that costs.

use std::sync::Arc;

use leptos::prelude::*;
use protocol::LayerInfo;

use crate::{
    app::Site,
    components::{Button, Diagram, LayerTable, Look, Panel, Waiting},
    format,
    run::Run,
};

/// What all layers cost together.
pub fn summary(run: Run) -> String {
    run.built.with(|built| match built {
        Some(built) => {
            let multiply_adds = built.layers.iter().map(|layer| layer.multiply_adds).sum();
            let parameters = format::grouped(built.parameters);
            format!("{parameters} parameters, {} multiply-adds a picture", format::short_count(multiply_adds))
        }
        None => String::new(),
    })
}

#[component]
pub fn NetworkPanel() -> impl IntoView {
    let run = expect_context::<Site>().run;
    let shows_table = RwSignal::new(false);
    let nodes =
        Memo::new(move |_| run.built.with(|built| built.as_ref().map(|built| built.graph.clone()).unwrap_or_default()));
    let layers = Signal::derive(move || -> Vec<LayerInfo> {
        run.built.with(|built| built.as_ref().map(|built| built.layers.clone()).unwrap_or_default())
    });
    let label = move || {
        let calls = nodes.with(|nodes: &Arc<Vec<_>>| nodes.len().saturating_sub(1));
        format!(
            "Graph of the network: {calls} calls from top to bottom; arrow keys walk, Enter folds. The table has the same numbers."
        )
    };
    view! {
        <Panel
            title="Network"
            class="network"
            remark=Signal::derive(move || summary(run))
            tools=move || {
                view! { <Button label="Table" look=Look::Quiet pressed=shows_table on_press=move || shows_table.update(|shown| *shown = !*shown) /> }
            }
        >
            <Show
                when=move || !nodes.read().is_empty()
                fallback=move || view! { <Waiting message=Signal::derive(move || run.waiting_for("the graph follows")) /> }
            >
                <Show when=move || shows_table.get() fallback=move || view! { <Diagram nodes=nodes label=Signal::derive(label) /> }>
                    <div class="table-room" tabindex="0"><LayerTable layers=layers /></div>
                </Show>
            </Show>
        </Panel>
    }
}
