//! The two buttons that take a lab elsewhere: its link, and the code that embeds it in a slide.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::{
    app::Site,
    components::{Button, Look},
    link,
    route::{self, Route},
};

/// Copies text; where the browser refuses, the text is shown to be copied by hand.
fn copy(site: Site, text: String, done: RwSignal<bool>) {
    wasm_bindgen_futures::spawn_local(async move {
        let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
        let has_clipboard = clipboard.is_ok_and(|clipboard| !clipboard.is_undefined());
        let copied = has_clipboard && JsFuture::from(window().navigator().clipboard().write_text(&text)).await.is_ok();
        if copied {
            done.set(true);
            set_timeout(move || done.set(false), Duration::from_secs(2));
        } else {
            site.notices.say(format!("The browser does not let this page copy. Here it is: {text}"), None);
        }
    });
}

/// Code for a slide: sandboxed, since the lab needs no more than scripts.
pub fn embed_code(address: &str) -> String {
    let address = address.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<iframe src=\"{address}\" width=\"1280\" height=\"720\" sandbox=\"allow-scripts\" title=\"Chalkgrad\" \
         style=\"border: 0\"></iframe>"
    )
}

#[component]
pub fn LinkButtons(name: &'static str) -> impl IntoView {
    let site = expect_context::<Site>();
    let (copied_link, copied_code) = (RwSignal::new(false), RwSignal::new(false));
    let query = move || {
        let settings = site.now().run.draft.with_untracked(link::query_of);
        let mode = link::value(&Route::current().query, "mode").map(|mode| format!("mode={mode}"));
        mode.into_iter().chain(Some(settings).filter(|settings| !settings.is_empty())).collect::<Vec<_>>().join("&")
    };
    let label = |done: RwSignal<bool>, words: &'static str| {
        Signal::derive(move || if done.get() { "Copied ✓" } else { words }.to_owned())
    };
    view! {
        <Button
            label=label(copied_link, "Copy link")
            title="A link that restores these settings"
            look=Look::Quiet
            on_press=move || copy(site, route::address(&format!("/{name}"), &query()), copied_link)
        />
        <Button
            label=label(copied_code, "Copy embed code")
            title="An iframe with this lab, for a slide"
            look=Look::Quiet
            on_press=move || copy(site, embed_code(&route::address(&format!("/embed/{name}"), &query())), copied_code)
        />
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_address_cannot_break_out_of_the_embed_code() {
        let code = super::embed_code("https://a.example/#/embed/x?a=\"><script>&b=1");
        assert!(code.contains("src=\"https://a.example/#/embed/x?a=&quot;><script>&amp;b=1\""), "{code}");
    }
}
