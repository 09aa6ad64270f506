//! Every graph of the page: calls in order, folded into blocks by their paths, laid out in layers from top to bottom, drawn as SVG.
//! Pure functions from nodes to numbers and text; `components/diagram.rs` shows them.

mod blocks;
mod drawing;
mod layers;
mod layout;

pub use blocks::{Item, blocks, foldable, visible};
pub use drawing::{svg, words};
pub use layout::{Drawn, Layout, layout};
