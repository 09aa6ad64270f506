//! The Web Worker: owns the device and runs the laboratory. Thin: messages and files in, messages out, and a loop that
//! lets the browser breathe between slices. Everything else is `lab`'s. Two programs are built of it, with and without relaxed
//! SIMD: one relaxed instruction makes a whole module invalid where they are missing, and the page chooses.

mod crew;
mod host;
mod parts;
mod post;
mod turn;

use std::cell::Cell;
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use lab::{Lab, Next, Outbox, Request};
use protocol::{Command, Envelope, Event, EventBody, RunId, Work};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use crew::Employer;
use host::Host;
use turn::Turns;

/// Files that are fetched at once.
const FETCHES: usize = 3;

/// What wakes the loop.
pub(crate) enum Input {
    Command(Envelope, Vec<Vec<u8>>),
    File(RunId, Request, Result<Vec<u8>, String>),
    /// Numbers from whom hired this worker.
    Frame(Vec<f32>),
}

/// Begins to listen.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        let message = format!("The engine met a fault of its own and stopped: {panic}");
        post::event(&Event { run: 0, reply_to: None, body: EventBody::Crashed { message } }, &[]);
    }));
    let (sender, receiver) = unbounded();
    let current = Rc::new(Cell::new(0));
    listen(sender.clone(), current.clone());
    let body = EventBody::Ready { version: protocol::VERSION, build: env!("CARGO_PKG_VERSION").into() };
    post::event(&Event { run: 0, reply_to: None, body }, &[]);
    spawn_local(run(sender, receiver, current));
}

/// Puts every message into the inbox; one that is no command is answered with what is wrong. A ping is answered at once,
/// so that a worker that waits for a slow GPU does not pass for dead.
fn listen(inbox: UnboundedSender<Input>, current: Rc<Cell<RunId>>) {
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        let answer = |reply_to, body| post::event(&Event { run: current.get(), reply_to, body }, &[]);
        if let Some(frame) = crew::frame(&message.data()) {
            return drop(inbox.unbounded_send(Input::Frame(frame)));
        }
        match post::read(&message.data()) {
            Ok((Envelope { id, command: Command::Ping }, _)) => answer(Some(id), EventBody::Ponged),
            Ok((envelope, buffers)) => drop(inbox.unbounded_send(Input::Command(envelope, buffers))),
            Err((reply_to, message)) => answer(reply_to, EventBody::Failed { message, place: None }),
        }
    });
    post::scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // It listens as long as the worker lives.
    on_message.forget();
}

async fn run(sender: UnboundedSender<Input>, mut inbox: UnboundedReceiver<Input>, current: Rc<Cell<RunId>>) {
    let host = Host::default();
    let mut lab = Lab::new(host.clone(), || post::now() / 1000.0);
    let mut out = Outbox::default();
    let turns = Turns::new();
    let fetching = Rc::new(Cell::new(0));
    let mut next = Next::Wait;
    loop {
        let first = match next {
            Next::Work => inbox.try_recv().ok(),
            Next::Wait => match inbox.recv().await {
                Ok(input) => Some(input),
                Err(_) => return,
            },
        };
        let mut input = first;
        while let Some(some) = input {
            if let Input::Command(Envelope { id, command: Command::Work { work } }, _) = some {
                return serve(id, &work, inbox).await;
            }
            take(&mut lab, &host, some, &mut out).await;
            input = inbox.try_recv().ok();
        }
        current.set(lab.run());
        fetch(&mut lab, &host, &sender, &fetching);
        next = lab.work(&mut out).await;
        out.drain().for_each(|outgoing| post::event(&outgoing.event, &outgoing.buffers));
        turns.next().await;
    }
}

async fn take(lab: &mut Lab<Host>, host: &Host, input: Input, out: &mut Outbox) {
    match input {
        Input::Command(envelope, buffers) => {
            if let Command::Open { base_url, script, .. } = &envelope.command {
                host.open(base_url, script);
            }
            lab.handle(envelope, buffers, out).await;
        }
        Input::File(run, request, bytes) => lab.arrived(run, &request, bytes, out),
        // Nobody hired this worker.
        Input::Frame(_) => {}
    }
    out.drain().for_each(|outgoing| post::event(&outgoing.event, &outgoing.buffers));
}

/// Works for another engine from now on.
async fn serve(id: u32, work: &Work, inbox: UnboundedReceiver<Input>) {
    let tell = |body| post::event(&Event { run: 0, reply_to: Some(id), body }, &[]);
    let served = match lab::worker(work).await {
        Ok(mut worker) => {
            tell(EventBody::Hired);
            worker.serve(&mut Employer { inbox }).await.map_err(lab::LabError::from)
        }
        Err(error) => Err(error),
    };
    if let Err(error) = served {
        tell(EventBody::Failed { message: error.to_string(), place: None });
    }
}

/// Starts the fetches that the session wants, a few at a time.
fn fetch(lab: &mut Lab<Host>, host: &Host, sender: &UnboundedSender<Input>, fetching: &Rc<Cell<usize>>) {
    while fetching.get() < FETCHES {
        let Some(request) = lab.next_request() else { return };
        fetching.set(fetching.get() + 1);
        let (host, sender, fetching, run) = (host.clone(), sender.clone(), fetching.clone(), lab.run());
        spawn_local(async move {
            let bytes = host.fetch(&request.path).await;
            fetching.set(fetching.get() - 1);
            // The loop ends only with the worker.
            drop(sender.unbounded_send(Input::File(run, request, bytes)));
        });
    }
}
