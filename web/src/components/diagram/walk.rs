//! A walk through a drawn graph: how near it is seen, which blocks are folded, and where one stands.

use std::{collections::HashSet, sync::Arc};

use leptos::{ev, html, prelude::*, svg};
use protocol::GraphNode;
use wasm_bindgen::JsCast;

use crate::{
    diagram::{self, Drawn, Item, Layout},
    dom::follow_size,
};

/// Room around the drawing.
const MARGIN: f64 = 8.0;
/// Smallest and largest scale, and the least at which a lecture hall reads it: what is larger is scrolled.
const SCALES: [f64; 2] = [0.25, 3.0];
const LEGIBLE: f64 = 0.92;
const LARGEST_AT_FIRST: f64 = 1.2;
pub(super) const ZOOM: f64 = 1.25;
/// So many boxes stand open at first.
const OPEN_AT_FIRST: usize = 60;

#[derive(Clone, Copy)]
pub(super) struct Walk {
    pub(super) room: NodeRef<html::Div>,
    pub(super) drawing: NodeRef<svg::Svg>,
    nodes: Signal<Arc<Vec<GraphNode>>>,
    items: Memo<Vec<Item>>,
    folded: RwSignal<HashSet<String>>,
    layout: Memo<Arc<Layout>>,
    size: RwSignal<(f64, f64)>,
    /// Zoomed by hand; until then as the room is.
    zoom: RwSignal<Option<f64>>,
    /// The box that has the focus, or had it last: by its first node and its block's path, so that folding keeps it.
    current: StoredValue<(usize, Option<String>)>,
    wants_focus: StoredValue<bool>,
    /// The box whose words stand below.
    reading: RwSignal<Option<usize>>,
}

impl Walk {
    /// Begins where the whole can be looked over, and begins again with every other graph.
    pub(super) fn new(nodes: Signal<Arc<Vec<GraphNode>>>) -> Self {
        let room = NodeRef::new();
        let items = Memo::new(move |_| diagram::blocks(&nodes.get()));
        let folded = RwSignal::new(HashSet::new());
        let layout = Memo::new(move |_| {
            nodes
                .with(|nodes| items.with(|items| folded.with(|folded| Arc::new(diagram::layout(nodes, items, folded)))))
        });
        let walk = Self {
            room,
            drawing: NodeRef::new(),
            nodes,
            items,
            folded,
            layout,
            size: follow_size(room),
            zoom: RwSignal::new(None),
            current: StoredValue::new((0, None)),
            wants_focus: StoredValue::new(false),
            reading: RwSignal::new(None),
        };
        Effect::new(move |_| {
            items.with(|items| folded.set(folded_at_first(items)));
            walk.zoom.set(None);
        });
        Effect::new(move |_| walk.draw());
        walk
    }

    fn draw(self) {
        let (Some(drawing), layout) = (self.drawing.get(), self.layout.get()) else { return };
        drawing.set_inner_html(&self.nodes.with(|nodes| diagram::svg(nodes, &layout)));
        let index = self.place(&layout);
        self.reading.set(None);
        if let Some(element) = self.element(index) {
            let _ = element.set_attribute("tabindex", "0");
        }
        if self.wants_focus.try_update_value(std::mem::take) == Some(true) {
            self.focus(index);
        }
    }

    // How near it is seen.

    /// The scale at which all of it is seen, if that is not less than `least`.
    fn whole(self, least: f64) -> f64 {
        let ((width, height), layout) = (self.size.get(), self.layout.get());
        let fits = |room: f64, needs: f64| (room - 4.0).max(1.0) / (needs + 2.0 * MARGIN);
        fits(width, layout.width).min(fits(height, layout.height)).clamp(least, LARGEST_AT_FIRST)
    }

    fn scale(self) -> f64 {
        self.zoom.get().unwrap_or_else(|| self.whole(LEGIBLE))
    }

    pub(super) fn zoom_by(self, factor: f64) {
        let scale = untrack(|| self.scale());
        self.zoom.set(Some((scale * factor).clamp(SCALES[0], SCALES[1])));
    }

    pub(super) fn show_whole(self) {
        self.zoom.set(Some(untrack(|| self.whole(SCALES[0]))));
    }

    /// Width and height of the drawing with its margins, in its own units.
    fn extent(self) -> [f64; 2] {
        self.layout.with(|layout| [layout.width, layout.height].map(|length| length + 2.0 * MARGIN))
    }

    pub(super) fn pixels(self, axis: usize) -> String {
        format!("{:.0}", self.extent()[axis] * self.scale())
    }

    pub(super) fn view_box(self) -> String {
        let [width, height] = self.extent();
        format!("{0} {0} {width:.1} {height:.1}", -MARGIN)
    }

    // Where one stands.

    /// The number of the box that has the focus, or had it last.
    fn place(self, layout: &Layout) -> usize {
        let (node, path) = self.current.get_value();
        let is_block = |drawn: &Drawn| path.is_some() && drawn.block.as_ref().map(|(path, _)| path) == path.as_ref();
        let holds = |drawn: &Drawn| drawn.nodes.contains(&node);
        let block = layout.boxes.iter().position(|drawn| is_block(drawn) && holds(drawn));
        block.or_else(|| layout.boxes.iter().rposition(holds)).unwrap_or(0)
    }

    fn element(self, index: usize) -> Option<web_sys::SvgElement> {
        let found = self.drawing.get_untracked()?.query_selector(&format!("[data-box='{index}']")).ok()??;
        found.dyn_into().ok()
    }

    fn focus(self, index: usize) {
        if let Some(element) = self.element(index) {
            let _ = element.focus();
        }
    }

    /// One box is in the order of the tabulator: the last that had the focus.
    fn move_to(self, index: usize) {
        let layout = self.layout.get_untracked();
        if let Some(element) = self.element(self.place(&layout)) {
            let _ = element.set_attribute("tabindex", "-1");
        }
        if let (Some(element), Some(drawn)) = (self.element(index), layout.boxes.get(index)) {
            let _ = element.set_attribute("tabindex", "0");
            self.current.set_value((drawn.nodes.start, drawn.block.as_ref().map(|(path, _)| path.clone())));
        }
    }

    /// Says what a box is, and lets the lines of what it reads and makes stand out.
    pub(super) fn read(self, index: Option<usize>) {
        self.reading.set(index);
        let Some(Ok(lines)) = self.drawing.get_untracked().map(|drawing| drawing.query_selector_all(".line")) else {
            return;
        };
        let (nodes, layout) = (self.nodes.get_untracked(), self.layout.get_untracked());
        let own = index.and_then(|index| layout.boxes.get(index)).map_or(0..0, |drawn| drawn.nodes.clone());
        let inputs: HashSet<u32> = nodes[own.clone()].iter().flat_map(|node| node.inputs.iter().copied()).collect();
        for at in 0..lines.length() {
            let Some(line) = lines.get(at).and_then(|line| line.dyn_into::<web_sys::Element>().ok()) else { continue };
            let from: Option<u32> = line.get_attribute("data-from").and_then(|from| from.parse().ok());
            let is_near = from.is_some_and(|from| own.contains(&(from as usize)) || inputs.contains(&from));
            let _ = line.class_list().toggle_with_force("near", is_near);
        }
    }

    pub(super) fn words(self) -> Option<String> {
        let layout = self.layout.get();
        let drawn = self.reading.get().and_then(|index| layout.boxes.get(index).cloned());
        drawn.map(|drawn| self.nodes.with(|nodes| diagram::words(nodes, &drawn)))
    }

    // What is folded.

    fn fold(self, index: usize) {
        let Some(path) = block_of(&self.layout.get_untracked(), index) else { return };
        self.current.update_value(|current| current.1 = Some(path.clone()));
        self.wants_focus.set_value(true);
        self.folded.update(|folded| {
            if !folded.remove(&path) {
                folded.insert(path);
            }
        });
    }

    pub(super) fn has_blocks(self) -> bool {
        self.items.with(|items| items.iter().any(|item| matches!(item, Item::Block { .. })))
    }

    pub(super) fn is_open(self) -> bool {
        self.folded.with(HashSet::is_empty)
    }

    /// Folds every block where all are open, else opens them all.
    pub(super) fn fold_or_open_all(self) {
        let paths = self.items.with_untracked(|items| diagram::foldable(items, 0));
        let is_open = untrack(|| self.is_open());
        self.folded.set(if is_open { paths.into_iter().map(|(_, path)| path).collect() } else { HashSet::new() });
    }

    // What a hand does.

    pub(super) fn press(self, event: &ev::KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let at = box_of(event.target()).unwrap_or(0);
        let ahead = |direction| {
            if let Some(next) = neighbour(&self.layout.get_untracked(), at, direction) {
                self.focus(next);
            }
        };
        match event.key().as_str() {
            "ArrowRight" => ahead([1.0, 0.0]),
            "ArrowLeft" => ahead([-1.0, 0.0]),
            "ArrowDown" => ahead([0.0, 1.0]),
            "ArrowUp" => ahead([0.0, -1.0]),
            "+" | "=" => self.zoom_by(ZOOM),
            "-" => self.zoom_by(1.0 / ZOOM),
            "0" => self.show_whole(),
            "Enter" => self.fold(at),
            _ => return,
        }
        event.prevent_default();
    }

    pub(super) fn drag(self, event: &ev::PointerEvent) {
        let is_held = event.buttons() == 1 && event.pointer_type() == "mouse";
        if let (true, Some(room)) = (is_held, self.room.get_untracked()) {
            room.set_scroll_left(room.scroll_left() - event.movement_x());
            room.set_scroll_top(room.scroll_top() - event.movement_y());
        }
    }

    pub(super) fn click(self, event: &ev::MouseEvent) {
        let Some(index) = box_of(event.target()) else { return };
        if self.layout.with_untracked(|layout| layout.boxes.get(index).is_some_and(|drawn| drawn.block.is_some())) {
            self.fold(index);
        }
    }

    pub(super) fn wheel(self, event: &ev::WheelEvent) {
        if event.ctrl_key() {
            event.prevent_default();
            self.zoom_by((-event.delta_y() / 300.0).exp());
        }
    }

    pub(super) fn take_focus(self, event: &ev::FocusEvent) {
        if let Some(index) = box_of(event.target()) {
            self.move_to(index);
            self.read(Some(index));
        }
    }

    pub(super) fn hover(self, event: &ev::PointerEvent) {
        self.read(box_of(event.target()));
    }
}

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
