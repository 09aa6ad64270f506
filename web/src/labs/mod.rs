//! The labs, in the lecture's order. A new lab is one line in this table and a folder beside this file.

mod address;
pub mod cifar10;
pub mod sketch;

use leptos::prelude::*;

use crate::lazily::{Lazily, Show, parts};

parts! {
    load_sketch from sketch: Show = sketch::view;
    load_sketch_card from sketch_card: Show = |_| sketch::picture();
}

/// One lab: a page of its own, and a card on the home page.
#[derive(Debug)]
pub struct Lab {
    /// Its address: `#/name`.
    pub name: &'static str,
    /// Its name in the header.
    pub short: &'static str,
    pub title: &'static str,
    /// One sentence for its card.
    pub summary: &'static str,
    /// The lab itself; embedded it has no header above it.
    pub view: fn(is_embedded: bool) -> AnyView,
    /// A small living picture for its card.
    pub picture: fn() -> AnyView,
}

impl PartialEq for Lab {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

pub static LABS: [Lab; 2] = [
    Lab {
        name: "cifar10",
        short: "CIFAR-10",
        title: "A network learns to see",
        summary: "Three layers of convolution learn ten classes of real photographs, live, on this machine: watch the loss fall, \
                  the filters take shape and the guesses turn right.",
        view: cifar10::view,
        picture: cifar10::picture,
    },
    Lab {
        name: "sketch",
        short: "Sketch",
        title: "Draw, and it guesses",
        summary: "A network that has seen a hundred drawings of each of 345 things guesses while the pen still moves, and shows what it \
                  goes by. Play the game, or teach it what you choose.",
        view: |is_embedded| view! { <Lazily load=load_sketch() is_embedded=is_embedded /> }.into_any(),
        picture: || view! { <Lazily load=load_sketch_card() /> }.into_any(),
    },
];

pub fn find(name: &str) -> Option<&'static Lab> {
    LABS.iter().find(|lab| lab.name == name)
}
