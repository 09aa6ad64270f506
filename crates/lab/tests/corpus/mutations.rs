//! Texts that people break: networks of the corpus with characters, lines and pieces changed. None may panic, none may take long,
//! and every error has a place. `CHALKGRAD_MUTATIONS=1000000` reads a million of them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Input;
use chalkgrad::nn::Network;
use lab::language::parse;

/// Longest that reading may take.
const LONGEST: Duration = Duration::from_millis(50);

/// What a mutation may put in.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ".",
    "=",
    "==",
    "*",
    "**",
    "-",
    "+",
    "/",
    "//",
    "%",
    "@",
    "'",
    "\"",
    "\"\"\"",
    "#",
    "\\",
    "\n",
    "\n    ",
    "\n\t",
    ";",
    "...",
    "None",
    "True",
    "0",
    "-1",
    "1e308",
    "10**9",
    "999999999",
    "0.5",
    "self",
    "self.",
    "x",
    "nn.",
    "F.",
    "torch.",
    "lambda x: x",
    "for i in range(9)",
    " if ",
    " else ",
    " in ",
    " not ",
    "def f(x):",
    "class A(nn.Module):",
    "return",
    "while True:",
    "import os",
    "super().__init__()",
    "é",
    "\u{1F600}",
    "\0",
    "nn.Sequential(",
    "*[",
    "**{",
    "f'{x}'",
    "[-1]",
    "[:, 0]",
    ".view(-1)",
    ".size(0)",
    "x.shape",
    "range(10**9)",
    "[0] * 9999",
    "'a' * 9999",
    " += ",
    " @ ",
    "assert ",
    "del ",
    "yield ",
    "global x",
    "print(",
    "getattr(self, 'fc')",
];

/// Numbers that are the same each time.
struct Draws(u64);

impl Draws {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((value ^ (value >> 31)) % count.max(1) as u64) as usize
    }

    /// A part of a text, short as a rule.
    fn part<'a>(&mut self, text: &'a [char]) -> &'a [char] {
        let start = self.below(text.len());
        let longest = [1, 4, 20, 200][self.below(4)];
        &text[start..(start + self.below(longest) + 1).min(text.len())]
    }

    fn mutate(&mut self, texts: &[Vec<char>], text: &[char]) -> String {
        let mut text = text.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(text.len());
            let end = (at + [0, 1, 5, 40][self.below(4)]).min(text.len());
            let new: Vec<char> = match self.below(4) {
                0 => Vec::new(),
                1 => PIECES[self.below(PIECES.len())].chars().collect(),
                2 => {
                    let other = self.below(texts.len());
                    self.part(&texts[other]).to_vec()
                }
                _ => {
                    let own = text.clone();
                    self.part(&own).to_vec()
                }
            };
            text.splice(at..end, new);
        }
        text.into_iter().collect()
    }
}

#[test]
fn no_broken_text_panics_or_takes_long_and_every_error_has_its_place() {
    let count = std::env::var("CHALKGRAD_MUTATIONS").map_or(20_000, |count| count.parse().unwrap());
    let inputs: BTreeMap<String, Input> = super::read("inputs.json");
    let texts: Vec<(Vec<char>, [usize; 3])> =
        inputs.iter().map(|(name, input)| (super::text(name).chars().collect(), input.input)).collect();
    let alone: Vec<Vec<char>> = texts.iter().map(|(text, _)| text.clone()).collect();
    let mut draws = Draws(7);
    let (mut accepted, mut slowest) = (0, (Duration::ZERO, String::new()));
    for index in 0..count {
        let (text, input) = &texts[draws.below(texts.len())];
        let text = draws.mutate(&alone, text);
        let began = Instant::now();
        let read = parse(&text);
        let taken = began.elapsed();
        if taken > slowest.0 {
            slowest = (taken, text.clone());
        }
        match read {
            // Making graphs of all of them takes minutes.
            Ok(tree) if index % 20 == 0 => {
                accepted += 1;
                let _ = Network::new(tree, *input);
            }
            Ok(_) => {}
            Err(error) => {
                let lines = text.split('\n').count() as u32;
                let place = error.place;
                assert!((1..=lines).contains(&place.line) && place.column > 0, "{error} in\n{text}");
                assert!(!error.message.is_empty(), "an error without a sentence in\n{text}");
            }
        }
    }
    assert!(accepted > 0, "no mutation was harmless");
    // Another process may have taken the core away meanwhile: what is slow once is slow twice.
    let began = Instant::now();
    let _ = parse(&slowest.1);
    let again = began.elapsed().min(slowest.0);
    assert!(again < LONGEST, "{again:?} for\n{}", slowest.1);
    println!("{count} texts, the slowest in {again:?}");
}
