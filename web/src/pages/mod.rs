//! The pages that are not labs: home, gallery, and the one for addresses that nobody knows.

mod gallery;
mod gallery_samples;
mod home;
mod links;

pub use links::LinkButtons;

use leptos::prelude::*;

use crate::lazily::{Lazily, Show, parts};

parts! {
    load_home from home: Show = |_| view! { <home::Home /> }.into_any();
    load_gallery from gallery: Show = |_| view! { <gallery::Gallery /> }.into_any();
}

/// The labs in the lecture's order.
#[component]
pub fn Home() -> impl IntoView {
    view! { <Lazily load=load_home() /> }
}

/// Every component in every state.
#[component]
pub fn Gallery() -> impl IntoView {
    view! { <Lazily load=load_gallery() /> }
}

#[component]
pub fn Unknown(path: String) -> impl IntoView {
    view! {
        <article class="home">
            <h1>"Nothing here"</h1>
            <p>"There is no page at " <code>{format!("#/{path}")}</code> ". " <a href="#/">"See all labs"</a> "."</p>
        </article>
    }
}
