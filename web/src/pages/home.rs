//! The home page: the labs in the lecture's order, each with a small living picture.

use leptos::prelude::*;

use crate::{app::InLab, labs::LABS};

#[component]
pub fn Home() -> impl IntoView {
    let cards = LABS.iter().map(|lab| {
        view! {
            <article class="card">
                <div class="card-head">
                    <h2><a href=format!("#/{}", lab.name)>{lab.title}</a></h2>
                    <p>{lab.summary}</p>
                    <p><a class="button main" href=format!("#/{}", lab.name)>{format!("Open the {} lab", lab.short)}</a></p>
                </div>
                <div class="card-picture"><InLab lab=lab view=lab.picture /></div>
            </article>
        }
    });
    view! {
        <div class="home">
            <header class="home-head">
                <h1>"Deep learning, on a blackboard that runs"</h1>
                <p>
                    "Real networks, built, trained and taken apart in front of you, on your own machine. Nothing is installed, and no
                    picture leaves it."
                </p>
            </header>
            {cards.collect_view()}
            <footer class="home-foot small soft">
                <p>
                    "CIFAR-10: Alex Krizhevsky, " <cite>"Learning Multiple Layers of Features from Tiny Images"</cite> ", 2009. The
                    network is that of ConvNetJS by Andrej Karpathy. Drawings: Quick, Draw! The Data, made available by Google, Inc. under CC BY 4.0."
                </p>
                <p><a href="#/gallery">"Gallery of all components"</a></p>
            </footer>
        </div>
    }
}
