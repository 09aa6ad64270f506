//! Every component in every state, on one page: to see the visual language whole, and to test it. What it shows is made up.

use leptos::prelude::*;

use super::gallery_samples as samples;
use crate::{
    components::{
        Button, Choice, CodeEditor, ConfusionMatrix, CurveLegend, CurvePlot, Diagram, GuessBars, Knob, LayerTable,
        Look, NoticeAction, NoticeBar, NumberField, Panel, PictureSheet, Progress, Select, Stat, Term, Toggle, Waiting,
    },
    plots::{
        colour::Meaning,
        curve::{Curve, Unit},
    },
};

#[component]
pub fn Gallery() -> impl IntoView {
    view! {
        <div class="gallery">
            <header class="home-head">
                <h1>"Gallery"</h1>
                <p>"Every component in every state. Curves and pictures on this page are made up from formulas."</p>
            </header>
            <Colours />
            <Type />
            <Buttons />
            <Fields />
            <Editors />
            <Numbers />
            <Plots />
            <Sheets />
            <Guesses />
            <Confusions />
            <Messages />
        </div>
    }
}

#[component]
fn Colours() -> impl IntoView {
    let tokens = [
        "surface",
        "panel",
        "raised",
        "sunk",
        "ink",
        "ink-soft",
        "line",
        "line-strong",
        "accent",
        "held-out",
        "right",
        "right-fill",
        "wrong",
        "wrong-fill",
        "neutral-fill",
    ];
    view! {
        <Panel title="Colours">
            <ul class="swatches">
                {tokens
                    .map(|name| {
                        view! { <li><span class="swatch" style:background=format!("var(--{name})")></span><code>{name}</code></li> }
                    })
                    .collect_view()}
            </ul>
        </Panel>
    }
}

#[component]
fn Type() -> impl IntoView {
    view! {
        <Panel title="Type">
            <h1>"Heading of a page"</h1>
            <h2>"Heading of a panel"</h2>
            <h3>"Heading of a group"</h3>
            <p>
                "Text is short and stands beside what it explains. A term of the field, such as "
                <Term word="cross-entropy" meaning="Minus the logarithm of the probability that the network gave to the right class." />
                ", is explained on hover and on focus. " <a href="#/">"A link"</a> ", " <code>"nn.ReLU()"</code> ", " <kbd>"Space"</kbd> "."
            </p>
            <p class="small soft">"Small and soft: remarks, units, sample sizes."</p>
        </Panel>
    }
}

#[component]
fn Buttons() -> impl IntoView {
    let presses = RwSignal::new(0);
    let press = move || presses.update(|presses| *presses += 1);
    view! {
        <Panel title="Buttons" remark=Signal::derive(move || format!("pressed {} times", presses.get()))>
            <div class="row">
                <Button label="Train" sign=Signal::stored("▶") look=Look::Main key="Space" on_press=press />
                <Button label="Train" look=Look::Main disabled=true on_press=press />
                <Button label="Step" key="S" on_press=press />
                <Button label="Step" disabled=true on_press=press />
                <Button label="Quiet" look=Look::Quiet on_press=press />
                <Button label="Quiet" look=Look::Quiet disabled=true on_press=press />
            </div>
        </Panel>
    }
}

#[component]
fn Fields() -> impl IntoView {
    let (rate, momentum, decay, number) =
        (RwSignal::new(6e-3), RwSignal::new(0.9), RwSignal::new(0.0), RwSignal::new(64.0));
    let (choice, on) = (RwSignal::new("adamw".to_owned()), RwSignal::new(true));
    let choices = vec![Choice::new("sgd", "SGD"), Choice::new("adamw", "AdamW")];
    view! {
        <Panel title="Knobs and fields">
            <div class="columns">
                <Knob label="Learning rate α" value=rate low=1e-5 high=1.0 logarithmic=true on_change=move |to| rate.set(to) meaning="Logarithmic." />
                <Knob label="Momentum" value=momentum low=0.0 high=0.999 on_change=move |to| momentum.set(to) />
                <Knob label="Weight decay, from zero" value=decay low=1e-6 high=0.1 logarithmic=true from_zero=true on_change=move |to| decay.set(to) />
                <Knob label="Disabled" value=0.5 low=0.0 high=1.0 disabled=true on_change=|_| () />
                <NumberField label="Batch size" value=number low=1.0 high=4096.0 whole=true on_change=move |to| number.set(to) meaning="Try a word, or 1.5." />
                <Select label="Optimiser" value=choice choices=choices.clone() on_change=move |to| choice.set(to) />
                <Select label="Disabled" value="sgd".to_owned() choices=choices disabled=true on_change=|_| () />
                <Toggle label="Mirror images" value=on on_change=move |to| on.set(to) meaning="A switch." />
                <Toggle label="Disabled" value=false disabled=true on_change=|_| () />
            </div>
        </Panel>
    }
}

#[component]
fn Editors() -> impl IntoView {
    let good = RwSignal::new(protocol::CONVNETJS.to_owned());
    let bad = RwSignal::new("nn.Sequential(\n    nn.Conv2d(3, 16, 5, padding=2),\n    nn.Relu(),\n)".to_owned());
    let problem = Some("Line 3: there is no layer “nn.Relu”. Did you mean nn.ReLU?".to_owned());
    view! {
        <Panel title="Code editor">
            <div class="columns wide">
                <CodeEditor label="A network" value=good on_change=move |to| good.set(to) />
                <CodeEditor label="A network with a mistake" value=bad on_change=move |to| bad.set(to) problem=Signal::stored(problem) bad_place=Some([3, 5]) />
            </div>
            <LayerTable layers=samples::layers() />
        </Panel>
        <Panel title="Graph">
            <Diagram nodes=Signal::stored(samples::graph()) label="A residual block" />
        </Panel>
    }
}

#[component]
fn Numbers() -> impl IntoView {
    view! {
        <Panel title="Numbers and progress">
            <dl class="stats">
                <Stat name="Images/s" value="1,234".to_owned() unit="19.3 steps/s".to_owned() meaning="With unit and meaning." />
                <Stat name="Held-out acc." value="61.2%".to_owned() unit="n = 1,000".to_owned() class="held-out" />
                <Stat name="Loss" value=String::new() />
            </dl>
            <div class="columns">
                <Progress label="CIFAR-10" fraction=Some(0.0) amount="0 of 50 files, 0 B".to_owned() />
                <Progress label="CIFAR-10" fraction=Some(0.42) amount="21 of 50 files, 64.5 MB".to_owned() />
                <Progress label="CIFAR-10" fraction=Some(1.0) amount="50 of 50 files, 153.6 MB".to_owned() />
                <Progress label="Engine" fraction=Signal::stored(None) amount="3 s so far".to_owned() />
            </div>
        </Panel>
    }
}

#[component]
fn Plots() -> impl IntoView {
    let (window, logarithmic) = (RwSignal::new(50u64), RwSignal::new(false));
    let choices =
        [1, 10, 50, 200, 1000].map(|window: u64| Choice::new(window.to_string(), format!("mean of {window}")));
    let plot = move |title: &'static str, curve: Curve, unit: Unit, reference: Option<(f64, String)>| {
        view! {
            <Panel title=title class="curve-panel">
                <CurvePlot
                    title=title
                    curve=StoredValue::new_local(curve)
                    version=1u64
                    unit=unit
                    window=window
                    logarithmic=logarithmic
                    reference=Signal::stored(reference)
                    waiting="The curve begins with the first step.".to_owned()
                />
            </Panel>
        }
    };
    view! {
        <Panel title="Plots">
            <div class="row">
                <CurveLegend window=window examples=Some(1000u64) />
                <Select label="Smoothing" value=Signal::derive(move || window.get().to_string()) choices=choices.to_vec() on_change=move |to: String| window.set(to.parse().unwrap_or(50)) />
                <Toggle label="log" value=logarithmic on_change=move |to| logarithmic.set(to) />
            </div>
            <div class="columns wide">
                {plot("Loss of 2,000 steps", samples::loss(2000), Unit::Plain, Some((10f64.ln(), "guessing".into())))}
                {plot("Accuracy of 2,000 steps", samples::accuracy(2000), Unit::Percent, Some((0.1, "guessing".into())))}
                {plot("Loss of 100,000 steps", samples::loss(100_000), Unit::Plain, None)}
                {plot("Loss of three steps", samples::loss(3), Unit::Plain, None)}
                {plot("Nothing yet", Curve::default(), Unit::Plain, None)}
            </div>
        </Panel>
    }
}

#[component]
fn Sheets() -> impl IntoView {
    let sheets = samples::sheets().into_iter().map(|(title, tiles)| {
        view! { <div class="sample"><h3>{title}</h3><PictureSheet tiles=Signal::stored(tiles) noun="tile" /></div> }
    });
    let weights = samples::sheet("weights", 8, 5, protocol::Colouring::Diverging);
    view! {
        <Panel title="Picture sheets">
            <div class="columns wide">
                {sheets.collect_view()}
                <div class="sample">
                    <h3>"weights and gradients"</h3>
                    <PictureSheet tiles=Signal::stored(weights) noun="filter" meaning=Some(Meaning::Weight) />
                </div>
            </div>
        </Panel>
    }
}

#[component]
fn Guesses() -> impl IntoView {
    let sample = |title: &'static str, right: usize| {
        view! { <div class="sample"><h3>{title}</h3><GuessBars guesses=samples::guesses(right) /></div> }
    };
    view! {
        <Panel title="Guesses">
            <div class="columns">{sample("right", 0)} {sample("second guess right", 1)} {sample("wrong", 9)}</div>
        </Panel>
    }
}

#[component]
fn Confusions() -> impl IntoView {
    let chosen = RwSignal::new(None);
    view! {
        <Panel title="Confusions">
            <ConfusionMatrix
                classes=["cat", "dog", "ship", "never seen"].map(str::to_owned).to_vec()
                counts=vec![vec![90, 9, 1, 0], vec![30, 70, 0, 0], vec![2, 3, 1_995, 0], vec![0; 4]]
                chosen=chosen
                on_choose=move |cell| chosen.set(Some(cell))
            />
        </Panel>
    }
}

#[component]
fn Messages() -> impl IntoView {
    let action = NoticeAction { label: "Go back to it".into(), run: Callback::new(|()| ()) };
    view! {
        <Panel title="Notices and waiting">
            <NoticeBar
                message="The photographs are not there, so drawn shapes stand in.".to_owned()
                remedy=Some("Run “chalkgrad data” once, then reload.".to_owned())
                on_close=|()| ()
            />
            <NoticeBar
                message="The loss of step 1,204 is no longer a number. The last good snapshot is of step 1,150.".to_owned()
                remedy=None
                failure=true
                actions=vec![action]
                on_close=|()| ()
            />
            <div class="columns">
                <div class="sample room"><Waiting message="The first of 50 files of pictures is on its way.".to_owned() /></div>
                <div class="sample room"><Waiting message="There is no engine: this browser does not start Web Workers.".to_owned() failed=true /></div>
                <div class="sample room"><Waiting message="Press Train: the first guesses follow.".to_owned() /></div>
            </div>
        </Panel>
    }
}
