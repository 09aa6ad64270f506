//! Each stroke's part in a guess: what its probability would be without it, and the map of what mattered. Both can be shown on the pad.

use leptos::prelude::*;

use super::{
    Until,
    asking::{Reasons, problem, told},
    parts::{Part, largest, parts, path, points, rounded, scaled, shown_share, signed},
};
use crate::{
    components::{MapLegend, Panel, Toggle},
    format::percent,
    labs::sketch::{drawing::SIDE, pad::Overlay},
    pictures::Tiles,
    plots::colour::Meaning,
};

/// Strokes that are listed.
const LISTED: usize = 12;

/// What of it is shown on the pad.
#[derive(Clone, Copy)]
pub(super) struct OnPad {
    pub colours: RwSignal<bool>,
    pub heat: RwSignal<bool>,
}

impl OnPad {
    /// Keeps the pad in step with what is wanted, as drawings and answers come and go.
    pub fn new(reasons: Reasons) -> Self {
        let (pad, on_pad) = (reasons.pad, Self { colours: RwSignal::new(false), heat: RwSignal::new(false) });
        Effect::new(move |_| {
            // The pad forgets with every change.
            pad.drawing.track();
            if pad.is_drawing.get() {
                // The pen that is moved by keys wipes nothing away.
                if pad.overlay.with_untracked(|overlay| *overlay != Overlay::default()) {
                    pad.overlay.set(Overlay::default());
                }
                return;
            }
            let holds = reasons.holds(reasons.attribution);
            let shares = (holds && on_pad.colours.get()).then(|| told(reasons.attribution, |_, answer| scaled(answer)));
            let heat =
                (holds && on_pad.heat.get()).then(|| told(reasons.attribution, |_, answer| signed(&answer.heat)));
            let (shares, heat) = (shares.flatten(), heat.flatten().flatten());
            if pad.overlay.with_untracked(|overlay| overlay.shares != shares || overlay.heat != heat) {
                pad.overlay.update(|overlay| (overlay.shares, overlay.heat) = (shares, heat));
            }
        });
        on_pad
    }
}

#[component]
pub(super) fn Shares(reasons: Reasons, on_pad: OnPad) -> impl IntoView {
    let is_told = Memo::new(move |_| told(reasons.attribution, |_, _| ()).is_some());
    let of_what = move || {
        let words =
            |class: u32, probability: f32| format!("in {}, {}", reasons.pad.name(class), percent(probability.into()));
        told(reasons.attribution, |_, answer| words(answer.class, answer.probability)).unwrap_or_default()
    };
    view! {
        <Panel title="Each stroke's part" class="shares" remark=Signal::derive(of_what)>
            <Show
                when=move || is_told.get()
                fallback=move || {
                    view! {
                        <div class="shares-wait">
                            <Until
                                reasons=reasons
                                words="Every stroke is being left out once."
                                problem=Signal::derive(move || problem(reasons.attribution))
                            />
                        </div>
                    }
                }
            >
                <Parts reasons=reasons />
                <Legends reasons=reasons on_pad=on_pad />
            </Show>
        </Panel>
    }
}

/// The strokes that do most, for it or against it.
#[component]
fn Parts(reasons: Reasons) -> impl IntoView {
    let holds = Memo::new(move |_| reasons.holds(reasons.attribution));
    let parts = Memo::new(move |_| told(reasons.attribution, |_, answer| parts(answer)).unwrap_or_default());
    let whole = Memo::new(move |_| told(reasons.attribution, |drawing, _| path(drawing)).unwrap_or_default());
    let row = move |rank: usize| {
        let part = Memo::new(move |_| parts.with(|parts| parts.get(rank).copied()));
        view! {
            <Show when=move || part.get().is_some()>
                <PartRow reasons=reasons part=part whole=whole holds=holds />
            </Show>
        }
    };
    let rest = move || {
        let count = parts.read().len();
        (count > LISTED).then(|| format!("The {LISTED} of {count} strokes that do most."))
    };
    view! {
        <div
            class="parts"
            class:stale=move || !holds.get()
            aria-busy=move || (!holds.get()).to_string()
            role="region"
            aria-label="Strokes"
            tabindex="0"
        >
            <table>
                <thead><tr>
                    <th colspan="2">"Stroke"</th>
                    <th>"Without it"</th>
                    <th title="How much less probable the guess is without the stroke, in percentage points">"Its part"</th>
                    <th><span class="for-screen-readers">"Remove"</span></th>
                </tr></thead>
                <tbody>{(0..LISTED).map(row).collect_view()}</tbody>
            </table>
            <p class="small soft">{rest}</p>
        </div>
    }
}

#[component]
fn PartRow(reasons: Reasons, part: Memo<Option<Part>>, whole: Memo<String>, holds: Memo<bool>) -> impl IntoView {
    let pad = reasons.pad;
    let of = move |read: fn(Part) -> String| move || part.get().map(read).unwrap_or_default();
    let number = of(|part| (part.stroke + 1).to_string());
    let this = move || {
        let stroke = part.get()?.stroke;
        told(reasons.attribution, |drawing, _| drawing.get(stroke).map(|stroke| path(std::slice::from_ref(stroke))))?
    };
    let shown = move || part.get().map_or(0.0, |part| shown_share(part.share));
    let (supports, speaks_against) = (move || shown() > 0.0, move || shown() < 0.0);
    let remove = move |_| {
        if let Some(part) = part.get_untracked().filter(|_| holds.get_untracked()) {
            pad.change(|paper| paper.remove(part.stroke));
        }
    };
    view! {
        <tr class:supports=supports class:against=speaks_against>
            <td>
                <svg class="stroke-picture" viewBox=format!("-4 -4 {0} {0}", SIDE + 8.0) aria-hidden="true">
                    <path d=whole />
                    <path class="this" d=this />
                </svg>
            </td>
            <th scope="row" class="number">{number}</th>
            <td class="number">{of(|part| percent(part.without.into()))}</td>
            <td class="number share">{of(|part| points(part.share))}</td>
            <td>
                <button
                    type="button"
                    class="button quiet"
                    aria-label=move || format!("Remove stroke {}", number())
                    aria-disabled=move || (!holds.get()).to_string()
                    on:click=remove
                >
                    "Remove"
                </button>
            </td>
        </tr>
    }
}

/// What is shown on the pad, and what its colours mean.
#[component]
fn Legends(reasons: Reasons, on_pad: OnPad) -> impl IntoView {
    let largest = Signal::derive(move || told(reasons.attribution, |_, answer| largest(answer)).unwrap_or_default());
    let hottest = Signal::derive(move || {
        let read = |heat: &Tiles| f64::from(heat.sheet.high.max(-heat.sheet.low));
        told(reasons.attribution, |_, answer| read(&answer.heat)).unwrap_or_default()
    });
    let class = move || told(reasons.attribution, |_, answer| reasons.pad.name(answer.class)).unwrap_or_default();
    let shown = |label: &'static str, meaning: &'static str, wanted: RwSignal<bool>, most: Signal<f64>| {
        let most = move || rounded(100.0 * most.get());
        view! {
            <Toggle label=label meaning=meaning value=wanted on_change=move |is_wanted| wanted.set(is_wanted) />
            <MapLegend meaning=Meaning::Activation low=Signal::derive(move || -most()) high=Signal::derive(most) />
        }
    };
    view! {
        <div class="part-legends">
            {shown("Colour the strokes", "Each stroke on the pad in the colour of its part", on_pad.colours, largest)}
            {shown(
                "What mattered",
                "How much less probable the guess is where the ink around a place is gone",
                on_pad.heat,
                hottest,
            )}
        </div>
        <p class="small soft">
            <span class="supports">"Blue supports "{class}</span>
            ", "
            <span class="against">"vermilion speaks against it"</span>
            ", in percentage points."
        </p>
    }
}
