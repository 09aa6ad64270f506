//! The settings panel: presets, network text, data, device. Rates change the run as they move; the rest waits for Apply,
//! because it begins a new run.

use std::{sync::Arc, time::Duration};

use leptos::prelude::*;
use protocol::{DatasetName, DeviceName, Initialization, LayerInfo, Settings};

use super::{devices::Devices, training::TrainingSettings};
use crate::{
    app::Site,
    components::{Button, Choice, CodeEditor, LayerTable, Look, NumberField, Panel, Progress, Select, Toggle},
    format,
    run::{Built, Run},
};

/// While a knob is dragged, at most this often a change is sent.
const ADJUST_AFTER: Duration = Duration::from_millis(80);

/// The draft with what needs no new run taken from it.
fn with_live_parts_of(settings: &Settings, draft: &Settings) -> Settings {
    let mut rest = draft.clone();
    if is_same_kind(settings, draft) {
        rest.optimizer = settings.optimizer;
        rest.schedule = settings.schedule;
    }
    rest
}

fn is_same_kind(a: &Settings, b: &Settings) -> bool {
    std::mem::discriminant(&a.optimizer) == std::mem::discriminant(&b.optimizer)
}

/// Sends changed rates to the running engine, without a restart.
fn follow_rates(run: Run) {
    let is_asked = StoredValue::new(false);
    let wants = move || {
        let (settings, draft) = (run.settings.get(), run.draft.get());
        let differs = (settings.optimizer, settings.schedule) != (draft.optimizer, draft.schedule);
        (differs && is_same_kind(&settings, &draft) && run.built.read().is_some()).then_some(draft)
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
                    run.adjust(draft.optimizer, draft.schedule);
                }
            },
            ADJUST_AFTER,
        );
    });
}

#[component]
pub fn SettingsPanel() -> impl IntoView {
    let run = expect_context::<Site>().run;
    follow_rates(run);
    let needs_apply = Memo::new(move |_| {
        let settings = run.settings.get();
        with_live_parts_of(&settings, &run.draft.get()) != settings
    });
    let apply = move || run.configure(run.draft.get_untracked(), run.is_training_now());
    let choose = move |settings: Settings| {
        run.draft.set(settings);
        apply();
    };
    view! {
        <Panel title="Settings" class="settings">
            <div class="presets" role="group" aria-label="Presets">
                <Preset run=run name="Fast (AdamW)" settings=Settings::default() on_choose=choose />
                <Preset run=run name="ConvNetJS" settings=Settings::convnetjs() on_choose=choose />
            </div>
            <div class="settings-scroll">
                <Network run=run on_apply=apply />
                <TrainingSettings run=run />
                <RunSettings run=run />
                <Devices />
                <Data run=run />
            </div>
            <div class="apply" class:needed=needs_apply>
                <span class="small" role="status">
                    {move || if needs_apply.get() { "These changes begin a new run." } else { "Rates change while it trains." }}
                </span>
                <Button label="Apply" look=Look::Main disabled=Signal::derive(move || !needs_apply.get()) on_press=apply />
            </div>
        </Panel>
    }
}

#[component]
fn Preset(run: Run, name: &'static str, settings: Settings, on_choose: impl Fn(Settings) + 'static) -> impl IntoView {
    let settings = Arc::new(settings);
    let shown = settings.clone();
    let is_chosen = Memo::new(move |_| run.draft.with(|draft| *draft == *shown));
    view! {
        <button
            type="button"
            class="button"
            aria-pressed=move || is_chosen.get().to_string()
            on:click=move |_| on_choose(Settings::clone(&settings))
        >
            {name}
        </button>
    }
}

#[component]
fn Network(run: Run, on_apply: impl Fn() + Clone + Send + Sync + 'static) -> impl IntoView {
    let layers = Signal::derive(move || -> Vec<LayerInfo> {
        run.built.read().as_ref().map(|built| built.layers.clone()).unwrap_or_default()
    });
    let summary = move || match run.built.get() {
        Some(built) => format!(
            "{} parameters, {} multiply-adds a picture",
            format::grouped(built.parameters),
            multiply_adds(&built)
        ),
        None => "Layers".to_owned(),
    };
    view! {
        <h3>"Network"</h3>
        <CodeEditor
            label="Network, as PyTorch writes it"
            value=Signal::derive(move || run.draft.with(|draft| draft.network.clone()))
            on_change=move |text: String| run.set_network(text)
            problem=Signal::derive(move || run.refusal.get().map(|refusal| refusal.message))
            bad_line=Signal::derive(move || run.refusal.get().and_then(|refusal| refusal.place).map(|[line, _]| line))
            on_apply=UnsyncCallback::new(move |()| on_apply())
        />
        <details class="fold">
            <summary class="small number">{summary}</summary>
            <LayerTable layers=layers />
        </details>
    }
}

fn multiply_adds(built: &Built) -> String {
    format::short_count(built.layers.iter().map(|layer| layer.multiply_adds).sum())
}

/// The choice of no number.
const AUTOMATIC: &str = "auto";

#[component]
fn RunSettings(run: Run) -> impl IntoView {
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
                choices=vec![Choice::new("cifar10", "CIFAR-10"), Choice::new("shapes", "Drawn shapes")]
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
        <Progress label=Signal::derive(label) fraction=Signal::derive(fraction) amount=Signal::derive(amount) />
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
    fn a_changed_rate_needs_no_new_run_but_another_optimiser_does() {
        let settings = Settings::default();
        let mut draft = settings.clone();
        draft.schedule = Schedule::Constant;
        if let Optimizer::Adamw { learning_rate, .. } = &mut draft.optimizer {
            *learning_rate = 1.0;
        }
        assert_eq!(with_live_parts_of(&settings, &draft), settings);
        draft.optimizer = Settings::convnetjs().optimizer;
        assert_ne!(with_live_parts_of(&settings, &draft), settings);
    }
}
