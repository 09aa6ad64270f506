//! A lab's address: its query becomes settings, and settings its query.

use std::time::Duration;

use leptos::prelude::*;
use protocol::{Preset, Settings};

use crate::{
    app::Site,
    link,
    route::{self, Route},
    theme::reduced_motion,
};

/// Browsers refuse addresses that change too often.
const ADDRESS_AFTER: Duration = Duration::from_millis(600);

/// Whether a lab begins to train as soon as it stands.
pub fn autostarts(query: &str, is_embedded: bool) -> bool {
    match link::value(query, "autostart").as_deref() {
        Some("off" | "0") => false,
        Some("on" | "1") => true,
        _ => !is_embedded && !reduced_motion(),
    }
}

/// Takes the settings from the link, now and whenever the address is changed by hand: `arrive` gets them, and the query. The lab's own
/// keys are no settings.
pub fn follow(
    site: Site,
    presets: &'static [Preset],
    own_keys: &'static [&'static str],
    arrive: impl Fn(Settings, &str) + 'static,
) {
    Effect::new(move |before: Option<Route>| {
        let route = site.route.get();
        let is_here = route.lab().is_some_and(|lab| lab.name == site.run.lab);
        let is_news = before.is_none_or(|before| before != route);
        // A bare address wishes for nothing: a run that stands already goes on.
        let keeps_run = route.query.is_empty() && site.run.has_begun();
        if is_here && is_news && !keeps_run {
            let (settings, problems) = link::settings_of(&route.query, presets, own_keys);
            if !problems.is_empty() {
                site.notices.say(problems.join(" "), None);
            }
            arrive(settings, &route.query);
        }
        route
    });
}

/// Keeps the address in step with the settings, so that a reload or a copied address brings them back. The lab's own keys stay.
pub fn write(site: Site, own_keys: &'static [&'static str]) {
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
                let route = Route::current();
                if asked.try_get_value() != turn || route.lab().is_none_or(|lab| lab.name != site.run.lab) {
                    return;
                }
                let own = own_keys.iter().filter_map(|key| Some(format!("{key}={}", link::value(&route.query, key)?)));
                let settings = Some(site.run.settings.with_untracked(link::query_of)).filter(|query| !query.is_empty());
                route::replace_query(&route, &own.chain(settings).collect::<Vec<_>>().join("&"));
            },
            ADDRESS_AFTER,
        );
    });
}
