//! Tells a dead worker from a busy one. It counts its own ticks rather than time, since a hidden tab's timers, or a laptop
//! that slept, make seconds pass in which nobody was asked anything.

use std::time::Duration;

use protocol::Command;

/// How often the worker is asked.
pub const PERIOD: Duration = Duration::from_secs(2);
const PERIOD_SECONDS: f64 = 2.0;
/// Unanswered questions after which an idle or training worker counts as dead: about ten seconds.
const PATIENCE: u32 = 5;
/// The same while it does something long, such as building programs on a slow device.
const LONG_PATIENCE: u32 = 30;
/// A worker may be silent for this many steps.
const STEPS: f64 = 6.0;

#[derive(Debug, Default)]
pub struct Watchdog {
    /// Questions since the last message.
    unanswered: u32,
    /// When the last tick came, in milliseconds.
    last_tick: Option<f64>,
    step_seconds: f64,
}

impl Watchdog {
    /// Any message is a sign of life.
    pub fn heard(&mut self) {
        self.unanswered = 0;
    }

    pub fn expect_step(&mut self, seconds: f64) {
        if seconds.is_finite() {
            self.step_seconds = seconds;
        }
    }

    /// Whether the worker still counts as alive. A late tick says that the page itself stood still, and counts for nothing.
    pub fn ticked(&mut self, now: f64, is_busy: bool) -> bool {
        let was_late = self.last_tick.is_some_and(|before| now - before > 3000.0 * PERIOD_SECONDS);
        self.last_tick = Some(now);
        self.unanswered = if was_late { 0 } else { self.unanswered + 1 };
        let for_steps = (self.step_seconds * STEPS / PERIOD_SECONDS).ceil().min(1000.0) as u32;
        let patience = if is_busy { LONG_PATIENCE } else { PATIENCE };
        self.unanswered <= patience.max(for_steps)
    }
}

/// Commands that may keep the worker from answering for more than a few seconds.
pub fn is_long(command: &Command) -> bool {
    match command {
        Command::Configure { .. }
        | Command::Restore { .. }
        | Command::Step { .. }
        | Command::Evaluate { .. }
        | Command::Snapshot
        | Command::Gather { .. }
        | Command::Excite { .. }
        | Command::Attribute { .. }
        | Command::Neighbours
        | Command::GatherDrawings { .. }
        | Command::ReadDrawings { .. }
        | Command::Export
        | Command::Load
        | Command::Measure { .. }
        | Command::Bench { .. } => true,
        Command::Open { .. }
        | Command::Check { .. }
        | Command::Train
        | Command::Pause
        | Command::Reset
        | Command::Adjust { .. }
        | Command::Watch { .. }
        | Command::Acknowledge { .. }
        | Command::Picture { .. }
        | Command::Bring
        | Command::Sketch
        | Command::Replay { .. }
        | Command::Categories
        | Command::WriteDrawings { .. }
        | Command::Explain { .. }
        | Command::Work { .. }
        | Command::Ping => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent_ticks_until_death(watchdog: &mut Watchdog, is_busy: bool) -> u32 {
        (1..1000).find(|tick| !watchdog.ticked(f64::from(*tick) * 2000.0, is_busy)).unwrap_or(1000)
    }

    #[test]
    fn a_silent_worker_is_dead_after_about_ten_seconds() {
        assert_eq!(silent_ticks_until_death(&mut Watchdog::default(), false), 6);
    }

    #[test]
    fn a_busy_worker_or_one_with_slow_steps_is_given_longer() {
        assert_eq!(silent_ticks_until_death(&mut Watchdog::default(), true), 31);
        let mut slow = Watchdog::default();
        slow.expect_step(5.0);
        assert_eq!(silent_ticks_until_death(&mut slow, false), 16);
    }

    #[test]
    fn a_page_that_slept_does_not_blame_the_worker() {
        let mut watchdog = Watchdog::default();
        assert!((1..100).all(|tick| watchdog.ticked(f64::from(tick) * 60_000.0, false)));
    }

    #[test]
    fn an_answer_begins_the_count_anew() {
        let mut watchdog = Watchdog::default();
        for tick in 1..100 {
            assert!(watchdog.ticked(f64::from(tick) * 2000.0, false));
            watchdog.heard();
        }
    }
}
