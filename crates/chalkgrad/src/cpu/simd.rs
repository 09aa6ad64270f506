//! The vectors that kernels are written with: one trait, one implementation an instruction set. Every build has one of four
//! lanes; natively a wider one is chosen once a process.

/// A vector of f32 and the few things that kernels do with it.
///
/// # Safety
/// Every method needs the instruction set of its implementation, and pointers valid for `LANES` numbers, or for its share of them
/// in each of several rows.
pub(super) trait Simd: Copy {
    type Vector: Copy;
    const LANES: usize;

    unsafe fn zero() -> Self::Vector;
    unsafe fn splat(value: f32) -> Self::Vector;
    unsafe fn load(from: *const f32) -> Self::Vector;
    /// As many numbers of each of `ROWS` rows, `pitch` apart: one row, or what `Level::row_counts` names.
    #[inline(always)]
    unsafe fn load_rows<const ROWS: usize>(from: *const f32, _pitch: usize) -> Self::Vector {
        const { assert!(ROWS == 1) };
        unsafe { Self::load(from) }
    }
    unsafe fn store(to: *mut f32, value: Self::Vector);
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// `a · b + c`, rounded once where the hardware does so.
    unsafe fn multiply_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
}

/// What choosing among numbers takes, beyond sums. A mask is a vector of all or no bits.
///
/// # Safety
/// As `Simd`'s.
pub(super) trait Select: Simd {
    /// The even and the odd lanes of two vectors that lie side by side.
    unsafe fn unzip(a: Self::Vector, b: Self::Vector) -> [Self::Vector; 2];
    /// The two vectors whose lanes alternate between `a` and `b`.
    unsafe fn zip(a: Self::Vector, b: Self::Vector) -> [Self::Vector; 2];
    /// Where `x` takes the place of the best so far: larger, or the first NaN.
    unsafe fn wins(x: Self::Vector, best: Self::Vector) -> Self::Vector;
    unsafe fn choose(mask: Self::Vector, a: Self::Vector, b: Self::Vector) -> Self::Vector;
}

/// Four lanes, on every machine.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) type Quad = Simd128;
#[cfg(target_arch = "x86_64")]
pub(super) type Quad = Sse2;
#[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
pub(super) type Quad = Portable;

/// How wide this process computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Quad,
}

impl Level {
    /// The best that this machine has.
    pub(super) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
            let is_wider = std::is_x86_feature_detected!("avx512f");
            return if is_wider { Self::Avx512 } else { Self::Avx2 };
        }
        Self::Quad
    }

    /// All that this machine has.
    #[cfg(test)]
    pub(super) fn all() -> Vec<Self> {
        match Self::detect() {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => vec![Self::Quad, Self::Avx2, Self::Avx512],
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => vec![Self::Quad, Self::Avx2],
            Self::Quad => vec![Self::Quad],
        }
    }

    /// The level for rows of so many numbers: half of a wide vector would go to waste on short ones.
    #[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables, reason = "there is one level, and it is narrow"))]
    pub(super) fn for_rows_of(self, numbers: usize) -> Self {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 if numbers <= Self::Avx2.lanes() => Self::Avx2,
            level => level,
        }
    }

    /// How many rows a vector can be loaded from.
    pub(super) fn row_counts(self) -> &'static [usize] {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => &[1, 2, 4],
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => &[1, 2],
            Self::Quad => &[1],
        }
    }

    /// Numbers in a vector.
    pub(super) fn lanes(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => 16,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => 8,
            Self::Quad => Quad::LANES,
        }
    }

    /// Does work whose loops the compiler makes vectors of: as wide ones as this level has.
    pub(super) fn widely<W: Wide>(self, work: W) {
        match self {
            // SAFETY: `detect` found the instructions.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { with_avx512(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { with_avx2(work) },
            Self::Quad => work.run(),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "CPU, AVX-512",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "CPU, AVX2",
            Self::Quad => Quad::NAME,
        }
    }
}

/// Work that is compiled once for each level. `run` and what it calls must be inlined always, or it is compiled for the narrowest.
/// Every level gives the same bits.
pub(super) trait Wide {
    fn run(self);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn with_avx512<W: Wide>(work: W) {
    work.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn with_avx2<W: Wide>(work: W) {
    work.run();
}

/// x86's 128-bit vectors, which every x86-64 has. Multiply and add round separately.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(super) struct Sse2;

#[cfg(target_arch = "x86_64")]
impl Sse2 {
    const NAME: &str = "CPU, SSE2";
}

#[cfg(target_arch = "x86_64")]
impl Simd for Sse2 {
    type Vector = std::arch::x86_64::__m128;
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn zero() -> Self::Vector {
        unsafe { std::arch::x86_64::_mm_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Self::Vector) {
        unsafe { std::arch::x86_64::_mm_storeu_ps(to, value) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn multiply_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm_add_ps(std::arch::x86_64::_mm_mul_ps(a, b), c) }
    }
}

#[cfg(target_arch = "x86_64")]
impl Select for Sse2 {
    #[inline(always)]
    unsafe fn unzip(a: Self::Vector, b: Self::Vector) -> [Self::Vector; 2] {
        use std::arch::x86_64::_mm_shuffle_ps;
        unsafe { [_mm_shuffle_ps::<0b10_00_10_00>(a, b), _mm_shuffle_ps::<0b11_01_11_01>(a, b)] }
    }
    #[inline(always)]
    unsafe fn zip(a: Self::Vector, b: Self::Vector) -> [Self::Vector; 2] {
        unsafe { [std::arch::x86_64::_mm_unpacklo_ps(a, b), std::arch::x86_64::_mm_unpackhi_ps(a, b)] }
    }
    #[inline(always)]
    unsafe fn wins(x: Self::Vector, best: Self::Vector) -> Self::Vector {
        use std::arch::x86_64::{_mm_andnot_ps, _mm_cmpgt_ps, _mm_cmpunord_ps, _mm_or_ps};
        unsafe { _mm_or_ps(_mm_cmpgt_ps(x, best), _mm_andnot_ps(_mm_cmpunord_ps(best, best), _mm_cmpunord_ps(x, x))) }
    }
    #[inline(always)]
    unsafe fn choose(mask: Self::Vector, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        use std::arch::x86_64::{_mm_and_ps, _mm_andnot_ps, _mm_or_ps};
        unsafe { _mm_or_ps(_mm_and_ps(mask, a), _mm_andnot_ps(mask, b)) }
    }
}

/// 256-bit vectors with fused multiply-add.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(super) struct Avx2;

#[cfg(target_arch = "x86_64")]
impl Simd for Avx2 {
    type Vector = std::arch::x86_64::__m256;
    const LANES: usize = 8;

    #[inline(always)]
    unsafe fn zero() -> Self::Vector {
        unsafe { std::arch::x86_64::_mm256_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm256_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm256_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn load_rows<const ROWS: usize>(from: *const f32, pitch: usize) -> Self::Vector {
        use std::arch::x86_64::{_mm_loadu_ps, _mm256_set_m128};
        const { assert!(matches!(ROWS, 1 | 2)) };
        match ROWS {
            1 => unsafe { Self::load(from) },
            _ => unsafe { _mm256_set_m128(_mm_loadu_ps(from.add(pitch)), _mm_loadu_ps(from)) },
        }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Self::Vector) {
        unsafe { std::arch::x86_64::_mm256_storeu_ps(to, value) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm256_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn multiply_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm256_fmadd_ps(a, b, c) }
    }
}

/// 512-bit vectors with fused multiply-add.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(super) struct Avx512;

#[cfg(target_arch = "x86_64")]
impl Simd for Avx512 {
    type Vector = std::arch::x86_64::__m512;
    const LANES: usize = 16;

    #[inline(always)]
    unsafe fn zero() -> Self::Vector {
        unsafe { std::arch::x86_64::_mm512_setzero_ps() }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm512_set1_ps(value) }
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm512_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn load_rows<const ROWS: usize>(from: *const f32, pitch: usize) -> Self::Vector {
        use std::arch::x86_64::{_mm_loadu_ps, _mm256_castps_pd, _mm256_loadu_ps, _mm512_castpd_ps};
        use std::arch::x86_64::{
            _mm512_castpd256_pd512, _mm512_castps128_ps512, _mm512_insertf32x4, _mm512_insertf64x4,
        };
        const { assert!(matches!(ROWS, 1 | 2 | 4)) };
        match ROWS {
            1 => unsafe { Self::load(from) },
            2 => unsafe {
                let [first, second] = [from, from.add(pitch)].map(|row| _mm256_castps_pd(_mm256_loadu_ps(row)));
                _mm512_castpd_ps(_mm512_insertf64x4::<1>(_mm512_castpd256_pd512(first), second))
            },
            _ => unsafe {
                let row = |row: usize| _mm_loadu_ps(from.add(row * pitch));
                let first = _mm512_insertf32x4::<1>(_mm512_castps128_ps512(row(0)), row(1));
                _mm512_insertf32x4::<3>(_mm512_insertf32x4::<2>(first, row(2)), row(3))
            },
        }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Self::Vector) {
        unsafe { std::arch::x86_64::_mm512_storeu_ps(to, value) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm512_add_ps(a, b) }
    }
    #[inline(always)]
    unsafe fn multiply_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        unsafe { std::arch::x86_64::_mm512_fmadd_ps(a, b, c) }
    }
}

/// WebAssembly's 128-bit vectors. Multiply and add round separately, but with the feature `relaxed-simd` the machine may round
/// once, and then results differ between machines in the last bits.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[derive(Clone, Copy)]
pub(super) struct Simd128;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
impl Simd128 {
    const NAME: &str =
        if cfg!(feature = "relaxed-simd") { "CPU, WebAssembly relaxed SIMD" } else { "CPU, WebAssembly SIMD" };
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
impl Simd for Simd128 {
    type Vector = core::arch::wasm32::v128;
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn zero() -> Self::Vector {
        core::arch::wasm32::f32x4_splat(0.0)
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        core::arch::wasm32::f32x4_splat(value)
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::Vector {
        unsafe { core::arch::wasm32::v128_load(from.cast()) }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Self::Vector) {
        unsafe { core::arch::wasm32::v128_store(to.cast(), value) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        core::arch::wasm32::f32x4_add(a, b)
    }
    #[inline(always)]
    unsafe fn multiply_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        #[cfg(feature = "relaxed-simd")]
        return core::arch::wasm32::f32x4_relaxed_madd(a, b, c);
        #[cfg(not(feature = "relaxed-simd"))]
        core::arch::wasm32::f32x4_add(core::arch::wasm32::f32x4_mul(a, b), c)
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
impl Select for Simd128 {
    #[inline(always)]
    unsafe fn unzip(a: Self::Vector, b: Self::Vector) -> [Self::Vector; 2] {
        use core::arch::wasm32::i32x4_shuffle;
        [i32x4_shuffle::<0, 2, 4, 6>(a, b), i32x4_shuffle::<1, 3, 5, 7>(a, b)]
    }
    #[inline(always)]
    unsafe fn zip(a: Self::Vector, b: Self::Vector) -> [Self::Vector; 2] {
        use core::arch::wasm32::i32x4_shuffle;
        [i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b)]
    }
    #[inline(always)]
    unsafe fn wins(x: Self::Vector, best: Self::Vector) -> Self::Vector {
        use core::arch::wasm32::{f32x4_gt, f32x4_ne, v128_andnot, v128_or};
        v128_or(f32x4_gt(x, best), v128_andnot(f32x4_ne(x, x), f32x4_ne(best, best)))
    }
    #[inline(always)]
    unsafe fn choose(mask: Self::Vector, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        core::arch::wasm32::v128_bitselect(a, b, mask)
    }
}

/// Plain arrays, which the compiler makes vectors of as it can.
#[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
#[derive(Clone, Copy)]
pub(super) struct Portable;

#[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
impl Portable {
    const NAME: &str = "CPU";
}

#[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
impl Simd for Portable {
    type Vector = [f32; 4];
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn zero() -> Self::Vector {
        [0.0; 4]
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self::Vector {
        [value; 4]
    }
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self::Vector {
        unsafe { from.cast::<[f32; 4]>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn store(to: *mut f32, value: Self::Vector) {
        unsafe { to.cast::<[f32; 4]>().write_unaligned(value) }
    }
    #[inline(always)]
    unsafe fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector {
        [0, 1, 2, 3].map(|lane| a[lane] + b[lane])
    }
    #[inline(always)]
    unsafe fn multiply_add(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector {
        [0, 1, 2, 3].map(|lane| a[lane] * b[lane] + c[lane])
    }
}

#[cfg(not(any(all(target_arch = "wasm32", target_feature = "simd128"), target_arch = "x86_64")))]
impl Select for Portable {
    #[inline(always)]
    unsafe fn unzip(a: Self::Vector, b: Self::Vector) -> [Self::Vector; 2] {
        [[a[0], a[2], b[0], b[2]], [a[1], a[3], b[1], b[3]]]
    }
    #[inline(always)]
    unsafe fn zip(a: Self::Vector, b: Self::Vector) -> [Self::Vector; 2] {
        [[a[0], b[0], a[1], b[1]], [a[2], b[2], a[3], b[3]]]
    }
    #[inline(always)]
    unsafe fn wins(x: Self::Vector, best: Self::Vector) -> Self::Vector {
        let wins = |lane: usize| (x[lane] > best[lane]) | (x[lane].is_nan() & !best[lane].is_nan());
        [0, 1, 2, 3].map(|lane| f32::from_bits(u32::from(wins(lane)).wrapping_neg()))
    }
    #[inline(always)]
    unsafe fn choose(mask: Self::Vector, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        [0, 1, 2, 3].map(|lane| {
            let mask = mask[lane].to_bits();
            f32::from_bits(a[lane].to_bits() & mask | b[lane].to_bits() & !mask)
        })
    }
}
