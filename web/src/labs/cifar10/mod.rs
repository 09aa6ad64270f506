//! The CIFAR-10 lab: settings at the left, the run's controls and numbers on top, what changes in the middle.
//! Each panel is a file; all of them read the one `Run`.

pub(super) mod bar;
mod card;
pub(super) mod classes;
pub(super) mod curves;
mod devices;
mod explained;
pub(super) mod layers;
mod network;
mod own;
pub(super) mod pictures;
pub(super) mod regularisation;
pub(super) mod settings;
pub(super) mod shipped;
mod stage;
pub(super) mod test_set;
pub(super) mod training;

use leptos::{
    ev::{self, DragEvent},
    prelude::*,
};
use protocol::{PRESETS, Panel};
use web_sys::File;

use crate::{
    app::Site,
    labs::address,
    lazily::{Lazily, Show, parts},
    run::Run,
    theme::Theme,
};

pub use card::picture;
use stage::Stage;

parts! {
    load_opening from opening: fn(Run, File) = |run, file| if own::is_picture(&file) { own::open(run, file) } else { run.take(file) };
    load_network from network: Show = |_| view! { <network::NetworkPanel /> }.into_any();
    load_test_set from test_set: Show = |_| view! { <test_set::TestSet /> }.into_any();
}

/// Keys of the lab's query that are not settings.
const OWN_KEYS: [&str; 1] = ["autostart"];

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
        let Some(transfer) = event.data_transfer() else { return };
        if classes::take_dropped(site.run, &transfer) {
            event.prevent_default();
        } else if let Some(file) = transfer.files().and_then(|files| files.get(0)) {
            event.prevent_default();
            open(site, file);
        }
    };
    let pasting = window_event_listener(ev::paste, move |event| {
        let pasted = event.clipboard_data().and_then(|data| data.files()).and_then(|files| files.get(0));
        if let Some(file) = pasted.filter(own::is_picture) {
            event.prevent_default();
            open(site, file);
        }
    });
    on_cleanup(move || pasting.remove());
    address::follow(site, &PRESETS, &OWN_KEYS, move |settings, query| {
        site.run.arrive(settings, address::autostarts(query, is_embedded));
    });
    address::write(site, &OWN_KEYS);
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
                Stage::Network => view! { <Lazily load=load_network() class="network" /> }.into_any(),
                Stage::TestSet => view! { <Lazily load=load_test_set() class="test-set" /> }.into_any(),
            }}
            <Show when=move || stage.get() != Stage::TestSet><curves::Curves /></Show>
            <Show when=move || stage.get() == Stage::Live>
                <layers::Layers />
            </Show>
        </div>
    }
}

/// Opens a file by its kind: a picture to look at, weights, a project, or a network.
fn open(site: Site, file: File) {
    wasm_bindgen_futures::spawn_local(async move {
        match load_opening().await {
            Ok(open) => open(site.run, file),
            Err(missing) => drop(site.notices.fail(missing.to_string(), None)),
        }
    });
}
