//! Inside the network: the first layer's filters in colour, and the chosen picture on its way, layer by layer.
//! Every layer is a small picture in a row; the open one shows all its maps.

use leptos::prelude::*;

use crate::{
    app::Site,
    components::{Panel, PictureSheet, Tile, Waiting},
    pictures::Tiles,
    plots::colour::Meaning,
    run::Run,
};

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
            <Activations run=run />
        </div>
    }
}

#[component]
fn Activations(run: Run) -> impl IntoView {
    let open = RwSignal::new(1usize);
    let count = Memo::new(move |_| run.activations.with(|shown| shown.as_ref().map_or(0, |shown| shown.layers.len())));
    let layer = move |index: usize| {
        run.activations.with(|shown| shown.as_ref().and_then(|shown| shown.layers.get(index).cloned()))
    };
    let opened = Memo::new(move |_| open.get().min(count.get().saturating_sub(1)));
    let chosen = move || {
        let label = run.predictions.with(|shown| {
            let picture = run.picture.get();
            shown
                .as_ref()
                .and_then(|shown| shown.pictures.iter().find(|shown| shown.index == picture).map(|found| found.label))
        });
        let name = label
            .and_then(|label| run.built.read().as_ref().and_then(|built| built.classes.get(label as usize).cloned()));
        name.map(|name| format!("of the chosen {name}")).unwrap_or_default()
    };
    view! {
        <Panel title="Activations" class="activations" remark=Signal::derive(chosen)>
            <Show
                when=move || count.get() != 0
                fallback=move || {
                    view! { <Waiting message=Signal::derive(move || run.waiting_for("the chosen picture's way through the network follows")) /> }
                }
            >
                <div class="layer-row" role="group" aria-label="Layers">
                    {move || {
                        (0..count.get())
                            .map(|index| view! { <LayerChip tiles=Signal::derive(move || layer(index)) is_open=Signal::derive(move || opened.get() == index) on_open=move || open.set(index) /> })
                            .collect_view()
                    }}
                </div>
                <PictureSheet tiles=Signal::derive(move || layer(opened.get())) noun="map" />
            </Show>
        </Panel>
    }
}

/// One layer as its most telling map.
#[component]
fn LayerChip(tiles: Signal<Option<Tiles>>, is_open: Signal<bool>, on_open: impl Fn() + 'static) -> impl IntoView {
    let strongest = Memo::new(move |_| tiles.with(|tiles| tiles.as_ref().map_or(0, Tiles::strongest)));
    let name = move || tiles.with(|tiles| tiles.as_ref().map(|tiles| short(&tiles.sheet.title)).unwrap_or_default());
    let size = move || tiles.with(|tiles| tiles.as_ref().map(shape).unwrap_or_default());
    let title = move || tiles.with(|tiles| tiles.as_ref().map(|tiles| tiles.sheet.title.clone()).unwrap_or_default());
    view! {
        <button type="button" class="layer-chip" title=title aria-pressed=move || is_open.get().to_string() on:click=move |_| on_open()>
            <Tile tiles=tiles index=strongest />
            <span class="layer-name">{name}</span>
            <span class="layer-size number">{size}</span>
        </button>
    }
}
