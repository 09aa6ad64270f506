//! The page: labs, plots and controls around one engine in a Web Worker. It holds metrics and opaque snapshots, never tensors,
//! and speaks to the engine only in the words of `protocol`.

// A program has no outside: `pub` here says what a module offers to the others.
#![allow(unreachable_pub)]

mod api;
mod app;
mod components;
mod crop;
mod diagram;
mod dom;
mod engine;
mod files;
mod format;
mod judgement;
mod labs;
mod lazily;
mod link;
mod network_text;
mod notices;
mod pages;
mod pictures;
mod plots;
mod project;
mod route;
mod run;
mod storage;
mod theme;

fn main() {
    app::show();
}
