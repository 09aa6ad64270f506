//! The normal distribution within bounds, by rejection: candidates are uniform, and each is taken with its density.

use crate::random::Stream;

/// Beyond as many standard deviations from the densest point there is less than 1e-15 of the distribution.
const REACH: f64 = 8.0;
/// As far, in e-foldings of the density, where the bounds cut out a tail.
const FOLDINGS: f64 = 36.0;
/// Candidates for one number. At worst one in some forty is taken, so that they run out for less than one number in 10⁹.
const CANDIDATES: u64 = 1000;

/// A normal distribution between two bounds.
pub(super) struct Truncated {
    deviation: f64,
    /// Where within the bounds the density is highest.
    mode: f64,
    /// How far from the mean that is, in standard deviations.
    offset: f64,
    /// Where candidates lie: the bounds, or what of them is not negligible.
    low: f64,
    high: f64,
}

impl Truncated {
    pub(super) fn new(mean: f64, deviation: f64, low: f64, high: f64) -> Self {
        let mode = mean.max(low).min(high);
        let offset = (mode - mean) / deviation;
        let reach = deviation * REACH.min(FOLDINGS / offset.abs());
        Self { deviation, mode, offset, low: low.max(mode - reach), high: high.min(mode + reach) }
    }

    /// Number `place` of the stream's.
    pub(super) fn draw(&self, stream: &Stream, place: u64) -> f64 {
        let candidates = (0..CANDIDATES).map(|attempt| {
            let [position, chance, ..] = stream.bits(place.wrapping_mul(CANDIDATES).wrapping_add(attempt));
            [position, chance].map(|bits| (f64::from(bits) + 0.5) / 4_294_967_296.0)
        });
        let candidates = candidates.map(|[position, chance]| (self.low + (self.high - self.low) * position, chance));
        let taken = candidates.map(|(value, chance)| {
            let distance = (value - self.mode) / self.deviation;
            // The density over that of the mode, exp(−z²/2) with z = offset + distance.
            (value, chance < (-0.5 * distance * (distance + 2.0 * self.offset)).exp())
        });
        taken.into_iter().find_map(|(value, taken)| taken.then_some(value)).unwrap_or(self.mode)
    }
}
