//! What plots are drawn from and with: traces of numbers, axis ticks, colour maps, a canvas at device pixels.
//! The components that show them live in `components`.

pub mod canvas;
pub mod colour;
pub mod curve;
pub mod export;
pub mod ticks;
pub mod trace;
