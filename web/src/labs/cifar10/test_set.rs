//! The whole test set as the network sees it: how often it is right with what certainty, what it takes for what, and the pictures of
//! each kind. Nothing is steered by it. Of drawings, those that are held out stand in for a test set.

use leptos::prelude::*;
use protocol::{DatasetName, Split, Views};

use super::pictures::{PictureCell, class_name};
use crate::{
    app::Site,
    components::{Button, Choice, ConfusionMatrix, Look, Panel, Select, Toggle, Waiting},
    format,
    judgement::{Filter, Judgement, Outcome, most_confused},
    pictures::Tiles,
    run::Run,
};

/// Pictures on one page of the list.
const PAGE: usize = 24;
/// Of more classes than this a table is too large: then the most frequent mistakes are listed.
const MOST_ROWS: usize = 30;
const MISTAKES: usize = 8;

const OUTCOMES: [(Outcome, &str, &str); 4] = [
    (Outcome::All, "all", "All pictures"),
    (Outcome::Right, "right", "Right"),
    (Outcome::Wrong, "wrong", "Wrong"),
    (Outcome::ConfidentMistakes, "mistakes", "Most confident mistakes"),
];

/// The choice of no class.
const EVERY: &str = "every";

/// Whether it is drawings that are judged.
fn has_drawings(run: Run) -> bool {
    run.settings.with(|settings| settings.dataset == DatasetName::Drawings)
}

#[component]
pub fn TestSet() -> impl IntoView {
    let run = expect_context::<Site>().run;
    let filter = RwSignal::new(Filter { outcome: Outcome::ConfidentMistakes, ..Filter::default() });
    let classes =
        Signal::derive(move || run.built.read().as_ref().map(|built| built.classes.clone()).unwrap_or_default());
    let judged = Signal::derive(move || run.judged.get());
    let counts = Memo::new(move |_| {
        let classes = classes.with(Vec::len);
        judged.with(|judged| judged.as_ref().map(|judged| judged.confusions(classes)).unwrap_or_default())
    });
    let chosen = move || filter.with(|filter| Some((filter.class? as usize, filter.taken_for? as usize)));
    let choose = move |(class, taken_for): (usize, usize)| {
        let cell = Filter { outcome: Outcome::All, class: Some(class as u32), taken_for: Some(taken_for as u32) };
        filter.set(if filter.get_untracked() == cell { Filter::default() } else { cell });
    };
    let chosen = Signal::derive(chosen);
    let is_large = move || classes.with(Vec::len) > MOST_ROWS;
    let title = move || if has_drawings(run) { "Held-out drawings" } else { "Test set" }.to_owned();
    let waiting = move || {
        let what = if has_drawings(run) { "held-out drawing" } else { "test picture" };
        format!("“Measure all” shows the network every {what}; training waits meanwhile.")
    };
    view! {
        <Panel
            title=Signal::derive(title)
            class="test-set"
            remark=Signal::derive(move || judged.with(|judged| judged.as_ref().map(|judged| summary(judged)).unwrap_or_default()))
            tools=move || view! { <Measure run=run /> }
        >
            <Show
                when=move || judged.with(Option::is_some)
                fallback=move || view! { <Waiting message=Signal::derive(waiting) /> }
            >
                <div class="judged">
                    <div class="judged-table">
                        <Show
                            when=is_large
                            fallback=move || {
                                view! {
                                    <ConfusionMatrix classes=classes counts=counts chosen=chosen on_choose=choose />
                                    <p class="small soft">"Rows are the true classes, columns what they were taken for. A cell shows its pictures."</p>
                                }
                            }
                        >
                            <MostConfused classes=classes counts=counts chosen=chosen on_choose=choose />
                        </Show>
                    </div>
                    <Found run=run judged=judged filter=filter />
                </div>
            </Show>
        </Panel>
    }
}

/// The most frequent mistakes. A press shows their pictures.
#[component]
fn MostConfused(
    classes: Signal<Vec<String>>,
    counts: Memo<Vec<Vec<usize>>>,
    chosen: Signal<Option<(usize, usize)>>,
    #[prop(into)] on_choose: Callback<(usize, usize)>,
) -> impl IntoView {
    let name = move |class: usize| classes.with(|classes| classes.get(class).cloned().unwrap_or_default());
    let row = move |(class, taken_for, count): (usize, usize, usize)| {
        let of = counts.with(|counts| counts.get(class).map_or(0, |row| row.iter().sum::<usize>()));
        view! {
            <li>
                <button
                    type="button"
                    class="button quiet"
                    aria-pressed=move || (chosen.get() == Some((class, taken_for))).to_string()
                    on:click=move |_| on_choose.run((class, taken_for))
                >
                    {format!("{} taken for {}: {count} of {of}", name(class), name(taken_for))}
                </button>
            </li>
        }
    };
    view! {
        <h3>"Most frequent mistakes"</h3>
        <ol class="mistakes number">{move || counts.with(|counts| most_confused(counts, MISTAKES)).into_iter().map(row).collect_view()}</ol>
    }
}

/// `70.1% (69.2 to 71.0) right of 10,000 at step 3,515`
fn summary(judged: &Judgement) -> String {
    let share = judged.accuracy();
    let views = if judged.is_averaged { ", mean of 10 views" } else { "" };
    format!(
        "{} ({:.1} to {:.1}) right of {} at step {}{views}",
        format::percent(share.value),
        100.0 * share.low,
        100.0 * share.high,
        format::grouped(judged.pictures.len() as u64),
        format::grouped(judged.step),
    )
}

#[component]
fn Measure(run: Run) -> impl IntoView {
    let is_averaged = RwSignal::new(false);
    let is_busy = move || run.evaluating.get().is_some();
    view! {
        <Show when=move || !has_drawings(run)>
            <Toggle
                label="Ten views"
                value=is_averaged
                on_change=move |on| is_averaged.set(on)
                meaning="Each picture is looked at mirrored and not, in its place and moved by a pixel, and the ten guesses are averaged."
            />
        </Show>
        <Button
            label=Signal::derive(move || if is_busy() { "Measuring …" } else { "Measure all" }.to_owned())
            title="Guesses, loss and accuracy over all of them"
            disabled=Signal::derive(move || is_busy() || run.built.read().is_none())
            on_press=move || {
                run.evaluate(Split::Test, if is_averaged.get_untracked() { Views::Averaged } else { Views::Single });
            }
        />
    }
}

/// The pictures that the filter lets through, page by page.
#[component]
fn Found(run: Run, judged: Signal<Option<std::sync::Arc<Judgement>>>, filter: RwSignal<Filter>) -> impl IntoView {
    let found = Memo::new(move |_| {
        judged.with(|judged| judged.as_ref().map(|judged| judged.pictures_of(filter.get())).unwrap_or_default())
    });
    let page = RwSignal::new(0usize);
    let pages = move || found.with(|found| found.len().div_ceil(PAGE).max(1));
    Effect::new(move |_| {
        found.track();
        page.set(0);
    });
    let shown = Memo::new(move |_| {
        found.with(|found| found.iter().skip(page.get() * PAGE).take(PAGE).copied().collect::<Vec<u32>>())
    });
    // What came for another page than the one that is shown now is dropped.
    let tiles = RwSignal::new(None::<(Vec<u32>, Tiles)>);
    Effect::new(move |_| {
        let wanted = shown.get();
        if !wanted.is_empty() {
            run.fetch_pictures(wanted.clone(), move |came| tiles.set(came.map(|tiles| (wanted, tiles))));
        }
    });
    let fetched = Signal::derive(move || {
        shown.with(|shown| {
            tiles.with(|tiles| tiles.as_ref().filter(|(of, _)| of == shown).map(|(_, tiles)| tiles.clone()))
        })
    });
    let count = move || {
        let found = found.with(Vec::len);
        format!("{} {}", format::grouped(found as u64), if found == 1 { "picture" } else { "pictures" })
    };
    let cells = move || {
        let Some(judged) = judged.get() else { return ().into_any() };
        let cell = |(place, index): (usize, u32)| {
            let picture = judged.pictures.get(index as usize).cloned();
            let (label, guesses) = picture.map(|picture| (picture.label, picture.guesses)).unwrap_or_default();
            view! { <PictureCell run=run tiles=fetched place=place index=index label=label guesses=guesses /> }
        };
        shown.get().into_iter().enumerate().map(cell).collect_view().into_any()
    };
    view! {
        <div class="found">
            <Filters run=run filter=filter />
            <ul class="cells">{cells}</ul>
            <div class="pages">
                <span class="small number" role="status">{count}</span>
                <Button label="‹" title="Earlier pictures" look=Look::Quiet disabled=Signal::derive(move || page.get() == 0) on_press=move || page.update(|page| *page -= 1) />
                <span class="small number">{move || format!("{} of {}", page.get() + 1, format::grouped(pages() as u64))}</span>
                <Button label="›" title="More pictures" look=Look::Quiet disabled=Signal::derive(move || page.get() + 1 >= pages()) on_press=move || page.update(|page| *page += 1) />
            </div>
        </div>
    }
}

#[component]
fn Filters(run: Run, filter: RwSignal<Filter>) -> impl IntoView {
    let outcome = move || {
        let wanted = filter.with(|filter| filter.outcome);
        OUTCOMES.iter().find(|(known, ..)| *known == wanted).map_or("", |(_, value, _)| value).to_owned()
    };
    let classes = move || {
        let count = run.built.read().as_ref().map_or(0, |built| built.classes.len() as u32);
        std::iter::once(Choice::new(EVERY, "Every class"))
            .chain((0..count).map(|class| Choice::new(class.to_string(), class_name(run, class))))
            .collect::<Vec<_>>()
    };
    let of = |class: Option<u32>| class.map_or(EVERY.to_owned(), |class| class.to_string());
    view! {
        <div class="filters-row">
            <Select
                label="Show"
                value=Signal::derive(outcome)
                choices=OUTCOMES.map(|(_, value, name)| Choice::new(value, name)).to_vec()
                on_change=move |chosen: String| {
                    if let Some((outcome, ..)) = OUTCOMES.iter().find(|(_, value, _)| *value == chosen) {
                        filter.update(|filter| filter.outcome = *outcome);
                    }
                }
            />
            <Select
                label="True class"
                value=Signal::derive(move || filter.with(|filter| of(filter.class)))
                choices=Signal::derive(classes)
                on_change=move |chosen: String| filter.update(|filter| filter.class = chosen.parse().ok())
            />
            <Select
                label="Taken for"
                value=Signal::derive(move || filter.with(|filter| of(filter.taken_for)))
                choices=Signal::derive(classes)
                on_change=move |chosen: String| filter.update(|filter| filter.taken_for = chosen.parse().ok())
            />
        </div>
    }
}
