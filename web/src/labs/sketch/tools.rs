//! What is done to the drawing as a whole: undo, redo, erase, clear.

use leptos::prelude::*;

use super::{
    exchange,
    pad::{Pad, Tool},
};
use crate::components::{Button, Look};

#[component]
pub fn Tools(pad: Pad) -> impl IntoView {
    // Strokes come and go with the drawing, and with them what can be undone.
    let can = move |read: fn(&super::drawing::Paper) -> bool| {
        Signal::derive(move || {
            pad.drawing.track();
            pad.paper.with_value(read)
        })
    };
    let (can_undo, can_redo) = (can(|paper| paper.can_undo()), can(|paper| paper.can_redo()));
    let is_empty = can(|paper| paper.is_empty());
    let erases = Signal::derive(move || pad.tool.get() == Tool::Eraser);
    view! {
        <div class="pad-tools" role="group" aria-label="Drawing">
            <Button
                label="Undo"
                title="Take the last change back (Control Z on the pad)"
                look=Look::Quiet
                disabled=Signal::derive(move || !can_undo.get())
                on_press=move || pad.change(|paper| paper.undo())
            />
            <Button
                label="Redo"
                title="Bring it back (Control Shift Z on the pad)"
                look=Look::Quiet
                disabled=Signal::derive(move || !can_redo.get())
                on_press=move || pad.change(|paper| paper.redo())
            />
            <Button
                label="Eraser"
                title="Takes away the stroke that it touches"
                look=Look::Quiet
                pressed=erases
                on_press=move || pad.tool.set(if erases.get_untracked() { Tool::Pen } else { Tool::Eraser })
            />
            <Button
                label="Clear"
                title="An empty pad (Delete on the pad); Undo brings the drawing back"
                look=Look::Quiet
                disabled=is_empty
                on_press=move || pad.change(|paper| paper.clear())
            />
            <exchange::Exchange pad=pad />
        </div>
    }
}
