//! The rules of the game.

use super::*;

/// A round of these words whose first clock started at 1000.
fn begun(words: &[&str]) -> Round {
    let mut round = Round::new(words.iter().map(|&word| word.to_owned()).collect());
    round.begin(1000.0);
    round
}

fn said(words: &str) -> Happened {
    Happened::Said(words.into())
}

fn ended(words: &str) -> Happened {
    Happened::Ended(words.into())
}

#[test]
fn the_clock_waits_for_the_player() {
    let mut round = Round::new(vec!["cat".into(), "bee".into()]);
    assert_eq!(round.tick(1e9), Happened::Nothing);
    assert_eq!(round.hear(&[("cat", 0.9)], 1e9), Happened::Nothing);
    assert_eq!((round.stage(), round.word(), round.left(1e9)), (Stage::Card, "cat", TIME));
    round.begin(5000.0);
    assert_eq!((round.left(5000.0), round.left(12_500.0), round.left(1e9)), (20_000.0, 12_500.0, 0.0));
    round.begin(6000.0);
    assert_eq!(round.stage(), Stage::Drawing { since: 5000.0 }, "it starts once");
}

#[test]
fn a_sure_best_guess_wins_at_once() {
    let mut round = begun(&["bicycle"]);
    assert_eq!(round.hear(&[("wheel", 0.6), ("bicycle", 0.35)], 2000.0), said("I see wheel"), "second is not first");
    assert_eq!(round.hear(&[("bicycle", 0.3), ("wheel", 0.2)], 4500.0), ended("Oh, I know: it is a bicycle!"));
    assert_eq!(round.turns()[0].outcome, Outcome::Recognised { seconds: 3.5 });
    assert_eq!(round.turns()[0].seen, [("bicycle".to_owned(), 0.3), ("wheel".to_owned(), 0.2)]);
    assert_eq!((recognised(round.turns()), round.left(9000.0)), (1, 16_500.0), "the clock stands");
    assert_eq!(round.hear(&[("wheel", 0.9)], 4600.0), Happened::Nothing);
}

#[test]
fn an_unsure_best_guess_wins_when_it_stays_first() {
    let mut round = begun(&["cat"]);
    assert_eq!(round.hear(&[("cat", 0.1)], 2000.0), Happened::Nothing);
    assert_eq!(round.hear(&[("dog", 0.1), ("cat", 0.09)], 2400.0), said("I see dog"));
    assert_eq!(round.hear(&[("cat", 0.1)], 2600.0), Happened::Nothing);
    assert_eq!(round.hear(&[("cat", 0.12)], 3000.0), Happened::Nothing);
    assert_eq!(round.tick(3100.0), ended("Oh, I know: it is a cat!"), "the pen rests, and no answer comes");
    assert_eq!(round.turns()[0].outcome, Outcome::Recognised { seconds: 2.1 });
}

#[test]
fn the_best_guess_at_the_last_moment_wins() {
    let mut round = begun(&["cat"]);
    round.hear(&[("cat", 0.1)], 20_900.0);
    assert_eq!(round.tick(90_000.0), ended("Oh, I know: it is a cat!"));
    assert_eq!(round.turns()[0].outcome, Outcome::Recognised { seconds: 20.0 });
}

#[test]
fn time_goes_up_and_a_later_answer_is_not_heard() {
    let mut round = begun(&["cat", "bee"]);
    round.hear(&[("apple", 0.2)], 2000.0);
    assert_eq!(round.hear(&[("cat", 0.99)], 21_000.0), ended("Time is up: it looked like an apple."));
    assert_eq!((round.turns()[0].outcome, round.left(21_000.0), recognised(round.turns())), (Outcome::TimeUp, 0.0, 0));
    let mut empty = begun(&["cat"]);
    assert_eq!(empty.tick(1e9), ended("Time is up: I saw nothing."), "a tick of any lateness");
}

#[test]
fn an_ended_word_is_read_before_the_next_card_however_late_the_tick() {
    let mut round = begun(&["cat", "bee"]);
    round.tick(90_000.0);
    assert_eq!(round.tick(92_900.0), Happened::Nothing);
    assert_eq!(round.tick(93_000.0), Happened::CameOn);
    assert_eq!((round.stage(), round.word(), round.at()), (Stage::Card, "bee", 1));
    round.next();
    assert_eq!(round.at(), 1, "only what is over is left");
}

#[test]
fn a_skipped_word_keeps_its_drawing_and_the_round_ends_with_its_last() {
    let mut round = begun(&["cat", "bee"]);
    assert_eq!(round.skip(3000.0), ended("Skipped."));
    round.keep(vec![vec![[1.0, 2.0]]]);
    assert_eq!(round.skip(3000.0), Happened::Nothing);
    round.next();
    round.skip(4000.0);
    round.next();
    assert_eq!((round.stage(), round.word()), (Stage::Summary, ""));
    assert_eq!(round.tick(1e9), Happened::Nothing);
    let kept: Vec<_> = round.turns().iter().map(|turn| (turn.outcome, turn.drawing.len())).collect();
    assert_eq!(kept, [(Outcome::Skipped, 1), (Outcome::Skipped, 0)]);
}

#[test]
fn a_name_is_said_once_and_a_sentence_can_be_read() {
    let mut round = begun(&["bicycle", "bee"]);
    let sight = [("bread", 0.4), ("bicycle", 0.2), ("potato", 0.1)];
    assert_eq!(round.hear(&sight, 2000.0), said("I see bread … or potato"), "the word is left for the end");
    assert_eq!(round.hear(&sight, 2100.0), Happened::Nothing);
    let next = [("cloud", 0.4), ("bread", 0.3), ("hat", 0.04)];
    assert_eq!(round.hear(&next, 2899.0), Happened::Nothing);
    assert_eq!(round.tick(2900.0), said("… or cloud"), "what was held back; the faint is not said");
    assert_eq!(round.tick(9000.0), Happened::Nothing);
    assert_eq!(round.bubble(), "… or cloud");
    round.hear(&[], 9100.0);
    assert_eq!(round.tick(21_000.0), ended("Time is up: I saw nothing."), "the pad was cleared");
    round.next();
    round.begin(30_000.0);
    assert_eq!(round.hear(&sight[..1], 30_100.0), said("I see bread"), "another word, and all is new");
}

#[test]
fn the_best_guess_is_said_however_faint() {
    let mut round = begun(&["bicycle"]);
    assert_eq!(round.hear(&[("line", 0.03), ("snake", 0.02)], 2000.0), said("I see line"));
}

#[test]
fn a_round_without_words_is_over() {
    assert_eq!(Round::new(Vec::new()).stage(), Stage::Summary);
}
