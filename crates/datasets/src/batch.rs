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
        examples: &(impl Examples + ?Sized),
        indices: &[usize],
        transforms: &Transforms,
        augmenter: Option<Augmenter>,
    ) -> Result<(), BatchError> {
        let change = |index| augmenter.map(|augmenter| augmenter.change(index)).unwrap_or_default();
        self.fill_changed(examples, indices, transforms, change)
    }

    /// Fills the buffers as `fill` does, each picture with the change that is named for it.
    pub fn fill_changed(
        &mut self,
        examples: &(impl Examples + ?Sized),
        indices: &[usize],
        transforms: &Transforms,
        change: impl Fn(usize) -> Change,
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
            write_picture(example.pixels, self.shape, transforms, change(index), image);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::augment::Augmentation;
    use crate::dataset::Dataset;

    /// Pictures whose pixels count up, with labels 0, 1, 2, 0, …
    fn dataset(count: usize, shape: [usize; 3]) -> Dataset {
        let pixels = (0..count * shape.iter().product::<usize>()).map(|value| (value % 255) as u8 + 1).collect();
        let labels = (0..count).map(|index| (index % 3) as u8).collect();
        Dataset::new(shape, ["a", "b", "c"].map(str::to_owned).to_vec(), pixels, labels).unwrap()
    }

    /// Transforms that leave bytes as they are.
    fn as_they_are(channels: usize) -> Transforms {
        Transforms { scale: 1.0, mean: vec![0.0; channels], deviation: vec![1.0; channels] }
    }

    #[test]
    fn images_labels_and_weights_stand_in_the_order_asked_for() {
        let dataset = dataset(5, [1, 1, 2]);
        let mut batch = Batch::new(3, [1, 1, 2]).unwrap();
        batch.fill(&dataset, &[4, 0, 2], &as_they_are(1), None).unwrap();
        assert_eq!(batch.images, [9.0, 10.0, 1.0, 2.0, 5.0, 6.0]);
        assert_eq!(batch.labels, [1.0, 0.0, 2.0]);
        assert_eq!(batch.weights, [1.0, 1.0, 1.0]);
    }

    #[test]
    fn what_is_left_of_a_batch_is_zeros_without_weight() {
        let dataset = dataset(5, [1, 1, 2]);
        let mut batch = Batch::new(3, [1, 1, 2]).unwrap();
        batch.fill(&dataset, &[1, 2, 3], &Transforms::centred(1), None).unwrap();
        batch.fill(&dataset, &[4], &as_they_are(1), None).unwrap();
        assert_eq!(batch.images, [9.0, 10.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(batch.labels, [1.0, 0.0, 0.0]);
        assert_eq!(batch.weights, [1.0, 0.0, 0.0]);
    }

    #[test]
    fn each_channel_has_its_own_transform() {
        let transforms = Transforms { scale: 1.0, mean: vec![1.0, 0.0], deviation: vec![1.0, 2.0] };
        let mut batch = Batch::new(1, [2, 1, 2]).unwrap();
        batch.fill(&dataset(1, [2, 1, 2]), &[0], &transforms, None).unwrap();
        assert_eq!(batch.images, [0.0, 1.0, 1.5, 2.0]);
    }

    #[test]
    fn what_a_shift_brings_in_is_black_before_the_transform() {
        let mut image = [9.0; 4];
        let change = Change { flip: true, right: 1, down: -1 };
        write_picture(&[1, 2, 3, 4], [1, 2, 2], &Transforms::centred(1), change, &mut image);
        assert_eq!(image, [-0.5, 4.0 / 255.0 - 0.5, -0.5, -0.5]);
    }

    #[test]
    fn what_does_not_fit_is_refused_and_nothing_counts() {
        let dataset = dataset(5, [1, 1, 2]);
        let mut batch = Batch::new(2, [1, 1, 2]).unwrap();
        let plain = as_they_are(1);
        batch.fill(&dataset, &[0, 1], &plain, None).unwrap();
        assert_eq!(batch.fill(&dataset, &[0, 5], &plain, None), Err(BatchError::NotThere { index: 5 }));
        assert_eq!(batch.weights, [0.0, 0.0]);
        let error = batch.fill(&dataset, &[0, 1, 2], &plain, None).unwrap_err();
        assert_eq!(error.to_string(), "3 examples do not fit into a batch of 2.");
        assert!(matches!(batch.fill(&dataset, &[0], &Transforms::default(), None), Err(BatchError::Transforms(_))));
        let mut other = Batch::new(2, [1, 2, 1]).unwrap();
        assert!(matches!(other.fill(&dataset, &[0], &plain, None), Err(BatchError::Shape { .. })));
    }

    #[test]
    fn a_batch_beyond_all_memory_is_refused() {
        let sentence = Batch::new(usize::MAX, [3, 32, 32]).unwrap_err().to_string();
        assert!(sentence.ends_with("pictures of 3 × 32 × 32 does not fit into memory."), "{sentence}");
        assert!(Batch::new(usize::MAX / 16, [1, 1, 1]).is_err());
    }

    #[test]
    fn an_example_is_augmented_alike_in_any_batch() {
        let dataset = dataset(9, [3, 8, 8]);
        let augmenter = Augmenter { augmentation: Augmentation { flip: true, shift: 2 }, seed: 3, epoch: 4 };
        let fill = |indices: &[usize]| {
            let mut batch = Batch::new(indices.len(), [3, 8, 8]).unwrap();
            batch.fill(&dataset, indices, &Transforms::default(), Some(augmenter)).unwrap();
            batch.images
        };
        let (alone, last) = (fill(&[7]), fill(&[1, 2, 7]));
        assert_eq!(alone, last[2 * 192..]);
    }

    proptest! {
        #[test]
        fn fast_rows_equal_the_definition_pixel_by_pixel(
            height in 1_usize..7, width in 1_usize..20, flip: bool, right in -25_i32..25, down in -9_i32..9,
        ) {
            let shape = [2, height, width];
            let pixels: Vec<u8> = (0..2 * height * width).map(|pixel| (pixel * 7 % 256) as u8).collect();
            let transforms = Transforms { scale: 0.25, mean: vec![0.5, 0.125], deviation: vec![2.0, 0.5] };
            let mut image = vec![f32::NAN; pixels.len()];
            write_picture(&pixels, shape, &transforms, Change { flip, right, down }, &mut image);
            for (place, &value) in image.iter().enumerate() {
                let (channel, y, x) = (place / (height * width), place / width % height, place % width);
                let (from_y, from_x) = (y as i32 - down, x as i32 - right);
                let inside = (0..height as i32).contains(&from_y) && (0..width as i32).contains(&from_x);
                let from_x = if flip { width as i32 - 1 - from_x } else { from_x };
                let pixel = if inside { pixels[(channel * height + from_y as usize) * width + from_x as usize] } else { 0 };
                let expected = (f32::from(pixel) * 0.25 - transforms.mean[channel]) / transforms.deviation[channel];
                prop_assert_eq!(value, expected);
            }
        }
    }
}
