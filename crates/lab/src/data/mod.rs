//! The pictures of a session: where they come from, which have arrived, which to fetch next.

mod drawings;

use std::collections::BTreeSet;
use std::rc::Rc;

use datasets::cifar10::{Manifest, Split as Part};
use datasets::{
    Augmentation, Augmenter, Batch, BatchError, Dataset, Distortion, DrawnPictures, Example, Examples, Raster, Sampler,
    ShardedDataset, Transforms, quickdraw, shapes,
};
use protocol::{DatasetName, Notice, Settings, Split};

use crate::error::{LabError, Result};
use drawings::Drawings;
pub(crate) use drawings::{Drawn, Own, Shelf};

/// Drawn shapes: training, held-out and test pictures.
const SHAPES: [usize; 3] = [4_000, 500, 1_000];
/// Channels, height and width of a visitor's own pictures; one of so many of a class is kept aside.
const OWN_SHAPE: [usize; 3] = [3, 32, 32];
const OWN_ASIDE: usize = drawings::ASIDE;
/// So few categories are fetched before anybody trains.
const FETCHED_AT_ONCE: usize = 20;

/// Where a file is asked for and where its bytes go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Below the folder that the page lies in: `data/cifar10/train-07.bin`.
    pub path: String,
    part: usize,
    shard: usize,
}

/// Training, held-out and test pictures of one data set. A clone shares the pictures that have arrived.
#[derive(Clone)]
pub struct Data {
    parts: [Source; 3],
    name: DatasetName,
    pub(crate) transforms: Transforms,
    /// Shards that have been asked for and have not come, by part and number.
    pending: Vec<(usize, usize)>,
    /// Shards that could not be had, until somebody asks again.
    given_up: Vec<(usize, usize)>,
    /// Whether somebody wants every test picture.
    whole_test: bool,
    /// Categories of drawings that somebody wants.
    wanted: BTreeSet<usize>,
}

#[derive(Clone)]
enum Source {
    Drawn(Rc<Dataset>),
    Shards(ShardedDataset),
    Drawings(Drawings),
}

const TRAINING: usize = 0;

impl Data {
    /// Shapes drawn from a fixed seed: the run's own seed moves the network, not the data.
    pub fn shapes() -> Self {
        let parts = [0, 1, 2].map(|part| Source::Drawn(Rc::new(shapes::generate(part as u64 + 1, SHAPES[part]))));
        Self::new(parts, DatasetName::Shapes)
    }

    /// CIFAR-10 from its manifest; the shards come one by one. `all` trains on the held-out pictures too.
    pub fn cifar10(manifest: &Manifest, all: bool) -> Self {
        let training = if all { Part::AllTraining } else { Part::Training };
        let parts =
            [training, Part::HeldOut, Part::Test].map(|part| Source::Shards(ShardedDataset::new(manifest, part)));
        Self::new(parts, DatasetName::Cifar10)
    }

    /// A visitor's own pictures: of every class each fifth is kept aside.
    pub fn own(classes: Vec<String>, pixels: Vec<u8>, labels: Vec<u8>) -> Result<Self> {
        let refuse = |message: String| Err(LabError::Data { message });
        let whole = Dataset::new(OWN_SHAPE, classes.clone(), pixels, labels)
            .map_err(|error| LabError::Data { message: error.to_string() })?;
        if classes.len() < 2 {
            return refuse("There must be two classes at least, or there is nothing to tell apart.".into());
        }
        let mut seen = vec![0_usize; classes.len()];
        let (mut training, mut aside) = (Vec::new(), Vec::new());
        for (index, &label) in whole.labels().iter().enumerate() {
            let count = &mut seen[usize::from(label)];
            if *count % OWN_ASIDE == OWN_ASIDE - 1 {
                aside.push(index)
            } else {
                training.push(index)
            };
            *count += 1;
        }
        if let Some(class) = seen.iter().position(|&count| count < OWN_ASIDE) {
            let (name, count) = (&classes[class], seen[class]);
            return refuse(format!("“{name}” has {count} pictures; each class needs {OWN_ASIDE} at least."));
        }
        let part = |indices: &[usize]| {
            let examples = || indices.iter().filter_map(|&index| whole.example(index));
            let pixels = examples().flat_map(|example| example.pixels.to_vec()).collect();
            let labels = examples().map(|example| example.label as u8).collect();
            Dataset::new(OWN_SHAPE, classes.clone(), pixels, labels).map(|part| Source::Drawn(Rc::new(part)))
        };
        let parts = [part(&training), part(&aside), part(&aside)].map(|part| part.ok());
        match parts {
            [Some(training), Some(held_out), Some(test)] => Ok(Self::new([training, held_out, test], DatasetName::Own)),
            _ => refuse("The pictures could not be sorted into classes.".into()),
        }
    }

    /// Drawings of the chosen categories. Of a few, all are fetched; of many, what is asked for.
    pub(crate) fn drawings(
        choice: &protocol::Drawings,
        manifest: Option<&quickdraw::Manifest>,
        own: &Own,
        shelf: &Shelf,
    ) -> Result<Self> {
        let [training, aside] = Drawings::split(choice, manifest, own, shelf)?;
        let categories = training.files();
        let parts = [training, aside.clone(), aside].map(Source::Drawings);
        let mut data = Self::new(parts, DatasetName::Drawings);
        if categories <= FETCHED_AT_ONCE {
            data.want_training();
        }
        Ok(data)
    }

    fn new(parts: [Source; 3], name: DatasetName) -> Self {
        Self {
            parts,
            name,
            transforms: Transforms::default(),
            pending: Vec::new(),
            given_up: Vec::new(),
            whole_test: false,
            wanted: BTreeSet::new(),
        }
    }

    pub(crate) fn name(&self) -> DatasetName {
        self.name
    }

    pub(crate) fn title(&self) -> &'static str {
        match self.name {
            DatasetName::Cifar10 => "CIFAR-10",
            DatasetName::Shapes => "drawn shapes",
            DatasetName::Own => "your own classes",
            DatasetName::Drawings => "drawings",
        }
    }

    pub(crate) fn classes(&self) -> Vec<String> {
        match &self.parts[TRAINING] {
            Source::Drawn(dataset) => dataset.classes().to_vec(),
            Source::Shards(dataset) => dataset.classes().to_vec(),
            Source::Drawings(drawings) => drawings.classes(),
        }
    }

    /// Channels, height, width.
    pub(crate) fn shape(&self) -> [usize; 3] {
        self.training().shape()
    }

    pub(crate) fn training(&self) -> &dyn Examples {
        self.parts[TRAINING].examples()
    }

    pub(crate) fn split(&self, split: Split) -> &dyn Examples {
        self.parts[part(split)].examples()
    }

    /// Pictures that arrive together.
    pub(crate) fn shard_len(&self) -> usize {
        match &self.parts[TRAINING] {
            Source::Drawn(dataset) => dataset.len(),
            Source::Shards(dataset) => dataset.shard_len(),
            // The first step wants drawings of every category.
            Source::Drawings(drawings) => drawings.len(),
        }
    }

    /// Whether all of these training shards are there.
    pub(crate) fn has(&self, shards: &[usize]) -> bool {
        match &self.parts[TRAINING] {
            Source::Drawn(_) => true,
            Source::Shards(dataset) => dataset.contains_all(shards),
            Source::Drawings(drawings) => (0..drawings.files()).all(|category| drawings.has(category)),
        }
    }

    /// Puts training pictures into a batch, changed for this epoch as the settings say.
    pub(crate) fn fill(
        &self,
        batch: &mut Batch,
        indices: &[usize],
        transforms: &Transforms,
        settings: &Settings,
        epoch: u64,
    ) -> Result<(), BatchError> {
        let seed = settings.seed;
        let Source::Drawings(drawings) = &self.parts[TRAINING] else {
            let protocol::Augmentation { flip, shift } = settings.augmentation;
            let augmenter = Augmenter { augmentation: Augmentation { flip, shift }, seed, epoch };
            return batch.fill(self.training(), indices, transforms, Some(augmenter));
        };
        if !settings.drawings.distort {
            return batch.fill(drawings, indices, transforms, None);
        }
        let mut pictures = Vec::with_capacity(indices.len());
        for &index in indices {
            let (tracing, label) = drawings.tracing(index).ok_or(BatchError::NotThere { index })?;
            pictures.push((tracing.distorted(&Raster::PAD, &Distortion::PAD, seed, epoch, index), label));
        }
        let drawn = DrawnPictures { side: Raster::PAD.side, pictures };
        batch.fill(&drawn, &(0..indices.len()).collect::<Vec<_>>(), transforms, None)
    }

    /// How a drawing becomes a picture, where drawings are learned.
    pub(crate) fn raster(&self) -> Option<Raster> {
        (self.name == DatasetName::Drawings).then_some(Raster::PAD)
    }

    /// Every drawing of a category that is there, as pictures.
    pub(crate) fn drawings_of(&self, category: usize) -> Vec<&[u8]> {
        match &self.parts[TRAINING] {
            Source::Drawings(drawings) => drawings.of(category),
            _ => Vec::new(),
        }
    }

    /// Whether a category's drawings are there, or cannot be had.
    pub(crate) fn is_settled(&self, category: usize) -> bool {
        self.parts[TRAINING].has(category) || self.given_up.contains(&(TRAINING, category))
    }

    /// A category's drawings are wanted from now on.
    pub(crate) fn want_category(&mut self, category: usize) {
        self.wanted.insert(category);
    }

    /// Whatever training needs is wanted from now on.
    pub(crate) fn want_training(&mut self) {
        if let Source::Drawings(drawings) = &self.parts[TRAINING] {
            self.wanted.extend(0..drawings.files());
        }
    }

    /// The next file to fetch: first what training starts with and the first test and held-out pictures, then the rest of
    /// the training pictures in the sampler's order, then the rest of the held-out ones, then of the test ones if wanted.
    pub(crate) fn next_request(&mut self, sampler: &Sampler) -> Option<Request> {
        if let Source::Drawings(drawings) = &self.parts[TRAINING] {
            let asked = |place: &(usize, usize)| self.pending.contains(place) || self.given_up.contains(place);
            let missing = |&category: &usize| !drawings.has(category) && !asked(&(TRAINING, category));
            let shard = self.wanted.iter().copied().find(missing)?;
            let path = drawings.file(shard)?;
            self.pending.push((TRAINING, shard));
            return Some(Request { path, part: TRAINING, shard });
        }
        let order = sampler.shard_order();
        let first = [(TRAINING, *order.first()?), (part(Split::Test), 0), (part(Split::HeldOut), 0)];
        let rest = |part: usize| (0..self.parts[part].shards()).map(move |shard| (part, shard));
        let wanted = first
            .into_iter()
            .chain(order.iter().map(|&shard| (TRAINING, shard)))
            .chain(rest(part(Split::HeldOut)))
            .chain(rest(part(Split::Test)).filter(|_| self.whole_test));
        let asked = |place: &(usize, usize)| self.pending.contains(place) || self.given_up.contains(place);
        let place = wanted.into_iter().find(|place| !asked(place) && !self.parts[place.0].has(place.1))?;
        let Source::Shards(dataset) = &self.parts[place.0] else { return None };
        let path = format!("data/cifar10/{}", dataset.files().get(place.1)?.file);
        self.pending.push(place);
        Some(Request { path, part: place.0, shard: place.1 })
    }

    /// From now on every test picture is wanted.
    pub(crate) fn want_whole_test(&mut self) {
        self.whole_test = true;
    }

    /// Bytes for a request. On an error it can be asked for again.
    pub(crate) fn arrived(&mut self, request: &Request, bytes: Vec<u8>) -> Result<(), String> {
        self.pending.retain(|place| *place != request.place());
        match &mut self.parts[request.part] {
            Source::Drawn(_) => Ok(()),
            Source::Shards(dataset) => dataset.insert(request.shard, bytes).map_err(|error| error.to_string()),
            Source::Drawings(drawings) => {
                drawings.insert(request.shard, &bytes)?;
                let read = drawings.clone();
                for part in &mut self.parts {
                    if let Source::Drawings(drawings) = part {
                        drawings.share(&read, request.shard);
                    }
                }
                Ok(())
            }
        }
    }

    /// A request that came to nothing: it can be asked for again, unless it is `given_up`.
    pub(crate) fn failed(&mut self, request: &Request, given_up: bool) {
        self.pending.retain(|place| *place != request.place());
        if given_up {
            self.given_up.push(request.place());
        }
    }

    /// Whether one of these training shards could not be had.
    pub(crate) fn gave_up_training(&self, shards: &[usize]) -> bool {
        match &self.parts[TRAINING] {
            Source::Drawings(_) => !self.given_up.is_empty(),
            _ => shards.iter().any(|&shard| self.given_up.contains(&(TRAINING, shard))),
        }
    }

    /// Whether every picture of this split is there.
    pub(crate) fn has_all_of(&self, split: Split) -> bool {
        let source = &self.parts[part(split)];
        (0..source.shards()).all(|shard| source.has(shard))
    }

    /// Whether a part of this split could not be had.
    pub(crate) fn gave_up(&self, split: Split) -> bool {
        let part = if matches!(self.parts[TRAINING], Source::Drawings(_)) { TRAINING } else { part(split) };
        self.given_up.iter().any(|place| place.0 == part)
    }

    /// What could not be had may be asked for again.
    pub(crate) fn try_again(&mut self) {
        self.given_up.clear();
    }

    /// A copy for another run, which asks anew for what has not arrived.
    pub(crate) fn for_another_run(&self) -> Self {
        Self { pending: Vec::new(), given_up: Vec::new(), ..self.clone() }
    }

    /// Training shards there, training shards in all, bytes of them.
    pub(crate) fn progress(&self) -> (usize, usize, u64) {
        match &self.parts[TRAINING] {
            Source::Drawn(_) => (1, 1, 0),
            Source::Shards(dataset) => (dataset.arrived_shards(), dataset.files().len(), dataset.arrived_bytes()),
            Source::Drawings(drawings) => {
                let count: usize = drawings.arrived().map(|category| category.len()).sum();
                (drawings.arrived().count(), drawings.files(), (count * quickdraw::PIXELS) as u64)
            }
        }
    }
}

impl Request {
    fn place(&self) -> (usize, usize) {
        (self.part, self.shard)
    }
}

impl Source {
    fn examples(&self) -> &dyn Examples {
        match self {
            Self::Drawn(dataset) => dataset.as_ref(),
            Self::Shards(dataset) => dataset,
            Self::Drawings(drawings) => drawings,
        }
    }

    fn shards(&self) -> usize {
        match self {
            Self::Drawn(_) => 0,
            Self::Shards(dataset) => dataset.files().len(),
            Self::Drawings(drawings) => drawings.files(),
        }
    }

    fn has(&self, shard: usize) -> bool {
        match self {
            Self::Drawn(_) => true,
            Self::Shards(dataset) => dataset.contains(shard),
            Self::Drawings(drawings) => drawings.has(shard),
        }
    }
}

fn part(split: Split) -> usize {
    match split {
        Split::HeldOut => 1,
        Split::Test => 2,
    }
}

/// Said when CIFAR-10 cannot be had.
pub(crate) fn missing(reason: &str) -> Notice {
    Notice {
        message: format!("CIFAR-10 is not here ({reason}), so this network learns drawn shapes."),
        remedy: Some("`cargo xtask serve` fetches the pictures; then reload the page.".into()),
    }
}

/// One picture as red, green, blue bytes pixel by pixel, grey where it has one channel.
pub(crate) fn rgb(example: &Example<'_>, [channels, height, width]: [usize; 3]) -> Vec<u8> {
    let plane = height * width;
    let channel = |channel: usize| if channels >= 3 { channel } else { 0 };
    (0..plane).flat_map(|pixel| [0, 1, 2].map(|colour| example.pixels[channel(colour) * plane + pixel])).collect()
}
