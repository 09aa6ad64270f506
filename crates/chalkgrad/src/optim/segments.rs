//! The table that an update reads: one row a parameter, so that rates differ by path and a frozen segment keeps its bits.

use crate::nn::{Network, Role};
use crate::store::ALIGNMENT;

/// A parameter's part of the flat buffers.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// PyTorch path.
    pub path: String,
    pub role: Role,
    /// Where it starts, in numbers; a multiple of 64 (256 bytes).
    pub offset: usize,
    pub len: usize,
    /// Times the learning rate.
    pub rate: f32,
    /// Times the weight decay.
    pub decay: f32,
    /// PyTorch's `requires_grad`.
    pub trainable: bool,
}

/// All segments, in the order of the flat buffer.
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

    /// Length of the flat buffers.
    pub(crate) fn len(&self) -> usize {
        self.segments.last().map_or(0, |last| last.offset + last.len.next_multiple_of(ALIGNMENT))
    }

    /// One rate multiplier for each 64 numbers of the flat buffer; a frozen segment's is 0.
    pub(crate) fn rates(&self) -> Vec<f32> {
        self.blocks(|segment| if segment.trainable { segment.rate } else { 0.0 })
    }

    /// One decay multiplier for each 64 numbers.
    pub(crate) fn decays(&self) -> Vec<f32> {
        self.blocks(|segment| segment.decay)
    }

    fn blocks(&self, value: impl Fn(&Segment) -> f32) -> Vec<f32> {
        let rows = self.segments.iter();
        rows.flat_map(|segment| std::iter::repeat_n(value(segment), segment.len.div_ceil(ALIGNMENT))).collect()
    }
}
