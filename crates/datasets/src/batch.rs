//! The numbers of one step, in buffers that are allocated once and filled anew.
//!
//! A batch has a fixed size. Where fewer examples are left, as at the end of an evaluation, the rest has weight 0.

use crate::augment::{Augmenter, Change};
use crate::dataset::Examples;
use crate::transforms::{Affine, Transforms, TransformsError};

/// Images, labels and weights of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// `[N, C, H, W]`, transformed.
    pub images: Vec<f32>,
    /// `[N]`, class numbers.
    pub labels: Vec<f32>,
    /// `[N]`: 1 for an example, 0 for padding.
    pub weights: Vec<f32>,
    shape: [usize; 3],
}

/// Why a batch cannot be made or filled.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BatchError {
    #[error("A batch of {size} pictures of {} × {} × {} does not fit into memory.", shape[0], shape[1], shape[2])]
    OutOfMemory { size: usize, shape: [usize; 3] },
    #[error("{given} examples do not fit into a batch of {size}.")]
    TooManyExamples { given: usize, size: usize },
    #[error(
        "The batch is for pictures of {} × {} × {} (channels, height, width), but these have {} × {} × {}.",
        expected[0], expected[1], expected[2], found[0], found[1], found[2]
    )]
    Shape { expected: [usize; 3], found: [usize; 3] },
    #[error("Example {index} is not there (yet).")]
    NotThere { index: usize },
    #[error(transparent)]
    Transforms(#[from] TransformsError),
}

impl Batch {
    /// Zeros for `size` pictures of `shape` (channels, height, width).
    pub fn new(size: usize, shape: [usize; 3]) -> Result<Self, BatchError> {
        let out_of_memory = || BatchError::OutOfMemory { size, shape };
        let zeros = |length: usize| -> Result<Vec<f32>, BatchError> {
            let mut zeros = Vec::new();
            zeros.try_reserve_exact(length).map_err(|_| out_of_memory())?;
            zeros.resize(length, 0.0);
            Ok(zeros)
        };
        let numbers =
            shape.iter().try_fold(size, |product, &length| product.checked_mul(length)).ok_or_else(out_of_memory)?;
        Ok(Self { images: zeros(numbers)?, labels: zeros(size)?, weights: zeros(size)?, shape })
    }

    /// Pictures, padding included.
    pub fn size(&self) -> usize {
        self.weights.len()
    }

    /// Channels, height, width.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Fills the buffers from the examples of these numbers, in place; the rest is zeros with weight 0.
    ///
    /// After an error the buffers hold something unspecified, but no example counts.
    pub fn fill(
        &mut self,
        examples: &impl Examples,
        indices: &[usize],
        transforms: &Transforms,
        augmenter: Option<Augmenter>,
    ) -> Result<(), BatchError> {
        self.weights.fill(0.0);
        if indices.len() > self.size() {
            return Err(BatchError::TooManyExamples { given: indices.len(), size: self.size() });
        }
        if examples.shape() != self.shape {
            return Err(BatchError::Shape { expected: self.shape, found: examples.shape() });
        }
        transforms.check(self.shape[0])?;
        let picture: usize = self.shape.iter().product();
        let (used, padding) = self.images.split_at_mut(indices.len() * picture);
        for (slot, (&index, image)) in indices.iter().zip(used.chunks_exact_mut(picture.max(1))).enumerate() {
            let Some(example) = examples.example(index) else {
                self.weights.fill(0.0);
                return Err(BatchError::NotThere { index });
            };
            let change = augmenter.map(|augmenter| augmenter.change(index)).unwrap_or_default();
            write_picture(example.pixels, self.shape, transforms, change, image);
            self.labels[slot] = f32::from(example.label);
            self.weights[slot] = 1.0;
        }
        padding.fill(0.0);
        self.labels[indices.len()..].fill(0.0);
        Ok(())
    }
}

fn write_picture(pixels: &[u8], shape: [usize; 3], transforms: &Transforms, change: Change, image: &mut [f32]) {
    let [_, height, width] = shape;
    let planes = pixels.chunks_exact(height * width).zip(image.chunks_exact_mut(height * width));
    for (channel, (from, to)) in planes.enumerate() {
        let affine = transforms.channel(channel);
        if change == Change::default() {
            write(from.iter(), affine, to);
            continue;
        }
        for (y, row) in to.chunks_exact_mut(width).enumerate() {
            // Shifts are at most 2¹⁶ and heights fit into 32 bits: nothing overflows.
            match usize::try_from(y as i64 - i64::from(change.down)) {
                Ok(y) if y < height => write_row(&from[y * width..(y + 1) * width], affine, change, row),
                _ => row.fill(affine.offset),
            }
        }
    }
}

/// Mirrors, moves and transforms one row; what comes in is black.
fn write_row(from: &[u8], affine: Affine, change: Change, to: &mut [f32]) {
    let width = from.len();
    let gap = (change.right.unsigned_abs() as usize).min(width);
    let kept = width - gap;
    // Of the row as mirrored, which part stays, and where it lands.
    let (source, target) = if change.right >= 0 { (0, gap) } else { (gap, 0) };
    to[..target].fill(affine.offset);
    to[target + kept..].fill(affine.offset);
    let to = &mut to[target..target + kept];
    if change.flip {
        let end = width - source;
        write(from[end - kept..end].iter().rev(), affine, to);
    } else {
        write(from[source..source + kept].iter(), affine, to);
    }
}

fn write<'a>(from: impl Iterator<Item = &'a u8>, affine: Affine, to: &mut [f32]) {
    for (value, &pixel) in to.iter_mut().zip(from) {
        *value = f32::from(pixel) * affine.factor + affine.offset;
    }
}
