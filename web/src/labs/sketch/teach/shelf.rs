//! The visitor's own drawings, by category. Lists; no browser.

use protocol::Form;

use super::content::{Content, MOST_CATEGORIES, PIXELS};

/// Most drawings of a category: the engine takes no more.
const MOST_DRAWINGS: usize = 20_000;

/// The visitor's drawings of one thing, all of one form.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    pub name: String,
    pub content: Content,
    /// When it last changed, in milliseconds; no two changes of it at the same time.
    pub changed: f64,
    /// Rows of Google's file that were taken already.
    pub taken: u32,
}

/// What became of drawings that were to join a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The category that they joined.
    pub name: String,
    pub added: usize,
    pub left_out: usize,
}

/// Every category, by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shelf(Vec<Category>);

impl Shelf {
    pub fn categories(&self) -> &[Category] {
        &self.0
    }

    pub fn find(&self, name: &str) -> Option<&Category> {
        self.0.iter().find(|category| category.name == name)
    }

    /// How many drawings there are of this name.
    pub fn count(&self, name: &str) -> usize {
        self.find(name).map_or(0, |category| category.content.count())
    }

    /// Where drawings of this form go: a category holds one form, so another opens “cat 2”.
    pub fn name_for(&self, name: &str, form: Form) -> String {
        let fits = |name: &String| self.find(name).is_none_or(|category| category.content.form() == form);
        let more = (2_u32..).map(|number| format!("{name} {number}"));
        std::iter::once(name.to_owned()).chain(more).find(fits).unwrap_or_default()
    }

    /// Drawings join the category of this name, or open it.
    pub fn join(&mut self, name: &str, mut content: Content, now: f64) -> Joined {
        let (name, all) = (self.name_for(name, content.form()), content.count());
        let added = match self.0.iter().position(|category| category.name == name) {
            Some(place) => {
                let category = &mut self.0[place];
                content.truncate(MOST_DRAWINGS.saturating_sub(category.content.count()));
                let added = content.count();
                category.content.append(content);
                category.touch(now);
                added
            }
            None if all == 0 || self.0.len() >= MOST_CATEGORIES => 0,
            None => {
                content.truncate(MOST_DRAWINGS);
                let added = content.count();
                self.put(Category { name: name.clone(), content, changed: now, taken: 0 });
                added
            }
        };
        Joined { name, added, left_out: all - added }
    }

    /// Rows of Google's file join a category.
    pub fn join_taken(&mut self, name: &str, bitmaps: Vec<u8>, now: f64) -> Joined {
        let rows = bitmaps.len() / PIXELS;
        let joined = self.join(name, Content::Bitmaps(bitmaps), now);
        if let Some(category) = self.0.iter_mut().find(|category| category.name == joined.name) {
            category.taken += rows as u32;
        }
        joined
    }

    /// Takes one drawing away, and with the last one its category.
    pub fn remove_drawing(&mut self, name: &str, place: usize, now: f64) {
        let Some(category) = self.0.iter_mut().find(|category| category.name == name) else { return };
        match &mut category.content {
            Content::Strokes(drawings) if place < drawings.len() => drop(drawings.remove(place)),
            Content::Bitmaps(bytes) if (place + 1) * PIXELS <= bytes.len() => {
                drop(bytes.drain(place * PIXELS..(place + 1) * PIXELS));
            }
            _ => return,
        }
        category.touch(now);
        self.0.retain(|category| category.content.count() > 0);
    }

    /// Takes a whole category away.
    pub fn remove(&mut self, name: &str) -> Option<Category> {
        let place = self.0.iter().position(|category| category.name == name)?;
        Some(self.0.remove(place))
    }

    /// Puts a category where its name belongs.
    pub fn put(&mut self, category: Category) {
        let place = self.0.partition_point(|before| before.name < category.name);
        self.0.insert(place, category);
    }

    /// What an earlier visit left; what came since stands behind it.
    pub fn take_up(&mut self, kept: Vec<Category>) {
        for mut category in kept {
            if let Some(newer) = self.0.iter_mut().find(|newer| newer.name == category.name)
                && newer.content.form() == category.content.form()
            {
                std::mem::swap(&mut newer.content, &mut category.content);
                newer.content.append(category.content);
                newer.taken += category.taken;
                newer.content.truncate(MOST_DRAWINGS);
                continue;
            }
            let name = self.name_for(&category.name, category.content.form());
            self.put(Category { name, ..category });
        }
    }

    /// What is kept for the next visit: the newest categories, as long as there is room for them.
    pub fn kept(&self, budget: usize) -> Vec<&Category> {
        let mut newest: Vec<&Category> = self.0.iter().collect();
        newest.sort_by(|a, b| b.changed.total_cmp(&a.changed));
        let mut room = budget;
        newest.retain(|category| {
            let size = category.content.size();
            let fits = size <= room;
            room -= if fits { size } else { 0 };
            fits
        });
        newest
    }

    /// How many bytes these take.
    pub fn size(categories: &[&Category]) -> usize {
        categories.iter().map(|category| category.content.size()).sum()
    }
}

impl Category {
    fn touch(&mut self, now: f64) {
        self.changed = now.max(self.changed + 1.0);
    }
}

#[cfg(test)]
mod tests {
    use protocol::Drawing;

    use super::*;

    fn strokes(count: usize) -> Content {
        Content::Strokes((0..count).map(|number| vec![vec![[number as f32, 1.0], [2.0, 3.0]]]).collect())
    }

    fn bitmaps(count: usize) -> Content {
        Content::Bitmaps(vec![7; count * PIXELS])
    }

    fn names(shelf: &Shelf) -> Vec<(&str, usize)> {
        shelf.categories().iter().map(|category| (category.name.as_str(), category.content.count())).collect()
    }

    #[test]
    fn drawings_join_the_category_of_their_name() {
        let mut shelf = Shelf::default();
        assert_eq!(shelf.join("tree", strokes(2), 1.0), Joined { name: "tree".into(), added: 2, left_out: 0 });
        shelf.join("cat", strokes(1), 2.0);
        shelf.join("tree", strokes(3), 3.0);
        assert_eq!(names(&shelf), [("cat", 1), ("tree", 5)]);
        assert_eq!(shelf.count("dog"), 0);
    }

    #[test]
    fn a_category_holds_one_form_and_another_opens_a_second() {
        let mut shelf = Shelf::default();
        shelf.join("cat", strokes(1), 1.0);
        assert_eq!(shelf.join("cat", bitmaps(2), 2.0).name, "cat 2");
        assert_eq!(shelf.join("cat", bitmaps(2), 3.0).name, "cat 2");
        assert_eq!(shelf.join("cat", strokes(1), 4.0).name, "cat");
        assert_eq!(names(&shelf), [("cat", 2), ("cat 2", 4)]);
    }

    #[test]
    fn a_category_takes_as_many_drawings_as_the_engine_does() {
        let mut shelf = Shelf::default();
        let content = Content::Strokes(vec![Drawing::new(); MOST_DRAWINGS - 1]);
        shelf.join("dot", content, 1.0);
        assert_eq!(shelf.join("dot", strokes(3), 2.0), Joined { name: "dot".into(), added: 1, left_out: 2 });
        assert_eq!(shelf.join("nothing", strokes(0), 2.0).added, 0);
        assert_eq!(names(&shelf), [("dot", MOST_DRAWINGS)]);
    }

    #[test]
    fn one_drawing_goes_and_with_the_last_its_category() {
        let mut shelf = Shelf::default();
        shelf.join("cat", strokes(2), 1.0);
        shelf.remove_drawing("cat", 0, 2.0);
        assert_eq!(shelf.find("cat").unwrap().content, Content::Strokes(vec![vec![vec![[1.0, 1.0], [2.0, 3.0]]]]));
        shelf.remove_drawing("cat", 9, 3.0);
        shelf.remove_drawing("dog", 0, 3.0);
        assert_eq!(names(&shelf), [("cat", 1)]);
        shelf.remove_drawing("cat", 0, 3.0);
        assert_eq!(names(&shelf), []);
        shelf.join("tree", bitmaps(2), 1.0);
        shelf.remove_drawing("tree", 1, 2.0);
        assert_eq!(names(&shelf), [("tree", 1)]);
    }

    #[test]
    fn a_whole_category_goes_and_comes_back() {
        let mut shelf = Shelf::default();
        shelf.join("tree", strokes(1), 1.0);
        shelf.join("cat", strokes(1), 1.0);
        let removed = shelf.remove("cat").unwrap();
        assert_eq!(names(&shelf), [("tree", 1)]);
        assert_eq!(shelf.remove("cat"), None);
        shelf.put(removed);
        assert_eq!(names(&shelf), [("cat", 1), ("tree", 1)]);
    }

    #[test]
    fn the_newest_categories_are_kept_while_there_is_room() {
        let mut shelf = Shelf::default();
        for (name, count, now) in [("old", 2, 1.0), ("newest", 3, 3.0), ("middle", 1, 2.0)] {
            shelf.join(name, bitmaps(count), now);
        }
        let kept = |drawings: usize| {
            shelf.kept(drawings * PIXELS).iter().map(|category| category.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(kept(6), ["newest", "middle", "old"]);
        assert_eq!(kept(5), ["newest", "middle"]);
        assert_eq!(kept(2), ["middle"], "what alone is too much leaves room for others");
        assert_eq!(Shelf::size(&shelf.kept(5 * PIXELS)), 4 * PIXELS);
    }

    #[test]
    fn every_change_has_a_time_of_its_own() {
        let mut shelf = Shelf::default();
        for _ in 0..3 {
            shelf.join("cat", strokes(1), 5.0);
        }
        assert_eq!(shelf.find("cat").unwrap().changed, 7.0);
    }

    #[test]
    fn what_an_earlier_visit_left_stands_before_what_came_since() {
        let mut shelf = Shelf::default();
        shelf.join("cat", strokes(1), 9.0);
        let mut before = Shelf::default();
        before.join("cat", Content::Strokes(vec![Drawing::new()]), 1.0);
        before.join("dog", strokes(2), 1.0);
        shelf.take_up(before.categories().to_vec());
        assert_eq!(names(&shelf), [("cat", 2), ("dog", 2)]);
        let Content::Strokes(cats) = &shelf.find("cat").unwrap().content else { panic!("these are strokes") };
        assert_eq!(cats[0], Drawing::new());
    }

    #[test]
    fn rows_that_were_taken_are_counted_apart_from_what_is_there() {
        let mut shelf = Shelf::default();
        shelf.join("cat", bitmaps(5), 1.0);
        shelf.join_taken("cat", vec![0; 3 * PIXELS], 2.0);
        let cat = shelf.find("cat").unwrap();
        assert_eq!((cat.content.count(), cat.taken), (8, 3));
    }
}
