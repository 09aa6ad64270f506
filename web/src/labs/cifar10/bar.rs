//! The lab's bar: what one does to the run, and its numbers. On a phone the buttons move under the thumb.

use leptos::prelude::*;

use super::stage::{Stage, StageSelect};
use crate::{
    app::Site,
    components::{Button, Choice, Look, Select, Stat},
    format,
    run::{Speed, Status},
};

fn speed_of(text: &str) -> Speed {
    text.parse().map_or(Speed::Full, Speed::Steps)
}

fn text_of(speed: Speed) -> String {
    match speed {
        Speed::Full => "full".into(),
        Speed::Steps(steps) => steps.to_string(),
    }
}

#[component]
pub fn Bar(shows_settings: RwSignal<bool>, stage: RwSignal<Stage>) -> impl IntoView {
    view! {
        <div class="bar">
            <TrainingButtons />
            <Numbers />
            <div class="bar-end">
                <StageSelect stage=stage />
                <Button label="Settings" pressed=shows_settings on_press=move || shows_settings.update(|shown| *shown = !*shown) />
            </div>
        </div>
    }
}

/// What one does to the run.
#[component]
pub fn TrainingButtons() -> impl IntoView {
    let run = expect_context::<Site>().run;
    let cannot = Signal::derive(move || !run.can_train());
    let has_ended = move || matches!(*run.status.read(), Status::Stopped(..));
    let train_label = move || if run.is_training() { "Pause" } else { "Train" };
    view! {
        <div class="bar-buttons" role="group" aria-label="Training">
            <Button
                label=Signal::derive(move || train_label().to_owned())
                sign=Signal::derive(move || if run.is_training() { "❚❚" } else { "▶" })
                look=Look::Main
                key="Space"
                disabled=cannot
                on_press=move || run.toggle()
            />
            <Button label="Step" title="One step of the optimiser (S)" disabled=cannot on_press=move || run.step_once() />
            <Button
                label="Reset"
                title="Back to the initial parameters of the same seed (R)"
                disabled=Signal::derive(move || cannot.get() && !has_ended())
                on_press=move || run.reset()
            />
            <Select
                label="Speed"
                value=Signal::derive(move || text_of(run.speed.get()))
                choices=vec![
                    Choice::new("full", "Full speed"),
                    Choice::new("10", "10 steps/s"),
                    Choice::new("2", "2 steps/s"),
                    Choice::new("1", "1 step/s"),
                ]
                on_change=move |text: String| run.set_speed(speed_of(&text))
            />
        </div>
    }
}

/// The run's numbers.
#[component]
pub fn Numbers() -> impl IntoView {
    let run = expect_context::<Site>().run;
    let number = |value: Option<f64>| value.map(format::steady).unwrap_or_default();
    let percent = |value: Option<f64>| value.map(format::percent).unwrap_or_default();
    let sample = move |score: Option<crate::run::Score>| {
        score.map(|score| format!("n = {}", format::grouped(score.examples))).unwrap_or_default()
    };
    let over_window = move || format!("mean of {}", format::grouped(run.window.get()));
    let speed =
        move || run.images_per_second.get().map(|speed| format::grouped(speed.round() as u64)).unwrap_or_default();
    let steps_per_second = move || {
        let batch = run.settings.with(|settings| settings.batch_size.max(1));
        run.images_per_second
            .get()
            .map(|speed| format!("{} steps/s", format::significant(speed / f64::from(batch))))
            .unwrap_or_default()
    };
    let device = move || match run.built.get() {
        Some(built) if built.device == "webgpu" => "WebGPU".to_owned(),
        Some(built) => built.device.to_ascii_uppercase(),
        None => String::new(),
    };
    let adapter = move || match run.built.get() {
        Some(built) if built.device == "webgpu" => built.adapter.clone(),
        Some(built) if built.workers > 1 => format!("{} workers", built.workers),
        _ => String::new(),
    };
    let steps = move || {
        if run.built.read().is_some() { format!("step {}", format::grouped(run.step.get())) } else { String::new() }
    };
    let of_pictures = move || {
        let examples = run.built.read().as_ref().map(|built| built.training_examples);
        examples.map(|examples| format!("of {}", format::grouped(examples))).unwrap_or_default()
    };
    let stands = move || run.built.read().is_some();
    let when_standing = move |text: String| if stands() { text } else { String::new() };
    view! {
        <dl class="stats">
            <Stat name="Images/s" value=Signal::derive(speed) unit=Signal::derive(steps_per_second)
                meaning="Training images a second, measured over the last second or so." />
            <Stat name="Examples seen" value=Signal::derive(move || when_standing(format::grouped(run.examples.get()))) unit=Signal::derive(steps)
                meaning="Training images shown to the network since the run began; a step shows one batch of them." />
            <Stat name="Epoch" value=Signal::derive(move || when_standing(format!("{:.2}", run.epoch.get()))) unit=Signal::derive(of_pictures)
                meaning="One epoch is one pass over all training images." />
            <Stat name="Loss" value=Signal::derive(move || number(run.train_loss.get())) unit=Signal::derive(over_window)
                meaning="Cross-entropy on the training batches: minus the logarithm of the probability given to the right class." />
            <Stat name="Accuracy" value=Signal::derive(move || percent(run.train_accuracy.get())) unit=Signal::derive(over_window)
                meaning="Share of training images whose best guess is right, as they were learned from." />
            <Stat class="held-out" name="Held-out loss" value=Signal::derive(move || number(run.held_out.get().and_then(|score| score.loss)))
                unit=Signal::derive(move || sample(run.held_out.get()))
                meaning="The same loss on training images that are kept aside and never learned from." />
            <Stat class="held-out" name="Held-out acc." value=Signal::derive(move || percent(run.held_out.get().map(|score| score.accuracy)))
                unit=Signal::derive(move || sample(run.held_out.get()))
                meaning="Accuracy on training images that are kept aside and never learned from." />
            <Stat name="Learning rate" value=Signal::derive(move || run.learning_rate.get().map(format::significant).unwrap_or_default()) unit="now"
                meaning="The factor α on the gradient, as the schedule has it now." />
            <Stat name="Device" value=Signal::derive(device) unit=Signal::derive(adapter)
                meaning="Where the network is computed: on the processor, by one worker or several that share each batch, or on the graphics card through WebGPU." />
        </dl>
    }
}
