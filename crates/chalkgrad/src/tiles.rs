//! How the GPU's kernels cut their work. Every choice gives the same results; which is fastest, devices differ in.

use std::fmt;

/// Threads that keep a large GPU busy.
pub(crate) const BUSY: usize = 1 << 15;

/// Settings of the kernels that compile for a GPU. As text they are a line for a reader, from which `Tiles::parse` makes them again.
///
/// ```
/// use chalkgrad::Tiles;
///
/// let tiles = Tiles::of_thumb(true);
/// assert_eq!(tiles.to_string(), "4 × 8 pixels a thread · sums for 512 threads · matmul in registers");
/// assert_eq!(Tiles::parse(&tiles.to_string()), Some(tiles));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tiles {
    /// Of convolutions.
    pub pixels: Pixels,
    /// Threads that a long sum is cut for, as those of weight gradients are.
    pub busy: usize,
    /// Of matrices.
    pub product: Product,
}

/// How many neighbouring pixels a thread of a convolution computes: more take fewer loads a product, fewer make more threads.
///
/// ```
/// use chalkgrad::{Device, Pixels, Tiles};
///
/// Device::Cpu.set_tiles(Tiles { pixels: Pixels::Four, ..Tiles::of_thumb(false) }); // heard by GPUs
/// assert_eq!(Device::Cpu.tiles(), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pixels {
    /// Four.
    Four,
    /// Eight where that leaves enough threads for a large GPU.
    FourOrEight,
    /// Eight, but of pictures that are no wider than four.
    Eight,
    /// Four rows of eight, of a convolution with strides of at most 2, no dilation and no more than 25 taps, which are written out; of
    /// others as `Eight`.
    Unrolled,
}

/// How matrices are multiplied.
///
/// ```
/// use chalkgrad::{Product, Tiles};
///
/// let tiles = Tiles { product: Product::Shared64, ..Tiles::of_thumb(false) };
/// assert!(tiles.to_string().ends_with("matmul in shared tiles of 64 × 64"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Product {
    /// Every thread for itself, 4 × 4 outputs.
    Registers,
    /// 64 threads together, through memory that they share, 32 × 32 outputs.
    Shared32,
    /// The same with 64 × 64.
    Shared64,
}

impl Pixels {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::FourOrEight, Self::Eight, Self::Four, Self::Unrolled];
}

impl Product {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Registers, Self::Shared32, Self::Shared64];
}

impl Tiles {
    /// Counts up when a kernel changes so that another setting may be faster: what was found before holds no longer.
    pub const VERSION: u32 = 3;

    /// What `busy` is chosen from.
    pub const BUSY: [usize; 4] = [1 << 9, 1 << 12, BUSY, 1 << 17];

    /// What is likely to be good on a processor that plays a GPU (`software`), or on a large GPU.
    pub fn of_thumb(software: bool) -> Self {
        let (pixels, busy) = if software { (Pixels::Unrolled, 1 << 9) } else { (Pixels::FourOrEight, BUSY) };
        Self { pixels, busy, product: Product::Registers }
    }

    /// The settings that this text stands for, if it stands for some.
    pub fn parse(text: &str) -> Option<Self> {
        let all = Pixels::ALL.into_iter().flat_map(|pixels| {
            Self::BUSY.into_iter().flat_map(move |busy| Product::ALL.map(|product| Self { pixels, busy, product }))
        });
        all.into_iter().find(|tiles| tiles.to_string() == text)
    }
}

impl fmt::Display for Tiles {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pixels = match self.pixels {
            Pixels::Four => "4",
            Pixels::FourOrEight => "4 or 8",
            Pixels::Eight => "8",
            Pixels::Unrolled => "4 × 8",
        };
        let product = match self.product {
            Product::Registers => "registers",
            Product::Shared32 => "shared tiles of 32 × 32",
            Product::Shared64 => "shared tiles of 64 × 64",
        };
        write!(out, "{pixels} pixels a thread · sums for {} threads · matmul in {product}", self.busy)
    }
}
