//! The table that an update reads: one row a parameter, so that rates differ by path and a frozen segment keeps its bits.

use crate::nn::{Network, Role};
use crate::store::ALIGNMENT;
use crate::{Error, Result};

/// Stands in the table of rates where a segment is frozen.
const FROZEN: f32 = -1.0;

/// A parameter's part of the flat buffers.
///
/// ```
/// use chalkgrad::nn::{Linear, Network};
/// use chalkgrad::optim::SegmentTable;
///
/// let segments = SegmentTable::new(&Network::new(Linear::new(3, 2), [3])?);
/// let bias = &segments.segments()[1];
/// assert_eq!((bias.path.as_str(), bias.offset, bias.len), ("bias", 64, 2));
/// assert_eq!((bias.rate, bias.decay, bias.trainable), (1.0, 1.0, true));
/// # Ok::<(), chalkgrad::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// PyTorch path.
    pub path: String,
    /// What the parameter does in its layer.
    pub role: Role,
    /// Where it starts, in numbers; a multiple of 64 (256 bytes).
    pub offset: usize,
    /// How many numbers it has.
    pub len: usize,
    /// Times the run's learning rate; at least 0.
    pub rate: f32,
    /// Times the run's weight decay.
    pub decay: f32,
    /// PyTorch's `requires_grad`. A frozen segment keeps its bits, its optimiser states too, and is no part of the norm that
    /// clips gradients. Steps count for all segments alike: one that thaws has missed the first corrections of Adam's means.
    pub trainable: bool,
}

/// All segments, in the order of the flat buffer.
///
/// ```
/// use chalkgrad::nn::{Linear, Network, ReLU, Sequential};
/// use chalkgrad::{Device, Options, Trainer, optim::SGD};
///
/// # pollster::block_on(async {
/// let layers = Sequential::new().with(Linear::new(4, 8)).with(ReLU).with(Linear::new(8, 2));
/// let mut trainer = Trainer::new(&Device::Cpu, Network::new(layers, [4])?, Options::new(1, SGD::new(0.1))).await?;
/// // Only the head learns, as when a trained network is put to another use.
/// trainer.with_segments(|segments| segments.requires_grad("0.*", false)).await?;
/// # Ok::<(), chalkgrad::Error>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentTable {
    segments: Vec<Segment>,
}

impl SegmentTable {
    /// Every parameter of the network, all multipliers 1.
    pub fn new(network: &Network) -> Self {
        let mut offset = 0;
        let segments = network.parameters().iter().map(|parameter| {
            let len = parameter.shape.elements();
            let (path, role) = (parameter.path.clone(), parameter.role);
            let segment = Segment { path, role, offset, len, rate: 1.0, decay: 1.0, trainable: true };
            offset += len.next_multiple_of(ALIGNMENT);
            segment
        });
        Self { segments: segments.collect() }
    }

    /// The rows.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The rows, to change multipliers and freeze.
    pub fn segments_mut(&mut self) -> impl Iterator<Item = &mut Segment> {
        self.segments.iter_mut()
    }

    /// PyTorch's parameter group: the rows whose path fits `pattern`, in which each `*` stands for any characters
    /// (`features.*`, `*.bias`, `2.weight`). An error if there is none.
    ///
    /// ```
    /// # use chalkgrad::{nn::{Linear, Network, Sequential}, optim::SegmentTable};
    /// # let network = Network::new(Sequential::new().with(Linear::new(2, 3)), [2])?;
    /// # let mut segments = SegmentTable::new(&network);
    /// segments.group("*.bias")?.for_each(|segment| (segment.rate, segment.decay) = (2.0, 0.0));
    /// segments.requires_grad("0.weight", false)?;
    /// # Ok::<(), chalkgrad::Error>(())
    /// ```
    pub fn group(&mut self, pattern: &str) -> Result<impl Iterator<Item = &mut Segment>> {
        if !self.segments.iter().any(|segment| fits(pattern, &segment.path)) {
            let paths: Vec<&str> = self.segments.iter().take(8).map(|segment| segment.path.as_str()).collect();
            let more = if self.segments.len() > paths.len() { ", …" } else { "" };
            let rule = format!("`{pattern}` fits no parameter; there are {}{more}", paths.join(", "));
            return Err(Error::Setting { name: "the pattern", rule });
        }
        Ok(self.segments.iter_mut().filter(move |segment| fits(pattern, &segment.path)))
    }

    /// Freezes the parameters whose path fits `pattern`, or lets them learn.
    pub fn requires_grad(&mut self, pattern: &str, trainable: bool) -> Result<()> {
        self.group(pattern)?.for_each(|segment| segment.trainable = trainable);
        Ok(())
    }

    /// Whether every multiplier is one.
    pub(crate) fn check(&self) -> Result<()> {
        let is_factor = |factor: f32| factor.is_finite() && factor >= 0.0;
        match self.segments.iter().find(|segment| !is_factor(segment.rate) || !is_factor(segment.decay)) {
            None => Ok(()),
            Some(Segment { path, rate, decay, .. }) => {
                let rule = format!("of `{path}` must be numbers of at least 0, not {rate} and {decay}");
                Err(Error::Setting { name: "the rate and decay multipliers", rule })
            }
        }
    }

    /// Which rows learn, in their order.
    pub(crate) fn trainable(&self) -> impl Iterator<Item = bool> {
        self.segments.iter().map(|segment| segment.trainable)
    }

    /// Length of the flat buffers.
    pub(crate) fn len(&self) -> usize {
        self.segments.last().map_or(0, |last| last.offset + last.len.next_multiple_of(ALIGNMENT))
    }

    /// One rate multiplier for each 64 numbers of the flat buffer; a frozen segment's is negative.
    pub(crate) fn rates(&self) -> Vec<f32> {
        self.blocks(|segment| if segment.trainable { segment.rate } else { FROZEN })
    }

    /// One decay multiplier for each 64 numbers; 0 for biases that are spared.
    pub(crate) fn decays(&self, spare_biases: bool) -> Vec<f32> {
        self.blocks(|segment| if spare_biases && segment.role == Role::Bias { 0.0 } else { segment.decay })
    }

    fn blocks(&self, value: impl Fn(&Segment) -> f32) -> Vec<f32> {
        let rows = self.segments.iter();
        rows.flat_map(|segment| std::iter::repeat_n(value(segment), segment.len.div_ceil(ALIGNMENT))).collect()
    }
}

/// Whether the path is the pattern with some characters, or none, in place of each `*`.
fn fits(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Linear, ReLU, Sequential};

    #[test]
    fn a_star_in_a_pattern_stands_for_any_characters() {
        assert!(fits("0.weight", "0.weight") && !fits("0.weight", "10.weight") && !fits("0.weight", "0.weights"));
        assert!(fits("*.bias", "features.0.bias") && !fits("*.bias", "features.0.bias.0"));
        assert!(fits("features.*", "features.0.bias") && !fits("features.*", "old.features.0.bias"));
        assert!(fits("layer*.conv*.weight", "layer1.0.conv2.weight"));
        assert!(fits("*", "2.bias") && fits("a*a", "aa") && !fits("a*a", "a") && !fits("a*bb*b", "abb"));
    }

    #[test]
    fn a_pattern_that_fits_nothing_is_named_with_the_paths_there_are() {
        let network = Network::new(Sequential::new().with(Linear::new(2, 3)).with(ReLU), [2]).unwrap();
        let mut segments = SegmentTable::new(&network);
        let before = segments.clone();
        let error = segments.requires_grad("features.*", false).unwrap_err().to_string();
        assert!(error.contains("`features.*`") && error.contains("0.weight, 0.bias"), "{error}");
        assert_eq!(segments, before);
    }
}
