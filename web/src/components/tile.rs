//! One small picture, scaled up by whole device pixels so that each of its pixels stays a sharp square.

use leptos::{html, prelude::*};

use crate::{
    pictures::Tiles,
    plots::{canvas, colour::Meaning},
    theme::Theme,
};

#[component]
pub fn Tile(
    #[prop(into)] tiles: Signal<Option<Tiles>>,
    /// Which tile of the sheet.
    #[prop(into)]
    index: Signal<usize>,
    /// What its values mean; RGB sheets ignore it.
    #[prop(optional, into)]
    meaning: Signal<Option<Meaning>>,
) -> impl IntoView {
    let node = NodeRef::<html::Canvas>::new();
    let theme = expect_context::<Theme>();
    Effect::new(move |_| {
        let Some(element) = node.get() else { return };
        tiles.with(|tiles| {
            let Some(tiles) = tiles else { return };
            let rgba = tiles.rgba(index.get(), meaning.get(), theme.is_dark.get());
            if !rgba.is_empty() {
                canvas::put(&element, &rgba, tiles.sheet.width, tiles.sheet.height);
            }
        });
    });
    view! { <canvas class="tile" node_ref=node aria-hidden="true" width="32" height="32"></canvas> }
}
