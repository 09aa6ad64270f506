//! How far a long step is, on standard error: one line that is rewritten on a terminal, a few lines elsewhere.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// A step of a known length in bytes.
pub(super) struct Progress {
    label: String,
    total: u64,
    done: u64,
    terminal: bool,
    shown: Option<(Instant, u64)>,
}

impl Progress {
    /// Shows the step at 0 %.
    pub(super) fn new(label: impl Into<String>, total: u64) -> Self {
        let terminal = stderr().is_terminal();
        let mut progress = Self { label: label.into(), total, done: 0, terminal, shown: None };
        progress.show();
        progress
    }

    /// This many bytes more are done.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.done += bytes as u64;
        self.show();
    }

    fn percent(&self) -> u64 {
        (self.done * 100).checked_div(self.total).unwrap_or(100).min(100)
    }

    fn show(&mut self) {
        let percent = self.percent();
        let due = match self.shown {
            None => true,
            Some((_, 100)) => false,
            Some((at, _)) if self.terminal => percent == 100 || at.elapsed() > Duration::from_millis(100),
            Some((_, before)) => percent / 25 > before / 25,
        };
        if !due {
            return;
        }
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        let (start, end) = match (self.terminal, percent) {
            (true, 100) => ("\r", "\n"),
            (true, _) => ("\r", ""),
            (false, _) => ("", "\n"),
        };
        let (done, total) = (megabytes(self.done), megabytes(self.total));
        // Progress that cannot be shown is no reason to stop.
        let _shown = write!(stderr(), "{start}{}: {percent:3} % ({done:.1} of {total:.1} MB){end}", self.label);
        self.shown = Some((Instant::now(), percent));
    }
}
