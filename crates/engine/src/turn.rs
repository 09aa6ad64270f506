//! A turn of the worker's event loop, so that messages come in between slices. A message to oneself costs some
//! microseconds; `setTimeout` would cost four milliseconds.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use wasm_bindgen::prelude::*;
use web_sys::{MessageChannel, MessagePort};

/// A port to oneself.
pub(crate) struct Turns {
    port: Option<MessagePort>,
    waiting: Rc<RefCell<Option<oneshot::Sender<()>>>>,
    /// Kept alive: the other port calls it.
    _on_message: Closure<dyn FnMut()>,
}

impl Turns {
    pub(crate) fn new() -> Self {
        let waiting: Rc<RefCell<Option<oneshot::Sender<()>>>> = Rc::default();
        let woken = waiting.clone();
        let on_message = Closure::<dyn FnMut()>::new(move || {
            if let Some(sender) = woken.borrow_mut().take() {
                // Nobody waits any more if the future was dropped.
                let _ = sender.send(());
            }
        });
        let port = MessageChannel::new().ok().map(|channel| {
            channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
            channel.port2()
        });
        Self { port, waiting, _on_message: on_message }
    }

    /// Returns after every task that is queued now.
    pub(crate) async fn next(&self) {
        let (sender, receiver) = oneshot::channel();
        *self.waiting.borrow_mut() = Some(sender);
        let posted = self.port.as_ref().is_some_and(|port| port.post_message(&JsValue::NULL).is_ok());
        if posted {
            // The sender is dropped only with `self`.
            let _ = receiver.await;
        }
    }
}
