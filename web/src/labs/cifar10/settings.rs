//! The settings panel: presets, network text, data, device. Rates change the run as they move; the rest waits for Apply,
//! because it begins a new run.

use std::time::Duration;

use leptos::{html, prelude::*};
use protocol::{DatasetName, DeviceName, Initialization, PRESETS, Preset, Settings};

use super::{
    classes::OwnClasses,
    devices::Devices,
    regularisation::{Regularisation, Stopping},
    shipped::Shipped,
    training::TrainingSettings,
};
use crate::{
    app::Site,
    components::{Button, Choice, CodeEditor, Look, NumberField, Panel, Progress, Select, Tile, Toggle},
    format,
    run::Run,
};

/// While a knob is dragged, at most this often a change is sent.
const ADJUST_AFTER: Duration = Duration::from_millis(80);

/// The draft with what needs no new run taken from it.
fn with_live_parts_of(settings: &Settings, draft: &Settings) -> Settings {
    Settings {
        optimizer: settings.optimizer,
        schedule: settings.schedule,
        augmentation: settings.augmentation,
        label_smoothing: settings.label_smoothing,
        // What the text says of dropout comes back with a new run.
        dropout: if draft.dropout.is_some() { settings.dropout } else { draft.dropout },
        stop: settings.stop,
        ..draft.clone()
    }
}

/// Sends what changed to the running engine, without a restart, where the draft is one of the run that stands.
pub fn follow_live_parts(run: Run, is_of_run: impl Fn() -> bool + Copy + 'static) {
    let is_asked = StoredValue::new(false);
    let wants = move || {
        let (settings, draft) = (run.settings.get(), run.draft.get());
        let live = |of: &Settings| (of.optimizer, of.schedule, of.augmentation, of.label_smoothing, of.stop);
        let differs = live(&settings) != live(&draft) || (draft.dropout.is_some() && settings.dropout != draft.dropout);
        (differs && run.built.read().is_some() && is_of_run()).then_some(draft)
    };
    Effect::new(move |_| {
        if wants().is_none() || is_asked.get_value() {
            return;
        }
        is_asked.set_value(true);
        set_timeout(
            move || {
                if is_asked.try_update_value(|asked| *asked = false).is_some()
                    && let Some(draft) = untrack(wants)
                {
                    run.adjust(&draft);
                }
            },
            ADJUST_AFTER,
        );
    });
}

#[component]
pub fn SettingsPanel() -> impl IntoView {
    let run = expect_context::<Site>().run;
    follow_live_parts(run, || true);
    let needs_apply = Memo::new(move |_| {
        let settings = run.settings.get();
        with_live_parts_of(&settings, &run.draft.get()) != settings
    });
    let can_keep = Memo::new(move |_| {
        let is_same_network = run.settings.with(|settings| run.draft.with(|draft| settings.network == draft.network));
        needs_apply.get() && is_same_network && run.step.get() > 0
    });
    let apply = move || run.configure(run.draft.get_untracked(), run.is_training_now());
    let choose = move |settings: Settings| {
        run.draft.set(settings);
        apply();
    };
    view! {
        <Panel title="Settings" class="settings">
            <div class="settings-scroll">
                <Presets run=run on_choose=choose />
                <Shipped run=run />
                <Network run=run on_apply=apply />
                <TrainingSettings run=run />
                <Regularisation run=run />
                <Stopping run=run />
                <RunSettings run=run />
                <Devices />
                <Data run=run />
            </div>
            <div class="apply" class:needed=needs_apply>
                <span class="small" role="status">
                    {move || if needs_apply.get() { "These changes begin a new run." } else { "Changes act while it trains." }}
                </span>
                <Show when=move || can_keep.get()>
                    <Button
                        label="Keep weights"
                        title="Apply these settings, and begin with what this run has learned"
                        on_press=move || run.configure_keeping_weights(run.draft.get_untracked())
                    />
                </Show>
                <Button label="Apply" look=Look::Main disabled=Signal::derive(move || !needs_apply.get()) on_press=apply />
            </div>
        </Panel>
    }
}

/// A preset on this visitor's machine.
fn preset_settings(preset: &Preset, draft: &Settings) -> Settings {
    Settings { device: draft.device, workers: draft.workers, ..preset.settings() }
}

#[component]
fn Presets(run: Run, on_choose: impl Fn(Settings) + Send + Sync + 'static) -> impl IntoView {
    let chosen = Memo::new(move |_| {
        run.draft.with(|draft| {
            let found = PRESETS.iter().find(|preset| preset_settings(preset, draft) == *draft);
            found.map_or("", |preset| preset.name)
        })
    });
    let choices = move || {
        let own = chosen.get().is_empty().then(|| Choice::new("", "Own settings"));
        own.into_iter().chain(PRESETS.iter().map(|preset| Choice::new(preset.name, preset.title))).collect::<Vec<_>>()
    };
    view! {
        <Select
            label="Preset"
            value=Signal::derive(move || chosen.get().to_owned())
            choices=Signal::derive(choices)
            on_change=move |name: String| {
                if let Some(preset) = Preset::find(&name) {
                    on_choose(run.draft.with_untracked(|draft| preset_settings(preset, draft)));
                }
            }
            meaning="A network with a recipe for training it. Choosing one begins a new run."
        />
    }
}

#[component]
fn Network(run: Run, on_apply: impl Fn() + Clone + Send + Sync + 'static) -> impl IntoView {
    let problem = move || {
        let message = run.refusal.get()?.message;
        // It stands beside the text.
        Some(message.strip_prefix("The network text: l").map_or(message.clone(), |rest| format!("L{rest}")))
    };
    let praise = move || {
        let is_other = run.settings.with(|settings| run.draft.with(|draft| settings.network != draft.network));
        let parameters = run.checked.get().filter(|_| is_other)?;
        Some(format!("✓ A network of {} parameters.", format::grouped(parameters)))
    };
    view! {
        <h3>"Network"</h3>
        <CodeEditor
            label="Network, as PyTorch writes it"
            value=Signal::derive(move || run.draft.with(|draft| draft.network.clone()))
            on_change=move |text: String| run.set_network(text)
            problem=Signal::derive(problem)
            bad_place=Signal::derive(move || run.refusal.get().and_then(|refusal| refusal.place))
            praise=Signal::derive(praise)
            on_apply=UnsyncCallback::new(move |()| on_apply())
        />
        <div class="files">
            <Button label="Export" title="This run as a PyTorch script, and its weights" on_press=move || run.export() />
            <OpenFile run=run />
            <Button label="Save project" title="Network, settings, weights, curves and seed in one file, to go on from here" on_press=move || run.save_project() />
        </div>
    }
}

/// Weights and network text by the browser's dialog; both can be dropped anywhere on the lab, too.
#[component]
fn OpenFile(run: Run) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let take = move |_| {
        let Some(field) = field.get_untracked() else { return };
        if let Some(file) = field.files().and_then(|files| files.get(0)) {
            run.take(file);
        }
        // The same file again is news again.
        field.set_value("");
    };
    view! {
        <label class="button" title="Weights (.safetensors), a network (.py) or a project (.chalkgrad); each can be dropped on the lab">
            "Open a file"
            <input class="for-screen-readers" type="file" accept=".safetensors,.chalkgrad,.py,.txt,.js" node_ref=field on:change=take />
        </label>
    }
}

/// The choice of no number.
const AUTOMATIC: &str = "auto";

#[component]
pub fn RunSettings(run: Run) -> impl IntoView {
    let draft = run.draft;
    let numbers = (1..=8).map(|workers: u32| Choice::new(workers.to_string(), workers.to_string()));
    let workers: Vec<Choice> = std::iter::once(Choice::new(AUTOMATIC, "Automatic")).chain(numbers).collect();
    view! {
        <h3>"Run"</h3>
        <div class="pair">
            <Select
                label="Device"
                value=Signal::derive(move || json_name(draft.with(|draft| draft.device)))
                choices=vec![Choice::new("auto", "Automatic"), Choice::new("cpu", "CPU"), Choice::new("webgpu", "WebGPU")]
                on_change=move |name: String| {
                    if let Some(device) = from_name::<DeviceName>(&name) {
                        draft.update(|draft| draft.device = device);
                    }
                }
                meaning="Automatic takes WebGPU where it is a real accelerator, else the CPU. A device named outright never falls back."
            />
            <NumberField
                label="Batch size"
                value=Signal::derive(move || f64::from(draft.with(|draft| draft.batch_size)))
                low=1.0
                high=65536.0
                whole=true
                on_change=move |size: f64| draft.update(|draft| draft.batch_size = size as u32)
                meaning="Images that one step learns from together; the gradient is their mean."
            />
            <Select
                label="Workers"
                value=Signal::derive(move || draft.with(|draft| draft.workers).map_or(AUTOMATIC.into(), |workers| workers.to_string()))
                choices=workers
                on_change=move |workers: String| draft.update(|draft| draft.workers = workers.parse().ok())
                meaning="Workers that share every batch on the CPU, each on a core of its own; their gradients are added up. Automatic leaves one core to the page."
            />
            <Select
                label="Initialisation"
                value=Signal::derive(move || json_name(draft.with(|draft| draft.initialization)))
                choices=vec![Choice::new("pytorch", "PyTorch"), Choice::new("convnetjs", "ConvNetJS")]
                on_change=move |name: String| {
                    if let Some(initialization) = from_name::<Initialization>(&name) {
                        draft.update(|draft| draft.initialization = initialization);
                    }
                }
                meaning="How the first weights are drawn. PyTorch: uniform, by each layer's fan-in. ConvNetJS: normal with variance 1/fan-in, bias 0.1 before a ReLU."
            />
            <NumberField
                label="Seed"
                value=Signal::derive(move || draft.with(|draft| draft.seed as f64))
                low=0.0
                high=9_007_199_254_740_991.0
                whole=true
                on_change=move |seed: f64| draft.update(|draft| draft.seed = seed as u64)
                meaning="Fixes the first weights, the order of the images and their augmentation: the same seed, the same run."
            />
        </div>
    }
}

#[component]
fn Data(run: Run) -> impl IntoView {
    let draft = run.draft;
    let fraction = move || {
        run.data
            .get()
            .filter(|data| data.total_shards > 0)
            .map(|data| f64::from(data.loaded_shards) / f64::from(data.total_shards))
    };
    let amount = move || match run.data.get() {
        Some(data) => {
            format!("{} of {} files, {}", data.loaded_shards, data.total_shards, format::bytes(data.loaded_bytes))
        }
        None => "waiting for the engine".to_owned(),
    };
    let datasets = move || {
        let own = draft.with(|draft| draft.dataset == DatasetName::Own).then(|| Choice::new("own", "Your own classes"));
        [Choice::new("cifar10", "CIFAR-10"), Choice::new("shapes", "Drawn shapes")]
            .into_iter()
            .chain(own)
            .collect::<Vec<_>>()
    };
    let label = move || match run.built.get() {
        Some(built) => built.dataset.clone(),
        None => "Data".to_owned(),
    };
    view! {
        <h3>"Data"</h3>
        <div class="pair">
            <Select
                label="Data set"
                value=Signal::derive(move || json_name(draft.with(|draft| draft.dataset)))
                choices=Signal::derive(datasets)
                on_change=move |name: String| {
                    if let Some(dataset) = from_name::<DatasetName>(&name) {
                        draft.update(|draft| draft.dataset = dataset);
                    }
                }
                meaning="CIFAR-10: 60,000 photographs of ten classes (Krizhevsky 2009). Drawn shapes come from the seed and need no file."
            />
            <NumberField
                label="Shift"
                unit="px"
                value=Signal::derive(move || f64::from(draft.with(|draft| draft.augmentation.shift)))
                low=0.0
                high=31.0
                whole=true
                on_change=move |shift: f64| draft.update(|draft| draft.augmentation.shift = shift as u32)
                meaning="Augmentation: each training image is moved by up to so many pixels along each axis, at random."
            />
        </div>
        <Toggle
            label="Mirror half of the images"
            value=Signal::derive(move || draft.with(|draft| draft.augmentation.flip))
            on_change=move |flip| draft.update(|draft| draft.augmentation.flip = flip)
            meaning="Augmentation: a mirrored cat is still a cat, so the network sees twice as many."
        />
        <OwnClasses run=run />
        <AugmentedStrip run=run />
        <Progress label=Signal::derive(label) fraction=Signal::derive(fraction) amount=Signal::derive(amount) />
    }
}

/// The next training pictures as the network will see them.
#[component]
fn AugmentedStrip(run: Run) -> impl IntoView {
    let tiles = Signal::derive(move || run.augmented.get());
    view! {
        <Show when=move || tiles.with(Option::is_some)>
            <figure class="strip">
                {(0..8usize).map(|index| view! { <Tile tiles=tiles index=index /> }).collect_view()}
                <figcaption class="small soft">"The next training images, as they will be seen"</figcaption>
            </figure>
        </Show>
    }
}

/// The name that a choice has in messages and links.
pub fn json_name<T: serde::Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn from_name<T: serde::de::DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(name.into()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Optimizer, Schedule};

    #[test]
    fn rates_and_the_optimiser_need_no_new_run_but_another_batch_size_does() {
        let settings = Settings::default();
        let mut draft = settings.clone();
        draft.schedule = Schedule::Constant;
        if let Optimizer::Adamw { learning_rate, .. } = &mut draft.optimizer {
            *learning_rate = 1.0;
        }
        assert_eq!(with_live_parts_of(&settings, &draft), settings);
        draft.optimizer = Settings::convnetjs().optimizer;
        (draft.dropout, draft.label_smoothing) = (Some(0.5), 0.1);
        assert_eq!(with_live_parts_of(&settings, &draft), settings);
        draft.batch_size = 4;
        assert_ne!(with_live_parts_of(&settings, &draft), settings);
    }
}
