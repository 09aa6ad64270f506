//! Optimiser and schedule, each with the fields of its own, under PyTorch's names.

use leptos::prelude::*;
use protocol::{Optimizer, Settings};
use serde_json::{Value, json};

use crate::{
    components::{Choice, Knob, NumberField, Select, Toggle},
    run::Run,
};

/// An optimiser or a schedule of this kind with its defaults.
fn of_kind<T: serde::de::DeserializeOwned>(kind: &str) -> Option<T> {
    serde_json::from_value(json!({ "kind": kind })).ok()
}

fn kind_of<T: serde::Serialize>(value: T) -> String {
    json!(value)["kind"].as_str().unwrap_or_default().to_owned()
}

/// One field of a tagged value by its name; `None` where this kind has no such field.
fn field<T: serde::Serialize>(value: T, name: &str) -> Option<Value> {
    json!(value).get(name).cloned()
}

/// The value with one field changed; as before where that cannot be.
fn with_field<T: serde::Serialize + serde::de::DeserializeOwned + Copy>(value: T, name: &str, to: Value) -> T {
    let mut fields = json!(value);
    fields[name] = to;
    serde_json::from_value(fields).unwrap_or(value)
}

/// How a field of an optimiser is moved.
enum Control {
    /// A rate: slider from `low` to `high`, equal distances multiply equally.
    Rate {
        low: f64,
        high: f64,
        from_zero: bool,
    },
    /// A factor between 0 and just under 1.
    Fraction,
    Small,
    Switch,
}

struct Field {
    name: &'static str,
    label: &'static str,
    control: Control,
    meaning: &'static str,
}

const FIELDS: [Field; 15] = [
    Field {
        name: "learning_rate",
        label: "Learning rate α",
        control: Control::Rate { low: 1e-5, high: 1.0, from_zero: false },
        meaning: "How far a step goes down the gradient ∇L. With a schedule, this is its top.",
    },
    Field {
        name: "momentum",
        label: "Momentum",
        control: Control::Fraction,
        meaning: "How much of the last step is kept in the next: a ball that rolls on.",
    },
    Field {
        name: "dampening",
        label: "Dampening",
        control: Control::Fraction,
        meaning: "How much of the gradient is kept out of the momentum.",
    },
    Field {
        name: "alpha",
        label: "Smoothing α",
        control: Control::Fraction,
        meaning: "How slowly RMSprop forgets the sizes of past gradients.",
    },
    Field {
        name: "rho",
        label: "ρ",
        control: Control::Fraction,
        meaning: "How slowly Adadelta forgets the sizes of past gradients and steps.",
    },
    Field {
        name: "weight_decay",
        label: "Weight decay",
        control: Control::Rate { low: 1e-6, high: 0.1, from_zero: true },
        meaning: "Pulls every weight a little towards zero in each step.",
    },
    Field {
        name: "beta1",
        label: "β₁",
        control: Control::Fraction,
        meaning: "How slowly the mean of the gradients forgets.",
    },
    Field {
        name: "beta2",
        label: "β₂",
        control: Control::Fraction,
        meaning: "How slowly the mean of their squares forgets.",
    },
    Field {
        name: "epsilon",
        label: "ε",
        control: Control::Small,
        meaning: "Added below the fraction bar, so that nothing is divided by zero.",
    },
    Field {
        name: "learning_rate_decay",
        label: "Rate decay",
        control: Control::Small,
        meaning: "The rate is divided by 1 plus this for every step that was done.",
    },
    Field {
        name: "initial_accumulator_value",
        label: "First sum of squares",
        control: Control::Small,
        meaning: "What Adagrad adds the squares of the gradients to. It counts from the next reset on.",
    },
    Field {
        name: "centered",
        label: "Centered",
        control: Control::Switch,
        meaning: "Divides by how far gradients lie from their mean, not from zero.",
    },
    Field {
        name: "amsgrad",
        label: "AMSGrad",
        control: Control::Switch,
        meaning: "Divides by the largest mean of squares so far, so that no rate grows again.",
    },
    Field {
        name: "nesterov",
        label: "Nesterov",
        control: Control::Switch,
        meaning: "Looks at the gradient where momentum will have carried it.",
    },
    Field {
        name: "decay_biases",
        label: "Decay biases too",
        control: Control::Switch,
        meaning: "PyTorch decays them, ConvNetJS spares them.",
    },
];

/// Kinds of optimisers, and what they are called.
const OPTIMIZERS: [(&str, &str); 6] = [
    ("sgd", "SGD"),
    ("adagrad", "Adagrad"),
    ("rmsprop", "RMSprop"),
    ("adadelta", "Adadelta"),
    ("adam", "Adam"),
    ("adamw", "AdamW"),
];

const SCHEDULES: [(&str, &str); 4] =
    [("constant", "Constant"), ("step", "Steps"), ("cosine", "Cosine"), ("one_cycle", "One cycle")];

/// Fields that everybody wants to see; the others are folded away.
const UP_FRONT: [&str; 3] = ["learning_rate", "momentum", "weight_decay"];

#[component]
pub fn TrainingSettings(run: Run) -> impl IntoView {
    let draft = run.draft;
    let optimizer_kind = Memo::new(move |_| kind_of(draft.with(|draft| draft.optimizer)));
    let fields_of = move |up_front: bool| {
        let optimizer = draft.with_untracked(|draft| draft.optimizer);
        let own = FIELDS
            .iter()
            .filter(|shown| field(optimizer, shown.name).is_some() && UP_FRONT.contains(&shown.name) == up_front);
        own.map(|shown| view! { <FieldControl draft=draft field=shown /> }).collect_view()
    };
    view! {
        <h3>"Optimiser"</h3>
        <Select
            label="Method"
            value=optimizer_kind
            choices=OPTIMIZERS.map(|(kind, name)| Choice::new(kind, name)).to_vec()
            on_change=move |kind: String| {
                if let Some(optimizer) = of_kind::<Optimizer>(&kind) {
                    draft.update(|draft| draft.optimizer = optimizer);
                }
            }
            meaning="How the gradient becomes a step. SGD goes straight down it; the others give each weight a rate of its own."
        />
        {move || {
            optimizer_kind.track();
            fields_of(true)
        }}
        <details class="fold">
            <summary class="small">"More of this optimiser"</summary>
            {move || {
                optimizer_kind.track();
                fields_of(false)
            }}
        </details>
        <ScheduleSettings draft=draft />
    }
}

#[component]
fn FieldControl(draft: RwSignal<Settings>, field: &'static Field) -> impl IntoView {
    let name = field.name;
    let value = move || self::field(draft.with(|draft| draft.optimizer), name);
    let number = Signal::derive(move || value().and_then(|value| value.as_f64()).unwrap_or_default());
    let set = move |to: Value| draft.update(|draft| draft.optimizer = with_field(draft.optimizer, name, to));
    let set_number = move |to: f64| set(to.into());
    let (label, meaning) = (field.label, field.meaning);
    match field.control {
        Control::Rate { low, high, from_zero } => view! {
            <Knob label=label value=number low=low high=high limit=1000.0 logarithmic=true from_zero=from_zero on_change=set_number meaning=meaning />
        }
        .into_any(),
        Control::Fraction => {
            view! { <Knob label=label value=number low=0.0 high=0.999 on_change=set_number meaning=meaning /> }.into_any()
        }
        Control::Small => {
            view! { <NumberField label=label value=number low=0.0 high=1.0 on_change=set_number meaning=meaning /> }.into_any()
        }
        Control::Switch => {
            let on = Signal::derive(move || value().and_then(|value| value.as_bool()).unwrap_or_default());
            view! { <Toggle label=label value=on on_change=move |to: bool| set(to.into()) meaning=meaning /> }.into_any()
        }
    }
}

#[component]
fn ScheduleSettings(draft: RwSignal<Settings>) -> impl IntoView {
    let kind = Memo::new(move |_| kind_of(draft.with(|draft| draft.schedule)));
    let choose = move |kind: String| {
        let schedule = if kind == "one_cycle" { Some(Settings::default().schedule) } else { of_kind(&kind) };
        if let Some(schedule) = schedule {
            draft.update(|draft| draft.schedule = schedule);
        }
    };
    let number = move |name: &'static str| {
        Signal::derive(move || {
            field(draft.with(|draft| draft.schedule), name).and_then(|value| value.as_f64()).unwrap_or_default()
        })
    };
    let set = move |name: &'static str| {
        move |to: f64| draft.update(|draft| draft.schedule = with_field(draft.schedule, name, to.into()))
    };
    let cycles = Signal::derive(move || {
        field(draft.with(|draft| draft.schedule), "cycle_momentum")
            .and_then(|value| value.as_bool())
            .unwrap_or_default()
    });
    let is = move |wanted: &'static str| move || kind.with(|kind| kind == wanted);
    view! {
        <div class="pair">
            <Select
                label="Schedule"
                value=kind
                choices=SCHEDULES.map(|(kind, name)| Choice::new(kind, name)).to_vec()
                on_change=choose
                meaning="How α moves over the run. Steps fall all at once, a cosine sinks smoothly and rises again. One cycle climbs to the top and sinks to almost nothing, then the run ends (Smith 2018)."
            />
            <Show when=is("step")>
                <NumberField label="Step size" unit="epochs" value=number("step_size") low=0.01 high=1000.0 on_change=set("step_size")
                    meaning="After so many epochs the rate falls, and again after as many." />
                <NumberField label="Factor γ" value=number("gamma") low=0.0 high=1.0 on_change=set("gamma")
                    meaning="The rate falls to this share of itself." />
            </Show>
            <Show when=is("cosine")>
                <NumberField label="Way down" unit="epochs" value=number("t_max") low=0.01 high=1000.0 on_change=set("t_max")
                    meaning="From the top to the lowest rate; then it rises for as long." />
                <NumberField label="Lowest rate" value=number("eta_min") low=0.0 high=1000.0 on_change=set("eta_min") />
            </Show>
            <Show when=is("one_cycle")>
                <NumberField label="Length" unit="epochs" value=number("epochs") low=0.01 high=1000.0 on_change=set("epochs") />
            </Show>
        </div>
        <Show when=is("one_cycle")>
            <details class="fold">
                <summary class="small">"More of this schedule"</summary>
                <div class="pair">
                    <NumberField label="Rising part" value=number("pct_start") low=0.01 high=0.99 on_change=set("pct_start")
                        meaning="The share of the run in which the rate climbs." />
                    <NumberField label="Start divisor" value=number("div_factor") low=1.0 high=1e6 on_change=set("div_factor")
                        meaning="It starts at the top divided by this." />
                    <NumberField label="End divisor" value=number("final_div_factor") low=1.0 high=1e9 on_change=set("final_div_factor")
                        meaning="It ends at the start divided by this." />
                    <NumberField label="Lowest momentum" value=number("base_momentum") low=0.0 high=0.999 on_change=set("base_momentum") />
                    <NumberField label="Highest momentum" value=number("max_momentum") low=0.0 high=0.999 on_change=set("max_momentum") />
                </div>
                <Toggle
                    label="Cycle the momentum"
                    value=cycles
                    on_change=move |on: bool| draft.update(|draft| draft.schedule = with_field(draft.schedule, "cycle_momentum", on.into()))
                    meaning="Momentum, or β₁, moves against the rate."
                />
            </details>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_every_optimiser_has_a_control() {
        for (kind, _) in OPTIMIZERS {
            let optimizer: Optimizer = of_kind(kind).unwrap();
            for name in json!(optimizer).as_object().unwrap().keys().filter(|name| *name != "kind") {
                assert!(FIELDS.iter().any(|field| field.name == name), "{kind}: {name}");
            }
        }
    }

    #[test]
    fn a_field_that_cannot_take_a_value_stays_as_it_was() {
        let optimizer = Settings::default().optimizer;
        assert_eq!(with_field(optimizer, "learning_rate", "fast".into()), optimizer);
        assert_eq!(with_field(optimizer, "rho", 0.5.into()), optimizer);
        assert_eq!(with_field(optimizer, "learning_rate", 0.5.into()).learning_rate(), 0.5);
    }
}
