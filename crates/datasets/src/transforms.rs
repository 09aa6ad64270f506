//! From a byte to the number that a network sees, channel by channel.
//!
//! Transforms belong to the project, not to the network: they are saved and exported with it, and every picture,
//! drawing or camera frame goes through the same ones.

use serde::{Deserialize, Serialize};

/// `(pixel × scale − mean) / deviation`, the last two for each channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transforms {
    /// What a byte is multiplied by; 1/255 brings it into 0..1.
    pub scale: f32,
    /// `[C]`, subtracted after scaling.
    pub mean: Vec<f32>,
    /// `[C]`, divided by last.
    pub deviation: Vec<f32>,
}

/// Why transforms cannot be applied.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TransformsError {
    #[error("Pictures have {channels} channels, but the transforms have {means} means and {deviations} deviations.")]
    ChannelCount { channels: usize, means: usize, deviations: usize },
    #[error("Channel {channel} is divided by a deviation of {deviation}: it must be a positive number.")]
    Deviation { channel: usize, deviation: f32 },
    #[error("Scale and means must be numbers.")]
    NotANumber,
}

/// One channel's transform as one multiplication and one addition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Affine {
    pub(crate) factor: f32,
    pub(crate) offset: f32,
}

impl Transforms {
    /// Pixel/255 − 0.5, as ConvNetJS: what the CIFAR-10 lab uses.
    pub fn centred(channels: usize) -> Self {
        Self { scale: 1.0 / 255.0, mean: vec![0.5; channels], deviation: vec![1.0; channels] }
    }

    /// Whether pictures of this many channels can be transformed.
    pub fn check(&self, channels: usize) -> Result<(), TransformsError> {
        if self.mean.len() != channels || self.deviation.len() != channels {
            let (means, deviations) = (self.mean.len(), self.deviation.len());
            return Err(TransformsError::ChannelCount { channels, means, deviations });
        }
        if !self.scale.is_finite() || self.mean.iter().any(|mean| !mean.is_finite()) {
            return Err(TransformsError::NotANumber);
        }
        match self.deviation.iter().position(|&deviation| !(deviation.is_normal() && deviation > 0.0)) {
            Some(channel) => Err(TransformsError::Deviation { channel, deviation: self.deviation[channel] }),
            None => Ok(()),
        }
    }

    /// One channel's transform; the channel must have passed `check`.
    pub(crate) fn channel(&self, channel: usize) -> Affine {
        let deviation = self.deviation[channel];
        Affine { factor: self.scale / deviation, offset: -self.mean[channel] / deviation }
    }
}

impl Default for Transforms {
    /// `centred` for three channels.
    fn default() -> Self {
        Self::centred(3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(transforms: &Transforms, channel: usize, pixel: u8) -> f32 {
        let Affine { factor, offset } = transforms.channel(channel);
        f32::from(pixel) * factor + offset
    }

    #[test]
    fn the_default_puts_black_at_minus_a_half_and_white_at_a_half() {
        let transforms = Transforms::default();
        assert_eq!(apply(&transforms, 0, 0), -0.5);
        assert_eq!(apply(&transforms, 2, 255), 0.5);
    }

    #[test]
    fn mean_and_deviation_are_those_of_the_channel() {
        let transforms =
            Transforms { scale: 1.0 / 255.0, mean: vec![0.485, 0.456, 0.406], deviation: vec![0.229, 0.224, 0.225] };
        let expected = (200.0 / 255.0 - 0.456) / 0.224;
        assert!((apply(&transforms, 1, 200) - expected).abs() < 1e-6);
    }

    #[test]
    fn transforms_that_cannot_work_are_refused() {
        let refused = |scale, mean: f32, deviation: f32| {
            Transforms { scale, mean: vec![mean], deviation: vec![deviation] }.check(1).is_err()
        };
        assert!(refused(1.0, 0.0, 0.0));
        assert!(refused(1.0, 0.0, -1.0));
        assert!(refused(1.0, 0.0, f32::NAN));
        assert!(refused(1.0, f32::INFINITY, 1.0));
        assert!(refused(f32::NAN, 0.0, 1.0));
        assert!(Transforms::default().check(1).is_err());
        assert!(Transforms::default().check(3).is_ok());
    }

    #[test]
    fn they_are_saved_as_json() {
        let transforms = Transforms::default();
        let text = serde_json::to_string(&transforms).unwrap();
        assert_eq!(serde_json::from_str::<Transforms>(&text).unwrap(), transforms);
    }
}
