//! The sentences that stand above a lab until the visitor closes them.

use std::sync::atomic::{AtomicU64, Ordering};

use leptos::prelude::*;

use crate::components::NoticeAction;

/// One sentence, perhaps with a remedy and buttons.
#[derive(Clone)]
pub struct Entry {
    pub id: u64,
    pub message: String,
    pub remedy: Option<String>,
    pub is_failure: bool,
    pub actions: Vec<NoticeAction>,
}

/// Copy of a handle to the list that the page shows.
#[derive(Clone, Copy)]
pub struct Notices {
    pub entries: RwSignal<Vec<Entry>>,
    /// What a button does must outlive the panel that asked.
    owner: StoredValue<Owner>,
}

/// What an answer does.
pub type Answer = Box<dyn Fn() + Send + Sync>;

static LAST_ID: AtomicU64 = AtomicU64::new(0);

impl Notices {
    pub fn new() -> Self {
        Self { entries: RwSignal::new(Vec::new()), owner: StoredValue::new(Owner::current().unwrap_or_default()) }
    }

    /// Something to know.
    pub fn say(&self, message: impl Into<String>, remedy: Option<String>) -> u64 {
        self.add(message.into(), remedy, false, Vec::new())
    }

    /// Something failed.
    pub fn fail(&self, message: impl Into<String>, remedy: Option<String>) -> u64 {
        self.add(message.into(), remedy, true, Vec::new())
    }

    /// A question with buttons; a press also closes it.
    pub fn ask(&self, message: impl Into<String>, is_failure: bool, answers: Vec<(&'static str, Answer)>) -> u64 {
        let id = LAST_ID.load(Ordering::Relaxed) + 1;
        let notices = *self;
        let actions = answers.into_iter().map(|(label, run)| NoticeAction {
            label: label.into(),
            run: Callback::new(move |()| {
                notices.close(id);
                run();
            }),
        });
        let actions = self.owner.with_value(|owner| owner.with(|| actions.collect()));
        self.add(message.into(), None, is_failure, actions)
    }

    /// The same sentence is not said twice: the later one takes the place of the earlier.
    fn add(&self, message: String, remedy: Option<String>, is_failure: bool, actions: Vec<NoticeAction>) -> u64 {
        let id = LAST_ID.fetch_add(1, Ordering::Relaxed) + 1;
        self.entries.update(|entries| {
            entries.retain(|entry| entry.message != message);
            entries.push(Entry { id, message, remedy, is_failure, actions });
            let surplus = entries.len().saturating_sub(4);
            entries.drain(..surplus);
        });
        id
    }

    pub fn close(&self, id: u64) {
        self.entries.update(|entries| entries.retain(|entry| entry.id != id));
    }

    /// The last sentence still standing.
    pub fn last(&self) -> Option<String> {
        self.entries.with_untracked(|entries| entries.last().map(|entry| entry.message.clone()))
    }
}
