//! Normalisation as expressions.

use crate::Tensor;

impl<'g> Tensor<'g> {
    /// Mean and biased variance `[C]` of each channel of `[N, C, …]`, over the batch and all places.
    pub fn batch_statistics(self) -> (Self, Self) {
        self.statistics_by(|x, axes| x.mean(axes, false))
    }

    /// As `batch_statistics`, with another way to the mean over some axes, as where the batch is only a share of one.
    pub(crate) fn statistics_by(self, mean: impl Fn(Self, &[usize]) -> Self) -> (Self, Self) {
        let axes: Vec<usize> = (0..self.shape().rank()).filter(|&axis| axis != 1).collect();
        let average = mean(self, &axes);
        let centred = self - self.along_channels(average);
        (average, mean(centred * centred, &axes))
    }

    /// `(x − mean) / √(variance + eps) · weight + bias` for each channel of `[N, C, …]`; the other four are `[C]`.
    /// With a batch's own statistics it is what `torch.nn.functional.batch_norm` does in training.
    pub fn batch_norm(self, mean: Self, variance: Self, weight: Option<Self>, bias: Option<Self>, eps: f64) -> Self {
        let deviation = (variance + eps).sqrt();
        let scale = weight.map_or(1.0 / deviation, |weight| weight / deviation);
        let scaled = (self - self.along_channels(mean)) * self.along_channels(scale);
        bias.map_or(scaled, |bias| scaled + self.along_channels(bias))
    }

    /// Each example normalised over its last `axes` axes to mean 0 and variance 1, then scaled and shifted element by
    /// element: `torch.nn.functional.layer_norm`.
    pub fn layer_norm(self, axes: usize, weight: Option<Self>, bias: Option<Self>, eps: f64) -> Self {
        let rank = self.shape().rank();
        let axes: Vec<usize> = (rank.saturating_sub(axes)..rank).collect();
        let centred = self - self.mean(&axes, true);
        let variance = (centred * centred).mean(&axes, true);
        let normal = centred / (variance + eps).sqrt();
        let scaled = weight.map_or(normal, |weight| normal * weight);
        bias.map_or(scaled, |bias| scaled + bias)
    }

    /// `[C]` as it broadcasts over this `[N, C, …]`.
    fn along_channels(self, values: Self) -> Self {
        let places = self.shape().rank().saturating_sub(2);
        let shape: Vec<usize> = [1, values.shape().elements()].into_iter().chain(vec![1; places]).collect();
        values.reshape(shape)
    }
}
