//! One number a step, for a run of any length: appended in constant time, and any window's mean or extent
//! read without walking over it, so that a curve of a million steps is drawn in a time that depends on its width only.

/// Values summarised together for `extent`.
const BLOCK: usize = 64;

/// The numbers of consecutive steps. A number that is none (NaN, or a step never reported) leaves a gap.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The step of the first value.
    origin: u64,
    values: Vec<f32>,
    /// Sum and count of the finite values before each index: one longer than `values`.
    before: Vec<(f64, u32)>,
    /// Smallest and largest finite value of each full block.
    blocks: Vec<(f32, f32)>,
}

impl Trace {
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The first step, and one past the last.
    pub fn range(&self) -> (u64, u64) {
        (self.origin, self.origin + self.values.len() as u64)
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Forgets every step from `step` on: the run went back there.
    pub fn truncate(&mut self, step: u64) {
        let kept = step.saturating_sub(self.origin).min(self.values.len() as u64) as usize;
        self.values.truncate(kept);
        self.before.truncate(kept + 1);
        self.blocks.truncate(kept / BLOCK);
    }

    /// The numbers of the steps from `first_step` on. Steps that were skipped leave a gap; steps that come again replace.
    pub fn extend(&mut self, first_step: u64, values: &[f32]) {
        let far_ahead = first_step > self.range().1 + 1_000_000;
        if self.values.is_empty() || first_step < self.origin || far_ahead {
            self.clear();
            self.origin = first_step;
        }
        self.truncate(first_step);
        while self.range().1 < first_step {
            self.push(f32::NAN);
        }
        for value in values {
            self.push(*value);
        }
    }

    fn push(&mut self, value: f32) {
        if self.before.is_empty() {
            self.before.push((0.0, 0));
        }
        let (sum, count) = self.before[self.values.len()];
        self.before.push(if value.is_finite() { (sum + f64::from(value), count + 1) } else { (sum, count) });
        self.values.push(value);
        if self.values.len().is_multiple_of(BLOCK) {
            self.blocks.push(extent_of(&self.values[self.values.len() - BLOCK..]).unwrap_or((f32::NAN, f32::NAN)));
        }
    }

    fn index(&self, step: u64) -> usize {
        step.saturating_sub(self.origin).min(self.values.len() as u64) as usize
    }

    /// Mean over the steps `from..to`; `None` where there is nothing finite.
    pub fn mean(&self, from: u64, to: u64) -> Option<f64> {
        let (from, to) = (self.index(from), self.index(to));
        if from >= to {
            return None;
        }
        let (sum, count) = (self.before[to].0 - self.before[from].0, self.before[to].1 - self.before[from].1);
        (count > 0).then(|| sum / f64::from(count))
    }

    /// Mean over the `window` steps that end with `step`.
    pub fn smoothed(&self, step: u64, window: u64) -> Option<f64> {
        self.mean((step + 1).saturating_sub(window.max(1)), step + 1)
    }

    /// Mean over the last `window` steps.
    pub fn latest(&self, window: u64) -> Option<f64> {
        self.smoothed(self.range().1.checked_sub(1)?, window)
    }

    /// Smallest and largest over the steps `from..to`.
    pub fn extent(&self, from: u64, to: u64) -> Option<(f32, f32)> {
        let (from, to) = (self.index(from), self.index(to));
        let (first_block, last_block) = (from.div_ceil(BLOCK), to / BLOCK);
        if first_block >= last_block {
            return extent_of(&self.values[from.min(to)..to]);
        }
        let parts =
            [extent_of(&self.values[from..first_block * BLOCK]), extent_of(&self.values[last_block * BLOCK..to])];
        let blocks = self.blocks[first_block..last_block].iter().copied().filter(|(low, _)| low.is_finite());
        blocks.chain(parts.into_iter().flatten()).reduce(wider)
    }
}

fn wider(a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    (a.0.min(b.0), a.1.max(b.1))
}

fn extent_of(values: &[f32]) -> Option<(f32, f32)> {
    values.iter().filter(|value| value.is_finite()).map(|value| (*value, *value)).reduce(wider)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(steps: u64) -> Trace {
        let mut trace = Trace::default();
        trace.extend(0, &(0..steps).map(|step| step as f32).collect::<Vec<_>>());
        trace
    }

    #[test]
    fn a_window_mean_and_extent_agree_with_walking_over_the_values() {
        let trace = counting(1000);
        for (from, to) in [(0, 1), (3, 70), (64, 128), (10, 999), (500, 5000)] {
            let values: Vec<f64> = (from..to.min(1000)).map(|step| step as f64).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            assert!((trace.mean(from, to).unwrap() - mean).abs() < 1e-9);
            assert_eq!(trace.extent(from, to), Some((from as f32, (to.min(1000) - 1) as f32)));
        }
    }

    #[test]
    fn a_number_that_is_none_leaves_a_gap() {
        let mut trace = Trace::default();
        trace.extend(0, &[1.0, f32::NAN, 3.0]);
        assert_eq!(trace.mean(0, 3), Some(2.0));
        assert_eq!(trace.mean(1, 2), None);
        assert_eq!(trace.extent(0, 3), Some((1.0, 3.0)));
    }

    #[test]
    fn going_back_replaces_what_came_after() {
        let mut trace = counting(200);
        trace.extend(100, &[7.0]);
        assert_eq!(trace.range(), (0, 101));
        assert_eq!(trace.latest(1), Some(7.0));
        assert_eq!(trace.extent(64, 101), Some((7.0, 99.0)));
    }

    #[test]
    fn a_run_that_continues_after_a_reload_starts_where_it_stood() {
        let mut trace = Trace::default();
        trace.extend(5000, &[1.0, 2.0]);
        assert_eq!(trace.range(), (5000, 5002));
        assert_eq!(trace.smoothed(5001, 50), Some(1.5));
    }

    #[test]
    fn an_empty_trace_answers_nothing() {
        let trace = Trace::default();
        assert_eq!((trace.mean(0, 10), trace.extent(0, 10), trace.latest(5)), (None, None, None));
    }
}
