//! What is to be learned: the chosen categories, how many drawings there are of each, and the settings that come of it.

use std::sync::Arc;

use leptos::prelude::*;
use protocol::{DatasetName, Drawings, SKETCH_PRESETS, Schedule, Settings};

use super::{more::More, own::Own, shelf::Shelf};
use crate::{
    format,
    labs::{
        cifar10::classes::lengthened,
        sketch::{SHIPPED, arrive, is_shipped},
    },
    network_text::with_outputs,
    run::{Categories, Run, Status},
};

/// Quick, Draw!'s categories.
pub const ALL: usize = 345;
/// A category has so many drawings at least; so many are recommended.
pub const LEAST: usize = 5;
pub const RECOMMENDED: usize = 10;
/// One of so many drawings is held out.
const ASIDE: usize = 5;
/// Drawings of a category that the page ships, where nobody has said otherwise.
const USUAL: usize = 100;

/// A handle to the lesson. It outlives the panel, which comes and goes.
#[derive(Clone, Copy)]
pub struct Lesson {
    pub run: Run,
    pub own: Own,
    pub more: More,
    /// Quick, Draw!'s categories, once the engine has told them.
    pub known: RwSignal<Option<Arc<Categories>>>,
    /// Why it has not.
    pub unknown: RwSignal<Option<String>>,
    pub chosen: RwSignal<Vec<String>>,
    /// All of Quick, Draw!'s are learned, whatever is chosen.
    pub takes_all: RwSignal<bool>,
    /// The engine is given the drawings, or builds the network.
    pub is_beginning: RwSignal<bool>,
    /// Why the last lesson did not begin, where the run does not say so.
    pub refusal: RwSignal<Option<String>>,
    /// The network that is shipped was begun anew, to be taught.
    is_retaught: RwSignal<bool>,
    /// The last lesson's length and batch size, before and after they were fitted to its drawings.
    fitted: StoredValue<Option<[(Schedule, u32); 2]>>,
}

impl Lesson {
    pub fn new(run: Run) -> Self {
        let own = Own::new(run);
        let lesson = Self {
            run,
            own,
            more: More::new(run, own),
            known: RwSignal::new(None),
            unknown: RwSignal::new(None),
            chosen: RwSignal::new(SKETCH_PRESETS[1].settings().drawings.categories),
            takes_all: RwSignal::new(false),
            is_beginning: RwSignal::new(false),
            refusal: RwSignal::new(None),
            is_retaught: RwSignal::new(false),
            fitted: StoredValue::new(None),
        };
        // What runs was chosen: by a link, or in an earlier visit.
        let categories = Memo::new(move |_| run.settings.with(|settings| settings.drawings.categories.clone()));
        Effect::new(move |_| {
            let categories = categories.get();
            if !categories.is_empty() {
                lesson.takes_all.set(false);
                lesson.chosen.set(categories);
            }
        });
        lesson
    }

    /// Asks for Quick, Draw!'s categories, unless they are here.
    pub fn ask(self) {
        if self.known.with_untracked(Option::is_some) {
            return;
        }
        self.run.categories(move |answer| {
            // The lab may be gone by now.
            match answer {
                Ok(known) => drop(self.known.try_set(Some(known))),
                Err(sentence) => drop(self.unknown.try_set(Some(sentence))),
            }
        });
    }

    /// Whether a lesson of the visitor's own stands, rather than the shipped network.
    pub fn is_taught(self) -> bool {
        let has_learned =
            || self.is_retaught.get() || self.run.step.get() > 0 || matches!(*self.run.status.read(), Status::Training);
        self.run.built.read().is_some() && (!self.run.settings.with(is_shipped) || has_learned())
    }

    /// Back to the network that comes with the page.
    pub fn go_back(self) {
        let (run, shipped) = (self.run, SKETCH_PRESETS[0].settings());
        self.is_retaught.set(false);
        if run.settings.with_untracked(|settings| *settings != shipped) {
            return arrive(run, shipped, false);
        }
        // It is the same network, taught anew: only its weights come back.
        run.draft.set(shipped);
        run.open_shipped(SHIPPED, |_| {});
    }

    /// Adds a category to those that are learned.
    pub fn choose(self, name: &str) {
        self.takes_all.set(false);
        if !self.chosen.with_untracked(|chosen| chosen.iter().any(|known| known == name)) {
            self.chosen.update(|chosen| chosen.push(name.to_owned()));
        }
    }

    /// Adds a category to those that are learned, or takes it away.
    pub fn toggle(self, name: &str) {
        let takes_all = self.takes_all.get_untracked();
        self.takes_all.set(false);
        self.chosen.update(|chosen| match chosen.iter().position(|known| known == name) {
            // Who picks one out of all of them wants that one.
            _ if takes_all => *chosen = vec![name.to_owned()],
            Some(place) => drop(chosen.remove(place)),
            None => chosen.push(name.to_owned()),
        });
    }

    pub fn choose_only(self, names: Vec<String>) {
        self.takes_all.set(false);
        self.chosen.set(names);
    }

    pub fn is_chosen(self, name: &str) -> bool {
        !self.takes_all.get() && self.chosen.with(|chosen| chosen.iter().any(|known| known == name))
    }

    /// The chosen categories, with how many drawings of each are learned from or held out.
    pub fn counts(self) -> Vec<(String, usize)> {
        let each = self.run.draft.with(|draft| draft.drawings.each as usize);
        let known = self.known.get();
        let names = match &known {
            Some(known) if self.takes_all.get() => known.names.clone(),
            None if self.takes_all.get() => vec![String::new(); ALL],
            _ => self.chosen.get(),
        };
        self.own.shelf.with(|shelf| {
            let count = |name: String| (count_of(&name, shelf, known.as_deref(), each), name);
            names.into_iter().map(count).map(|(count, name)| (name, count)).collect()
        })
    }

    /// Begins a run that learns what is chosen.
    pub fn begin(self) {
        let counts: Vec<(String, usize)> = untrack(move || self.counts());
        if problem(&counts).is_some() || self.is_beginning.get_untracked() {
            return;
        }
        let names = if self.takes_all.get_untracked() { Vec::new() } else { self.chosen.get_untracked() };
        self.is_beginning.set(true);
        self.refusal.set(None);
        self.own.gather(&names.clone(), move |gathered| {
            let _ = self.is_beginning.try_set(false);
            match gathered {
                Ok(()) => {
                    let settings = self.settings(names, &counts);
                    let _ = self.is_retaught.try_set(is_shipped(&settings));
                    self.run.draft.set(settings.clone());
                    self.run.configure(settings, true);
                }
                Err(sentence) => drop(self.refusal.try_set(Some(sentence))),
            }
        });
    }

    fn settings(self, names: Vec<String>, counts: &[(String, usize)]) -> Settings {
        let mut draft = self.run.draft.get_untracked();
        // What was fitted to another lesson's drawings is no wish of the visitor's.
        if let Some([before, after]) = self.fitted.try_get_value().flatten()
            && (draft.schedule, draft.batch_size) == after
        {
            (draft.schedule, draft.batch_size) = before;
        }
        let before = (draft.schedule, draft.batch_size);
        let settings = taught(&draft, names, &counts.iter().map(|(_, count)| *count).collect::<Vec<_>>());
        self.fitted.try_update_value(|fitted| *fitted = Some([before, (settings.schedule, settings.batch_size)]));
        settings
    }
}

/// How many drawings of a category there are to take: the visitor's own, all of them, then Quick, Draw!'s up to `each`.
fn count_of(name: &str, shelf: &Shelf, known: Option<&Categories>, each: usize) -> usize {
    let own = shelf.count(name);
    let of_file = match known {
        Some(known) => {
            let place = known.names.iter().position(|official| official == name);
            place.and_then(|place| known.drawings.get(place)).map_or(0, |count| *count as usize)
        }
        // What is not the visitor's is hoped to be Quick, Draw!'s.
        None if own == 0 => USUAL,
        None => 0,
    };
    (own + of_file).min(each.max(own))
}

/// What is learned from, of so many drawings.
fn learned(counts: &[usize]) -> usize {
    counts.iter().map(|count| count - count / ASIDE).sum()
}

/// Settings with which these categories (none: all) are learned, of which there are so many drawings.
fn taught(draft: &Settings, categories: Vec<String>, counts: &[usize]) -> Settings {
    let learned = learned(counts);
    let batch_size = draft.batch_size.min(learned as u32).max(1);
    Settings {
        dataset: DatasetName::Drawings,
        drawings: Drawings { categories, ..draft.drawings.clone() },
        network: with_outputs(&draft.network, None, counts.len()),
        schedule: lengthened(draft.schedule, (learned / batch_size as usize) as f64),
        batch_size,
        ..draft.clone()
    }
}

/// Why this cannot be learned, in a sentence.
pub fn problem(counts: &[(String, usize)]) -> Option<String> {
    if counts.len() < 2 {
        return Some("Choose two categories at least, or there is nothing to tell apart.".into());
    }
    let (name, count) = counts.iter().find(|(_, count)| *count < LEAST)?;
    Some(match count {
        0 => format!("There are no drawings of “{name}” here: draw some, or open a file of them."),
        1 => format!("“{name}” has one drawing; five are the least."),
        _ => format!("“{name}” has {count} drawings; five are the least."),
    })
}

/// `3 categories, 300 drawings: 240 to learn from, 60 held out.`
pub fn summary(counts: &[(String, usize)]) -> String {
    let counts: Vec<usize> = counts.iter().map(|(_, count)| *count).collect();
    let (all, learned) = (counts.iter().sum::<usize>(), learned(&counts));
    let [categories, all, learned, aside] =
        [counts.len(), all, learned, all - learned].map(|count| format::grouped(count as u64));
    format!("{categories} categories, {all} drawings: {learned} to learn from, {aside} held out.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labs::sketch::teach::content::Content;

    fn counts(counts: &[usize]) -> Vec<(String, usize)> {
        counts.iter().enumerate().map(|(place, count)| (format!("thing {place}"), *count)).collect()
    }

    #[test]
    fn own_drawings_are_all_taken_and_quick_draws_up_to_the_number() {
        let mut shelf = Shelf::default();
        shelf.join("cat", Content::Bitmaps(vec![0; 784 * 30]), 1.0);
        shelf.join("mine", Content::Bitmaps(vec![0; 784 * 7]), 1.0);
        let known = Categories { names: vec!["cat".into(), "dog".into()], drawings: vec![100, 100], tiles: None };
        let count = |name: &str, each: usize| count_of(name, &shelf, Some(&known), each);
        assert_eq!([count("cat", 50), count("cat", 20), count("cat", 500)], [50, 30, 130]);
        assert_eq!([count("dog", 50), count("mine", 50), count("nobody's", 50)], [50, 7, 0]);
        assert_eq!([count_of("dog", &shelf, None, 100), count_of("mine", &shelf, None, 100)], [100, 7]);
    }

    #[test]
    fn the_network_gets_an_output_for_each_category_and_what_was_set_stays() {
        let draft = Settings { seed: 7, ..SKETCH_PRESETS[1].settings() };
        let names = ["bicycle", "star", "umbrella", "house"].map(str::to_owned).to_vec();
        let settings = taught(&draft, names.clone(), &[100; 4]);
        assert!(settings.network.contains("nn.Linear(64, 4)"), "{}", settings.network);
        assert_eq!(settings.drawings, Drawings { categories: names, ..draft.drawings.clone() });
        assert_eq!((settings.seed, settings.batch_size, settings.schedule), (7, draft.batch_size, draft.schedule));
    }

    #[test]
    fn few_drawings_are_seen_often_in_small_batches() {
        let draft = SKETCH_PRESETS[1].settings();
        let settings = taught(&draft, vec!["a".into(), "b".into()], &[5, 9]);
        assert_eq!(settings.batch_size, 12, "one of five and one of nine are held out");
        assert_ne!(settings.schedule, draft.schedule);
        assert_eq!(taught(&draft, Vec::new(), &[]).batch_size, 1);
    }

    #[test]
    fn two_categories_with_five_drawings_are_the_least() {
        assert_eq!(problem(&counts(&[5, 5])), None);
        assert!(problem(&counts(&[100])).unwrap().starts_with("Choose two categories"));
        assert_eq!(problem(&counts(&[100, 4])).unwrap(), "“thing 1” has 4 drawings; five are the least.");
        assert!(problem(&counts(&[0, 100])).unwrap().starts_with("There are no drawings of “thing 0”"));
    }

    #[test]
    fn a_summary_says_what_is_held_out() {
        assert_eq!(summary(&counts(&[100; 3])), "3 categories, 300 drawings: 240 to learn from, 60 held out.");
        assert_eq!(summary(&counts(&[1_004, 5])), "2 categories, 1,009 drawings: 808 to learn from, 201 held out.");
    }
}
