//! Events on their way out, each with the buffers that travel beside it.

use protocol::Event;

/// One event and its buffers, in the order in which the event names them.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    pub event: Event,
    pub buffers: Vec<Vec<u8>>,
}

/// Events that nobody has sent yet, oldest first.
#[derive(Debug, Default)]
pub struct Outbox(Vec<Outgoing>);

impl Outbox {
    /// Appends an event.
    pub fn send(&mut self, event: Event, buffers: Vec<Vec<u8>>) {
        self.0.push(Outgoing { event, buffers });
    }

    /// Takes all events out.
    pub fn drain(&mut self) -> impl Iterator<Item = Outgoing> {
        std::mem::take(&mut self.0).into_iter()
    }
}
