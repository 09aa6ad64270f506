//! What the page looks at: which panels it shows, which picture goes through the network, the visitor's own picture, and the sum behind
//! a number.

use std::sync::Arc;

use js_sys::{ArrayBuffer, Float32Array, Uint8Array};
use leptos::prelude::*;
use protocol::{Colouring, Command, EventBody, Gathering, Inside, Panel, Sheet};

use super::{Own, Run, events::tiles};
use crate::{engine::Incoming, pictures::Tiles};

/// How a number of a layer came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    pub gathering: Gathering,
    /// Its name, where it is a function of one number.
    pub function: Option<String>,
    /// How the numbers lie: channels, height, width.
    pub shape: [u32; 3],
    pub terms: Vec<f32>,
    /// Of a sum.
    pub weights: Option<Vec<f32>>,
    pub bias: Option<f32>,
    pub result: f32,
    /// The pixels that it depends on: rows from and to, columns from and to.
    pub field: Option<[u32; 4]>,
}

impl Run {
    /// Which pictures the page shows from now on.
    pub fn watch(self, panels: Vec<Panel>) {
        self.book.update_value(|book| book.panels = panels);
        self.watch_again();
    }

    /// Chooses the picture whose way through the network is shown: one of the test pictures, or the visitor's own.
    pub fn choose_picture(self, picture: Option<u32>) {
        self.picture.set(picture);
        self.watch_again();
    }

    /// Chooses what is shown of every layer.
    pub fn look_inside(self, inside: Inside) {
        self.inside.set(inside);
        self.watch_again();
    }

    pub(super) fn watch_again(self) {
        let (panels, stands) = self.book.with_value(|book| (book.panels.clone(), book.current > 0));
        if stands {
            let (picture, inside) = (self.picture.get_untracked(), self.inside.get_untracked());
            self.ask(Command::Watch { panels, picture, inside });
        }
    }

    /// Takes the visitor's own picture, channel by channel in the network's size, and sends it through the network.
    pub fn bring(self, pixels: Vec<u8>) {
        let Some([channels, height, width]) =
            self.built.with_untracked(|built| built.as_ref().map(|built| built.input))
        else {
            return;
        };
        let plane = (height * width) as usize;
        if pixels.len() != channels as usize * plane {
            return;
        }
        let rgb =
            (0..plane).flat_map(|at| [0, 1, 2].map(|channel| pixels[channel.min(channels as usize - 1) * plane + at]));
        let sheet = Sheet {
            title: "your picture".into(),
            tiles: 1,
            width,
            height,
            colouring: Colouring::Rgb,
            low: 0.0,
            high: 255.0,
        };
        let Some(tiles) = Tiles::new(sheet, rgb.collect()) else { return };
        let guesses = self.own.with_untracked(|own| own.as_ref().map(|own| own.guesses.clone()).unwrap_or_default());
        self.own.set(Some(Own { tiles, pixels: Arc::new(pixels), guesses }));
        self.bring_again();
        if self.picture.get_untracked().is_some() {
            self.choose_picture(None);
        }
    }

    /// Sends the visitor's picture to an engine that has not seen it.
    pub(super) fn bring_again(self) {
        let input = self.built.with_untracked(|built| built.as_ref().map(|built| built.input));
        let Some(own) = self.own.get_untracked() else { return };
        if input.is_none_or(|input| input.iter().product::<u32>() as usize != own.pixels.len()) {
            self.own.set(None);
            return self.choose_picture(Some(0));
        }
        let buffer = Uint8Array::from(own.pixels.as_slice()).buffer();
        self.send(Command::Bring, vec![buffer], move |result| match result {
            Ok(incoming) => {
                if let EventBody::Brought { guesses } = incoming.event.body.clone() {
                    self.own.update(|own| own.iter_mut().for_each(|own| own.guesses.clone_from(&guesses)));
                }
            }
            Err(refusal) => {
                self.notices.fail(refusal.message, None);
            }
        });
    }

    /// Asks for the test pictures that excite the channels of a layer most; `then` hears how many of each, and the sheet.
    pub fn excite(self, row: u32, then: impl FnOnce(u32, Tiles) + 'static) {
        self.send(Command::Excite { row }, Vec::new(), move |result| match result {
            Ok(incoming) => {
                if let EventBody::Excited { each, sheet, .. } = &incoming.event.body
                    && let Some(tiles) = tiles(sheet, incoming.buffers.first())
                {
                    then(*each, tiles);
                }
            }
            Err(refusal) => {
                self.notices.fail(refusal.message, None);
            }
        });
    }

    /// Asks for the sum behind a number of a layer; `then` hears it, or why there is none.
    pub fn explain(self, row: u32, element: u32, then: impl FnOnce(Result<Explanation, String>) + 'static) {
        self.send(Command::Explain { row, element }, Vec::new(), move |result| match result {
            Ok(incoming) => {
                if let Some(explanation) = read(&incoming) {
                    then(Ok(explanation));
                }
            }
            Err(refusal) => then(Err(refusal.message)),
        });
    }
}

fn read(incoming: &Incoming) -> Option<Explanation> {
    let EventBody::Explained { gathering, function, shape, bias, result, field, .. } = &incoming.event.body else {
        return None;
    };
    let numbers = |buffer: &ArrayBuffer| Float32Array::new(buffer).to_vec();
    Some(Explanation {
        gathering: *gathering,
        function: function.clone(),
        shape: *shape,
        terms: numbers(incoming.buffers.first()?),
        weights: incoming.buffers.get(1).map(numbers),
        bias: *bias,
        result: result.unwrap_or(f32::NAN),
        field: *field,
    })
}
