//! Drawings of chosen categories: the visitor's own, then those of Quick, Draw!, whose files arrive one by one.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use datasets::quickdraw::{self, Manifest, PIXELS, SIDE};
use datasets::{Example, Examples, Raster, Tracing, npy};

use crate::error::{LabError, Result};

/// One of so many drawings of a category is held out.
pub(super) const ASIDE: usize = 5;
/// Drawings of each category where no manifest says how many there are.
const USUAL: usize = 100;
/// Most categories of one run.
const MOST_CATEGORIES: usize = 1_000;

/// A drawing as lines, which can be bent, and as the pad would draw it.
pub(crate) struct Drawn {
    tracing: Tracing,
    pixels: Vec<u8>,
}

impl Drawn {
    pub(crate) fn new(tracing: Tracing) -> Self {
        Self { pixels: tracing.draw(&Raster::PAD), tracing }
    }

    fn all_of(bitmaps: &[u8]) -> Rc<[Self]> {
        bitmaps.chunks_exact(PIXELS).map(|bitmap| Self::new(Tracing::new(bitmap))).collect()
    }
}

/// What has arrived, by its file, for every run that may want it.
pub(crate) type Shelf = Rc<RefCell<HashMap<String, Rc<[Drawn]>>>>;

/// The visitor's own drawings, by their category.
pub(crate) type Own = HashMap<String, Rc<[Drawn]>>;

/// The drawings of one use.
#[derive(Clone)]
pub(crate) struct Drawings {
    categories: Rc<[Category]>,
    /// By category, where they have arrived.
    arrived: Vec<Option<Rc<[Drawn]>>>,
    shelf: Shelf,
    /// Of each drawing its category and its place there.
    places: Rc<[(u16, u32)]>,
}

struct Category {
    name: String,
    own: Rc<[Drawn]>,
    /// Below `data/quickdraw/`; none where all are the visitor's.
    file: Option<String>,
    /// Drawings that are taken: own ones first.
    count: usize,
}

impl Category {
    /// How many of the file's drawings are taken.
    fn of_file(&self) -> usize {
        self.count - self.own.len().min(self.count)
    }
}

impl Drawings {
    /// To learn from, and held out. Without a manifest every known category is hoped to be there.
    pub(super) fn split(
        choice: &protocol::Drawings,
        manifest: Option<&Manifest>,
        own: &Own,
        shelf: &Shelf,
    ) -> Result<[Self; 2]> {
        let refuse = |message: String| Err(LabError::Data { message });
        let all = || quickdraw::NAMES.iter().map(|&name| name.to_owned()).collect();
        let names: Vec<String> = if choice.categories.is_empty() { all() } else { choice.categories.clone() };
        if names.len() < 2 {
            return refuse("Choose two categories at least, or there is nothing to tell apart.".into());
        }
        if names.len() > MOST_CATEGORIES {
            return refuse(format!("{} categories are more than the {MOST_CATEGORIES} of one run.", names.len()));
        }
        let mut categories = Vec::with_capacity(names.len());
        for (place, name) in names.iter().enumerate() {
            if names[..place].contains(name) {
                return refuse(format!("“{name}” is chosen twice."));
            }
            let category = category(name, choice.each as usize, manifest, own);
            if category.count < ASIDE {
                let count = category.count;
                return refuse(match category.file {
                    None if count == 0 => {
                        format!("There are no drawings of “{name}”: draw some, or open a file of them.")
                    }
                    _ => format!("“{name}” has {count} drawings; each category needs {ASIDE} at least."),
                });
            }
            categories.push(category);
        }
        let arrived: Vec<_> = categories
            .iter()
            .map(|category| match &category.file {
                Some(file) if category.of_file() > 0 => shelf.borrow().get(file).cloned(),
                _ => Some(Rc::from([])),
            })
            .collect();
        let categories: Rc<[Category]> = categories.into();
        let part = |is_aside: bool| {
            let places = categories.iter().enumerate().flat_map(|(index, category)| {
                let wanted = (0..category.count).filter(move |place| (place % ASIDE == ASIDE - 1) == is_aside);
                wanted.map(move |place| (index as u16, place as u32))
            });
            let (categories, arrived, shelf) = (categories.clone(), arrived.clone(), shelf.clone());
            Self { places: places.collect(), categories, arrived, shelf }
        };
        Ok([part(false), part(true)])
    }

    pub(super) fn classes(&self) -> Vec<String> {
        self.categories.iter().map(|category| category.name.clone()).collect()
    }

    /// A category's file, below the page's folder, and whether all of it is there.
    pub(super) fn file(&self, category: usize) -> Option<String> {
        let file = self.categories.get(category)?.file.as_ref()?;
        Some(format!("data/quickdraw/{file}"))
    }

    pub(super) fn files(&self) -> usize {
        self.categories.len()
    }

    pub(super) fn has(&self, category: usize) -> bool {
        self.arrived.get(category).is_some_and(Option::is_some)
    }

    pub(super) fn arrived(&self) -> impl Iterator<Item = &Rc<[Drawn]>> {
        self.arrived.iter().flatten()
    }

    /// Takes what another use of the same categories has read.
    pub(super) fn share(&mut self, other: &Self, category: usize) {
        self.arrived[category].clone_from(&other.arrived[category]);
    }

    /// A category's file came.
    pub(super) fn insert(&mut self, category: usize, bytes: &[u8]) -> Result<(), String> {
        let Category { file: Some(file), .. } = &self.categories[category] else { return Ok(()) };
        let wanted = self.categories[category].of_file();
        let named = |error: String| format!("{file}: {error}");
        let rows = npy::read(bytes).map_err(|error| named(error.to_string()))?;
        if rows.columns != PIXELS {
            return Err(named(format!("its drawings have {} pixels instead of {PIXELS}.", rows.columns)));
        }
        if rows.rows < wanted {
            return Err(named(format!("it holds {} drawings instead of {wanted}.", rows.rows)));
        }
        let drawn = Drawn::all_of(rows.values);
        self.shelf.borrow_mut().insert(file.clone(), drawn.clone());
        self.arrived[category] = Some(drawn);
        Ok(())
    }

    /// Every drawing of a category that is there, held out or not.
    pub(super) fn of(&self, category: usize) -> Vec<&[u8]> {
        let Some(known) = self.categories.get(category) else { return Vec::new() };
        (0..known.count).map_while(|place| Some(self.drawn(category, place)?.pixels.as_slice())).collect()
    }

    /// Lines of the drawing of this number, and its class.
    pub(super) fn tracing(&self, index: usize) -> Option<(&Tracing, u16)> {
        let &(category, place) = self.places.get(index)?;
        Some((&self.drawn(category.into(), place as usize)?.tracing, category))
    }

    fn drawn(&self, category: usize, place: usize) -> Option<&Drawn> {
        let known = &self.categories[category];
        match known.own.get(place) {
            Some(drawn) => Some(drawn),
            None => self.arrived[category].as_ref()?.get(place - known.own.len()),
        }
    }
}

impl Examples for Drawings {
    fn shape(&self) -> [usize; 3] {
        [1, SIDE, SIDE]
    }

    fn len(&self) -> usize {
        self.places.len()
    }

    fn example(&self, index: usize) -> Option<Example<'_>> {
        let &(category, place) = self.places.get(index)?;
        let drawn = self.drawn(category.into(), place as usize)?;
        Some(Example { pixels: &drawn.pixels, label: category })
    }
}

fn category(name: &str, each: usize, manifest: Option<&Manifest>, own: &Own) -> Category {
    let own = own.get(name).cloned().unwrap_or_else(|| Rc::from([]));
    let known = match manifest {
        Some(manifest) => {
            let found = manifest.categories.iter().find(|category| category.name == name);
            found.map(|category| (category.file.clone(), category.drawings))
        }
        None => quickdraw::NAMES.contains(&name).then(|| (quickdraw::file_name(name), USUAL)),
    };
    let (file, of_file) = known.map_or((None, 0), |(file, drawings)| (Some(file), drawings));
    let count = (own.len() + of_file).min(each.max(own.len()));
    Category { name: name.to_owned(), own, file, count }
}
