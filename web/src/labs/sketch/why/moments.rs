//! How the guess came about: a line of probability for each of the best guesses, and a scrubber that draws the drawing again.

use leptos::{html, prelude::*};
use protocol::Drawing;

use super::{
    Until,
    asking::{Reasons, problem, told},
    plot::{LEADER, LEFT, Plot, RIGHT},
    replayed::{best_first, moment_at, percent, points_at, sentence, stroke_ends, table_rows},
};
use crate::{
    components::{Button, Choice, Panel, Select},
    dom::{follow_size, next_frame, now, rem},
    labs::sketch::pad::Pad,
    run::Replay,
    theme::{Theme, reduced_motion},
};

/// Milliseconds of a whole replay.
const DURATION: f64 = 3000.0;
/// Classes that are told of.
const TOLD: usize = 5;
/// Half the width of a slider's thumb, in rem: so far it stands inside the slider's ends.
const THUMB: f64 = 0.5625;

#[component]
pub(super) fn Moments(reasons: Reasons) -> impl IntoView {
    let is_told = Memo::new(move |_| told(reasons.replay, |_, _| ()).is_some());
    view! {
        <Panel
            title="How the guess came about"
            class="moments"
            tools=move || view! { <Explain reasons=reasons /> }
        >
            <Show
                when=move || is_told.get()
                fallback=move || {
                    view! {
                        <div class="moments-plot">
                            <Until
                                reasons=reasons
                                words="The guess is being traced, point by point."
                                problem=Signal::derive(move || problem(reasons.replay))
                            />
                        </div>
                    }
                }
            >
                <ToldMoments reasons=reasons />
            </Show>
        </Panel>
    }
}

/// Which of the best guesses is explained.
#[component]
fn Explain(reasons: Reasons) -> impl IntoView {
    let classes =
        Memo::new(move |_| told(reasons.replay, |_, replay| best_first(replay, usize::MAX)).unwrap_or_default());
    let best = move || classes.with(|classes| classes.first().map(|(class, _)| *class));
    let choices = Memo::new(move |_| {
        let choice = |(class, _): (u32, f32)| Choice::new(class.to_string(), reasons.pad.name(class));
        classes.get().into_iter().map(choice).collect::<Vec<_>>()
    });
    let value = move || reasons.class.get().or(best()).map(|class| class.to_string()).unwrap_or_default();
    let choose = move |chosen: String| {
        let chosen = chosen.parse().ok();
        // The best guess is followed, whatever it will be.
        reasons.explain(chosen.filter(|_| chosen != untrack(best)));
    };
    view! {
        <Select
            label="Explain"
            value=Signal::derive(value)
            choices=choices
            disabled=Signal::derive(move || choices.with(Vec::is_empty))
            on_change=choose
        />
    }
}

#[component]
fn ToldMoments(reasons: Reasons) -> impl IntoView {
    let pad = reasons.pad;
    let theme = expect_context::<Theme>();
    let room = NodeRef::<html::Div>::new();
    let size = follow_size(room);
    let ends = Memo::new(move |_| told(reasons.replay, |drawing, _| stroke_ends(drawing)).unwrap_or_default());
    let all = move || ends.with(|ends| ends.last().copied().unwrap_or_default());
    let holds = Memo::new(move |_| reasons.holds(reasons.replay));
    let position = Memo::new(move |_| match pad.overlay.with(|overlay| overlay.points) {
        Some(points) if holds.get() => points.min(all()),
        _ => all(),
    });
    let plot = Memo::new(move |_| {
        theme.large.track();
        Plot::new(size.get(), rem(), all())
    });
    let row = move |moment: Option<usize>| {
        let read = |_: &Drawing, replay: &Replay| {
            let moment = moment.unwrap_or(replay.points.len().saturating_sub(1));
            replay.probabilities.get(moment).cloned().unwrap_or_default()
        };
        told(reasons.replay, read).unwrap_or_default()
    };
    let name_places = Memo::new(move |_| plot.get().name_places(&row(None)));
    let lines = move || {
        let draw = |_: &Drawing, replay: &Replay| name_places.with(|places| plot.get().lines(replay, places));
        told(reasons.replay, draw).unwrap_or_default()
    };
    let mark = move || {
        let moment = told(reasons.replay, |_, replay| moment_at(replay, position.get()));
        plot.get().mark(position.get(), &row(moment))
    };
    let label = move || {
        let names = told(reasons.replay, |_, replay| names(pad, replay)).unwrap_or_default();
        format!("Probability over points drawn: {}. A table of its numbers follows.", names.join(", "))
    };
    let line_name = move |rank: usize| {
        let words = move || {
            let class = told(reasons.replay, |_, replay| replay.classes.get(rank).copied()).flatten();
            class.map(|class| pad.name(class)).unwrap_or_default()
        };
        let number = move || row(None).get(rank).map(|&probability| percent(probability)).unwrap_or_default();
        let top = move || name_places.with(|places| places.get(rank).copied().unwrap_or_default());
        view! {
            <span class=format!("line-name of-{rank}") style:top=move || format!("{:.1}px", top()) style:width=format!("{}rem", RIGHT - LEADER - 0.25)>
                <span class="line-words">{words}</span>
                <span class="number">{number}</span>
            </span>
        }
    };
    view! {
        <div class="moments-told" class:stale=move || !holds.get() aria-busy=move || (!holds.get()).to_string()>
            <div class="moments-plot" node_ref=room>
                <svg role="img" aria-label=label>
                    <g class="ground" inner_html=move || ends.with(|ends| plot.get().ground(ends))></g>
                    <g class="lines" inner_html=lines></g>
                    <g class="mark" inner_html=mark></g>
                </svg>
                <div class="line-names" aria-hidden="true">{(0..TOLD).map(line_name).collect_view()}</div>
            </div>
            <Scrubber reasons=reasons ends=ends holds=holds position=position />
            <Table reasons=reasons />
        </div>
    }
}

#[component]
fn Scrubber(reasons: Reasons, ends: Memo<Vec<usize>>, holds: Memo<bool>, position: Memo<usize>) -> impl IntoView {
    let pad = reasons.pad;
    let all = move || ends.with(|ends| ends.last().copied().unwrap_or_default());
    // When the replay began, or would have, had it begun with the first point.
    let playing = RwSignal::new(None::<f64>);
    let is_playing = move || playing.get().is_some();
    let words = move || {
        let said = |_: &Drawing, replay: &Replay| sentence(replay, position.get(), all(), |class| pad.name(class));
        told(reasons.replay, said).unwrap_or_default()
    };
    let scrub = move |points: usize| {
        playing.set(None);
        show(pad, Some(points).filter(|&points| points < untrack(all)));
    };
    let press = move || {
        if playing.get_untracked().is_some() {
            return playing.set(None);
        }
        let (position, all) = (position.get_untracked(), untrack(all));
        let share = if position < all { position as f64 / all.max(1) as f64 } else { 0.0 };
        let began = now() - share * DURATION;
        playing.set(Some(began));
        play(pad, playing, began, ends, holds);
    };
    view! {
        <input
            type="range"
            class="knob-slider replay-slider"
            min="0"
            max=move || all().to_string()
            step="1"
            aria-label="Replay the drawing"
            aria-valuetext=words
            disabled=move || !holds.get()
            prop:value=move || position.get().to_string()
            style:--filled=move || format!("{}%", 100.0 * position.get() as f64 / all().max(1) as f64)
            style:margin-left=format!("{}rem", LEFT - THUMB)
            style:width=format!("calc(100% - {}rem)", LEFT + RIGHT - 2.0 * THUMB)
            on:input=move |event| scrub(event_target_value(&event).parse().unwrap_or_default())
        />
        <div class="replay-foot">
            <Button
                label=Signal::derive(move || if is_playing() { "Stop" } else { "Play" }.to_owned())
                sign=Signal::derive(move || if is_playing() { "■" } else { "▶" })
                title="Draws the drawing again"
                disabled=Signal::derive(move || !holds.get())
                on_press=press
            />
            <p class="number">{words}</p>
        </div>
    }
}

/// The numbers of the plot, for who does not see it.
#[component]
fn Table(reasons: Reasons) -> impl IntoView {
    let heads = move || {
        let names = told(reasons.replay, |_, replay| names(reasons.pad, replay)).unwrap_or_default();
        names.into_iter().map(|name| view! { <th>{name}</th> }).collect_view()
    };
    let row = |(points, probabilities): (u32, Vec<f32>)| {
        let cells =
            probabilities.into_iter().map(|probability| view! { <td>{percent(probability)}</td> }).collect_view();
        view! { <tr><th>{points}</th>{cells}</tr> }
    };
    let rows = move || told(reasons.replay, |_, replay| table_rows(replay)).unwrap_or_default();
    view! {
        // A table is as wide as its words, whatever it is told: what holds it is cut.
        <div class="for-screen-readers">
            <table>
                <caption>"Probability over points drawn"</caption>
                <thead><tr><th>"Points drawn"</th>{heads}</tr></thead>
                <tbody>{move || rows().into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

/// Shows the drawing as it was after so many points; nothing shows all of it.
fn show(pad: Pad, points: Option<usize>) {
    if pad.overlay.with_untracked(|overlay| overlay.points != points) {
        pad.overlay.update(|overlay| overlay.points = points);
    }
}

/// Draws the drawing again, a frame at a time, until it is whole, or somebody draws, or another replay begins.
fn play(pad: Pad, playing: RwSignal<Option<f64>>, began: f64, ends: Memo<Vec<usize>>, holds: Memo<bool>) {
    next_frame(move || {
        // The panel may be gone.
        if playing.try_get_untracked().flatten() != Some(began) {
            return;
        }
        if !holds.get_untracked() || pad.is_drawing.get_untracked() {
            return playing.set(None);
        }
        let share = (now() - began) / DURATION;
        if share >= 1.0 {
            playing.set(None);
            return show(pad, None);
        }
        show(pad, Some(ends.with_untracked(|ends| points_at(share, ends, reduced_motion()))));
        play(pad, playing, began, ends, holds);
    });
}

fn names(pad: Pad, replay: &Replay) -> Vec<String> {
    replay.classes.iter().map(|&class| pad.name(class)).collect()
}
