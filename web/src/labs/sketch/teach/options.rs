//! How the chosen categories are learned: how many drawings of each, by which network, at which rates. And the button that begins.

use std::time::Duration;

use leptos::prelude::*;
use protocol::{Command, Preset, SKETCH_PRESETS, Settings};

use super::lesson::{LEAST, Lesson, problem, summary};
use crate::{
    components::{Button, Choice, CodeEditor, Knob, Look, Panel, Select, Toggle},
    labs::{
        cifar10::{
            regularisation::{Regularisation, Stopping},
            settings::{RunSettings, follow_live_parts},
            training::TrainingSettings,
        },
        sketch::is_shipped,
    },
    network_text::with_outputs,
    run::Run,
};

/// Drawings of each category that the slider reaches, and that can be typed.
const MOST_OF_FILE: f64 = 100.0;
const MOST: f64 = 20_000.0;
/// Typing rests for so long before the network text is checked.
const CHECK_AFTER: Duration = Duration::from_millis(350);

/// A preset on this visitor's machine, for the same drawings.
fn from_preset(preset: &Preset, draft: &Settings) -> Settings {
    let Settings { device, workers, seed, drawings, .. } = draft.clone();
    Settings { device, workers, seed, drawings, ..preset.settings() }
}

/// Where the shipped network stands and nothing else is wished for, the next lesson is in a few categories.
fn begin_draft(lesson: Lesson) {
    let run = lesson.run;
    Effect::new(move |_| {
        let is_shipped_network = run.built.read().is_some() && run.settings.with(is_shipped) && !lesson.is_taught();
        if is_shipped_network && run.draft.with(is_shipped) {
            run.draft.update(|draft| {
                let mut begun = from_preset(&SKETCH_PRESETS[1], draft);
                // They say, too, that this is not the shipped network.
                begun.drawings.categories = lesson.chosen.get_untracked();
                *draft = begun;
            });
        }
    });
}

#[component]
pub fn Options(lesson: Lesson) -> impl IntoView {
    let run = lesson.run;
    begin_draft(lesson);
    // Rates of a network that is not the running one wait for it.
    follow_live_parts(run, move || {
        lesson.is_taught() && run.settings.with(|settings| run.draft.with(|draft| settings.network == draft.network))
    });
    let counts = Memo::new(move |_| lesson.counts());
    let problem = Memo::new(move |_| counts.with(|counts| problem(counts)));
    let words = move || {
        let refusal = lesson.refusal.get().or_else(|| run.refusal.get().map(|refusal| refusal.message));
        match problem.get().or(refusal) {
            Some(sentence) => sentence,
            None if lesson.is_beginning.get() => "The engine reads your drawings.".into(),
            None => counts.with(|counts| summary(counts)),
        }
    };
    let is_bad = move || problem.read().is_some() || lesson.refusal.read().is_some() || run.refusal.read().is_some();
    view! {
        <Panel title="Lesson" class="lesson">
            <Knob
                label="Drawings of each"
                value=Signal::derive(move || f64::from(run.draft.with(|draft| draft.drawings.each)))
                low=LEAST as f64
                high=MOST_OF_FILE
                limit=MOST
                on_change=move |each: f64| run.draft.update(|draft| draft.drawings.each = each.round().max(LEAST as f64) as u32)
                meaning="Of each category so many drawings at most. Your own come first, and all of them are taken. Every fifth is held out."
            />
            <Toggle
                label="Bend and turn them"
                value=Signal::derive(move || run.draft.with(|draft| draft.drawings.distort))
                on_change=move |distort| run.draft.update(|draft| draft.drawings.distort = distort)
                meaning="Augmentation: each drawing is bent, turned and moved a little anew in every epoch, so that few drawings teach as much as many."
            />
            <Presets run=run />
            <details class="fold">
                <summary class="small">"Network"</summary>
                <Network lesson=lesson />
            </details>
            <details class="fold">
                <summary class="small">"Training"</summary>
                <TrainingSettings run=run />
                <Regularisation run=run />
                <Stopping run=run />
                <RunSettings run=run />
            </details>
            <div class="begin">
                <Button
                    label="Train on these"
                    look=Look::Main
                    title="Begin a run that learns the chosen categories"
                    disabled=Signal::derive(move || problem.read().is_some() || lesson.is_beginning.get())
                    on_press=move || lesson.begin()
                />
                <p class="small number" class:field-problem=is_bad role="status">{words}</p>
            </div>
        </Panel>
    }
}

#[component]
fn Presets(run: Run) -> impl IntoView {
    // Networks are compared without their outputs, which follow from the categories.
    let bare = |text: &str| with_outputs(text, None, 0);
    let chosen = Memo::new(move |_| {
        let draft = run.draft.with(|draft| bare(&draft.network));
        let found = SKETCH_PRESETS.iter().find(|preset| bare(&preset.settings().network) == draft);
        found.map_or("", |preset| preset.name)
    });
    let choices = move || {
        let own = chosen.get().is_empty().then(|| Choice::new("", "Your own"));
        let presets = SKETCH_PRESETS.iter().rev().map(|preset| Choice::new(preset.name, preset.title));
        own.into_iter().chain(presets).collect::<Vec<_>>()
    };
    view! {
        <Select
            label="Network made for"
            value=Signal::derive(move || chosen.get().to_owned())
            choices=Signal::derive(choices)
            on_change=move |name: String| {
                if let Some(preset) = Preset::find(&name) {
                    run.draft.update(|draft| *draft = from_preset(preset, draft));
                }
            }
            meaning="A network with a recipe for training it: a small one, which learns a few categories in seconds, or the one that comes with the page, which has room for all."
        />
    }
}

#[component]
fn Network(lesson: Lesson) -> impl IntoView {
    let run = lesson.run;
    let is_network = RwSignal::new(false);
    let problem = move || {
        // It stands beside the text.
        let refusal = run.refusal.get().filter(|refusal| refusal.place.is_some())?;
        Some(
            refusal
                .message
                .strip_prefix("The network text: l")
                .map_or(refusal.message.clone(), |rest| format!("L{rest}")),
        )
    };
    let praise = move || {
        let is_other = run.settings.with(|settings| run.draft.with(|draft| settings.network != draft.network));
        (is_other && is_network.get()).then(|| "✓ This is a network.".to_owned())
    };
    view! {
        <CodeEditor
            label="Network, as PyTorch writes it"
            value=Signal::derive(move || run.draft.with(|draft| draft.network.clone()))
            on_change=move |text: String| set_network(run, text, is_network)
            problem=Signal::derive(problem)
            bad_place=Signal::derive(move || run.refusal.get().and_then(|refusal| refusal.place))
            praise=Signal::derive(praise)
            on_apply=UnsyncCallback::new(move |()| lesson.begin())
        />
        <p class="small soft">"It sees 28 × 28 pixels. Its last linear layer gets as many outputs as there are categories."</p>
    }
}

/// The text as it is typed. When the typing rests, it is checked with as many outputs as the run that stands has classes.
fn set_network(run: Run, text: String, is_network: RwSignal<bool>) {
    is_network.set(false);
    run.draft.update(|draft| draft.network.clone_from(&text));
    let is_now = move |text: &str| run.draft.with_untracked(|draft| draft.network == *text);
    set_timeout(
        move || {
            let Some(classes) = run.built.with_untracked(|built| built.as_ref().map(|built| built.classes.len()))
            else {
                return;
            };
            if !is_now(&text) {
                return;
            }
            let network = with_outputs(&text, None, classes);
            run.send(Command::Check { network }, Vec::new(), move |result| {
                if is_now(&text) {
                    let _ = is_network.try_set(result.is_ok());
                    run.refusal.set(result.err());
                }
            });
        },
        CHECK_AFTER,
    );
}
