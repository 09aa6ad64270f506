//! What the device can do at most, by a kernel that touches no memory but for its results.

use super::Gpu;
use super::buffer::bytes;
use super::executable::Executable;
use super::pipeline::{Binding, Dispatch};
use super::source::wgsl;
use crate::Result;
use crate::tiles::BUSY;

pub(super) const MULTIPLY_ADDS: &str = wgsl!("multiply_adds.wgsl");

/// Rounds of one dispatch at most: llvmpipe leaves every loop after 65,535.
const MOST_ROUNDS: u32 = 1 << 15;

/// Floating-point operations of a thread in a round: eight multiply-adds in each of four chains of four lanes.
const OPERATIONS: u64 = 2 * 8 * 4 * 4;

impl Gpu {
    /// Lets every thread go so many rounds: how many floating-point operations those are, and the seconds that they take.
    pub(super) async fn time_multiply_adds(&self, rounds: u32, clock: &dyn Fn() -> f64) -> Result<(u64, f64)> {
        // A large GPU hides latencies with many more threads than it has lanes.
        let threads = if self.software { 1 << 10 } else { 8 * BUSY };
        let buffer = self.allocate(threads, "the sums of a measurement")?;
        let dispatch = |rounds| Dispatch {
            name: "multiply_adds",
            source: MULTIPLY_ADDS.into(),
            constants: Vec::new(),
            uniform: vec![threads as u32, rounds, 0, 0],
            bindings: vec![Binding { offset: 0, size: bytes(threads), buffer: buffer.clone() }],
            threads,
        };
        let parts = (0..rounds).step_by(MOST_ROUNDS as usize).map(|done| dispatch((rounds - done).min(MOST_ROUNDS)));
        let executable = Executable::of(self, parts.collect()).await?;
        // What a driver compiles late, it compiles in a run before.
        let mut began = 0.0;
        for _ in 0..2 {
            began = clock();
            self.run(std::iter::once(&executable))?;
            self.settle(0).await?;
        }
        Ok((OPERATIONS * threads as u64 * u64::from(rounds), clock() - began))
    }
}
