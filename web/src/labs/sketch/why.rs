//! Why: how the guess for the finished drawing came about, what each stroke did for it, which training drawings are like it, and what
//! every layer makes of it.

mod asking;
mod like;
mod moments;
mod parts;
mod plot;
mod replayed;
mod shares;
mod turns;

use leptos::prelude::*;
use protocol::Panel as Watched;

use super::pad::{Overlay, Pad};
use crate::{components::Waiting, labs::cifar10::layers::Inside};
use asking::Reasons;
use shares::OnPad;

#[component]
pub fn Why(pad: Pad) -> impl IntoView {
    let reasons = Reasons::new(pad);
    let on_pad = OnPad::new(reasons);
    let shows_layers = RwSignal::new(false);
    let is_empty = Memo::new(move |_| pad.drawing.with(Vec::is_empty));
    watch_layers(reasons, Signal::derive(move || shows_layers.get() && !is_empty.get()));
    on_cleanup(move || {
        pad.overlay.try_set(Overlay::default());
    });
    view! {
        <Show
            when=move || !is_empty.get()
            fallback=|| {
                view! {
                    <section class="panel" aria-label="Why">
                        <Waiting message="Draw something: then you see how the guess came about, and which strokes made it." />
                    </section>
                }
            }
        >
            <div class="why">
                <moments::Moments reasons=reasons />
                <shares::Shares reasons=reasons on_pad=on_pad />
                <like::Like reasons=reasons />
                <Layers reasons=reasons is_open=shows_layers />
            </div>
        </Show>
    }
}

/// What stands in a panel until the engine has answered, or why it cannot.
#[component]
fn Until(reasons: Reasons, words: &'static str, problem: Signal<Option<String>>) -> impl IntoView {
    let run = reasons.pad.run;
    let message = move || match problem.get() {
        Some(problem) => problem,
        None if run.built.read().is_none() => run.waiting_for("then you see why"),
        None => words.into(),
    };
    view! { <Waiting message=Signal::derive(message) failed=Signal::derive(move || problem.read().is_some()) /> }
}

/// The drawing on its way through the network, with the component that shows the CIFAR lab's pictures so.
#[component]
fn Layers(reasons: Reasons, is_open: RwSignal<bool>) -> impl IntoView {
    let run = reasons.pad.run;
    view! {
        <details
            class="fold why-layers"
            open=move || is_open.get()
            on:toggle=move |event| is_open.set(event_target::<web_sys::Element>(&event).has_attribute("open"))
        >
            <summary>"Layer by layer"</summary>
            <Show when=move || is_open.get()>
                <Show
                    when=move || run.layers.read().is_some()
                    fallback=move || {
                        view! { <Waiting message="The drawing is on its way through the network." /> }
                    }
                >
                    <Inside run=run />
                </Show>
            </Show>
        </details>
    }
}

/// Has the engine draw the layers while somebody looks: anew whenever the pen has come to rest, since of those drawn under the pen the
/// last may be missing.
fn watch_layers(reasons: Reasons, is_shown: Signal<bool>) {
    let run = reasons.pad.run;
    Effect::new(move |before: Option<bool>| {
        let is_shown = is_shown.get();
        reasons.rested.track();
        if is_shown || before == Some(true) {
            run.watch(Vec::new());
        }
        if is_shown {
            run.watch(vec![Watched::Inside]);
            if run.picture.get_untracked().is_some() {
                run.choose_picture(None);
            }
        }
        is_shown
    });
    on_cleanup(move || {
        if is_shown.try_get_untracked() == Some(true) {
            run.watch(Vec::new());
        }
    });
}
