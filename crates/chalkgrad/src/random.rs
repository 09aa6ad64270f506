//! Counter-based random numbers: a value is a function of its key and counter, never of what was drawn before it,
//! so that no schedule, batch split or device changes it.

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Philox 4×32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011).
pub fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for round in 0..10 {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let first = u64::from(MULTIPLIERS[0]) * u64::from(counter[0]);
        let second = u64::from(MULTIPLIERS[1]) * u64::from(counter[2]);
        counter = [
            (second >> 32) as u32 ^ counter[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ counter[3] ^ key[1],
            first as u32,
        ];
    }
    counter
}

/// An endless sequence for one purpose: (seed, stream) name it, `index` addresses it.
///
/// ```
/// use chalkgrad::random::Stream;
///
/// let noise = Stream::new(7, 0);
/// let values: Vec<f32> = (0..4).map(|index| noise.normal(index)).collect();
/// assert_eq!(noise.normal(2), values[2], "whatever was drawn before");
/// assert_ne!(Stream::new(7, 1).normal(2), values[2]);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    key: [u32; 2],
    stream: u64,
}

impl Stream {
    /// The sequence `stream` of the seed.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self { key: [seed as u32, (seed >> 32) as u32], stream }
    }

    /// The 128 bits at `index`.
    pub fn bits(&self, index: u64) -> [u32; 4] {
        philox([index as u32, (index >> 32) as u32, self.stream as u32, (self.stream >> 32) as u32], self.key)
    }

    /// Uniform in [0, 1), 24 bits of it.
    pub fn uniform(&self, index: u64) -> f32 {
        unit(self.bits(index / 4)[(index % 4) as usize])
    }

    /// Standard normal, by Box and Muller in f64.
    pub fn normal(&self, index: u64) -> f32 {
        let bits = self.bits(index / 2);
        let pair = 2 * (index % 2) as usize;
        let radius = (-2.0 * ((f64::from(bits[pair]) + 0.5) / 4_294_967_296.0).ln()).sqrt();
        let angle = std::f64::consts::TAU * f64::from(bits[pair + 1]) / 4_294_967_296.0;
        (radius * angle.cos()) as f32
    }
}

/// Seed and step as [`Graph::uniform`](crate::Graph::uniform) reads them: whole numbers that f32 holds exactly, 24 + 24 + 16
/// bits of the seed and the lowest 24 + 24 of the step.
pub fn words(seed: u64, step: u64) -> [f32; 5] {
    let part = |value: u64, from: u32| ((value >> from) & 0xFF_FFFF) as f32;
    [part(seed, 0), part(seed, 24), part(seed, 48), part(step, 0), part(step, 24)]
}

/// What one random operation draws in one step: the key is the seed, the counter (block of four, stream, step).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draws {
    key: [u32; 2],
    stream: u32,
    step: [u32; 2],
}

impl Draws {
    /// From [`words`] as whole numbers. The step's highest bit keeps these draws apart from every [`Stream`] in use.
    pub(crate) fn new([a, b, c, d, e]: [u32; 5], stream: u32) -> Self {
        Self { key: [a | b << 24, b >> 8 | c << 16], stream, step: [d | e << 24, e >> 8 | 1 << 31] }
    }

    /// Numbers `4 block …` of the operation, in [0, 1).
    pub(crate) fn block(&self, block: u32) -> [f32; 4] {
        philox([block, self.stream, self.step[0], self.step[1]], self.key).map(unit)
    }
}

fn unit(bits: u32) -> f32 {
    (bits >> 8) as f32 / 16_777_216.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn philox_gives_the_published_known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn seed_and_step_survive_their_way_through_f32() {
        for (seed, step) in [(0, 0), (1, 2), (u64::MAX, (1 << 48) - 1), (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654)] {
            let draws = Draws::new(words(seed, step).map(|word| word as u32), 7);
            assert_eq!(draws.key, [seed as u32, (seed >> 32) as u32]);
            assert_eq!(draws.step, [step as u32, (step >> 32) as u32 | 1 << 31]);
        }
    }

    #[test]
    fn normal_numbers_have_the_moments_of_the_normal_distribution() {
        let stream = Stream::new(7, 3);
        let values: Vec<f64> = (0..100_000).map(|index| f64::from(stream.normal(index))).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        assert!(mean.abs() < 0.01, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.02, "variance {variance}");
    }
}
