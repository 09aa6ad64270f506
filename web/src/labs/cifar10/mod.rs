//! The CIFAR-10 lab: settings at the left, the run's controls and numbers on top, what changes in the middle.
//! Each panel is a file; all of them read the one `Run`.

mod bar;
mod card;
mod classes;
mod curves;
mod devices;
mod explained;
mod layers;
mod network;
mod own;
mod pictures;
mod regularisation;
mod settings;
mod shipped;
mod stage;
mod test_set;
mod training;

use std::time::Duration;

use leptos::{
    ev::{self, DragEvent},
    prelude::*,
};
use protocol::Panel;

use crate::{
    app::Site,
    link,
    route::{self, Page, Route},
    theme::{Theme, reduced_motion},
};

pub use card::picture;
use stage::Stage;

/// Keys of the lab's query that are not settings.
const OWN_KEYS: [&str; 1] = ["autostart"];
/// Browsers refuse addresses that change too often.
const ADDRESS_AFTER: Duration = Duration::from_millis(600);

pub fn view(is_embedded: bool) -> AnyView {
    view! { <Cifar10 is_embedded=is_embedded /> }.into_any()
}

#[component]
fn Cifar10(is_embedded: bool) -> impl IntoView {
    let site = expect_context::<Site>();
    let theme = expect_context::<Theme>();
    let shows_settings = RwSignal::new(!is_embedded && !theme.large.get_untracked());
    let stage = RwSignal::new(Stage::Live);
    let is_dropping = RwSignal::new(false);
    // Text that is dragged about in the editor is the browser's business.
    let over = move |event: DragEvent| {
        if event.data_transfer().is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0)) {
            event.prevent_default();
            is_dropping.set(true);
        }
    };
    let drop = move |event: DragEvent| {
        is_dropping.set(false);
        let files = event.data_transfer().and_then(|transfer| transfer.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            event.prevent_default();
            take(site, file);
        }
    };
    let pasting = window_event_listener(ev::paste, move |event| {
        let pasted = event.clipboard_data().and_then(|data| data.files()).and_then(|files| files.get(0));
        if let Some(file) = pasted.filter(own::is_picture) {
            event.prevent_default();
            own::open(site.run, file);
        }
    });
    on_cleanup(move || pasting.remove());
    follow_link(site, is_embedded);
    write_link(site);
    // What nobody sees is not drawn.
    Effect::new(move |_| {
        let mut panels = vec![Panel::Own, Panel::Costs];
        if stage.get() == Stage::Live {
            panels.extend([Panel::Predictions, Panel::Filters, Panel::Inside]);
        }
        if shows_settings.get() {
            panels.push(Panel::Augmented);
        }
        site.run.watch(panels);
    });
    view! {
        <h1 class="for-screen-readers">"CIFAR-10: a network learns to see"</h1>
        <div
            class="lab"
            class:without-settings=move || !shows_settings.get()
            class:with-stage=move || stage.get() == Stage::Network
            class:with-test-set=move || stage.get() == Stage::TestSet
            class:dropping=is_dropping
            on:dragover=over
            on:dragleave=move |_| is_dropping.set(false)
            on:drop=drop
        >
            <bar::Bar shows_settings=shows_settings stage=stage />
            <Show when=move || shows_settings.get()>
                <settings::SettingsPanel />
            </Show>
            {move || match stage.get() {
                Stage::Live => view! { <pictures::TestPictures /> }.into_any(),
                Stage::Network => view! { <network::NetworkPanel /> }.into_any(),
                Stage::TestSet => view! { <test_set::TestSet /> }.into_any(),
            }}
            <Show when=move || stage.get() != Stage::TestSet><curves::Curves /></Show>
            <Show when=move || stage.get() == Stage::Live>
                <layers::Layers />
            </Show>
        </div>
    }
}

/// Takes a file in by its kind: a picture to look at, weights, or a network.
fn take(site: Site, file: web_sys::File) {
    if own::is_picture(&file) { own::open(site.run, file) } else { site.run.take(file) }
}

/// Whether a lab begins to train as soon as it stands.
fn autostarts(query: &str, is_embedded: bool) -> bool {
    match link::value(query, "autostart").as_deref() {
        Some("off" | "0") => false,
        Some("on" | "1") => true,
        _ => !is_embedded && !reduced_motion(),
    }
}

/// Takes the settings from the link, now and whenever the address is changed by hand.
fn follow_link(site: Site, is_embedded: bool) {
    Effect::new(move |before: Option<Route>| {
        let route = site.route.get();
        let is_here = matches!(&route.page, Page::Lab { lab, .. } if lab.name == "cifar10");
        let is_news = before.is_none_or(|before| before != route);
        // A bare address wishes for nothing: a run that stands already goes on.
        let keeps_run = route.query.is_empty() && site.run.has_begun();
        if is_here && is_news && !keeps_run {
            let (settings, problems) = link::settings_of(&route.query, &OWN_KEYS);
            if !problems.is_empty() {
                site.notices.say(problems.join(" "), None);
            }
            site.run.arrive(settings, autostarts(&route.query, is_embedded));
        }
        route
    });
}

/// Keeps the address in step with the settings, so that a reload or a copied address brings them back.
fn write_link(site: Site) {
    let asked = StoredValue::new(0u32);
    Effect::new(move |before: Option<()>| {
        site.run.settings.track();
        // What the page opened with came from the address; a run that goes on after a visit to another page did not.
        if before.is_none() && !site.run.has_begun() {
            return;
        }
        let turn = asked.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        set_timeout(
            move || {
                if asked.try_get_value() != turn {
                    return;
                }
                let route = Route::current();
                let autostart = link::value(&route.query, "autostart").map(|value| format!("autostart={value}"));
                let settings = Some(site.run.settings.with_untracked(link::query_of)).filter(|query| !query.is_empty());
                let query: Vec<String> = autostart.into_iter().chain(settings).collect();
                if matches!(route.page, Page::Lab { .. }) {
                    route::replace_query(&route, &query.join("&"));
                }
            },
            ADDRESS_AFTER,
        );
    });
}
