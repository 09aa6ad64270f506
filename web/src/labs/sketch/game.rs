//! The game: a word, twenty seconds, and a network that says what it sees while the pen moves; a few words a round, then a summary.
//! The rules are `round`'s; this file gives them a clock, answers, a voice and a screen.

mod round;
mod summary;
mod voice;
mod words;

use std::time::Duration;

use leptos::{html, prelude::*};
use protocol::Guess;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    drawing::Paper,
    pad::{Pad, Tool},
};
use crate::{
    components::{Button, Look, Panel, Toggle, Waiting},
    dom::now,
};
use round::{Happened, Round, Stage, TIME, recognised};
use summary::Summary;

/// How often the clock is read.
const TICK: Duration = Duration::from_millis(100);

/// The game under way, and what it needs.
#[derive(Clone, Copy)]
struct Game {
    pad: Pad,
    /// None before the first, and after one that was broken off.
    round: RwSignal<Option<Round>>,
    /// Milliseconds left for the word.
    left: RwSignal<f64>,
    speaks: RwSignal<bool>,
    /// Answers up to this number are of the strokes before the clock started.
    deaf_until: StoredValue<u32>,
    /// The last round was broken off.
    is_broken: RwSignal<bool>,
}

impl Game {
    fn stage(self) -> Option<Stage> {
        self.round.with(|round| round.as_ref().map(Round::stage))
    }

    fn classes(self) -> usize {
        self.pad.run.built.with(|built| built.as_ref().map_or(0, |built| built.classes.len()))
    }

    fn start(self) {
        let words = self.pad.run.built.with_untracked(|built| {
            built.as_ref().map(|built| words::chosen(&built.classes, js_sys::Math::random)).unwrap_or_default()
        });
        if !words.is_empty() {
            self.is_broken.set(false);
            self.left.set(TIME);
            self.round.set(Some(Round::new(words)));
        }
    }

    /// The player is ready: an empty pad, a pen, and the clock.
    fn begin(self) {
        self.deaf_until.set_value(self.pad.answered.get_untracked() + u32::from(self.pad.is_asking()));
        self.pad.tool.set(Tool::Pen);
        self.pad.change(|paper| paper.clear());
        self.step(|round, now| {
            round.begin(now);
            Happened::CameOn
        });
        let canvas = document().query_selector(".pad .pad-canvas").ok().flatten();
        if let Some(canvas) = canvas.and_then(|canvas| canvas.dyn_into::<HtmlElement>().ok()) {
            let _ = canvas.focus();
        }
    }

    fn hear(self, guesses: &[Guess]) {
        let names: Vec<String> = guesses.iter().map(|guess| self.pad.name(guess.class)).collect();
        let sight: Vec<(&str, f32)> =
            names.iter().zip(guesses).map(|(name, guess)| (name.as_str(), guess.probability)).collect();
        self.step(|round, now| round.hear(&sight, now));
    }

    /// Gives the word up, or goes on from one that is over.
    fn go_on(self) {
        self.step(Round::skip);
        self.step(|round, _| {
            round.next();
            Happened::CameOn
        });
        voice::cancel();
    }

    /// Moves the round, and tells everybody where something has happened.
    fn step(self, change: impl FnOnce(&mut Round, f64) -> Happened) {
        let now = now();
        let moved = self.round.try_maybe_update(|round| {
            let Some(round) = round else { return (false, None) };
            let happened = change(round, now);
            if matches!(happened, Happened::Ended(_)) {
                round.keep(self.pad.paper.with_value(Paper::drawing));
            }
            (happened != Happened::Nothing, Some((happened, round.left(now))))
        });
        let Some((happened, left)) = moved.flatten() else { return };
        self.left.set(left);
        if !self.speaks.get_untracked() {
            return;
        }
        match happened {
            Happened::Said(words) => voice::say(&words, false),
            Happened::Ended(words) => voice::say(&words, true),
            Happened::Nothing | Happened::CameOn => {}
        }
    }

    /// Lets the clock run while it is needed, and hears the pad's answers.
    fn follow(self) {
        let runs = Memo::new(move |_| matches!(self.stage(), Some(Stage::Drawing { .. } | Stage::Over { .. })));
        Effect::new(move |_| {
            if runs.get()
                && let Ok(timer) = set_interval_with_handle(move || self.step(Round::tick), TICK)
            {
                on_cleanup(move || timer.clear());
            }
        });
        Effect::new(move |_| {
            let (answered, guesses) = (self.pad.answered.get(), self.pad.guesses());
            if guesses.is_empty() || answered > self.deaf_until.get_value() {
                untrack(|| self.hear(&guesses));
            }
        });
        Effect::new(move |before: Option<Vec<String>>| {
            let built = self.pad.run.built.get();
            let classes = built.map(|built| built.classes.clone()).unwrap_or_default();
            let is_another = before.is_some_and(|before| before != classes);
            if is_another && !matches!(untrack(|| self.stage()), None | Some(Stage::Summary)) {
                self.round.set(None);
                self.is_broken.set(true);
                voice::cancel();
            }
            classes
        });
        Effect::new(move |_| {
            if !self.speaks.get() || self.stage() == Some(Stage::Summary) {
                voice::cancel();
            }
        });
        on_cleanup(voice::cancel);
    }
}

/// What the panel shows.
#[derive(Clone, Copy, PartialEq)]
enum Screen {
    Start,
    Turn,
    Summary,
}

#[component]
pub fn Game(pad: Pad) -> impl IntoView {
    let game = Game {
        pad,
        round: RwSignal::new(None),
        left: RwSignal::new(TIME),
        speaks: RwSignal::new(false),
        deaf_until: StoredValue::new(0),
        is_broken: RwSignal::new(false),
    };
    game.follow();
    let is_large = RwSignal::new(false);
    let has_voice = voice::is_there();
    let screen = Memo::new(move |_| match game.stage() {
        None => Screen::Start,
        Some(Stage::Summary) => Screen::Summary,
        Some(Stage::Card | Stage::Drawing { .. } | Stage::Over { .. }) => Screen::Turn,
    });
    let turns = move || game.round.with_untracked(|round| round.as_ref().map(|round| round.turns().to_vec()));
    view! {
        <Panel title="Game" class="game-panel">
            <div class="game" class:large=is_large>
                {move || match screen.get() {
                    Screen::Start => view! { <StartScreen game=game /> }.into_any(),
                    Screen::Turn => view! { <TurnScreen game=game /> }.into_any(),
                    Screen::Summary => {
                        view! { <Summary pad=pad turns=turns().unwrap_or_default() on_again=move || game.start() /> }.into_any()
                    }
                }}
                <div class="game-settings">
                    <Toggle
                        label="Say the guesses aloud"
                        value=game.speaks
                        disabled=!has_voice
                        on_change=move |speaks| game.speaks.set(speaks)
                    />
                    {(!has_voice).then_some(view! { <span class="small soft">"This browser has no voice."</span> })}
                    <Toggle label="Large" value=is_large on_change=move |large| is_large.set(large) />
                </div>
            </div>
        </Panel>
    }
}

#[component]
fn StartScreen(game: Game) -> impl IntoView {
    let waiting = move || game.pad.run.waiting_for("then the game can begin");
    let rules = move || {
        let classes = game.classes();
        format!(
            "{} words, and 20 seconds to draw each. The network guesses as the pen moves, among {classes} categories.",
            classes.min(words::WORDS)
        )
    };
    view! {
        <div class="game-start">
            <Show when=move || game.is_broken.get()>
                <p role="status">"The network has changed, so the round was broken off."</p>
            </Show>
            <Show when=move || game.classes() != 0 fallback=move || view! { <Waiting message=Signal::derive(waiting) /> }>
                <p>{rules}</p>
            </Show>
            <Button
                label="Start"
                look=Look::Main
                disabled=Signal::derive(move || game.classes() == 0)
                on_press=move || game.start()
            />
        </div>
    }
}

#[component]
fn TurnScreen(game: Game) -> impl IntoView {
    let stage = Memo::new(move |_| game.stage());
    let of_round = move |read: fn(&Round) -> String| {
        Memo::new(move |_| game.round.with(|round| round.as_ref().map(read).unwrap_or_default()))
    };
    let count = of_round(|round| {
        let turns = round.turns();
        format!("Word {} of {}, {} recognised", round.at() + 1, turns.len(), recognised(turns))
    });
    let word = of_round(|round| format!("Draw: {}", round.word()));
    let bubble = of_round(|round| round.bubble().to_owned());
    let words = move || match (stage.get(), game.pad.problem.get()) {
        (Some(Stage::Drawing { .. }), Some(problem)) => problem,
        _ => Some(bubble.get()).filter(|words| !words.is_empty()).unwrap_or_else(|| "…".into()),
    };
    let is_over = move || matches!(stage.get(), Some(Stage::Over { .. }));
    let card = Memo::new(move |_| {
        let at = game.round.with(|round| round.as_ref().map(Round::at));
        at.filter(|_| stage.get() == Some(Stage::Card))
    });
    let going_on = Signal::derive(move || if is_over() { "Next" } else { "Skip" }.to_owned());
    view! {
        <p class="game-count small soft number">{count}</p>
        <h3 class="game-word">{word}</h3>
        <Clock left=game.left stage=stage />
        <p class="game-bubble" role="status">{words}</p>
        <div class="game-buttons">
            // Each card has a button of its own, which takes the focus.
            {move || card.get().map(|_| view! { <GotIt on_press=move || game.begin() /> })}
            <Button label=going_on on_press=move || game.go_on() />
        </div>
    }
}

/// Takes the focus when a card is shown, so that Enter begins.
#[component]
fn GotIt(on_press: impl Fn() + 'static) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(button) = button.get() {
            let _ = button.focus();
        }
    });
    view! { <button type="button" class="button main" node_ref=button on:click=move |_| on_press()>"Got it!"</button> }
}

/// The time left as digits and as a bar. A screen reader hears of it four times.
#[component]
fn Clock(left: RwSignal<f64>, stage: Memo<Option<Stage>>) -> impl IntoView {
    let is_drawing = move || matches!(stage.get(), Some(Stage::Drawing { .. }));
    let spoken = Memo::new(move |_| match left.get() {
        left if left > 10_000.0 && is_drawing() => "20 seconds",
        left if left > 5_000.0 && is_drawing() => "10 seconds",
        left if left > 0.0 && is_drawing() => "5 seconds",
        0.0 => "0 seconds",
        _ => "",
    });
    view! {
        <div class="game-clock">
            <span class="number" role="timer" aria-label="Seconds left">{move || format!("{:.1}", left.get() / 1000.0)}</span>
            <div class="game-track" aria-hidden="true">
                <div class="game-fill" style:width=move || format!("{:.1}%", 100.0 * left.get() / TIME)></div>
            </div>
            <span class="for-screen-readers" aria-live="polite">{spoken}</span>
        </div>
    }
}
