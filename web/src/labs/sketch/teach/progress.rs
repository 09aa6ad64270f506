//! How a lesson goes: its buttons and numbers, its curves, and what is taken for what among the drawings that are held out.

use leptos::prelude::*;
use protocol::{Split, Views};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::lesson::Lesson;
use crate::{
    components::{Button, Panel},
    dom::next_frame,
    labs::cifar10::{
        bar::{Numbers, TrainingButtons},
        curves::Curves,
        test_set::TestSet,
    },
    run::Status,
};

/// So many held-out drawings are measured unasked, when training rests.
const MEASURED_UNASKED: u64 = 4_000;

/// Measures every held-out drawing whenever training comes to rest.
fn measure_at_rest(lesson: Lesson) {
    let run = lesson.run;
    Effect::new(move |_| {
        let rests = matches!(*run.status.read(), Status::Paused | Status::Stopped(..)) && lesson.is_taught();
        let step = run.step.get_untracked();
        let is_known = run.judged.with_untracked(|judged| judged.as_ref().is_some_and(|judged| judged.step == step));
        let count = run.built.with_untracked(|built| built.as_ref().map_or(0, |built| built.training_examples / 4));
        if rests && step > 0 && !is_known && count <= MEASURED_UNASKED && run.evaluating.get_untracked().is_none() {
            run.evaluate(Split::Test, Views::Single);
        }
    });
}

/// Whoever begins a lesson from below is taken to where it is seen.
fn show_what_began(lesson: Lesson) {
    let is_new = StoredValue::new(false);
    Effect::new(move |_| {
        let is_taught = lesson.is_taught();
        if lesson.is_beginning.get() {
            is_new.set_value(true);
        } else if is_taught && is_new.get_value() {
            is_new.set_value(false);
            next_frame(|| {
                if let Some(panel) = document().query_selector(".learns").ok().flatten() {
                    panel.scroll_into_view();
                }
                // A press on Space now pauses, and does not begin again.
                let pressed = document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
                let _ = pressed.map(|button| button.blur());
            });
        }
    });
}

#[component]
pub fn Progress(lesson: Lesson) -> impl IntoView {
    let run = lesson.run;
    measure_at_rest(lesson);
    show_what_began(lesson);
    let is_taught = Memo::new(move |_| lesson.is_taught());
    let title = move || {
        let classes = run.built.read().as_ref().map_or(0, |built| built.classes.len());
        format!("{classes} categories")
    };
    view! {
        <Show when=move || is_taught.get()>
            <Panel
                title="It learns"
                class="learns"
                remark=Signal::derive(title)
                tools=move || view! { <Button label="Back to the shipped network" title="The one that knows all 345, as it comes with the page" on_press=move || lesson.go_back() /> }
            >
                <TrainingButtons />
                <Numbers />
            </Panel>
            <Curves />
            <TestSet />
        </Show>
    }
}
