//! Lessons in categories of the visitor's own choice: chosen or drawn, learned live, judged on drawings that are held out.

mod categories;
mod content;
mod draw;
mod lesson;
mod more;
mod options;
mod own;
mod progress;
mod shelf;
mod stored;

use leptos::prelude::*;

use super::pad::Pad;

pub use content::{Content, by_word};
pub use lesson::Lesson;

#[component]
pub fn Teach(pad: Pad) -> impl IntoView {
    let lesson = expect_context::<Lesson>();
    lesson.ask();
    view! {
        // What learns stands on top: who has pressed the button sees it.
        <progress::Progress lesson=lesson />
        <div class="teach">
            <categories::Chooser lesson=lesson />
            <div class="teach-side">
                <draw::DrawYourOwn pad=pad lesson=lesson />
                <options::Options lesson=lesson />
            </div>
        </div>
    }
}
