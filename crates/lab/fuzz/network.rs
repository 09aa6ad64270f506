//! Whatever text arrives is read without a panic and within 50 ms, or is refused at a place in it; and what is read becomes a
//! network or is refused in a sentence. `cargo xtask fuzz` starts from the networks in `tests/networks`.

#![no_main]

use std::time::{Duration, Instant};

use chalkgrad::nn::Network;
use lab::language::parse;
use libfuzzer_sys::fuzz_target;

/// Longest that reading may take.
const LONGEST: Duration = Duration::from_millis(50);

fuzz_target!(|text: &str| {
    // What is slow once may have waited for another process; what is slow three times is slow.
    let fastest = (0..3).map(|_| time(text)).find(|taken| *taken < LONGEST);
    assert!(fastest.is_some(), "reading takes longer than {LONGEST:?}");
    match parse(text) {
        Ok(tree) => drop(Network::new(tree, [3, 32, 32])),
        Err(error) => {
            let lines = text.split('\n').count() as u32;
            assert!((1..=lines).contains(&error.place.line) && error.place.column > 0, "{error}");
            assert!(!error.message.is_empty(), "an error without a sentence");
        }
    }
});

fn time(text: &str) -> Duration {
    let began = Instant::now();
    drop(parse(text));
    began.elapsed()
}
