//! The frame around every page: header, notices, keys, and what must not be missed, such as a panic.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use crate::{
    api,
    components::{Button, Look, NoticeBar},
    engine::Happening,
    labs::{LABS, Lab},
    lazily::{self, Lazily, parts},
    notices::Notices,
    pages::{Gallery, Home, Unknown},
    route::{self, Page, Route},
    run::Run,
    theme::Theme,
};

/// What every part of the page can ask for.
#[derive(Clone, Copy)]
pub struct Site {
    pub route: RwSignal<Route>,
    /// The run of the lab that asks.
    pub run: Run,
    /// One for each of `LABS`, in their order.
    runs: [Run; LABS.len()],
    pub notices: Notices,
    /// The list of keys is open.
    pub shows_keys: RwSignal<bool>,
}

impl Site {
    /// The site as this lab sees it: with its own run.
    pub fn of(self, lab: &Lab) -> Self {
        let place = LABS.iter().position(|known| known == lab).unwrap_or_default();
        Self { run: self.runs[place], ..self }
    }

    /// The site as the lab sees it that is shown now; elsewhere as the first does.
    pub fn now(self) -> Self {
        match self.route.with_untracked(|route| route.lab()) {
            Some(lab) => self.of(lab),
            None => self.of(&LABS[0]),
        }
    }

    /// Only the lab that is shown trains; a run that was under way goes on when its lab comes back.
    fn let_others_rest(self) {
        Effect::new(move |_| {
            let Some(lab) = self.route.with(|route| route.lab()) else { return };
            let shown = self.of(lab).run;
            self.runs.iter().filter(|run| run.lab != shown.lab).for_each(|run| run.rest());
            shown.wake();
        });
    }
}

/// Puts the page into the document.
pub fn show() {
    leptos::mount::mount_to_body(App);
    if let Some(first_paint) = document().get_element_by_id("first-paint") {
        first_paint.remove();
    }
}

/// A panic is a bug of ours: it goes to the console in full and to the visitor in a sentence.
fn tell_panics(notices: Notices) {
    std::panic::set_hook(Box::new(move |info| {
        console_error_panic_hook::hook(info);
        let place = info.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        let message = format!("Something in this page broke ({place}). What was learned is kept.");
        let _ = notices.entries.try_update(|entries| {
            entries.push(crate::notices::Entry {
                id: u64::MAX,
                message,
                remedy: Some("Reload the page to go on.".into()),
                is_failure: true,
                actions: Vec::new(),
            });
        });
    }));
}

#[component]
fn App() -> impl IntoView {
    let notices = Notices::new();
    tell_panics(notices);
    let theme = Theme::new();
    let runs = [0, 1].map(|place: usize| Run::new(LABS[place].name, notices));
    let site = Site { route: route::follow(), run: runs[0], runs, notices, shows_keys: RwSignal::new(false) };
    provide_context(theme);
    provide_context(site);
    let api = api::install(site);
    for run in runs {
        run.engine.listen(move |happening| match happening {
            Happening::Event(incoming) => {
                run.receive(incoming);
                if site.now().run.lab == run.lab {
                    api.hear(incoming);
                }
            }
            Happening::Died(sentence) => run.recover(sentence),
        });
    }
    // It loads while the page is laid out.
    site.now().run.engine.start();
    site.let_others_rest();
    listen_to_keys(site);

    let page = Memo::new(move |_| site.route.with(|route| route.page.clone()));
    let is_embedded = move || matches!(page.get(), Page::Lab { is_embedded: true, .. });
    view! {
        <Show when=move || !is_embedded()>
            <a class="skip-link" href="#main" on:click=skip>"Skip to the lab"</a>
            <Header site=site theme=theme page=page />
        </Show>
        <NoticeList notices=notices />
        <main id="main" tabindex="-1" class:embedded=is_embedded>
            {move || match page.get() {
                Page::Home => view! { <Home /> }.into_any(),
                Page::Gallery => view! { <Gallery /> }.into_any(),
                Page::Lab { lab, is_embedded } => view! { <InLab lab=lab view=move || (lab.view)(is_embedded) /> }.into_any(),
                Page::Unknown(path) => view! { <Unknown path=path /> }.into_any(),
            }}
        </main>
        <Show when=move || site.shows_keys.get()><Lazily load=load_keys() /></Show>
    }
}

/// What belongs to a lab finds its run.
#[component]
pub fn InLab(lab: &'static Lab, view: impl FnOnce() -> AnyView + 'static) -> impl IntoView {
    provide_context(expect_context::<Site>().of(lab));
    view()
}

/// The address belongs to the router, so the link moves focus itself.
fn skip(event: ev::MouseEvent) {
    event.prevent_default();
    if let Some(main) =
        document().get_element_by_id("main").and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = main.focus();
    }
}

#[component]
fn Header(site: Site, theme: Theme, page: Memo<Page>) -> impl IntoView {
    let current = move |is_here: bool| is_here.then_some("page");
    view! {
        <header class="site-header">
            <nav aria-label="Pages">
                <a class="wordmark" href="#/" aria-current=move || current(page.get() == Page::Home)>
                    <svg viewBox="0 0 24 24" aria-hidden="true">
                        <path d="M3.2 4.6 C9 4 15.6 4.1 20.8 4.5 C18.3 9.6 15.2 15 12.1 20.2 C9 15.2 6 9.8 3.2 4.6 Z" />
                    </svg>
                    "Chalkgrad"
                </a>
                {LABS
                    .iter()
                    .map(|lab| {
                        let here = move || matches!(page.get(), Page::Lab { lab: shown, .. } if shown == lab);
                        view! { <a href=format!("#/{}", lab.name) aria-current=move || current(here())>{lab.short}</a> }
                    })
                    .collect_view()}
                <a class="only-wide" href="#/gallery" aria-current=move || current(page.get() == Page::Gallery)>"Gallery"</a>
            </nav>
            <div class="tools">
                {move || match page.get() {
                    Page::Lab { lab, .. } => view! { <crate::pages::LinkButtons name=lab.name /> }.into_any(),
                    _ => ().into_any(),
                }}
                <Button
                    label=Signal::derive(move || if theme.large.get() { "Normal size" } else { "Large" }.to_owned())
                    title="Bigger text, for the back row of a lecture hall"
                    look=Look::Quiet
                    on_press=move || theme.flip_size()
                />
                <Button
                    label=Signal::derive(move || if theme.is_dark.get() { "Light" } else { "Dark" }.to_owned())
                    title="Paper or slate"
                    look=Look::Quiet
                    on_press=move || theme.flip()
                />
                <Button label="Keys" title="Keyboard shortcuts (?)" look=Look::Quiet on_press=move || site.shows_keys.set(true) />
            </div>
        </header>
    }
}

#[component]
fn NoticeList(notices: Notices) -> impl IntoView {
    view! {
        <div class="notices">
            <For each=move || notices.entries.get() key=|entry| entry.id let:entry>
                <NoticeBar
                    message=entry.message
                    remedy=entry.remedy
                    failure=entry.is_failure
                    actions=entry.actions
                    on_close=move |()| notices.close(entry.id)
                />
            </For>
        </div>
    }
}

const KEYS: [(&str, &str); 7] = [
    ("Space", "Train or pause"),
    ("S", "One step"),
    ("R", "Reset: back to the initial parameters"),
    ("← →", "Read a plot, or walk over the tiles of a picture, once it has focus"),
    ("← ↑ ↓ → Enter + − 0", "Walk over a graph, fold its blocks, zoom"),
    ("Ctrl Enter", "Apply the network text"),
    ("?", "Show or hide this list"),
];

parts! {
    load_keys from keys: lazily::Show = |_| view! { <Keys /> }.into_any();
}

#[component]
fn Keys() -> impl IntoView {
    let open = expect_context::<Site>().shows_keys;
    let close = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        if let Some(element) = close.get() {
            let _ = element.focus();
        }
    });
    view! {
        <div class="keys-ground" on:click=move |_| open.set(false)>
                <div class="keys" role="dialog" aria-modal="true" aria-label="Keys" tabindex="-1" node_ref=close on:click=|event| event.stop_propagation()>
                    <h2>"Keys"</h2>
                    <dl>
                        {KEYS.map(|(key, meaning)| view! { <dt><kbd>{key}</kbd></dt><dd>{meaning}</dd> }).collect_view()}
                    </dl>
                    <Button label="Close" on_press=move || open.set(false) />
                </div>
            </div>
    }
}

/// Whether a key pressed there is typing, or moves a control.
fn takes_keys(target: Option<web_sys::EventTarget>, key: &str) -> bool {
    let Some(element) = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else { return false };
    match element.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => element.get_attribute("type").as_deref() != Some("range") || key == " ",
        "BUTTON" | "A" | "SUMMARY" => key == " " || key == "Enter",
        _ => false,
    }
}

fn listen_to_keys(site: Site) {
    window_event_listener(ev::keydown, move |event| {
        let key = event.key();
        if key == "Escape" {
            return site.shows_keys.set(false);
        }
        let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
        if has_modifier || event.repeat() || takes_keys(event.target(), &key) {
            return;
        }
        if key == "?" {
            return site.shows_keys.update(|open| *open = !*open);
        }
        let on_lab = site.route.with_untracked(|route| route.lab().is_some());
        let run = site.now().run;
        if !on_lab || !untrack(|| run.can_train()) {
            return;
        }
        match key.as_str() {
            " " => run.toggle(),
            "s" | "S" => run.step_once(),
            "r" | "R" => run.reset(),
            _ => return,
        }
        event.prevent_default();
    });
}
