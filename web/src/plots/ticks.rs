//! Where an axis puts its ticks: at 1, 2 or 5 times a power of ten, or at the powers themselves on a logarithmic axis.
//! Also the axis itself: from a value to a place between 0 and 1 and back.

/// One axis: its ends, and whether it is logarithmic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    pub low: f64,
    pub high: f64,
    pub logarithmic: bool,
}

impl Axis {
    /// An axis that has room for `low..=high`; an empty or broken range becomes `0..1`.
    pub fn around(low: f64, high: f64, logarithmic: bool) -> Self {
        if logarithmic {
            let low = if low.is_finite() && low > 0.0 { low } else { 1e-3 };
            let high = if high.is_finite() && high > low { high } else { low * 10.0 };
            return Self { low, high, logarithmic };
        }
        let (low, high) = if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) };
        let high = if high > low { high } else { low + low.abs().max(1.0) * 0.1 };
        Self { low, high, logarithmic }
    }

    /// Place of a value: 0 at `low`, 1 at `high`; outside of them beyond 0 and 1.
    pub fn place(&self, value: f64) -> f64 {
        if self.logarithmic {
            (value.max(f64::MIN_POSITIVE) / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// Value at a place.
    pub fn value(&self, place: f64) -> f64 {
        if self.logarithmic {
            self.low * (self.high / self.low).powf(place)
        } else {
            self.low + place * (self.high - self.low)
        }
    }

    /// At most about `wanted` ticks inside the axis.
    pub fn ticks(&self, wanted: usize) -> Vec<f64> {
        if self.logarithmic {
            let ticks = logarithmic_ticks(self.low, self.high, wanted);
            if ticks.len() >= 2 {
                return ticks;
            }
        }
        let step = nice_step((self.high - self.low) / wanted.max(1) as f64);
        let first = (self.low / step - 1e-9).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|index| index as f64 * step).collect()
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `rough`.
pub fn nice_step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.log10().floor());
    let factor =
        [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= rough * (1.0 - 1e-9)).unwrap_or(10.0);
    factor * power
}

fn logarithmic_ticks(low: f64, high: f64, wanted: usize) -> Vec<f64> {
    let decades = (high / low).log10();
    let factors: &[f64] = if decades * 3.0 <= wanted as f64 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    (first..=last)
        .flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)))
        .filter(|tick| *tick >= low * (1.0 - 1e-9) && *tick <= high * (1.0 + 1e-9))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_numbers_inside_the_axis() {
        let axis = Axis::around(0.0, 2.4, false);
        let ticks = axis.ticks(5);
        assert_eq!(
            ticks.iter().map(|tick| format!("{tick:.1}")).collect::<Vec<_>>(),
            ["0.0", "0.5", "1.0", "1.5", "2.0"]
        );
    }

    #[test]
    fn a_logarithmic_axis_ticks_at_one_two_five() {
        let ticks = Axis::around(0.5, 5.0, true).ticks(6);
        assert_eq!(ticks.iter().map(|tick| format!("{tick:.1}")).collect::<Vec<_>>(), ["0.5", "1.0", "2.0", "5.0"]);
    }

    #[test]
    fn place_and_value_undo_each_other() {
        for axis in [Axis::around(1.0, 5.0, false), Axis::around(0.01, 100.0, true)] {
            assert!((axis.value(axis.place(3.0)) - 3.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_broken_range_still_makes_an_axis() {
        for axis in
            [Axis::around(f64::NAN, 1.0, false), Axis::around(2.0, 2.0, false), Axis::around(-1.0, f64::NAN, true)]
        {
            assert!(axis.low < axis.high && axis.ticks(5).len() < 30, "{axis:?}");
        }
    }
}
