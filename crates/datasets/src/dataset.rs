//! A data set in memory: pixels as bytes, labels, class names.
//!
//! `Examples` is what a batch is filled from: a whole `Dataset`, a `ShardedDataset` of which some has arrived, or
//! `DrawnPictures`, drawn for this batch alone.

/// Pixels and label of one example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example<'a> {
    /// Shape `[C, H, W]`, one byte each.
    pub pixels: &'a [u8],
    pub label: u16,
}

/// Numbered labelled pictures of one shape, not all of which need to be there yet.
pub trait Examples {
    /// Channels, height, width of every picture.
    fn shape(&self) -> [usize; 3];
    /// How many examples there are once all have arrived.
    fn len(&self) -> usize;
    /// The example of this number, where it is there.
    fn example(&self, index: usize) -> Option<Example<'_>>;
    /// Whether there is none, even once all have arrived.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Why parts do not make a data set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatasetError {
    #[error("A picture of {0} × {1} × {2} (channels, height, width) has no pixels.")]
    EmptyShape(usize, usize, usize),
    #[error("{labels} labels need {expected} bytes of pixels, but there are {found}.")]
    PixelCount { labels: usize, expected: u128, found: usize },
    #[error("Example {example} has label {label}, but there are only {classes} classes.")]
    LabelOutOfRange { example: usize, label: u8, classes: usize },
}

/// A data set that is there as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    shape: [usize; 3],
    classes: Vec<String>,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

impl Dataset {
    /// From pixels `[N, C, H, W]`, labels `[N]` below the number of classes, and the shape `[C, H, W]`.
    pub fn new(
        shape: [usize; 3],
        classes: Vec<String>,
        pixels: Vec<u8>,
        labels: Vec<u8>,
    ) -> Result<Self, DatasetError> {
        let per_picture: u128 = shape.iter().map(|&length| length as u128).fold(1, u128::saturating_mul);
        if per_picture == 0 {
            return Err(DatasetError::EmptyShape(shape[0], shape[1], shape[2]));
        }
        let expected = per_picture.saturating_mul(labels.len() as u128);
        if pixels.len() as u128 != expected {
            return Err(DatasetError::PixelCount { labels: labels.len(), expected, found: pixels.len() });
        }
        if let Some(example) = labels.iter().position(|&label| usize::from(label) >= classes.len()) {
            return Err(DatasetError::LabelOutOfRange { example, label: labels[example], classes: classes.len() });
        }
        Ok(Self { shape, classes, pixels, labels })
    }

    /// Class names; a label is an index into them.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// All pixels, `[N, C, H, W]`.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// All labels, `[N]`.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }
}

impl Examples for Dataset {
    fn shape(&self) -> [usize; 3] {
        self.shape
    }

    fn len(&self) -> usize {
        self.labels.len()
    }

    fn example(&self, index: usize) -> Option<Example<'_>> {
        let label = u16::from(*self.labels.get(index)?);
        let size: usize = self.shape.iter().product();
        Some(Example { pixels: &self.pixels[index * size..(index + 1) * size], label })
    }
}

/// Pictures of one channel that were drawn for a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrawnPictures {
    /// Height and width of every picture.
    pub side: usize,
    /// Of each its pixels, `[side, side]`, and its label. One of another length is not there.
    pub pictures: Vec<(Vec<u8>, u16)>,
}

impl Examples for DrawnPictures {
    fn shape(&self) -> [usize; 3] {
        [1, self.side, self.side]
    }

    fn len(&self) -> usize {
        self.pictures.len()
    }

    fn example(&self, index: usize) -> Option<Example<'_>> {
        let (pixels, label) = self.pictures.get(index)?;
        (Some(pixels.len()) == self.side.checked_mul(self.side)).then_some(Example { pixels, label: *label })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(count: usize) -> Vec<String> {
        (0..count).map(|class| format!("class {class}")).collect()
    }

    #[test]
    fn an_example_is_its_own_pixels_and_label() {
        let dataset = Dataset::new([1, 1, 2], classes(3), vec![1, 2, 3, 4], vec![2, 0]).unwrap();
        assert_eq!(dataset.len(), 2);
        assert_eq!(dataset.example(1), Some(Example { pixels: &[3, 4], label: 0 }));
        assert_eq!(dataset.example(2), None);
    }

    #[test]
    fn what_was_drawn_is_an_example_where_it_has_the_right_side() {
        let drawn = DrawnPictures { side: 2, pictures: vec![(vec![1, 2, 3, 4], 7), (vec![1, 2], 8)] };
        assert_eq!((drawn.shape(), drawn.len()), ([1, 2, 2], 2));
        assert_eq!(drawn.example(0), Some(Example { pixels: &[1, 2, 3, 4], label: 7 }));
        assert_eq!((drawn.example(1), drawn.example(2)), (None, None));
    }

    #[test]
    fn parts_that_do_not_fit_are_refused_with_a_sentence() {
        let error = Dataset::new([1, 1, 2], classes(3), vec![1, 2, 3], vec![2, 0]).unwrap_err();
        assert_eq!(error.to_string(), "2 labels need 4 bytes of pixels, but there are 3.");
        let error = Dataset::new([1, 1, 2], classes(3), vec![1, 2, 3, 4], vec![2, 3]).unwrap_err();
        assert_eq!(error.to_string(), "Example 1 has label 3, but there are only 3 classes.");
        assert!(Dataset::new([0, 1, 2], classes(3), vec![], vec![2]).is_err());
        assert!(Dataset::new([usize::MAX; 3], classes(3), vec![], vec![2]).is_err());
    }
}
