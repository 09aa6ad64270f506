//! Inside the network: the first layer's filters in colour, and the chosen picture on its way, layer by layer.
//! Every layer is a small picture in a row; the open one shows all its maps.

use leptos::prelude::*;
use protocol::Inside;

use super::{
    explained::{Explained, Told},
    pictures::class_name,
};
use crate::{
    app::Site,
    components::{Button, Choice, Look, Panel, PictureSheet, Select, Tile, Waiting},
    lazily::{self, parts},
    pictures::Tiles,
    plots::colour::Meaning,
    run::{Explanation, LayerTiles, Run},
};

/// What shows the sum behind a number: which number it is, the sum, the picture that is looked at, and what closes it.
type Explaining = fn(Signal<String>, Signal<Told>, Signal<Option<Tiles>>, Callback<()>) -> AnyView;

parts! {
    load_explained from explained: Explaining = |place, explanation, picture, on_close| {
        view! { <Explained place=place explanation=explanation picture=picture on_close=on_close /> }.into_any()
    };
}

/// `0: Conv2d(3, 16, …)` is `Conv2d` on a small label.
fn short(title: &str) -> String {
    let name = title.split('(').next().unwrap_or(title);
    name.split_once(": ").map_or(name, |(_, name)| name).trim().to_owned()
}

fn shape(tiles: &Tiles) -> String {
    match (tiles.sheet.width, tiles.sheet.height) {
        (1, 1) => format!("{}", tiles.count()),
        _ if tiles.count() == 1 && tiles.channels() == 1 => format!("{}", tiles.sheet.width * tiles.sheet.height),
        (width, height) if width == height => format!("{} × {width}²", tiles.count() * tiles.channels()),
        (width, height) => format!("{} × {width} × {height}", tiles.count()),
    }
}

#[component]
pub fn Layers() -> impl IntoView {
    let run = expect_context::<Site>().run;
    let filters = Signal::derive(move || run.filters.get());
    let waiting = move || {
        if run.has_filters() {
            run.waiting_for("the filters follow")
        } else {
            "The first layer with weights is no convolution: it has no filters.".into()
        }
    };
    view! {
        <div class="layers">
            <Panel title="First-layer filters" class="filters">
                <Show
                    when=move || run.filters.read().is_some()
                    fallback=move || {
                        view! { <Waiting message=Signal::derive(waiting) /> }
                    }
                >
                    <PictureSheet tiles=filters noun="filter" meaning=Some(Meaning::Weight) />
                </Show>
            </Panel>
            <Inside run=run />
        </div>
    }
}

/// What can be shown of every layer.
const INSIDES: [(Inside, &str); 4] = [
    (Inside::Activations, "Activations"),
    (Inside::Gradients, "Gradients"),
    (Inside::Weights, "Weights"),
    (Inside::WeightGradients, "Weight gradients"),
];

/// A number that was pressed, and how it came about.
#[derive(Clone, PartialEq)]
struct Probed {
    row: u32,
    element: u32,
    place: String,
    explanation: Result<Explanation, String>,
}

/// The chosen picture on its way through the network.
#[component]
pub fn Inside(run: Run) -> impl IntoView {
    let open = RwSignal::new(1usize);
    let count = Memo::new(move |_| run.layers.with(|shown| shown.as_ref().map_or(0, |shown| shown.layers.len())));
    let layer = move |index: usize| {
        run.layers
            .with(|shown| shown.as_ref().and_then(|shown| shown.layers.get(index).map(|layer| layer.tiles.clone())))
    };
    let opened = Memo::new(move |_| open.get().min(count.get().saturating_sub(1)));
    let name = move || INSIDES.iter().find(|(inside, _)| *inside == run.inside.get()).map_or("", |(_, name)| *name);
    let of_what = move || match run.inside.get() {
        Inside::Weights => String::new(),
        Inside::WeightGradients => "of the last batch".into(),
        Inside::Activations | Inside::Gradients if run.picture.get().is_none() => "of your picture".into(),
        Inside::Activations | Inside::Gradients => {
            let label = run.layers.with(|shown| shown.as_ref().and_then(|shown| shown.label));
            label.map(|label| format!("of the chosen {}", class_name(run, label))).unwrap_or_default()
        }
    };
    // Gradients and weights share one pair of colours, activations have another.
    let meaning = move || match run.inside.get() {
        Inside::Activations => None,
        Inside::Gradients | Inside::Weights | Inside::WeightGradients => Some(Meaning::Weight),
    };
    let probed = RwSignal::new(None::<Probed>);
    let ask = move |row: u32, element: u32, place: String| {
        run.explain(row, element, move |explanation| probed.set(Some(Probed { row, element, place, explanation })));
    };
    let pick = move |(tile, x, y): (usize, usize, usize)| {
        let shown = run.layers.get_untracked().filter(|shown| shown.inside == Inside::Activations);
        let Some(LayerTiles { row: Some(row), tiles }) =
            shown.and_then(|shown| shown.layers.get(opened.get_untracked()).cloned())
        else {
            return probed.set(None);
        };
        let (width, height) = (tiles.sheet.width as usize, tiles.sheet.height as usize);
        let place = format!("{}, map {} at ({x}, {y})", short(&tiles.sheet.title), tile + 1);
        ask(row, ((tile * height + y) * width + x) as u32, place);
    };
    // It stays true while the network learns.
    Effect::new(move |_| {
        run.layers.track();
        if let Some(Probed { row, element, place, .. }) = probed.get_untracked() {
            ask(row, element, place);
        }
    });
    // The pictures that excite the open layer's channels, as they were when somebody asked.
    let exciting = RwSignal::new(None::<Tiles>);
    Effect::new(move |_| {
        opened.track();
        run.inside.track();
        exciting.set(None);
    });
    let excite = move || {
        if exciting.with_untracked(Option::is_some) {
            return exciting.set(None);
        }
        let row = run.layers.with_untracked(|shown| shown.as_ref()?.layers.get(opened.get_untracked())?.row);
        if let Some(row) = row {
            run.excite(row, move |_, tiles| exciting.set(Some(tiles)));
        }
    };
    let place = move || probed.with(|probed| probed.as_ref().map(|probed| probed.place.clone()).unwrap_or_default());
    let explanation = move || probed.with(|probed| probed.as_ref().map(|probed| probed.explanation.clone()));
    let is_explained = move || run.inside.get() == Inside::Activations && probed.read().is_some();
    view! {
        <Panel
            title=Signal::derive(move || name().to_owned())
            class="activations"
            remark=Signal::derive(of_what)
            tools=move || {
                view! {
                    <Button
                        label="Exciting pictures"
                        look=Look::Quiet
                        title="For each channel of the open layer the four test pictures, of the first thousand, in which its largest number is largest"
                        pressed=Signal::derive(move || exciting.with(Option::is_some))
                        on_press=excite
                    />
                    <Select
                        label="Show of every layer"
                        value=Signal::derive(move || name().to_owned())
                        choices=INSIDES.map(|(_, name)| Choice::new(name, name)).to_vec()
                        on_change=move |chosen: String| {
                            if let Some((inside, _)) = INSIDES.iter().find(|(_, name)| *name == chosen) {
                                run.look_inside(*inside);
                            }
                        }
                    />
                }
            }
        >
            <Show
                when=move || count.get() != 0
                fallback=move || {
                    view! { <Waiting message=Signal::derive(move || run.waiting_for("the chosen picture's way through the network follows")) /> }
                }
            >
                <div class="inside" class:explained=is_explained>
                    <div class="inside-layers">
                        <div class="layer-row" role="group" aria-label="Layers">
                            {move || {
                                let chip = |index: usize| {
                                    view! {
                                        <LayerChip
                                            tiles=Signal::derive(move || layer(index))
                                            meaning=Signal::derive(meaning)
                                            is_open=Signal::derive(move || opened.get() == index)
                                            on_open=move || open.set(index)
                                        />
                                    }
                                };
                                (0..count.get()).map(chip).collect_view()
                            }}
                        </div>
                        <Show
                            when=move || exciting.with(Option::is_some)
                            fallback=move || {
                                let tiles = Signal::derive(move || layer(opened.get()));
                                view! { <PictureSheet tiles=tiles noun="map" meaning=Signal::derive(meaning) on_pick=pick /> }
                            }
                        >
                            <PictureSheet tiles=exciting noun="picture" />
                        </Show>
                    </div>
                    <Show when=is_explained>
                        {lazily::shown(
                            load_explained(),
                            "explained",
                            move |explained: Explaining| {
                                explained(
                                    Signal::derive(place),
                                    Signal::derive(explanation),
                                    Signal::derive(move || layer(0)),
                                    Callback::new(move |()| probed.set(None)),
                                )
                            },
                        )}
                    </Show>
                </div>
            </Show>
        </Panel>
    }
}

/// One layer as its most telling map.
#[component]
fn LayerChip(
    tiles: Signal<Option<Tiles>>,
    meaning: Signal<Option<Meaning>>,
    is_open: Signal<bool>,
    on_open: impl Fn() + 'static,
) -> impl IntoView {
    let strongest = Memo::new(move |_| tiles.with(|tiles| tiles.as_ref().map_or(0, Tiles::strongest)));
    let name = move || tiles.with(|tiles| tiles.as_ref().map(|tiles| short(&tiles.sheet.title)).unwrap_or_default());
    let size = move || tiles.with(|tiles| tiles.as_ref().map(shape).unwrap_or_default());
    let title = move || tiles.with(|tiles| tiles.as_ref().map(|tiles| tiles.sheet.title.clone()).unwrap_or_default());
    view! {
        <button type="button" class="layer-chip" title=title aria-pressed=move || is_open.get().to_string() on:click=move |_| on_open()>
            <Tile tiles=tiles index=strongest meaning=meaning />
            <span class="layer-name">{name}</span>
            <span class="layer-size number">{size}</span>
        </button>
    }
}
