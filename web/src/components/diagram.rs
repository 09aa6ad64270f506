//! A graph that one walks through: zoomed and panned, with blocks that fold. Arrow keys move between boxes, Enter folds, +, − and 0
//! zoom. The one component for every graph of the page.

mod walk;

use std::sync::Arc;

use leptos::prelude::*;
use protocol::GraphNode;

use crate::components::{Button, Look};
use walk::{Walk, ZOOM};

#[component]
pub fn Diagram(
    #[prop(into)] nodes: Signal<Arc<Vec<GraphNode>>>,
    /// What it is a graph of.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let walk = Walk::new(nodes);
    let folding = Signal::derive(move || if walk.is_open() { "Fold all" } else { "Open all" }.to_owned());
    view! {
        <div class="diagram">
            <div
                class="diagram-room"
                node_ref=walk.room
                role="group"
                aria-label=label
                on:pointermove=move |event| walk.drag(&event)
                on:wheel=move |event| walk.wheel(&event)
            >
                <svg
                    node_ref=walk.drawing
                    width=move || walk.pixels(0)
                    height=move || walk.pixels(1)
                    viewBox=move || walk.view_box()
                    on:keydown=move |event| walk.press(&event)
                    on:click=move |event| walk.click(&event)
                    on:focusin=move |event| walk.take_focus(&event)
                    on:focusout=move |_| walk.read(None)
                    on:pointerover=move |event| walk.hover(&event)
                    on:pointerleave=move |_| walk.read(None)
                ></svg>
            </div>
            <div class="diagram-foot">
                <span class="diagram-reading number" aria-live="off">{move || walk.words()}</span>
                <Show when=move || walk.has_blocks()>
                    <Button label=folding look=Look::Quiet on_press=move || walk.fold_or_open_all() />
                </Show>
                <Button label="−" title="Zoom out (−)" look=Look::Quiet on_press=move || walk.zoom_by(1.0 / ZOOM) />
                <Button label="+" title="Zoom in (+)" look=Look::Quiet on_press=move || walk.zoom_by(ZOOM) />
                <Button label="Whole" title="The whole graph (0)" look=Look::Quiet on_press=move || walk.show_whole() />
            </div>
        </div>
    }
}
