//! Whose turn it is: which question about the finished drawing is asked next, and whether its answer still holds when it comes. Pure
//! counting, no browser.

use std::cmp::Reverse;

/// What is asked about the finished drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// How the guess came about.
    Replay,
    /// What mattered.
    Attribute,
    /// Which training drawings are like it.
    Neighbours,
}

pub(super) const ALL: [Question; 3] = [Question::Replay, Question::Attribute, Question::Neighbours];
/// Those that are about one class.
pub(super) const OF_A_CLASS: [Question; 2] = [Question::Replay, Question::Attribute];

/// How one question stands.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Stand {
    /// Counts what makes an answer worth asking for.
    wanted: u32,
    /// Counts what makes an answer wrong: another drawing, another class.
    subject: u32,
    /// Both as they were when it was asked last.
    asked: [u32; 2],
    is_under_way: bool,
}

/// One question of a kind is under way at a time. Training drawings may have to be loaded first: the others do not wait for those.
#[derive(Debug, Default)]
pub(super) struct Turns {
    stands: [Stand; 3],
    /// Training drawings are loaded for who asks for them only.
    pub looks_for_like: bool,
}

impl Turns {
    fn stand(&mut self, question: Question) -> &mut Stand {
        &mut self.stands[question as usize]
    }

    /// The network sees with other eyes: what was told still stands until it is told anew.
    pub fn again(&mut self) {
        self.stands.iter_mut().for_each(|stand| stand.wanted += 1);
    }

    /// What these answers are about is another.
    pub fn another(&mut self, questions: &[Question]) {
        for question in questions {
            let stand = self.stand(*question);
            stand.wanted += 1;
            stand.subject += 1;
        }
    }

    /// What is to be asked now: of all that is due, what is most out of date.
    pub fn next(&self) -> Option<Question> {
        let stand = |question: Question| self.stands[question as usize];
        if OF_A_CLASS.into_iter().any(|question| stand(question).is_under_way) {
            return None;
        }
        let is_due = |question: &Question| {
            let Stand { wanted, asked, is_under_way, .. } = stand(*question);
            wanted != asked[0] && !is_under_way && (*question != Question::Neighbours || self.looks_for_like)
        };
        let lag = |question: &Question| stand(*question).wanted - stand(*question).asked[0];
        ALL.into_iter().filter(is_due).min_by_key(|question| Reverse(lag(question)))
    }

    pub fn begin(&mut self, question: Question) {
        let stand = self.stand(question);
        stand.asked = [stand.wanted, stand.subject];
        stand.is_under_way = true;
    }

    /// An answer came. Whether it is about what is asked about now.
    pub fn end(&mut self, question: Question) -> bool {
        let stand = self.stand(question);
        stand.is_under_way = false;
        stand.asked[1] == stand.subject
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks whatever is due, one after the other.
    fn asked_in_turn(turns: &mut Turns) -> Vec<Question> {
        let mut asked = Vec::new();
        while let Some(question) = turns.next() {
            turns.begin(question);
            assert!(turns.end(question));
            asked.push(question);
        }
        asked
    }

    #[test]
    fn every_question_is_asked_once_a_drawing_and_training_drawings_only_on_request() {
        let mut turns = Turns::default();
        assert_eq!(turns.next(), None, "nothing is drawn yet");
        turns.another(&ALL);
        assert_eq!(asked_in_turn(&mut turns), OF_A_CLASS);
        turns.looks_for_like = true;
        assert_eq!(asked_in_turn(&mut turns), [Question::Neighbours]);
        turns.another(&OF_A_CLASS);
        assert_eq!(asked_in_turn(&mut turns), OF_A_CLASS);
    }

    #[test]
    fn an_answer_about_an_earlier_drawing_is_dropped_and_asked_for_again() {
        let mut turns = Turns::default();
        turns.another(&ALL);
        turns.begin(Question::Replay);
        turns.another(&ALL);
        assert_eq!(turns.next(), None, "one at a time");
        assert!(!turns.end(Question::Replay));
        assert!(asked_in_turn(&mut turns).contains(&Question::Replay));
    }

    #[test]
    fn while_the_network_learns_all_have_their_turn_and_no_answer_is_dropped() {
        let mut turns = Turns { looks_for_like: true, ..Turns::default() };
        turns.another(&ALL);
        let mut asked = Vec::new();
        for _ in 0..6 {
            let Some(question) = turns.next() else { panic!("nothing is due") };
            turns.begin(question);
            turns.again();
            assert!(turns.end(question));
            asked.push(question);
        }
        assert!(ALL.iter().all(|question| asked.iter().filter(|asked| *asked == question).count() == 2), "{asked:?}");
    }

    #[test]
    fn drawings_that_are_being_loaded_keep_nobody_waiting() {
        let mut turns = Turns { looks_for_like: true, ..Turns::default() };
        turns.another(&ALL);
        turns.begin(Question::Neighbours);
        assert_eq!(asked_in_turn(&mut turns), OF_A_CLASS);
        turns.another(&ALL);
        assert!(!turns.end(Question::Neighbours), "of the last drawing");
        assert!(asked_in_turn(&mut turns).contains(&Question::Neighbours));
    }
}
