//! Workers that are threads of this process.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use chalkgrad::{Error, Line};
use protocol::Work;

use crate::team::{Hire, serve};

/// Hires threads.
#[derive(Debug, Clone, Copy, Default)]
pub struct Threads;

/// One end of a line between two threads.
pub struct Channel {
    to: Sender<Vec<f32>>,
    from: Receiver<Vec<f32>>,
}

impl Channel {
    /// Both ends.
    pub fn pair() -> [Self; 2] {
        let ((to, there), (back, from)) = (channel(), channel());
        [Self { to, from }, Self { to: back, from: there }]
    }
}

impl Line for Channel {
    fn send(&mut self, frame: Vec<f32>) {
        // Where nobody takes it, nobody will answer, and that is noticed.
        drop(self.to.send(frame));
    }

    async fn receive(&mut self) -> chalkgrad::Result<Vec<f32>> {
        self.from.recv().map_err(|_| Error::WorkerLost { reason: "its thread has ended".into() })
    }
}

impl Hire for Threads {
    type Line = Channel;

    fn cores(&self) -> usize {
        thread::available_parallelism().map_or(1, usize::from)
    }

    async fn hire(&self, work: Work) -> Result<Channel, String> {
        let [here, mut there] = Channel::pair();
        let name = format!("chalkgrad worker {}", work.rank);
        // Its line is cut when it ends, and that is noticed.
        let begin = move || drop(block_on(serve(&work, &mut there)));
        thread::Builder::new().name(name).spawn(begin).map_err(|error| error.to_string())?;
        Ok(here)
    }
}

/// Waits for what waits only in blocking calls: a thread's line, the CPU.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}
