//! Multiply-adds in registers and nothing else: what one thread of this machine can do at most.

use std::hint::black_box;

use super::simd::{Level, Quad, Simd};

/// Sums side by side: enough to hide an addition's latency, and few enough for sixteen registers beside two factors.
const SUMS: usize = 12;

/// Goes so many rounds: how many floating-point operations those are, and the seconds that they take.
pub(crate) fn time(rounds: u32, clock: &impl Fn() -> f64) -> (u64, f64) {
    let began = clock();
    let operations = run(rounds);
    (operations, clock() - began)
}

fn run(rounds: u32) -> u64 {
    let level = Level::detect();
    let sum = match level {
        // SAFETY: `detect` found the instructions.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { run_avx512(rounds) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { run_avx2(rounds) },
        // SAFETY: as above; a module with relaxed instructions runs only where they are.
        Level::Quad => unsafe { run_quad(rounds) },
    };
    black_box(sum);
    u64::from(rounds) * (2 * SUMS * level.lanes()) as u64
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn run_avx512(rounds: u32) -> f32 {
    unsafe { run_with::<super::simd::Avx512>(rounds) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2(rounds: u32) -> f32 {
    unsafe { run_with::<super::simd::Avx2>(rounds) }
}

#[cfg_attr(all(target_arch = "wasm32", feature = "relaxed-simd"), target_feature(enable = "relaxed-simd"))]
unsafe fn run_quad(rounds: u32) -> f32 {
    unsafe { run_with::<Quad>(rounds) }
}

/// # Safety
/// The CPU has `S`.
#[inline(always)]
unsafe fn run_with<S: Simd>(rounds: u32) -> f32 {
    unsafe {
        let (factor, summand) = (S::splat(black_box(0.5)), S::splat(black_box(0.25)));
        let mut sums = [S::zero(); SUMS];
        for _ in 0..rounds {
            sums = sums.map(|sum| S::multiply_add(sum, factor, summand));
        }
        let mut lanes = [0.0; super::tile::SLACK];
        S::store(lanes.as_mut_ptr(), sums.into_iter().fold(S::zero(), |a, b| S::add(a, b)));
        lanes[0]
    }
}
