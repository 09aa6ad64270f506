//! What the networks that we ship learn from and are judged by: a recipe's data, from files to batches.

use std::error::Error;
use std::fs;
use std::path::Path;

use datasets::cifar10::{self, Split};
use datasets::{
    Augmentation, Augmenter, Batch, Distortion, DrawnPictures, Examples, Raster, ShardedDataset, Tracing, Transforms,
    npy, quickdraw,
};
use serde::{Deserialize, Serialize};

/// A recipe's data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Source {
    /// CIFAR-10; its last 5,000 training pictures are held out, or trained on too.
    Cifar10 { all_training: bool, augmentation: Augmentation },
    /// Quick, Draw!, traced; the last drawings of each category are held out.
    Quickdraw { held_out: usize, raster: Raster, distortion: Distortion },
}

/// Pictures of one use.
pub(crate) enum Part {
    Photos {
        pictures: ShardedDataset,
        augmentation: Augmentation,
    },
    Drawings {
        drawings: Vec<(Tracing, u16)>,
        raster: Raster,
        distortion: Distortion,
    },
    /// As they are.
    Drawn(DrawnPictures),
}

/// All that a recipe's data hold.
pub(crate) struct Pictures {
    pub(crate) title: &'static str,
    pub(crate) classes: Vec<String>,
    pub(crate) training: Part,
    /// To steer by, where any are held out.
    pub(crate) held_out: Option<Part>,
    /// Only to report.
    pub(crate) test: Option<Part>,
}

/// Where a change of a picture is drawn from, beside its number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) seed: u64,
    pub(crate) epoch: u64,
}

impl Source {
    /// Reads the files that `chalkgrad data` wrote.
    pub(crate) fn open(&self, data: &Path) -> Result<Pictures, Box<dyn Error>> {
        match self {
            Self::Cifar10 { all_training, augmentation } => photos(&data.join("cifar10"), *all_training, *augmentation),
            Self::Quickdraw { held_out, raster, distortion } => {
                drawings(&data.join("quickdraw"), *held_out, raster, distortion)
            }
        }
    }

    /// How strokes become pictures, where they can.
    pub(crate) fn raster(&self) -> Option<Raster> {
        match self {
            Self::Cifar10 { .. } => None,
            Self::Quickdraw { raster, .. } => Some(*raster),
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|error| format!("{}: {error}; `chalkgrad data` fetches the data", file.display()))
}

fn photos(folder: &Path, all: bool, augmentation: Augmentation) -> Result<Pictures, Box<dyn Error>> {
    let manifest = cifar10::Manifest::parse(&read(&folder.join("manifest.json"))?)?;
    let part = |split: Split| -> Result<Part, Box<dyn Error>> {
        let mut pictures = ShardedDataset::new(&manifest, split);
        for shard in 0..pictures.files().len() {
            let bytes = read(&folder.join(&pictures.files()[shard].file))?;
            pictures.insert(shard, bytes)?;
        }
        Ok(Part::Photos { pictures, augmentation })
    };
    Ok(Pictures {
        title: "CIFAR-10",
        classes: manifest.classes.clone(),
        training: part(if all { Split::AllTraining } else { Split::Training })?,
        held_out: if all { None } else { Some(part(Split::HeldOut)?) },
        test: Some(part(Split::Test)?),
    })
}

fn drawings(
    folder: &Path,
    held_out: usize,
    raster: &Raster,
    distortion: &Distortion,
) -> Result<Pictures, Box<dyn Error>> {
    let manifest = quickdraw::Manifest::parse(&read(&folder.join("manifest.json"))?)?;
    let (mut training, mut rest) = (Vec::new(), Vec::new());
    for (label, category) in manifest.categories.iter().enumerate() {
        let bytes = read(&folder.join(&category.file))?;
        let bitmaps = npy::read(&bytes)?;
        let first = bitmaps.rows.saturating_sub(held_out);
        for (index, bitmap) in bitmaps.values.chunks_exact(bitmaps.columns.max(1)).enumerate() {
            let part = if index < first { &mut training } else { &mut rest };
            part.push((Tracing::new(bitmap), label as u16));
        }
    }
    let part = |drawings| Part::Drawings { drawings, raster: *raster, distortion: *distortion };
    Ok(Pictures {
        title: "Quick, Draw!",
        classes: manifest.categories.into_iter().map(|category| category.name).collect(),
        training: part(training),
        held_out: (!rest.is_empty()).then(|| part(rest)),
        test: None,
    })
}

impl Part {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Photos { pictures, .. } => pictures.len(),
            Self::Drawings { drawings, .. } => drawings.len(),
            Self::Drawn(drawn) => drawn.len(),
        }
    }

    /// Channels, height, width.
    pub(crate) fn shape(&self) -> [usize; 3] {
        match self {
            Self::Photos { pictures, .. } => pictures.shape(),
            Self::Drawings { raster, .. } => [1, raster.side, raster.side],
            Self::Drawn(drawn) => drawn.shape(),
        }
    }

    /// Pictures that follow one another in a file, as the sampler takes them in the first epoch.
    pub(crate) fn shard_len(&self) -> usize {
        match self {
            Self::Photos { pictures, .. } => pictures.shard_len(),
            Self::Drawings { drawings, .. } => drawings.len(),
            Self::Drawn(drawn) => drawn.len(),
        }
    }

    /// The pictures of these numbers; changed, where a place to draw from is given.
    pub(crate) fn fill(
        &self,
        batch: &mut Batch,
        indices: &[usize],
        transforms: &Transforms,
        change: Option<Place>,
    ) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Photos { pictures, augmentation } => {
                let augmentation = *augmentation;
                let augmenter = change.map(|Place { seed, epoch }| Augmenter { augmentation, seed, epoch });
                batch.fill(pictures, indices, transforms, augmenter)?;
            }
            Self::Drawings { drawings, raster, distortion } => {
                let draw = |&index: &usize| {
                    let (tracing, label) = &drawings[index];
                    let pixels = match change {
                        None => tracing.draw(raster),
                        Some(Place { seed, epoch }) => tracing.distorted(raster, distortion, seed, epoch, index),
                    };
                    (pixels, *label)
                };
                let drawn = DrawnPictures { side: raster.side, pictures: indices.iter().map(draw).collect() };
                let all: Vec<usize> = (0..indices.len()).collect();
                batch.fill(&drawn, &all, transforms, None)?;
            }
            Self::Drawn(drawn) => batch.fill(drawn, indices, transforms, None)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped::Card;

    /// A file of `models/`.
    fn model(file: &str) -> String {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").join(file)).unwrap()
    }

    #[test]
    fn the_pads_raster_and_distortion_are_those_that_its_network_was_trained_with() {
        let recipe: toml::Table = model("sketch-345.toml").parse().unwrap();
        let pad = Source::Quickdraw { held_out: 0, raster: Raster::PAD, distortion: Distortion::PAD };
        assert_eq!(recipe["data"].clone().try_into::<Source>(), Ok(pad));
    }

    #[test]
    fn the_categories_are_the_classes_of_the_network_that_knows_them_all() {
        let card: Card = serde_json::from_str(&model("sketch-345.json")).unwrap();
        assert_eq!(card.classes, quickdraw::NAMES);
    }
}
