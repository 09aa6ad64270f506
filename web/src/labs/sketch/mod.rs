//! The sketch lab: a pad at the left, and beside it what the network makes of the drawing: its guesses and why, a game, or lessons in
//! categories that the visitor chooses. All of them read the one `Pad`.

mod canvas;
mod card;
mod drawing;
mod exchange;
mod game;
mod guesses;
mod pad;
mod teach;
mod tools;
mod why;

use leptos::prelude::*;
use protocol::{SKETCH_PRESETS, Settings};

use crate::{
    app::Site,
    labs::address,
    link,
    network_text::with_outputs,
    route::{self, Route},
    run::Run,
};

pub use card::picture;
use pad::Pad;

/// The network that the page ships.
const SHIPPED: &str = "sketch-345";
/// Keys of the lab's query that are not settings.
const OWN_KEYS: [&str; 2] = ["autostart", "mode"];

/// What stands beside the pad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Guesses, and why.
    #[default]
    Why,
    /// Six words, twenty seconds each.
    Game,
    /// Categories of one's own choice are learned.
    Teach,
}

/// Every mode with its name in links and on its button.
const MODES: [(Mode, &str, &str); 3] =
    [(Mode::Why, "why", "Guess and why"), (Mode::Game, "game", "Game"), (Mode::Teach, "teach", "Teach it")];

pub fn view(is_embedded: bool) -> AnyView {
    view! { <Sketch is_embedded=is_embedded /> }.into_any()
}

#[component]
fn Sketch(is_embedded: bool) -> impl IntoView {
    let site = expect_context::<Site>();
    let pad = Pad::new(site.run);
    let mode = RwSignal::new(Mode::default());
    let lesson = teach::Lesson::new(site.run);
    provide_context(lesson);
    let is_dropping = RwSignal::new(false);
    site.run.prepare_with(move |stand| {
        let categories = site.run.settings.with_untracked(|settings| settings.drawings.categories.clone());
        lesson.own.prepare(categories, stand);
    });
    address::follow(site, &SKETCH_PRESETS, &OWN_KEYS, move |mut settings, query| {
        if !settings.drawings.categories.is_empty() {
            settings.network = with_outputs(&settings.network, None, settings.drawings.categories.len());
        }
        let asked = link::value(query, "mode");
        if let Some((asked, ..)) = MODES.iter().find(|(_, name, _)| Some(*name) == asked.as_deref()) {
            mode.set(*asked);
        }
        let autostart = address::autostarts(query, is_embedded);
        if is_shipped(&settings) {
            return arrive(site.run, settings, autostart);
        }
        lesson.own.prepare(settings.drawings.categories.clone(), move || arrive(site.run, settings, autostart));
    });
    address::write(site, &OWN_KEYS);
    write_mode(mode);
    let is_blank = move || !pad.is_drawing.get() && pad.drawing.with(Vec::is_empty);
    view! {
        <h1 class="for-screen-readers">"Sketch: draw, and it guesses"</h1>
        <div
            class="sketch"
            class:teaching=move || mode.get() == Mode::Teach
            class:dropping=is_dropping
            on:dragover=move |event| is_dropping.set(exchange::hovers(&event))
            on:dragleave=move |_| is_dropping.set(false)
            on:drop=move |event| {
                is_dropping.set(false);
                exchange::drop_files(pad, lesson, &event);
            }
        >
            <div class="pad-side">
                <section class="panel pad" aria-label="Pad">
                    <tools::Tools pad=pad />
                    <div class="pad-room" class:is-empty=is_blank>
                        <canvas::PadCanvas pad=pad />
                    </div>
                </section>
                <Show when=move || mode.get() == Mode::Teach>
                    <guesses::Guesses pad=pad />
                </Show>
            </div>
            <div class="beside">
                <ModeSwitch mode=mode />
                <Show when=move || mode.get() == Mode::Game>
                    <game::Game pad=pad />
                </Show>
                <Show when=move || mode.get() == Mode::Why>
                    <guesses::Guesses pad=pad />
                    <why::Why pad=pad />
                </Show>
                <Show when=move || mode.get() == Mode::Teach>
                    <teach::Teach pad=pad />
                </Show>
            </div>
        </div>
    }
}

/// Keeps the mode in the address, where it is not the first.
fn write_mode(mode: RwSignal<Mode>) {
    Effect::new(move |before: Option<Mode>| {
        let mode = mode.get();
        if before.is_some_and(|before| before != mode) {
            let route = Route::current();
            let name = MODES.iter().find(|(known, ..)| *known == mode).map(|(_, name, _)| *name);
            let others = route.query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("mode="));
            let mode = name.filter(|_| mode != Mode::default()).map(|name| format!("mode={name}"));
            let query: Vec<String> = mode.into_iter().chain(others.map(str::to_owned)).collect();
            route::replace_query(&route, &query.join("&"));
        }
        mode
    });
}

/// Whether these are settings of the network that the page ships.
pub fn is_shipped(settings: &Settings) -> bool {
    let shipped = SKETCH_PRESETS[0].settings();
    settings.network == shipped.network && settings.drawings.categories == shipped.drawings.categories
}

/// Begins the run that was asked for: the shipped network with its weights where nothing else is said.
pub fn arrive(run: Run, settings: Settings, autostart: bool) {
    if !is_shipped(&settings) {
        return run.arrive(settings, autostart);
    }
    run.arrive_or(settings, false, move |_| run.open_shipped(SHIPPED, |_| {}));
}

#[component]
fn ModeSwitch(mode: RwSignal<Mode>) -> impl IntoView {
    view! {
        <div class="modes" role="group" aria-label="What stands beside the pad">
            {MODES
                .map(|(this, _, name)| {
                    view! {
                        <button type="button" class="button" aria-pressed=move || (mode.get() == this).to_string() on:click=move |_| mode.set(this)>
                            {name}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}
