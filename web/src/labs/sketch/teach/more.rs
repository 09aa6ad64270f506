//! More drawings of a category, from the bitmaps that Google publishes: only when the visitor asks, a part of a file at a time.

mod fetched;
mod npy;

use leptos::prelude::*;
use web_sys::AbortController;

use super::{content::PIXELS, lesson::Lesson, own::Own, shelf::Joined};
use crate::{
    components::{Button, Choice, NumberField, Progress, Select},
    format,
    run::Run,
};
use fetched::{Failure, Rows};

/// Drawings that are asked for at once, if nobody says otherwise, and at most.
const USUAL: u32 = 1_000;
const MOST: u32 = 10_000;
/// Drawings of one request.
const TOGETHER: usize = 500;

/// What is being fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetching {
    name: String,
    done: usize,
    wanted: usize,
}

/// A handle to what is fetched from Google; it goes on while other panels are shown.
#[derive(Clone, Copy)]
pub struct More {
    run: Run,
    own: Own,
    fetching: RwSignal<Option<Fetching>>,
    /// What became of the last request.
    said: RwSignal<String>,
    abort: StoredValue<Option<AbortController>, LocalStorage>,
}

impl More {
    pub fn new(run: Run, own: Own) -> Self {
        let more = Self {
            run,
            own,
            fetching: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            abort: StoredValue::new_local(None),
        };
        on_cleanup(move || more.cancel());
        more
    }

    fn cancel(self) {
        if let Some(abort) = self.abort.try_update_value(Option::take).flatten() {
            abort.abort();
        }
    }

    fn begin(self, name: String, wanted: usize) {
        let Ok(abort) = AbortController::new() else { return };
        if self.fetching.with_untracked(Option::is_some) {
            return;
        }
        let signal = abort.signal();
        self.abort.set_value(Some(abort));
        self.said.set(String::new());
        self.fetching.set(Some(Fetching { name: name.clone(), done: 0, wanted }));
        let taken = self.own.taken(&name);
        wasm_bindgen_futures::spawn_local(async move {
            let mut bitmaps = Vec::new();
            let fetched = async {
                let mut rows = Rows::open(&name, &signal).await?;
                let wanted = wanted.min(rows.count().saturating_sub(taken));
                while bitmaps.len() < wanted * PIXELS {
                    let done = bitmaps.len() / PIXELS;
                    let fetching = Fetching { name: name.clone(), done, wanted };
                    // The lab may be gone by now.
                    if self.fetching.try_set(Some(fetching)).is_some() {
                        return Err(Failure::Cancelled);
                    }
                    bitmaps.extend(rows.read(taken + done, TOGETHER.min(wanted - done)).await?);
                }
                Ok(())
            };
            let fetched = fetched.await;
            let failure = if signal.aborted() { Some(Failure::Cancelled) } else { fetched.err() };
            let _ = self.fetching.try_set(None);
            let joined = if bitmaps.is_empty() { None } else { self.own.join_taken(&name, bitmaps) };
            let is_failure = failure.as_ref().is_some_and(|failure| *failure != Failure::Cancelled);
            let sentence = outcome(&name, joined.as_ref(), failure);
            if is_failure {
                self.run.notices.fail(sentence.clone(), None);
            }
            let _ = self.said.try_set(sentence);
        });
    }
}

/// What came of it, and what that means.
fn outcome(name: &str, joined: Option<&Joined>, failure: Option<Failure>) -> String {
    let count = joined.map_or(0, |joined| joined.added);
    let came = match count {
        0 => "None".to_owned(),
        count => format::grouped(count as u64),
    };
    let rest = match joined {
        _ if failure.is_none() && count == 0 => " There are no more of them.",
        None => " Everything goes on with the drawings that are here.",
        Some(joined) if joined.name != name => " They stand apart from your own strokes, as a category of their own.",
        Some(_) => " They are yours now, and are learned with the others.",
    };
    let as_what = joined.map_or(name, |joined| joined.name.as_str());
    let why = failure.map(|failure| format!("{} ", failure.sentence(name))).unwrap_or_default();
    format!("{why}{came} of Google's drawings of “{as_what}” came.{rest}")
}

#[component]
pub fn MoreDrawings(lesson: Lesson) -> impl IntoView {
    let more = lesson.more;
    let picked = RwSignal::new(String::new());
    let wanted = RwSignal::new(USUAL);
    // Of those that are chosen, those that Google has.
    let names = Memo::new(move |_| {
        let known = lesson.known.get();
        let official = known.as_ref().map(|known| known.names.as_slice()).unwrap_or_default();
        if lesson.takes_all.get() {
            return official.to_vec();
        }
        lesson.chosen.with(|chosen| chosen.iter().filter(|name| official.contains(name)).cloned().collect())
    });
    let name = Memo::new(move |_| {
        let picked = picked.get();
        names.with(|names| names.iter().find(|name| **name == picked).or(names.first()).cloned())
    });
    let fraction = move || more.fetching.get().map(|fetching| fetching.done as f64 / fetching.wanted.max(1) as f64);
    let amount = move || {
        let Some(Fetching { done, wanted, .. }) = more.fetching.get() else { return String::new() };
        format!("{} of {} drawings", format::grouped(done as u64), format::grouped(wanted as u64))
    };
    let is_fetching = move || more.fetching.read().is_some();
    view! {
        <details class="fold more-drawings">
            <summary class="small">"More drawings from Google"</summary>
            <p class="small soft">
                "The page has a hundred drawings of each category. Google publishes all of them; this asks Google's server, and nothing else \
                 here does. A drawing takes 784 bytes."
            </p>
            <div class="pair">
                <Select
                    label="Category to fetch"
                    value=Signal::derive(move || name.get().unwrap_or_default())
                    choices=Signal::derive(move || names.with(|names| names.iter().map(|name| Choice::new(name.as_str(), name.as_str())).collect()))
                    disabled=Signal::derive(is_fetching)
                    on_change=move |name: String| picked.set(name)
                />
                <NumberField
                    label="Drawings to fetch"
                    value=Signal::derive(move || f64::from(wanted.get()))
                    low=1.0
                    high=f64::from(MOST)
                    whole=true
                    on_change=move |number: f64| wanted.set(number as u32)
                />
            </div>
            <Show
                when=is_fetching
                fallback=move || {
                    view! {
                        <Button
                            label="Fetch from Google"
                            disabled=Signal::derive(move || name.read().is_none())
                            on_press=move || {
                                if let Some(name) = name.get_untracked() {
                                    more.begin(name, wanted.get_untracked() as usize);
                                }
                            }
                        />
                    }
                }
            >
                <Progress
                    label=Signal::derive(move || more.fetching.get().map(|fetching| format!("Drawings of {}", fetching.name)).unwrap_or_default())
                    fraction=Signal::derive(fraction)
                    amount=Signal::derive(amount)
                />
                <Button label="Cancel" title="What has come is kept" on_press=move || more.cancel() />
            </Show>
            <p class="small" role="status">
                {move || {
                    if name.read().is_none() { "Choose one of Quick, Draw!'s categories first.".to_owned() } else { more.said.get() }
                }}
            </p>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_said_and_what_it_means() {
        let joined = |name: &str| Joined { name: name.into(), added: 1_500, left_out: 0 };
        assert_eq!(
            outcome("cat", Some(&joined("cat")), None),
            "1,500 of Google's drawings of “cat” came. They are yours now, and are learned with the others."
        );
        assert!(outcome("cat", Some(&joined("cat 2")), None).contains("“cat 2” came. They stand apart"));
        assert!(outcome("cat", None, None).contains("There are no more of them."));
        let refused = outcome("cat", None, Some(Failure::Refused(503)));
        assert!(refused.contains("503") && refused.contains("“cat”"), "{refused}");
        assert!(refused.ends_with("Everything goes on with the drawings that are here."), "{refused}");
        let cancelled = outcome("cat", Some(&joined("cat")), Some(Failure::Cancelled));
        assert!(cancelled.starts_with("Cancelled. 1,500 of"), "{cancelled}");
    }
}
