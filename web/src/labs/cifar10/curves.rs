//! Loss and accuracy over the steps, with the window that smooths them, and the way back to an earlier step.

use leptos::prelude::*;

use crate::{
    app::Site,
    components::{Choice, CurveLegend, CurvePlot, Panel, Select, Toggle},
    format,
    plots::curve::Unit,
    run::Run,
};

/// Windows to choose from, in steps.
const WINDOWS: [u64; 6] = [1, 10, 50, 200, 1000, 5000];

#[component]
pub fn Curves() -> impl IntoView {
    let run = expect_context::<Site>().run;
    let logarithmic = RwSignal::new(false);
    let examples = Signal::derive(move || run.held_out.get().map(|score| score.examples));
    let classes =
        move || run.built.read().as_ref().map(|built| built.classes.len() as f64).filter(|count| *count > 1.0);
    let guessing_loss = move || classes().map(|count| (count.ln(), "guessing".to_owned()));
    let guessing = move || classes().map(|count| (1.0 / count, "guessing".to_owned()));
    let waiting = Signal::derive(move || run.waiting_for("the curve begins with the first step"));
    view! {
        <div class="curves">
            <Panel title="Loss" class="curve-panel" tools=move || view! { <CurveTools run=run logarithmic=logarithmic /> }>
                <CurveLegend window=run.window examples=examples />
                <CurvePlot
                    title="Loss"
                    curve=run.loss
                    version=run.version
                    unit=Unit::Plain
                    window=run.window
                    logarithmic=logarithmic
                    reference=Signal::derive(guessing_loss)
                    waiting=waiting
                />
                <Rewind run=run />
            </Panel>
            <Panel title="Accuracy" class="curve-panel">
                <CurvePlot
                    title="Accuracy"
                    curve=run.accuracy
                    version=run.version
                    unit=Unit::Percent
                    window=run.window
                    reference=Signal::derive(guessing)
                    waiting=waiting
                />
            </Panel>
        </div>
    }
}

#[component]
fn CurveTools(run: Run, logarithmic: RwSignal<bool>) -> impl IntoView {
    let choices = WINDOWS.map(|window| {
        let name = if window == 1 { "every step".to_owned() } else { format!("mean of {}", format::grouped(window)) };
        Choice::new(window.to_string(), name)
    });
    view! {
        <Toggle label="log" value=logarithmic on_change=move |on| logarithmic.set(on) />
        <Select
            label="Smoothing"
            value=Signal::derive(move || run.window.get().to_string())
            choices=choices.to_vec()
            on_change=move |text: String| run.set_window(text.parse().unwrap_or(50))
        />
    }
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
        let step = run.rewind_steps.read_untracked().get(position).copied();
        if let Some(step) = step {
            run.rewind(step);
        }
    };
    view! {
        <Show when=move || count() != 0>
            <label class="rewind">
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
                    on:input=move |event| chosen.set(event_target_value(&event).parse().ok())
                    on:change=move |event| go(event_target_value(&event).parse().unwrap_or_default())
                />
                <span class="small number rewind-step">{words}</span>
            </label>
        </Show>
    }
}
