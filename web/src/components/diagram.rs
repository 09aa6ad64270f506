//! A graph that one walks through: zoomed and panned, with blocks that fold. Arrow keys move between boxes, Enter folds, +, − and 0
//! zoom. The one component for every graph of the page.

use std::{collections::HashSet, sync::Arc};

use leptos::{ev, html, prelude::*, svg};
use protocol::GraphNode;
use wasm_bindgen::JsCast;

use crate::{
    components::{Button, Look},
    diagram::{self, Drawn, Item, Layout},
    dom::follow_size,
};

/// Room around the drawing.
const MARGIN: f64 = 8.0;
/// Smallest and largest scale, and the least at which a lecture hall reads it: what is larger is scrolled.
const SCALES: [f64; 2] = [0.25, 3.0];
const LEGIBLE: f64 = 0.92;
const LARGEST_AT_FIRST: f64 = 1.2;
const ZOOM: f64 = 1.25;
/// So many boxes stand open at first.
const OPEN_AT_FIRST: usize = 60;

/// Inner blocks are folded first, until the rest can be looked over.
fn folded_at_first(items: &[Item]) -> HashSet<String> {
    let paths = diagram::foldable(items, 0);
    let deepest = paths.iter().map(|(depth, _)| depth + 1).max().unwrap_or(0);
    let from = |least: usize| -> HashSet<String> {
        paths.iter().filter(|(depth, _)| *depth >= least).map(|(_, path)| path.clone()).collect()
    };
    let fits = |folded: &HashSet<String>| diagram::visible(items, folded) <= OPEN_AT_FIRST;
    (0..=deepest).rev().map(from).find(fits).unwrap_or_else(|| from(0))
}

/// The box that lies nearest in a direction; sideways counts for more than ahead.
fn neighbour(layout: &Layout, from: usize, [right, down]: [f64; 2]) -> Option<usize> {
    // An open block is where its name stands.
    let middle = |drawn: &Drawn| match drawn.block {
        Some((_, false)) => [drawn.x + 30.0, drawn.y + 12.0],
        _ => [drawn.x + drawn.width / 2.0, drawn.y + drawn.height / 2.0],
    };
    let [x, y] = middle(layout.boxes.get(from)?);
    let distance = |drawn: &Drawn| {
        let [to_x, to_y] = middle(drawn);
        let (ahead, aside) = ((to_x - x) * right + (to_y - y) * down, (to_x - x) * down + (to_y - y) * right);
        (ahead > 1.0).then(|| ahead + if right == 0.0 { aside.abs() / 2.0 } else { aside.abs() * 4.0 })
    };
    let near = layout.boxes.iter().enumerate().filter_map(|(index, drawn)| Some((distance(drawn)?, index)));
    near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, index)| index)
}

/// The block to fold or open by a press on a box: itself, or the innermost around it.
fn block_of(layout: &Layout, index: usize) -> Option<String> {
    let drawn = layout.boxes.get(index)?;
    let holds = |block: &&Drawn| {
        block.block.is_some() && block.nodes.start <= drawn.nodes.start && block.nodes.end >= drawn.nodes.end
    };
    let innermost = layout.boxes[..=index].iter().rev().find(holds)?;
    innermost.block.as_ref().map(|(path, _)| path.clone())
}

/// Which box an event is about.
fn box_of(target: Option<web_sys::EventTarget>) -> Option<usize> {
    let element: web_sys::Element = target?.dyn_into().ok()?;
    element.closest("[data-box]").ok()??.get_attribute("data-box")?.parse().ok()
}

#[component]
pub fn Diagram(
    #[prop(into)] nodes: Signal<Arc<Vec<GraphNode>>>,
    /// What it is a graph of.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let (room, drawing) = (NodeRef::<html::Div>::new(), NodeRef::<svg::Svg>::new());
    let size = follow_size(room);
    let items = Memo::new(move |_| diagram::blocks(&nodes.get()));
    let folded = RwSignal::new(HashSet::new());
    let layout = Memo::new(move |_| {
        nodes.with(|nodes| items.with(|items| folded.with(|folded| Arc::new(diagram::layout(nodes, items, folded)))))
    });
    // Zoomed by hand; until then as the room is.
    let zoom = RwSignal::new(None::<f64>);
    let whole = move |least: f64| {
        let ((width, height), layout) = (size.get(), layout.get());
        let fits = |room: f64, needs: f64| (room - 4.0).max(1.0) / (needs + 2.0 * MARGIN);
        fits(width, layout.width).min(fits(height, layout.height)).clamp(least, LARGEST_AT_FIRST)
    };
    let scale = Memo::new(move |_| zoom.get().unwrap_or_else(|| whole(LEGIBLE)));
    Effect::new(move |_| {
        items.with(|items| folded.set(folded_at_first(items)));
        zoom.set(None);
    });
    let zoom_by = move |factor: f64| zoom.set(Some((scale.get_untracked() * factor).clamp(SCALES[0], SCALES[1])));
    let show_whole = move || zoom.set(Some(untrack(|| whole(SCALES[0]))));
    // The box that has the focus, or had it last: by its first node and its block's path, so that folding keeps it.
    let current = StoredValue::new((0_usize, None::<String>));
    let wants_focus = StoredValue::new(false);
    let reading = RwSignal::new(None::<usize>);
    let find = move |layout: &Layout| {
        let (node, path) = current.get_value();
        let is_block = |drawn: &Drawn| path.is_some() && drawn.block.as_ref().map(|(path, _)| path) == path.as_ref();
        let holds = |drawn: &Drawn| drawn.nodes.contains(&node);
        let block = layout.boxes.iter().position(|drawn| is_block(drawn) && holds(drawn));
        block.or_else(|| layout.boxes.iter().rposition(holds)).unwrap_or(0)
    };
    let element = move |index: usize| {
        let found = drawing.get_untracked()?.query_selector(&format!("[data-box='{index}']")).ok()??;
        found.dyn_into::<web_sys::SvgElement>().ok()
    };
    let focus = move |index: usize| {
        if let Some(element) = element(index) {
            let _ = element.focus();
        }
    };
    Effect::new(move |_| {
        let (Some(drawing), layout) = (drawing.get(), layout.get()) else { return };
        drawing.set_inner_html(&nodes.with(|nodes| diagram::svg(nodes, &layout)));
        let index = find(&layout);
        reading.set(None);
        if let Some(element) = element(index) {
            let _ = element.set_attribute("tabindex", "0");
        }
        if wants_focus.try_update_value(std::mem::take) == Some(true) {
            focus(index);
        }
    });
    // One box is in the order of the tabulator: the last that had the focus.
    let move_to = move |index: usize| {
        let layout = layout.get_untracked();
        if let Some(element) = element(find(&layout)) {
            let _ = element.set_attribute("tabindex", "-1");
        }
        if let (Some(element), Some(drawn)) = (element(index), layout.boxes.get(index)) {
            let _ = element.set_attribute("tabindex", "0");
            current.set_value((drawn.nodes.start, drawn.block.as_ref().map(|(path, _)| path.clone())));
        }
    };
    let show = move |index: Option<usize>| {
        reading.set(index);
        mark_lines(drawing, &nodes.get_untracked(), &layout.get_untracked(), index);
    };
    let fold = move |index: usize| {
        let Some(path) = block_of(&layout.get_untracked(), index) else { return };
        current.update_value(|current| current.1 = Some(path.clone()));
        wants_focus.set_value(true);
        folded.update(|folded| {
            if !folded.remove(&path) {
                folded.insert(path);
            }
        });
    };
    let press = move |event: ev::KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let at = box_of(event.target()).unwrap_or(0);
        let direction = match event.key().as_str() {
            "ArrowRight" => [1.0, 0.0],
            "ArrowLeft" => [-1.0, 0.0],
            "ArrowDown" => [0.0, 1.0],
            "ArrowUp" => [0.0, -1.0],
            key => {
                match key {
                    "+" | "=" => zoom_by(ZOOM),
                    "-" => zoom_by(1.0 / ZOOM),
                    "0" => show_whole(),
                    "Enter" => fold(at),
                    _ => return,
                }
                return event.prevent_default();
            }
        };
        event.prevent_default();
        if let Some(next) = neighbour(&layout.get_untracked(), at, direction) {
            focus(next);
        }
    };
    let drag = move |event: ev::PointerEvent| {
        if let (1, "mouse", Some(room)) = (event.buttons(), event.pointer_type().as_str(), room.get_untracked()) {
            room.set_scroll_left(room.scroll_left() - event.movement_x());
            room.set_scroll_top(room.scroll_top() - event.movement_y());
        }
    };
    let click = move |event: ev::MouseEvent| {
        let Some(index) = box_of(event.target()) else { return };
        if layout.with_untracked(|layout| layout.boxes.get(index).is_some_and(|drawn| drawn.block.is_some())) {
            fold(index);
        }
    };
    let wheel = move |event: ev::WheelEvent| {
        if event.ctrl_key() {
            event.prevent_default();
            zoom_by((-event.delta_y() / 300.0).exp());
        }
    };
    let words = move || {
        let layout = layout.get();
        let drawn = reading.get().and_then(|index| layout.boxes.get(index).cloned());
        drawn.map(|drawn| nodes.with(|nodes| diagram::words(nodes, &drawn)))
    };
    let length = move |of: fn(&Layout) -> f64| layout.with(|layout| of(layout) + 2.0 * MARGIN);
    let pixels = move |of: fn(&Layout) -> f64| format!("{:.0}", length(of) * scale.get());
    let all_folded = move |fold: bool| {
        let paths = items.with_untracked(|items| diagram::foldable(items, 0));
        folded.set(if fold { paths.into_iter().map(|(_, path)| path).collect() } else { HashSet::new() });
    };
    let has_blocks = move || items.with(|items| items.iter().any(|item| matches!(item, Item::Block { .. })));
    let is_open = Memo::new(move |_| folded.with(HashSet::is_empty));
    view! {
        <div class="diagram">
            <div class="diagram-room" node_ref=room role="group" aria-label=label on:pointermove=drag on:wheel=wheel>
                <svg
                    node_ref=drawing
                    width=move || pixels(|layout| layout.width)
                    height=move || pixels(|layout| layout.height)
                    viewBox=move || {
                        format!("{0} {0} {1:.1} {2:.1}", -MARGIN, length(|layout| layout.width), length(|layout| layout.height))
                    }
                    on:keydown=press
                    on:click=click
                    on:focusin=move |event| {
                        if let Some(index) = box_of(event.target()) {
                            move_to(index);
                            show(Some(index));
                        }
                    }
                    on:focusout=move |_| show(None)
                    on:pointerover=move |event| show(box_of(event.target()))
                    on:pointerleave=move |_| show(None)
                ></svg>
            </div>
            <div class="diagram-foot">
                <span class="diagram-reading number" aria-live="off">{words}</span>
                <Show when=has_blocks>
                    <Button
                        label=Signal::derive(move || if is_open.get() { "Fold all" } else { "Open all" }.to_owned())
                        look=Look::Quiet
                        on_press=move || all_folded(is_open.get_untracked())
                    />
                </Show>
                <Button label="−" title="Zoom out (−)" look=Look::Quiet on_press=move || zoom_by(1.0 / ZOOM) />
                <Button label="+" title="Zoom in (+)" look=Look::Quiet on_press=move || zoom_by(ZOOM) />
                <Button label="Whole" title="The whole graph (0)" look=Look::Quiet on_press=show_whole />
            </div>
        </div>
    }
}

/// The lines of what a box reads and makes stand out.
fn mark_lines(drawing: NodeRef<svg::Svg>, nodes: &[GraphNode], layout: &Layout, index: Option<usize>) {
    let Some(Ok(lines)) = drawing.get_untracked().map(|drawing| drawing.query_selector_all(".line")) else { return };
    let own = index.and_then(|index| layout.boxes.get(index)).map_or(0..0, |drawn| drawn.nodes.clone());
    let read: HashSet<u32> = nodes[own.clone()].iter().flat_map(|node| node.inputs.iter().copied()).collect();
    for at in 0..lines.length() {
        let Some(line) = lines.get(at).and_then(|line| line.dyn_into::<web_sys::Element>().ok()) else { continue };
        let from: Option<u32> = line.get_attribute("data-from").and_then(|from| from.parse().ok());
        let is_near = from.is_some_and(|from| own.contains(&(from as usize)) || read.contains(&from));
        let _ = line.class_list().toggle_with_force("near", is_near);
    }
}
