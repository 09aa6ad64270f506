//! Random numbers as a function of where they are used: Philox 4x32-10, a counter-based generator.
//!
//! Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). The same (seed, stream, place) always
//! gives the same numbers, whatever was drawn before, so no order of arrival can change an experiment.

/// What the numbers are for. Streams of one seed are independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Stream {
    /// The order in which shards are visited in the first epoch.
    ShardOrder = 1,
    /// The order of examples within a shard in the first epoch.
    WithinShard = 2,
    /// The order of all examples in a later epoch.
    Epoch = 3,
    /// Flip and shift of one example in one epoch.
    Augmentation = 4,
    /// The classes of one block of drawn shapes.
    ShapeClasses = 5,
    /// Position, size, angle and colours of one drawn shape.
    ShapeScene = 6,
    /// Pixel noise of one drawn shape.
    ShapeNoise = 7,
    /// The distortion of one drawing in one epoch.
    Distortion = 8,
}

/// Ten rounds of Philox over four words: 128 random bits for a counter and a key.
pub fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
    // The golden ratio and the square root of three, less one: Weyl constants of the published generator.
    const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
    for _ in 0..10 {
        let low = MULTIPLIERS[0] * u64::from(counter[0]);
        let high = MULTIPLIERS[1] * u64::from(counter[2]);
        counter = [
            (high >> 32) as u32 ^ counter[1] ^ key[0],
            high as u32,
            (low >> 32) as u32 ^ counter[3] ^ key[1],
            low as u32,
        ];
        key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
    }
    counter
}

/// The numbers of one place: a seed, a stream, and two coordinates such as epoch and example.
#[derive(Debug, Clone)]
pub struct Random {
    key: [u32; 2],
    counter: [u32; 4],
    block: [u32; 4],
    used: usize,
}

impl Random {
    /// Starts at the beginning of the place's numbers; there are 2³⁴ of them.
    pub fn new(seed: u64, stream: Stream, place: [u32; 2]) -> Self {
        let key = [seed as u32, (seed >> 32) as u32];
        Self { key, counter: [0, place[0], place[1], stream as u32], block: [0; 4], used: 4 }
    }

    /// 32 random bits.
    pub fn bits(&mut self) -> u32 {
        if self.used == 4 {
            self.block = philox(self.counter, self.key);
            self.counter[0] = self.counter[0].wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    /// Uniform in 0..bound, without bias (Lemire 2019); 0 where bound is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        let smallest_fair = bound.wrapping_neg().checked_rem(bound).unwrap_or(0);
        loop {
            let product = u64::from(self.bits()) * u64::from(bound);
            if product as u32 >= smallest_fair {
                return (product >> 32) as u32;
            }
        }
    }

    /// Uniform in 0..1, in steps of 2⁻²⁴.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 8) as f32 * (1.0 / (1 << 24) as f32)
    }

    /// Uniform between two numbers.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Every order of the items is equally likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let chosen = self.below(u32::try_from(last + 1).unwrap_or(u32::MAX)) as usize;
            items.swap(last, chosen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn philox_gives_the_published_answers() {
        // The known answers for "philox4x32 10" that Random123, the authors' library, ships.
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([u32::MAX; 4], [u32::MAX; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let digits_of_pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        assert_eq!(
            philox(digits_of_pi, [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn the_same_place_gives_the_same_numbers_and_another_place_others() {
        let numbers = |seed, stream, place| {
            let mut random = Random::new(seed, stream, place);
            [0; 9].map(|_| random.bits())
        };
        let here = numbers(7, Stream::Epoch, [1, 2]);
        assert_eq!(here, numbers(7, Stream::Epoch, [1, 2]));
        assert_ne!(here, numbers(8, Stream::Epoch, [1, 2]));
        assert_ne!(here, numbers(7 + (1 << 32), Stream::Epoch, [1, 2]));
        assert_ne!(here, numbers(7, Stream::Augmentation, [1, 2]));
        assert_ne!(here, numbers(7, Stream::Epoch, [2, 1]));
    }

    #[test]
    fn below_is_even_and_stays_below() {
        let mut random = Random::new(1, Stream::Epoch, [0, 0]);
        let mut counts = [0_u32; 5];
        for _ in 0..50_000 {
            counts[random.below(5) as usize] += 1;
        }
        // Four standard deviations of a binomial with n = 50,000 and p = 1/5.
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 360), "{counts:?}");
        assert_eq!(random.below(0), 0);
        assert_eq!(random.below(1), 0);
    }

    #[test]
    fn unit_is_below_one_and_has_the_mean_of_a_uniform_number() {
        let mut random = Random::new(2, Stream::Epoch, [0, 0]);
        let numbers: Vec<f32> = (0..40_000).map(|_| random.unit()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        let mean = numbers.iter().sum::<f32>() / 40_000.0;
        assert!((mean - 0.5).abs() < 0.006, "{mean}");
    }

    #[test]
    fn every_order_of_three_items_is_equally_likely() {
        let mut counts = std::collections::BTreeMap::new();
        for place in 0..6_000 {
            let mut items = [0, 1, 2];
            Random::new(3, Stream::Epoch, [place, 0]).shuffle(&mut items);
            *counts.entry(items).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|count| count.abs_diff(1_000) < 120), "{counts:?}");
    }
}
