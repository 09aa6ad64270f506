//! Reads what the test runners print about themselves, and adds it up.

use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Tally {
    /// The sum over every summary in the output of cargo test, cargo nextest, wasm-bindgen-test or node --test.
    pub(crate) fn read(output: &str) -> Self {
        let mut sum = Self::default();
        for line in output.lines().map(without_colour) {
            let line = line.trim();
            if line.starts_with("test result:") || (line.starts_with("Summary [") && line.contains("tests run:")) {
                sum += Self { passed: number_before(line, "passed"), failed: failures(line) };
            } else if let Some(words) = line.strip_prefix("# ").or_else(|| line.strip_prefix("ℹ ")) {
                sum += Self { passed: number_after(words, "pass "), failed: number_after(words, "fail ") };
            }
        }
        sum
    }
}

/// cargo test says `failed`; nextest adds `timed out` and `exec failed`, whose words overlap.
fn failures(line: &str) -> u64 {
    number_before(line, "failed") + number_before(line, "timed") + number_before(line, "exec")
}

fn number_before(line: &str, word: &str) -> u64 {
    let words: Vec<&str> = line.split([' ', ';', ',']).filter(|part| !part.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

fn number_after(line: &str, label: &str) -> u64 {
    line.strip_prefix(label).and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

/// The line without terminal colours (`ESC [ … m`).
fn without_colour(line: &str) -> String {
    let mut text = String::new();
    let mut parts = line.split('\u{1b}');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        text.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Tally {
        Tally { passed, failed }
    }

    #[test]
    fn cargo_test_prints_one_summary_for_each_binary() {
        let output = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                      test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(Tally::read(output), tally(7, 3));
    }

    #[test]
    fn nextest_prints_one_summary_for_all() {
        let output = "     Summary [   1.234s] 14 tests run: 12 passed (1 slow), 2 failed, 3 skipped";
        assert_eq!(Tally::read(output), tally(12, 2));
    }

    #[test]
    fn a_test_that_ran_out_of_time_has_failed() {
        let output = "     Summary [  60.0s] 3 tests run: 1 passed, 1 failed, 1 timed out, 0 skipped";
        assert_eq!(Tally::read(output), tally(1, 2));
    }

    #[test]
    fn nodes_runner_counts_in_lines_of_their_own() {
        assert_eq!(Tally::read("ℹ tests 9\nℹ pass 8\nℹ fail 1\nℹ skipped 0"), tally(8, 1));
        assert_eq!(Tally::read("# tests 9\n# pass 8\n# fail 1"), tally(8, 1));
    }

    #[test]
    fn colours_do_not_hide_a_summary() {
        let output = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, 0 skipped";
        assert_eq!(Tally::read(output), tally(2, 0));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(Tally::read("test it_adds ... ok\n5 passed the house"), tally(0, 0));
    }
}
