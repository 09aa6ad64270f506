//! The health of a device: whether it was lost, which error it reported outside any scope, and how many submissions
//! are under way. Callbacks of the driver write it; every call of ours reads it, so that nothing panics or hangs.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::{Error, Result};

/// What is allocated now.
#[derive(Clone, Copy, Default)]
pub(super) struct Live {
    pub(super) buffers: usize,
    bytes: u64,
    /// What the newest of them asked for.
    newest: u64,
}

/// Shared with the driver's callbacks.
pub(super) struct Status(Mutex<State>);

#[derive(Default)]
struct State {
    live: Live,
    lost: Option<String>,
    error: Option<Error>,
    /// Submissions whose work is not done, oldest first.
    under_way: VecDeque<wgpu::SubmissionIndex>,
    waiting: Vec<Waker>,
}

impl Status {
    /// Listens to the device from now on.
    pub(super) fn watch(device: &wgpu::Device) -> Arc<Self> {
        let status = Arc::new(Self(Mutex::default()));
        let (on_loss, on_error) = (status.clone(), status.clone());
        device.set_device_lost_callback(move |_, message| on_loss.lose(&message));
        device.on_uncaptured_error(Arc::new(move |error| on_error.report(&error)));
        status
    }

    /// The loss, or an error that the device reported since the last call.
    pub(super) fn check(&self) -> Result<()> {
        let mut state = self.lock();
        if let Some(reason) = &state.lost {
            return Err(Error::DeviceLost { reason: reason.clone() });
        }
        state.error.take().map_or(Ok(()), Err)
    }

    /// Whether the device is gone.
    pub(super) fn is_lost(&self) -> bool {
        self.lock().lost.is_some()
    }

    /// Notes the loss; the first reason stays.
    pub(super) fn lose(&self, reason: &str) {
        let reason = if reason.is_empty() { "its driver gave no reason" } else { reason };
        let mut state = self.lock();
        state.lost.get_or_insert_with(|| reason.into());
        state.waiting.drain(..).for_each(Waker::wake);
    }

    fn report(&self, error: &wgpu::Error) {
        let error = match error {
            wgpu::Error::OutOfMemory { .. } => self.out_of_memory(),
            error => Error::Kernel { name: "of a step".into(), reason: error.to_string() },
        };
        self.lock().error.get_or_insert(error);
    }

    /// Memory that the device refused: all that is asked for now, of which it gave what was there before the newest.
    pub(super) fn out_of_memory(&self) -> Error {
        let Live { bytes, newest, .. } = self.live();
        Error::OutOfMemory { what: "the network with its batch".into(), bytes, limit: bytes.saturating_sub(newest) }
    }

    /// What is allocated now.
    pub(super) fn live(&self) -> Live {
        self.lock().live
    }

    /// Counts a buffer in.
    pub(super) fn allocated(&self, bytes: u64) {
        let live = &mut self.lock().live;
        *live = Live { buffers: live.buffers + 1, bytes: live.bytes + bytes, newest: bytes };
    }

    /// Counts a buffer out.
    pub(super) fn freed(&self, bytes: u64) {
        let live = &mut self.lock().live;
        *live = Live { buffers: live.buffers - 1, bytes: live.bytes - bytes, ..*live };
    }

    /// Submits and counts the submission until its work is done.
    pub(super) fn submitted(
        self: &Arc<Self>,
        queue: &wgpu::Queue,
        commands: wgpu::CommandBuffer,
    ) -> wgpu::SubmissionIndex {
        let submission = queue.submit([commands]);
        self.lock().under_way.push_back(submission.clone());
        let status = self.clone();
        queue.on_submitted_work_done(move || {
            let mut state = status.lock();
            state.under_way.pop_front();
            state.waiting.drain(..).for_each(Waker::wake);
        });
        submission
    }

    /// Waits until at most `steps` submissions are under way. A lost device finishes nothing: that is an error, not a wait.
    pub(super) async fn settle(&self, device: &wgpu::Device, steps: usize) -> Result<()> {
        let awaited = {
            let state = self.lock();
            let surplus = state.under_way.len().saturating_sub(steps);
            surplus.checked_sub(1).and_then(|last| state.under_way.get(last).cloned())
        };
        if let Some(submission) = awaited {
            self.poll(device, submission);
        }
        self.until(|state| state.under_way.len() <= steps).await
    }

    /// Drives the driver's callbacks until this submission is done. Browsers drive their own.
    pub(super) fn poll(&self, device: &wgpu::Device, submission: wgpu::SubmissionIndex) {
        let wait = wgpu::PollType::Wait { submission_index: Some(submission), timeout: None };
        if let Err(error) = device.poll(wait) {
            self.lose(&error.to_string());
        }
    }

    /// The receiver's value, or the loss of the device if that comes first.
    pub(super) async fn receive<T>(&self, mut receiver: futures_channel::oneshot::Receiver<T>) -> Result<T> {
        let mut received = None;
        self.until(|_| {
            received = received.take().or_else(|| receiver.try_recv().transpose());
            received.is_some()
        })
        .await?;
        let gone = || Error::DeviceLost { reason: "it dropped a request".into() };
        received.and_then(std::result::Result::ok).ok_or_else(gone)
    }

    /// Wakes whoever waits, after something that they may wait for has come.
    pub(super) fn wake(&self) {
        self.lock().waiting.drain(..).for_each(Waker::wake);
    }

    async fn until(&self, mut ready: impl FnMut(&State) -> bool) -> Result<()> {
        poll_fn(|context| {
            let mut state = self.lock();
            if let Some(reason) = &state.lost {
                return Poll::Ready(Err(Error::DeviceLost { reason: reason.clone() }));
            }
            if ready(&state) {
                return Poll::Ready(Ok(()));
            }
            state.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
