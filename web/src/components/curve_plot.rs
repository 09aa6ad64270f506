//! A training curve: canvas, readout on hover and by arrow keys, and a table of the same numbers for screen readers.
//! It reads the curve where it lies and redraws when its version changes; nothing is copied.

use leptos::{ev, html, prelude::*};

use super::Waiting;
use crate::{
    dom::{follow_size, now, rem},
    format,
    plots::{
        canvas,
        curve::{self, Curve, Frame, Unit, View},
    },
    theme::Theme,
};

/// A curve that somebody else appends to.
pub type SharedCurve = StoredValue<Curve, LocalStorage>;

/// How often the table behind is written anew, in milliseconds: a screen reader cannot follow each frame.
const TABLE_EVERY: f64 = 3000.0;
/// Rows of that table.
const TABLE_ROWS: u64 = 12;

/// Fewer steps than these are a press, and no choice of a range.
const LEAST_ZOOM: u64 = 10;

/// Half of the steps about the one that is read, or all of them again.
fn zoomed(key: &str, here: u64, (first, last): (u64, u64)) -> Option<(u64, u64)> {
    let half = (last - first) / 4;
    (key == "+" && half >= LEAST_ZOOM).then(|| {
        let from = here.saturating_sub(half).clamp(first, last - 2 * half);
        (from, from + 2 * half)
    })
}

fn reading_words(curve: &Curve, view: &View, step: u64) -> String {
    let mut words = format!("step {}", format::grouped(step));
    if let Some(value) = curve.train.smoothed(step, view.window) {
        words += &format!(" · training {}", view.unit.text(value));
    }
    if let Some(point) = curve.held_out_at(step) {
        words += &format!(" · held-out {} (n = {})", view.unit.text(point.value), format::grouped(point.examples));
    }
    words
}

fn table_rows(curve: &Curve, view: &View) -> Vec<[String; 3]> {
    let (first, end) = curve.train.range();
    let every = ((end - first) / TABLE_ROWS).max(1);
    let steps = (1..=TABLE_ROWS).map(|row| first + row * every - 1).filter(|step| *step < end);
    steps
        .map(|step| {
            let text = |value: Option<f64>| value.map(|value| view.unit.text(value)).unwrap_or_default();
            let held_out = curve.held_out_at(step).map(|point| point.value);
            [format::grouped(step), text(curve.train.smoothed(step, view.window)), text(held_out)]
        })
        .collect()
}

#[component]
pub fn CurvePlot(
    /// What is plotted: "Loss".
    #[prop(into)]
    title: String,
    curve: SharedCurve,
    /// Changes when the curve did.
    #[prop(into)]
    version: Signal<u64>,
    unit: Unit,
    /// Steps that the line averages over.
    #[prop(into)]
    window: Signal<u64>,
    #[prop(optional, into)] logarithmic: Signal<bool>,
    /// A level to compare with.
    #[prop(optional, into)]
    reference: Signal<Option<(f64, String)>>,
    /// Only these steps: a drag chooses them, a double click shows all again. Plots may share it.
    #[prop(optional, into)]
    range: Option<RwSignal<Option<(u64, u64)>>>,
    /// What it waits for while there is nothing to draw.
    #[prop(into)]
    waiting: Signal<String>,
) -> impl IntoView {
    let range = range.unwrap_or_else(|| RwSignal::new(None));
    let drag = RwSignal::new(None::<(u64, u64)>);
    let theme = expect_context::<Theme>();
    let node = NodeRef::<html::Canvas>::new();
    let room = NodeRef::<html::Div>::new();
    let size = follow_size(room);
    let reading = RwSignal::new(None::<u64>);
    let table = RwSignal::new(Vec::<[String; 3]>::new());
    let table_written = StoredValue::new(f64::NEG_INFINITY);
    let empty = Memo::new(move |_| {
        version.track();
        curve.try_with_value(Curve::is_empty).unwrap_or(true)
    });
    let view_now = move || View {
        unit,
        window: window.get(),
        logarithmic: logarithmic.get(),
        reference: reference.get(),
        reading: reading.get(),
        range: range.get(),
        selection: drag.get(),
    };
    let frame_of = move |curve: &Curve, view: &View| {
        let (width, height) = size.get_untracked();
        Frame::new(curve, view, width, height, rem())
    };
    Effect::new(move |_| {
        version.track();
        let size = size.get();
        theme.large.track();
        let (view, palette) = (view_now(), theme.palette.get());
        let Some(context) = node.get().and_then(|element| canvas::fitted(&element, size)) else { return };
        let _ = curve.try_with_value(|curve| {
            curve::draw(&context, curve, &view, &frame_of(curve, &view), &palette);
            let is_due = now() - table_written.get_value() > TABLE_EVERY || table.with_untracked(Vec::is_empty);
            if is_due {
                table_written.set_value(now());
                table.set(table_rows(curve, &view));
            }
        });
    });
    let point = move |event: ev::PointerEvent| {
        let view = untrack(view_now);
        let step = curve.try_with_value(|curve| frame_of(curve, &view).step_at(f64::from(event.offset_x())));
        reading.set(step);
        if let (Some((from, _)), Some(step)) = (drag.get_untracked(), step) {
            drag.set(Some((from, step)));
        }
    };
    let begin = move |event: ev::PointerEvent| {
        point(event);
        drag.set(reading.get_untracked().map(|step| (step, step)));
    };
    let end = move |_| {
        let Some((from, to)) = drag.try_update(Option::take).flatten() else { return };
        if from.abs_diff(to) >= LEAST_ZOOM {
            range.set(Some((from.min(to), from.max(to))));
        }
    };
    let step = move |event: ev::KeyboardEvent| {
        let view = untrack(view_now);
        let axis = curve.try_with_value(|curve| frame_of(curve, &view).steps);
        let Some(axis) = axis else { return };
        let (first, last) = (axis.low as u64, axis.high as u64);
        let by = ((last - first) / 50).max(1);
        let here = reading.get_untracked().unwrap_or(last);
        let there = match event.key().as_str() {
            "ArrowRight" => here + by,
            "ArrowLeft" => here.saturating_sub(by),
            "+" | "-" | "0" => {
                event.prevent_default();
                return range.set(zoomed(event.key().as_str(), here, (first, last)));
            }
            "Home" => first,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        reading.set(Some(there.clamp(first, last)));
    };
    let words = move || {
        version.track();
        let (view, step) = (view_now(), reading.get()?);
        curve.try_with_value(|curve| reading_words(curve, &view, step))
    };
    let label = format!(
        "{title} over training steps. Arrow keys read it, + and 0 zoom, a drag chooses steps; a table of its numbers follows."
    );
    view! {
        <div class="plot">
            <div class="plot-room" node_ref=room>
                <canvas
                    node_ref=node
                    role="img"
                    tabindex="0"
                    aria-label=label
                    on:pointermove=point
                    on:pointerdown=begin
                    on:pointerup=end
                    on:dblclick=move |_| range.set(None)
                    on:pointerleave=move |_| {
                        reading.set(None);
                        drag.set(None);
                    }
                    on:blur=move |_| reading.set(None)
                    on:keydown=step
                ></canvas>
                <Show when=move || empty.get()><Waiting message=waiting /></Show>
                <output class="plot-reading number">{words}</output>
            </div>
            <table class="for-screen-readers">
                <caption>{title}</caption>
                <thead><tr><th>"Step"</th><th>"Training"</th><th>"Held-out"</th></tr></thead>
                <tbody>
                    {move || {
                        table
                            .get()
                            .into_iter()
                            .map(|[step, train, held_out]| view! { <tr><td>{step}</td><td>{train}</td><td>{held_out}</td></tr> })
                            .collect_view()
                    }}
                </tbody>
            </table>
        </div>
    }
}
