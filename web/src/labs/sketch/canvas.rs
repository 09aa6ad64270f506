//! The pad on the screen: pointers, keys, and the strokes at device pixels. A line is drawn as the pen moves, before anything else happens.

use js_sys::{Array, Function, Reflect};
use leptos::{
    ev::{KeyboardEvent, PointerEvent},
    html,
    prelude::*,
};
use protocol::{Drawing, beginning};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::{
    drawing::{SIDE, bounds},
    pad::{Overlay, Pad, Tool},
};
use crate::{
    dom::follow_size,
    pictures::Tiles,
    plots::{
        canvas,
        colour::{Meaning, table},
    },
    theme::Theme,
};

/// How thick a line is, in the pad's units.
const LINE: f64 = 5.0;
/// How far a key moves the pen.
const KEY_STEP: f32 = 8.0;

#[component]
pub fn PadCanvas(pad: Pad, #[prop(default = "Drawing pad")] label: &'static str) -> impl IntoView {
    let theme = expect_context::<Theme>();
    let node = NodeRef::<html::Canvas>::new();
    let size = follow_size(node);
    // The pen that the keys move; none while nobody uses them.
    let cursor = RwSignal::new(None::<[f32; 2]>);
    Effect::new(move |_| {
        theme.is_dark.track();
        size.track();
        pad.drawing.track();
        let (overlay, cursor) = (pad.overlay.get(), cursor.get());
        if let Some(element) = node.get() {
            let _ =
                paint(&element, &pad.paper.with_value(|paper| paper.drawing()), &overlay, cursor, theme.is_dark.get());
        }
    });
    let place = move |event: &JsValue| {
        let element = node.get_untracked()?;
        let of = |name: &str| Reflect::get(event, &name.into()).ok()?.as_f64();
        let room = element.get_bounding_client_rect();
        let scale = f64::from(SIDE) / room.width().max(1.0);
        Some([((of("clientX")? - room.left()) * scale) as f32, ((of("clientY")? - room.top()) * scale) as f32])
    };
    let is_pressed = StoredValue::new(None::<i32>);
    let down = move |event: PointerEvent| {
        if event.button() != 0 || is_pressed.get_value().is_some() {
            return;
        }
        let (Some(element), Some(point)) = (node.get_untracked(), place(&event)) else { return };
        event.prevent_default();
        let _ = element.focus();
        let _ = element.set_pointer_capture(event.pointer_id());
        is_pressed.set_value(Some(event.pointer_id()));
        cursor.set(None);
        match pad.tool.get_untracked() {
            Tool::Pen => {
                pad.overlay.set(Overlay::default());
                pad.change(|paper| paper.put_down(point));
                draw_line(&element, [point, point]);
            }
            Tool::Eraser => pad.change(|paper| paper.erase_at(point)),
        }
    };
    let moved = move |event: PointerEvent| {
        if is_pressed.get_value() != Some(event.pointer_id()) {
            return;
        }
        let Some(element) = node.get_untracked() else { return };
        for point in coalesced(&event).iter().filter_map(place) {
            match pad.tool.get_untracked() {
                Tool::Pen => {
                    let line = pad.paper.try_update_value(|paper| paper.move_to(point)).flatten();
                    if let Some(line) = line {
                        draw_line(&element, line);
                    }
                }
                Tool::Eraser => {
                    if pad.paper.try_update_value(|paper| paper.erase_at(point)) == Some(true) {
                        pad.changed();
                    }
                }
            }
        }
        if pad.tool.get_untracked() == Tool::Pen {
            pad.ask();
        }
    };
    let up = move |event: PointerEvent| {
        if is_pressed.get_value() == Some(event.pointer_id()) {
            is_pressed.set_value(None);
            pad.change(|paper| paper.lift());
        }
    };
    let press = move |event: KeyboardEvent| {
        let key = event.key();
        let has_modifier = event.ctrl_key() || event.meta_key();
        let step = match key.as_str() {
            "ArrowLeft" => Some([-KEY_STEP, 0.0]),
            "ArrowRight" => Some([KEY_STEP, 0.0]),
            "ArrowUp" => Some([0.0, -KEY_STEP]),
            "ArrowDown" => Some([0.0, KEY_STEP]),
            _ => None,
        };
        let at = cursor.get_untracked().unwrap_or([SIDE / 2.0; 2]);
        match (key.as_str(), step) {
            (_, Some(step)) => {
                let to = [0, 1].map(|axis: usize| (at[axis] + step[axis]).clamp(0.0, SIDE));
                cursor.set(Some(to));
                if pad.is_drawing.get_untracked() {
                    pad.change(|paper| paper.move_to(to));
                }
            }
            (" " | "Enter", _) => {
                cursor.set(Some(at));
                let is_down = pad.is_drawing.get_untracked();
                pad.change(|paper| if is_down { paper.lift() } else { paper.put_down(at) });
            }
            ("z" | "Z", _) if has_modifier && event.shift_key() => pad.change(|paper| paper.redo()),
            ("y" | "Y", _) if has_modifier => pad.change(|paper| paper.redo()),
            ("z" | "Z", _) if has_modifier => pad.change(|paper| paper.undo()),
            ("Backspace" | "Delete", _) => pad.change(|paper| paper.clear()),
            _ => return,
        }
        event.prevent_default();
        // The page's own keys mean other things.
        event.stop_propagation();
    };
    view! {
        <canvas
            class="pad-canvas"
            class:erasing=move || pad.tool.get() == Tool::Eraser
            node_ref=node
            role="application"
            tabindex="0"
            aria-label=label
            aria-description="Draw with a pen, a finger or the mouse. With keys: the arrows move the pen, Space puts it down and lifts it, Control Z undoes, Delete clears."
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=up
            on:blur=move |_| cursor.set(None)
            on:keydown=press
        ></canvas>
    }
}

/// Every place of a move, where the browser tells more than the last; called by name, since older ones have it not.
fn coalesced(event: &PointerEvent) -> Vec<JsValue> {
    let all = Reflect::get(event, &"getCoalescedEvents".into())
        .and_then(|get| get.dyn_into::<Function>())
        .and_then(|get| get.call0(event))
        .map(|all| Array::from(&all).to_vec())
        .unwrap_or_default();
    if all.is_empty() { vec![event.into()] } else { all }
}

/// Puts the context into the pad's units, with a pen of this colour.
fn with_pen(context: &CanvasRenderingContext2d, element: &HtmlCanvasElement, colour: &str) {
    let scale = f64::from(element.width()) / f64::from(SIDE);
    let _ = context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0);
    context.set_line_width(LINE);
    context.set_line_cap("round");
    context.set_line_join("round");
    context.set_stroke_style_str(colour);
}

/// One more piece under the pen.
fn draw_line(element: &HtmlCanvasElement, [from, to]: [[f32; 2]; 2]) {
    let Some(context) = canvas::context(element) else { return };
    with_pen(&context, element, &canvas::token("--ink"));
    context.begin_path();
    context.move_to(from[0].into(), from[1].into());
    context.line_to(to[0].into(), to[1].into());
    context.stroke();
}

/// The whole pad anew.
fn paint(
    element: &HtmlCanvasElement,
    drawing: &Drawing,
    overlay: &Overlay,
    cursor: Option<[f32; 2]>,
    is_dark: bool,
) -> Option<()> {
    let size = (f64::from(element.client_width()), f64::from(element.client_height()));
    let context = canvas::fitted(element, size)?;
    let ink = canvas::token("--ink");
    with_pen(&context, element, &ink);
    if let Some(heat) = &overlay.heat {
        paint_heat(&context, heat, drawing, is_dark)?;
    }
    let shown = overlay.points.map(|points| beginning(drawing, points));
    let shown = shown.as_ref().unwrap_or(drawing);
    if overlay.points.is_some() {
        // What is still to come lies faintly underneath.
        context.set_stroke_style_str(&canvas::token("--line"));
        drawing.iter().for_each(|stroke| trace(&context, stroke));
        context.set_stroke_style_str(&ink);
    }
    for (index, stroke) in shown.iter().enumerate() {
        match overlay.shares.as_ref().and_then(|shares| shares.get(index)) {
            Some(share) => {
                // A stroke that changes nothing has the ground's colour: an edge keeps it in sight.
                context.set_line_width(LINE + 2.0);
                context.set_stroke_style_str(&canvas::token("--line-strong"));
                trace(&context, stroke);
                context.set_line_width(LINE);
                let byte = ((share.clamp(-1.0, 1.0) + 1.0) * 127.5).round() as usize;
                let [red, green, blue] = table(Meaning::Activation, is_dark)[byte.min(255)];
                context.set_stroke_style_str(&format!("rgb({red} {green} {blue})"));
            }
            None => context.set_stroke_style_str(&ink),
        }
        trace(&context, stroke);
    }
    if let Some([x, y]) = cursor {
        context.set_stroke_style_str(&canvas::token("--accent"));
        context.set_line_width(2.0);
        context.begin_path();
        context.arc(x.into(), y.into(), 6.0, 0.0, std::f64::consts::TAU).ok()?;
        context.stroke();
    }
    Some(())
}

fn trace(context: &CanvasRenderingContext2d, stroke: &[[f32; 2]]) {
    let Some((first, rest)) = stroke.split_first() else { return };
    context.begin_path();
    context.move_to(first[0].into(), first[1].into());
    // A dot is a line of no length.
    for [x, y] in rest.iter().chain((rest.is_empty()).then_some(first)) {
        context.line_to((*x).into(), (*y).into());
    }
    context.stroke();
}

/// The map of what mattered, where the network sees the drawing: its longer side takes 26 of 28 pixels, and each number of the map
/// stands for two of them.
fn paint_heat(context: &CanvasRenderingContext2d, heat: &Tiles, drawing: &Drawing, is_dark: bool) -> Option<()> {
    const EXTENT: f32 = 26.0;
    const PIXELS: f32 = 28.0;
    let (low, high) = bounds(drawing)?;
    let pixel = (high[0] - low[0]).max(high[1] - low[1]) / EXTENT;
    let [left, top] =
        [0, 1].map(|axis: usize| f64::from(0.5 * (low[axis] + high[axis]) - (0.5 * PIXELS + 0.5) * pixel));
    let scratch = canvas::scratch()?;
    canvas::put(&scratch, &heat.rgba(0, None, is_dark), heat.sheet.width, heat.sheet.height)?;
    context.set_image_smoothing_enabled(true);
    let side = f64::from(PIXELS * pixel);
    context.draw_image_with_html_canvas_element_and_dw_and_dh(&scratch, left, top, side, side).ok()
}
