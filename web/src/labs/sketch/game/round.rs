//! One round of the game: its words, the clock, what was said and what was recognised. Knows no browser: whoever plays tells it the
//! time, in milliseconds, and what the network answers.

use protocol::Drawing;

use super::words::with_article;

/// Time for a word.
pub const TIME: f64 = 20_000.0;
/// An ended word stays on screen so long, unless the player goes on.
const PAUSE: f64 = 3_000.0;
/// A sentence is left alone so long.
const READING: f64 = 900.0;
/// So probable, the best guess is meant.
const SURE: f32 = 0.3;
/// So long the best guess, it is meant too.
const STAYS: f64 = 500.0;
/// What is less probable and not the best guess is not said.
const FAINT: f32 = 0.05;
/// Guesses that are said at once, and kept for the summary.
const GUESSES: usize = 3;

/// A class by name and its probability.
pub type Sighting = (String, f32);

/// Where a word stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stage {
    /// It is shown, and the clock waits for the player.
    Card,
    Drawing {
        since: f64,
    },
    Over {
        since: f64,
    },
    /// There is no word left.
    Summary,
}

/// How a word ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    Recognised { seconds: f64 },
    TimeUp,
    Skipped,
}

/// One word.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub word: String,
    pub outcome: Outcome,
    pub drawing: Drawing,
    /// What it was taken for at the end, best first.
    pub seen: Vec<Sighting>,
}

/// How many words were recognised.
pub fn recognised(turns: &[Turn]) -> usize {
    turns.iter().filter(|turn| matches!(turn.outcome, Outcome::Recognised { .. })).count()
}

/// What became of a tick or an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    Nothing,
    /// A new sentence stands in the bubble.
    Said(String),
    /// So does its last: the word is over.
    Ended(String),
    /// The next card, or the summary.
    CameOn,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    turns: Vec<Turn>,
    at: usize,
    stage: Stage,
    /// The sentence in the bubble.
    bubble: String,
    /// Names that were said of this word.
    said: Vec<String>,
    said_at: f64,
    /// Since when the word has been the best guess.
    is_first_since: Option<f64>,
}

impl Round {
    pub fn new(words: Vec<String>) -> Self {
        let turn = |word| Turn { word, outcome: Outcome::Skipped, drawing: Drawing::new(), seen: Vec::new() };
        let mut round = Self {
            turns: words.into_iter().map(turn).collect(),
            at: 0,
            stage: Stage::Card,
            bubble: String::new(),
            said: Vec::new(),
            said_at: f64::NEG_INFINITY,
            is_first_since: None,
        };
        round.show_card();
        round
    }

    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// Every word, with what became of those that are over.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// Which word it is, from 0.
    pub fn at(&self) -> usize {
        self.at
    }

    pub fn word(&self) -> &str {
        self.turns.get(self.at).map_or("", |turn| &turn.word)
    }

    pub fn bubble(&self) -> &str {
        &self.bubble
    }

    /// Milliseconds left for the word.
    pub fn left(&self, now: f64) -> f64 {
        match (self.stage, self.turns.get(self.at).map(|turn| turn.outcome)) {
            (Stage::Drawing { since }, _) => (TIME - (now - since)).clamp(0.0, TIME),
            (Stage::Over { .. }, Some(Outcome::Recognised { seconds })) => TIME - 1000.0 * seconds,
            (Stage::Over { .. }, _) => 0.0,
            (Stage::Card | Stage::Summary, _) => TIME,
        }
    }

    /// The player is ready: the clock starts.
    pub fn begin(&mut self, now: f64) {
        if self.stage == Stage::Card {
            self.stage = Stage::Drawing { since: now };
            self.bubble.clear();
        }
    }

    /// The network's answer for the strokes so far, best first; nothing while there are none.
    pub fn hear(&mut self, guesses: &[(&str, f32)], now: f64) -> Happened {
        if !matches!(self.stage, Stage::Drawing { .. }) {
            return Happened::Nothing;
        }
        // What comes too late is not seen.
        if self.is_late(now) {
            return self.tick(now);
        }
        let first = guesses.first().filter(|(name, _)| *name == self.word());
        self.is_first_since = first.and(self.is_first_since.or(Some(now)));
        if let Some(turn) = self.turns.get_mut(self.at) {
            turn.seen =
                guesses.iter().take(GUESSES).map(|(name, probability)| ((*name).to_owned(), *probability)).collect();
        }
        if first.is_some_and(|(_, probability)| *probability >= SURE) { self.win(now) } else { self.tick(now) }
    }

    /// Time goes on, in steps of any length.
    pub fn tick(&mut self, now: f64) -> Happened {
        match self.stage {
            // The last moment decides where none is left to wait for.
            Stage::Drawing { .. }
                if self.is_first_since.is_some_and(|since| self.is_late(now) || now - since >= STAYS) =>
            {
                self.win(now)
            }
            Stage::Drawing { .. } if self.is_late(now) => self.time_up(now),
            Stage::Drawing { .. } => self.speak(now),
            Stage::Over { since } if now - since >= PAUSE => {
                self.next();
                Happened::CameOn
            }
            Stage::Card | Stage::Over { .. } | Stage::Summary => Happened::Nothing,
        }
    }

    /// The player gives the word up.
    pub fn skip(&mut self, now: f64) -> Happened {
        match self.stage {
            Stage::Card | Stage::Drawing { .. } => self.end(Outcome::Skipped, "Skipped.".into(), now),
            Stage::Over { .. } | Stage::Summary => Happened::Nothing,
        }
    }

    /// The drawing of the word that is over.
    pub fn keep(&mut self, drawing: Drawing) {
        if let Some(turn) = self.turns.get_mut(self.at) {
            turn.drawing = drawing;
        }
    }

    /// From a word that is over to the next card, or the summary.
    pub fn next(&mut self) {
        if matches!(self.stage, Stage::Over { .. }) {
            self.at += 1;
            self.show_card();
        }
    }

    fn show_card(&mut self) {
        self.stage = if self.at < self.turns.len() { Stage::Card } else { Stage::Summary };
        self.bubble = "Press “Got it!”, then draw.".into();
        self.said.clear();
        self.said_at = f64::NEG_INFINITY;
        self.is_first_since = None;
    }

    fn is_late(&self, now: f64) -> bool {
        matches!(self.stage, Stage::Drawing { since } if now - since >= TIME)
    }

    /// Says what it sees and has not said, once the last sentence could be read. The word itself is left for the end.
    fn speak(&mut self, now: f64) -> Happened {
        let Some(turn) = self.turns.get(self.at).filter(|_| now - self.said_at >= READING) else {
            return Happened::Nothing;
        };
        let is_new = |(rank, (name, probability)): &(usize, &Sighting)| {
            *name != turn.word && (*rank == 0 || *probability >= FAINT) && !self.said.contains(name)
        };
        let new = turn.seen.iter().enumerate().filter(is_new);
        let names: Vec<String> = new.map(|(_, (name, _))| name.clone()).collect();
        if names.is_empty() {
            return Happened::Nothing;
        }
        let beginning = if self.said.is_empty() { "I see" } else { "… or" };
        self.bubble = format!("{beginning} {}", names.join(" … or "));
        self.said.extend(names);
        self.said_at = now;
        Happened::Said(self.bubble.clone())
    }

    fn win(&mut self, now: f64) -> Happened {
        let Stage::Drawing { since } = self.stage else { return Happened::Nothing };
        let sentence = format!("Oh, I know: it is {}!", with_article(self.word()));
        self.end(Outcome::Recognised { seconds: (now - since).clamp(0.0, TIME) / 1000.0 }, sentence, now)
    }

    fn time_up(&mut self, now: f64) -> Happened {
        let best = self.turns.get(self.at).and_then(|turn| turn.seen.first());
        let sentence = match best {
            Some((name, _)) => format!("Time is up: it looked like {}.", with_article(name)),
            None => "Time is up: I saw nothing.".into(),
        };
        self.end(Outcome::TimeUp, sentence, now)
    }

    fn end(&mut self, outcome: Outcome, sentence: String, now: f64) -> Happened {
        if let Some(turn) = self.turns.get_mut(self.at) {
            turn.outcome = outcome;
        }
        self.stage = Stage::Over { since: now };
        self.bubble.clone_from(&sentence);
        Happened::Ended(sentence)
    }
}

#[cfg(test)]
mod tests;
