//! Loss and accuracy over the steps, with the window that smooths them, and the way back to an earlier step.

use leptos::prelude::*;

use crate::{
    app::Site,
    components::{Button, Choice, CurveLegend, CurvePlot, Look, Panel, Select, SharedCurve, Toggle},
    files, format,
    lazily::parts,
    plots::{
        canvas,
        curve::{self, Curve, Frame, Palette, Unit, View},
        export,
    },
    run::Run,
};

/// Windows to choose from, in steps.
const WINDOWS: [u64; 6] = [1, 10, 50, 200, 1000, 5000];

#[component]
pub fn Curves() -> impl IntoView {
    let run = expect_context::<Site>().run;
    let logarithmic = RwSignal::new(false);
    let range = RwSignal::new(None);
    let examples = Signal::derive(move || run.held_out.get().map(|score| score.examples));
    let classes =
        move || run.built.read().as_ref().map(|built| built.classes.len() as f64).filter(|count| *count > 1.0);
    let guessing_loss = move || classes().map(|count| (count.ln(), "guessing".to_owned()));
    let guessing = move || classes().map(|count| (1.0 / count, "guessing".to_owned()));
    let waiting = Signal::derive(move || run.waiting_for("the curve begins with the first step"));
    view! {
        <div class="curves">
            <Panel title="Loss" class="curve-panel" tools=move || view! { <CurveTools run=run logarithmic=logarithmic range=range /> }>
                <CurveLegend window=run.window examples=examples />
                <CurvePlot
                    title="Loss"
                    curve=run.loss
                    version=run.version
                    unit=Unit::Plain
                    window=run.window
                    logarithmic=logarithmic
                    range=range
                    reference=Signal::derive(guessing_loss)
                    waiting=waiting
                />
                <Rewind run=run />
            </Panel>
            <Panel title="Accuracy" class="curve-panel" tools=move || view! { <SaveCurve run=run title="Accuracy" curve=run.accuracy unit=Unit::Percent /> }>
                <CurvePlot
                    title="Accuracy"
                    curve=run.accuracy
                    version=run.version
                    unit=Unit::Percent
                    window=run.window
                    range=range
                    reference=Signal::derive(guessing)
                    waiting=waiting
                />
                <StepCosts run=run />
            </Panel>
        </div>
    }
}

/// One step as a stacked bar: what it takes to load, to go forward, back, and to update.
#[component]
fn StepCosts(run: Run) -> impl IntoView {
    let parts = move || {
        let costs = run.costs.get()?;
        Some([
            ("loading", costs.loading),
            ("forward", costs.forward),
            ("backward", costs.backward),
            ("update", costs.update),
        ])
    };
    let words = move || {
        let Some(costs) = run.costs.get() else { return String::new() };
        let parts = parts().into_iter().flatten().map(|(name, time)| format!("{name} {}", format::significant(time)));
        format!(
            "A step in ms: {}. L2 part of the loss: {}.",
            parts.collect::<Vec<_>>().join(", "),
            format::significant(costs.l2)
        )
    };
    view! {
        <Show when=move || run.costs.read().is_some()>
            <div class="step-costs">
                <div class="step-bar" role="img" aria-label=words>
                    {move || {
                        parts()
                            .into_iter()
                            .flatten()
                            .map(|(name, time)| view! { <span class=name style:flex-grow=format!("{time:.4}")></span> })
                            .collect_view()
                    }}
                </div>
                <p class="small number">
                    <span class="soft">"A step, ms: "</span>
                    {move || {
                        parts()
                            .into_iter()
                            .flatten()
                            .map(|(name, time)| view! { <span class=format!("part {name}")>{name}" "{format::significant(time)}</span> })
                            .collect_view()
                    }}
                    <span class="soft">"L2 part of the loss "</span>
                    {move || run.costs.get().map(|costs| format::significant(costs.l2))}
                </p>
            </div>
        </Show>
    }
}

#[component]
fn CurveTools(run: Run, logarithmic: RwSignal<bool>, range: RwSignal<Option<(u64, u64)>>) -> impl IntoView {
    let choices = WINDOWS.map(|window| {
        let name = if window == 1 { "every step".to_owned() } else { format!("mean of {}", format::grouped(window)) };
        Choice::new(window.to_string(), name)
    });
    let has_earlier = move || {
        run.version.track();
        run.loss.with_value(|curve| !curve.earlier.is_empty())
    };
    view! {
        <Show when=move || range.read().is_some()>
            <Button label="Whole" look=Look::Quiet title="All steps again (double click, or 0)" on_press=move || range.set(None) />
        </Show>
        <Show when=has_earlier>
            <Button label="Clear" look=Look::Quiet title="Forget the dashed lines of earlier runs" on_press=move || run.forget_earlier_runs() />
        </Show>
        <SaveCurve run=run title="Loss" curve=run.loss unit=Unit::Plain />
        <Toggle label="log" value=logarithmic on_change=move |on| logarithmic.set(on) />
        <Select
            label="Smoothing"
            value=Signal::derive(move || run.window.get().to_string())
            choices=choices.to_vec()
            on_change=move |text: String| run.set_window(text.parse().unwrap_or(50))
        />
    }
}

parts! {
    load_saving from saving: fn(Run, &str, SharedCurve, Unit, &str) = save_curve;
}

/// Saves a curve as a file of this kind.
fn save_curve(run: Run, title: &str, curve: SharedCurve, unit: Unit, kind: &str) {
    let saved = curve.with_value(|curve| {
        let view = View {
            unit,
            window: run.window.get_untracked(),
            logarithmic: false,
            reference: None,
            reading: None,
            range: None,
            selection: None,
        };
        let frame = Frame::new(curve, &view, SAVED.0, SAVED.1, 16.0);
        let name = format!("chalkgrad-{}.{kind}", title.to_ascii_lowercase());
        match kind {
            "svg" => files::save(&name, &export::svg(title, curve, &view, &frame, SAVED).into()),
            "csv" => files::save(&name, &export::csv(&title.to_ascii_lowercase(), curve).into()),
            _ => files::save_address(&name, &painted(curve, &view, &frame)?),
        }
    });
    if saved.is_none() {
        run.notices.fail("The browser does not let this page save files.", None);
    }
}

/// The curve as a file: a picture, or its numbers.
#[component]
fn SaveCurve(run: Run, title: &'static str, curve: SharedCurve, unit: Unit) -> impl IntoView {
    let chosen = RwSignal::new(String::new());
    let save = move |kind: String| {
        let wanted = kind.clone();
        wasm_bindgen_futures::spawn_local(async move {
            match load_saving().await {
                Ok(save) => save(run, title, curve, unit, &wanted),
                Err(missing) => drop(run.notices.fail(missing.to_string(), None)),
            }
        });
        chosen.set(kind);
        chosen.set(String::new());
    };
    view! {
        <Select
            label=format!("Save {}", title.to_ascii_lowercase())
            value=chosen
            choices=[("", "Save"), ("png", "PNG"), ("svg", "SVG"), ("csv", "CSV")].map(|(value, name)| Choice::new(value, name)).to_vec()
            on_change=save
        />
    }
}

/// Width and height of a saved picture.
const SAVED: (f64, f64) = (1200.0, 600.0);

/// A picture of the curve as an address that holds it all.
fn painted(curve: &Curve, view: &View, frame: &Frame) -> Option<String> {
    let palette = Palette::of_page();
    let scratch = canvas::scratch()?;
    let context = canvas::fitted(&scratch, SAVED)?;
    context.set_fill_style_str(&canvas::token("--panel"));
    context.fill_rect(0.0, 0.0, SAVED.0, SAVED.1);
    curve::draw(&context, curve, view, frame, &palette);
    scratch.to_data_url().ok()
}

/// The scrubber: everything goes back to a step whose state was kept.
#[component]
fn Rewind(run: Run) -> impl IntoView {
    let chosen = RwSignal::new(None::<usize>);
    let count = move || run.rewind_steps.read().len();
    let last = move || count().saturating_sub(1);
    let position = move || chosen.get().unwrap_or_else(last);
    let words = move || {
        let step = run.rewind_steps.read().get(position()).copied().unwrap_or_default();
        format!("step {}", format::grouped(step))
    };
    let go = move |position: usize| {
        chosen.set(None);
        run.look_back(None);
        let step = run.rewind_steps.read_untracked().get(position).copied();
        if let Some(step) = step {
            run.rewind(step);
        }
    };
    view! {
        <Show when=move || count() != 0>
            <label
                class="rewind"
                title=move || {
                    run.rewind_steps.track();
                    let [taken, budget] = [run.kept_size(), Run::BUDGET].map(format::bytes);
                    format!("The kept steps take {taken} of {budget}, and survive a reload")
                }
            >
                <span class="small soft">"Rewind to"</span>
                <input
                    type="range"
                    class="knob-slider"
                    min="0"
                    max=move || last().to_string()
                    step="1"
                    aria-label="Rewind everything to a kept step"
                    aria-valuetext=words
                    prop:value=move || position().to_string()
                    style:--filled=move || format!("{}%", 100.0 * position() as f64 / last().max(1) as f64)
                    on:input=move |event| {
                        let position: Option<usize> = event_target_value(&event).parse().ok();
                        chosen.set(position);
                        let step = position.and_then(|position| run.rewind_steps.read_untracked().get(position).copied());
                        run.look_back(step);
                    }
                    on:change=move |event| go(event_target_value(&event).parse().unwrap_or_default())
                />
                <span class="small number rewind-step">{words}</span>
            </label>
        </Show>
    }
}
