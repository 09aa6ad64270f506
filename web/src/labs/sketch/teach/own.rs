//! A handle to the visitor's own drawings: they are kept for the next visit where the browser allows it, and handed to the engine
//! before it learns them.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::*;
use protocol::Form;

use super::{
    content::Content,
    shelf::{Category, Joined, Shelf},
    stored,
};
use crate::run::Run;

/// Bytes that are kept for the next visit.
pub const BUDGET: usize = 32_000_000;

/// Whether drawings outlive the visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// It is being looked into.
    Opening,
    There,
    /// The browser keeps nothing for this page.
    Missing,
}

#[derive(Clone, Copy)]
pub struct Own {
    run: Run,
    pub shelf: RwSignal<Shelf>,
    pub storage: RwSignal<Storage>,
    keeping: StoredValue<Keeping>,
    /// Who waits for what an earlier visit left.
    waiting: StoredValue<Vec<Box<dyn FnOnce()>>, LocalStorage>,
    /// Categories that the engine has drawings of.
    handed: StoredValue<Vec<String>>,
}

#[derive(Default)]
struct Keeping {
    is_under_way: bool,
    /// Something has changed since.
    is_stale: bool,
    /// What lies in storage, and when that had changed.
    stored: Vec<(String, f64)>,
}

impl Own {
    pub fn new(run: Run) -> Self {
        let own = Self {
            run,
            shelf: RwSignal::new(Shelf::default()),
            storage: RwSignal::new(Storage::Opening),
            keeping: StoredValue::new(Keeping::default()),
            waiting: StoredValue::new_local(Vec::new()),
            handed: StoredValue::new(Vec::new()),
        };
        wasm_bindgen_futures::spawn_local(async move { own.take_up(stored::load().await) });
        own
    }

    /// What an earlier visit left is here, or that there is nothing.
    fn take_up(self, kept: Option<Vec<Category>>) {
        // The lab may be gone by now.
        let is_there = kept.is_some();
        let _ = self.storage.try_set(if is_there { Storage::There } else { Storage::Missing });
        let kept = kept.unwrap_or_default();
        self.keeping.try_update_value(|keeping| {
            keeping.stored = kept.iter().map(|category| (category.name.clone(), category.changed)).collect();
        });
        let _ = self.shelf.try_update(|shelf| shelf.take_up(kept));
        self.keep();
        for waits in self.waiting.try_update_value(std::mem::take).into_iter().flatten() {
            waits();
        }
    }

    /// Drawings join a category; nothing where the lab is gone.
    pub fn join(self, name: &str, content: Content) -> Option<Joined> {
        let joined = self.shelf.try_update(|shelf| shelf.join(name, content, js_sys::Date::now()));
        self.keep();
        joined
    }

    /// The same for rows of Google's file.
    pub fn join_taken(self, name: &str, bitmaps: Vec<u8>) -> Option<Joined> {
        let joined = self.shelf.try_update(|shelf| shelf.join_taken(name, bitmaps, js_sys::Date::now()));
        self.keep();
        joined
    }

    /// How many rows of Google's file are here already.
    pub fn taken(self, name: &str) -> usize {
        self.shelf.with_untracked(|shelf| {
            let name = shelf.name_for(name, Form::Bitmaps);
            shelf.find(&name).map_or(0, |category| category.taken as usize)
        })
    }

    pub fn remove_drawing(self, name: &str, place: usize) {
        self.shelf.update(|shelf| shelf.remove_drawing(name, place, js_sys::Date::now()));
        self.keep();
    }

    /// Forgets a category, and says how it can be had back.
    pub fn remove(self, name: &str) {
        let Some(category) = self.shelf.try_update(|shelf| shelf.remove(name)).flatten() else { return };
        self.keep();
        let sentence = format!("Your drawings of “{name}” are removed.");
        let back = Box::new(move || {
            let category = category.clone();
            let _ = self.shelf.try_update(|shelf| shelf.take_up(vec![category]));
            self.keep();
        });
        self.run.notices.ask(sentence, false, vec![("Bring them back", back)]);
    }

    /// Which categories are not kept for the next visit, for want of room, and how many bytes the others take.
    pub fn kept(self) -> (Vec<String>, usize) {
        self.shelf.with(|shelf| {
            let kept = shelf.kept(BUDGET);
            let is_lost = |category: &&Category| !kept.iter().any(|kept| kept.name == category.name);
            let lost = shelf.categories().iter().filter(is_lost).map(|category| category.name.clone());
            (lost.collect(), Shelf::size(&kept))
        })
    }

    /// Brings storage in step with what is here, once what is being kept has been.
    fn keep(self) {
        if self.storage.try_get_untracked() != Some(Storage::There) {
            return;
        }
        let is_first = self.keeping.try_update_value(|keeping| {
            keeping.is_stale = keeping.is_under_way;
            !std::mem::replace(&mut keeping.is_under_way, true)
        });
        if is_first != Some(true) {
            return;
        }
        let before = self.keeping.with_value(|keeping| keeping.stored.clone());
        let (now, puts) = self.shelf.with_untracked(|shelf| {
            let kept = shelf.kept(BUDGET);
            let is_news = |category: &&&Category| !before.contains(&(category.name.clone(), category.changed));
            let puts: Vec<_> = kept.iter().filter(is_news).filter_map(|category| stored::record(category)).collect();
            (kept.iter().map(|category| (category.name.clone(), category.changed)).collect::<Vec<_>>(), puts)
        });
        let is_gone = |name: &String| !now.iter().any(|(kept, _)| kept == name);
        let gone: Vec<String> = before.into_iter().map(|(name, _)| name).filter(is_gone).collect();
        wasm_bindgen_futures::spawn_local(async move {
            let is_kept = stored::keep(puts, gone).await.is_some();
            if !is_kept {
                let _ = self.storage.try_set(Storage::Missing);
            }
            let is_stale = self.keeping.try_update_value(|keeping| {
                keeping.is_under_way = false;
                keeping.stored = now;
                keeping.is_stale
            });
            if is_stale == Some(true) {
                self.keep();
            }
        });
    }

    /// Hands the engine the visitor's drawings of these categories (of all, where none is named), and then goes on.
    pub fn gather(self, names: &[String], then: impl FnOnce(Result<(), String>) + 'static) {
        let is_wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
        let mut given: Vec<(String, Form, Vec<u8>)> = self.shelf.with_untracked(|shelf| {
            let wanted = shelf.categories().iter().filter(|category| is_wanted(&category.name));
            wanted.map(|category| (category.name.clone(), category.content.form(), category.content.bytes())).collect()
        });
        // What was removed since the engine got it must not be learned.
        let before = self.handed.get_value();
        let gone = before.into_iter().filter(|name| is_wanted(name) && given.iter().all(|(given, ..)| given != name));
        let gone: Vec<_> = gone.map(|name| (name, Form::Strokes, Vec::new())).collect();
        given.extend(gone);
        self.handed.update_value(|handed| {
            for (name, ..) in &given {
                if !handed.contains(name) {
                    handed.push(name.clone());
                }
            }
        });
        if given.is_empty() {
            return then(Ok(()));
        }
        // The last answer goes on, and the first refusal does.
        let waiting = Rc::new(RefCell::new((given.len(), Some(then))));
        for (name, form, bytes) in given {
            let waiting = waiting.clone();
            self.run.gather_drawings(name, form, &bytes, move |answer| {
                let mut state = waiting.borrow_mut();
                state.0 -= 1;
                let then = if answer.is_err() || state.0 == 0 { state.1.take() } else { None };
                drop(state);
                if let Some(then) = then {
                    then(answer.map(|_| ()));
                }
            });
        }
    }

    /// Goes on once the engine has the drawings that an earlier visit left of these categories: a page that is loaded anew must hand
    /// them over before its run can stand again.
    pub fn prepare(self, names: Vec<String>, then: impl FnOnce() + 'static) {
        let go_on = move || {
            self.run.engine.start();
            // What the engine refuses, the run will say in its own words.
            self.gather(&names, move |_| then());
        };
        if self.storage.get_untracked() == Storage::Opening {
            self.waiting.update_value(|waiting| waiting.push(Box::new(go_on)));
        } else {
            go_on();
        }
    }
}
