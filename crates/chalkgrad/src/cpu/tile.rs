//! The two register tiles that matrix products and convolutions are made of. Both walk a reduction and keep their sums
//! in registers: 4 or 5 rows of 2 vectors, because more spill in V8 and with AVX2's sixteen registers, and twice as many with AVX-512's
//! thirty-two. A product of one row, as depthwise convolutions have, takes 1 × 8.

use super::simd::{Level, Quad, Simd};

/// Vectors of a tile of one row: many, and as many as a product's panel has.
const LONE: [usize; 2] = [8, 2];

/// Room that vectors may read past the last number of an input: a whole vector of any level.
pub(super) const SLACK: usize = 16;

/// Where one vector of a product is read and written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    input: usize,
    output: usize,
    /// Results of a row that are wanted; the others fall off its end.
    lanes: usize,
}

/// Vectors that cover a product's results, one after another.
pub(super) struct Cover {
    level: Level,
    /// Rows of results that share a vector, so that short ones fill it.
    rows_per_vector: usize,
    /// From a row to the next, where they are read and where they are written.
    pitches: [usize; 2],
    positions: Vec<Position>,
    /// How many copies of one cover they are.
    copies: usize,
}

impl Cover {
    /// Of so many rows and columns of results.
    pub(super) fn new(level: Level, [rows, columns]: [usize; 2], pitches: [usize; 2]) -> Self {
        let shared =
            level.row_counts().iter().copied().filter(|&count| count <= rows && count * columns <= level.lanes());
        let shared = shared.max().unwrap_or(1);
        let level = if shared == 1 { level.for_rows_of(columns) } else { level };
        let width = level.lanes() / shared;
        // The last rows are computed twice where there are too few for another vector.
        let first_rows = (0..rows).step_by(shared).map(|row| row.min(rows - shared));
        let positions = first_rows.flat_map(|row| {
            (0..columns).step_by(width).map(move |column| Position {
                input: row * pitches[0] + column,
                output: row * pitches[1] + column,
                lanes: width.min(columns - column),
            })
        });
        Self { level, rows_per_vector: shared, pitches, positions: positions.collect(), copies: 1 }
    }

    /// How often it must be repeated so that tiles of a product of so many rows are full, or nearly so.
    pub(super) fn copies_for_tiles(&self, rows: usize) -> usize {
        let tile = tile_width(self.level, rows) / self.level.lanes();
        let is_full = |copies: &usize| (copies * self.positions.len()).is_multiple_of(tile);
        if self.positions.len() > 4 * tile { 1 } else { (1..tile).find(is_full).unwrap_or(tile) }
    }

    /// So many copies of it, each read and written so much further on.
    pub(super) fn repeated(self, copies: usize, [input, output]: [usize; 2]) -> Self {
        let copy = |index: usize| {
            self.positions.iter().map(move |position| Position {
                input: position.input + index * input,
                output: position.output + index * output,
                ..*position
            })
        };
        let positions = (0..copies).flat_map(copy).collect();
        Self { positions, copies, ..self }
    }
}

/// Columns that the widest tile of a product of so many rows computes at once.
pub(super) fn tile_width(level: Level, rows: usize) -> usize {
    let vectors = match level {
        _ if rows == 1 => LONE[0],
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => 4,
        _ => 2,
    };
    vectors * level.lanes()
}

/// Rows (output channels) of the tiles that compute a product of this many; packed factors hold as many numbers a step of the
/// reduction. One row alone would leave three of four idle, and five cost little more than four.
fn tile_height(rows: usize) -> usize {
    let cost = |height: usize| rows.div_ceil(height) * (height + 1);
    match rows {
        1 => 1,
        _ if cost(5) < cost(4) => 5,
        _ => 4,
    }
}

/// Appends a factor packed for `product`: groups of as many rows as a tile has, `[group][k][row]`, zeros past the last row. In `factor`
/// rows are `pitch` apart, and in each of them numbers lie at `steps`.
pub(super) fn pack_rows(packed: &mut Vec<f32>, factor: &[f32], rows: usize, pitch: usize, steps: &[usize]) {
    let height = tile_height(rows);
    for first in (0..rows).step_by(height) {
        let there = height.min(rows - first);
        for step in steps {
            packed.extend((first..first + there).map(|row| factor[row * pitch + step]));
            packed.extend((there..height).map(|_| 0.0));
        }
    }
}

/// Numbers of a factor so packed.
pub(super) fn packed_len(rows: usize, steps: usize) -> usize {
    rows.next_multiple_of(tile_height(rows)) * steps
}

/// What `product` computes: `output[row · output_plane + position] = Σ_k packed[row][k] · input[position + offsets[k]]`.
pub(super) struct Product<'a> {
    pub(super) packed: &'a [f32],
    pub(super) rows: usize,
    pub(super) input: &'a [f32],
    pub(super) offsets: &'a [usize],
    pub(super) cover: &'a Cover,
    /// How many of the cover's copies are computed.
    pub(super) copies: usize,
    pub(super) output_plane: usize,
}

/// Runs a product. The result overwrites `output`.
pub(super) fn product(product: &Product<'_>, output: &mut [f32]) {
    product.check(output.len());
    match (product.cover.level, product.cover.rows_per_vector) {
        // SAFETY: `check` holds every access in bounds, and `detect` found the instructions.
        #[cfg(target_arch = "x86_64")]
        (Level::Avx512, 1) => unsafe { product_avx512::<1>(product, output) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        (Level::Avx512, 2) => unsafe { product_avx512::<2>(product, output) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        (Level::Avx512, _) => unsafe { product_avx512::<4>(product, output) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        (Level::Avx2, 1) => unsafe { product_avx2::<1>(product, output) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        (Level::Avx2, _) => unsafe { product_avx2::<2>(product, output) },
        // SAFETY: as above; a module with relaxed instructions runs only where they are.
        (Level::Quad, _) => unsafe { product_quad(product, output) },
    }
}

impl Product<'_> {
    /// Panics where an access would leave its slice: a fault of the caller's plan, never of a person's input.
    fn check(&self, output: usize) {
        let Cover { level, rows_per_vector, pitches, .. } = self.cover;
        let last = |of: fn(&Position) -> usize| self.positions().iter().map(of).max().unwrap_or(0);
        let in_vector = pitches.map(|pitch| (rows_per_vector - 1) * pitch);
        let read = self.offsets.iter().max().unwrap_or(&0) + in_vector[0] + level.lanes() / rows_per_vector;
        assert!(last(|position| position.input) + read <= self.input.len(), "a product reads past its input");
        let written = in_vector[1] + self.rows.saturating_sub(1) * self.output_plane;
        let reach = last(|position| position.output + position.lanes) + written;
        assert!(reach <= output, "a product writes past its output");
        assert!(self.packed.len() >= packed_len(self.rows, self.offsets.len()), "a factor is short");
    }

    fn positions(&self) -> &[Position] {
        &self.cover.positions[..self.cover.positions.len() / self.cover.copies * self.copies]
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn product_avx512<const ROWS: usize>(product: &Product<'_>, output: &mut [f32]) {
    unsafe { product_with::<super::simd::Avx512, ROWS, 4>(product, output) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn product_avx2<const ROWS: usize>(product: &Product<'_>, output: &mut [f32]) {
    unsafe { product_with::<super::simd::Avx2, ROWS, 2>(product, output) }
}

#[cfg_attr(all(target_arch = "wasm32", feature = "relaxed-simd"), target_feature(enable = "relaxed-simd"))]
unsafe fn product_quad(product: &Product<'_>, output: &mut [f32]) {
    unsafe { product_with::<Quad, 1, 2>(product, output) }
}

/// # Safety
/// `product.check` holds, and the CPU has `S`.
#[inline(always)]
unsafe fn product_with<S: Simd, const ROWS: usize, const VECTORS: usize>(product: &Product<'_>, output: &mut [f32]) {
    unsafe {
        match tile_height(product.rows) {
            1 => {
                let rest = tiles::<S, ROWS, 1, { LONE[0] }>(product, product.positions(), output);
                let rest = tiles::<S, ROWS, 1, { LONE[1] }>(product, rest, output);
                tiles::<S, ROWS, 1, 1>(product, rest, output);
            }
            5 => {
                let rest = tiles::<S, ROWS, 5, VECTORS>(product, product.positions(), output);
                tiles::<S, ROWS, 5, 1>(product, rest, output);
            }
            _ => {
                let rest = tiles::<S, ROWS, 4, VECTORS>(product, product.positions(), output);
                tiles::<S, ROWS, 4, 1>(product, rest, output);
            }
        }
    }
}

/// As many tiles as these positions fill; gives the positions that are left.
#[inline(always)]
unsafe fn tiles<'a, S: Simd, const ROWS: usize, const HEIGHT: usize, const VECTORS: usize>(
    product: &Product<'_>,
    positions: &'a [Position],
    output: &mut [f32],
) -> &'a [Position] {
    let chunks = positions.chunks_exact(VECTORS);
    let rest = chunks.remainder();
    for tile in chunks {
        unsafe { tile_rows::<S, ROWS, HEIGHT, VECTORS>(product, tile.as_ptr(), output) };
    }
    rest
}

/// All rows of one tile of positions.
#[inline(always)]
unsafe fn tile_rows<S: Simd, const ROWS: usize, const HEIGHT: usize, const VECTORS: usize>(
    product: &Product<'_>,
    tile: *const Position,
    output: &mut [f32],
) {
    let steps = product.offsets.len();
    let position = |vector: usize| unsafe { *tile.add(vector) };
    let inputs: [*const f32; VECTORS] =
        std::array::from_fn(|vector| unsafe { product.input.as_ptr().add(position(vector).input) });
    for (group, first) in (0..product.rows).step_by(HEIGHT).enumerate() {
        let sums = unsafe {
            let packed = product.packed.as_ptr().add(group * steps * HEIGHT);
            accumulate::<S, ROWS, HEIGHT, VECTORS>(packed, inputs, product.cover.pitches[0], product.offsets)
        };
        for (row, sums) in sums.iter().enumerate().take(product.rows - first) {
            for (vector, &sum) in sums.iter().enumerate() {
                let Position { output: at, lanes, .. } = position(vector);
                let to = &mut output[(first + row) * product.output_plane + at..];
                unsafe { store::<S, ROWS>(to, product.cover.pitches[1], lanes, sum) };
            }
        }
    }
}

#[inline(always)]
unsafe fn accumulate<S: Simd, const ROWS: usize, const HEIGHT: usize, const VECTORS: usize>(
    packed: *const f32,
    inputs: [*const f32; VECTORS],
    pitch: usize,
    offsets: &[usize],
) -> [[S::Vector; VECTORS]; HEIGHT] {
    unsafe {
        let mut sums = [[S::zero(); VECTORS]; HEIGHT];
        let mut factor = packed;
        for &offset in offsets {
            let values: [S::Vector; VECTORS] =
                std::array::from_fn(|vector| S::load_rows::<ROWS>(inputs[vector].add(offset), pitch));
            for row in 0..HEIGHT {
                let weight = S::splat(*factor.add(row));
                for vector in 0..VECTORS {
                    sums[row][vector] = S::multiply_add(weight, values[vector], sums[row][vector]);
                }
            }
            factor = factor.add(HEIGHT);
        }
        sums
    }
}

/// Writes the first lanes of each of a vector's rows, `pitch` apart.
#[inline(always)]
unsafe fn store<S: Simd, const ROWS: usize>(to: &mut [f32], pitch: usize, lanes: usize, value: S::Vector) {
    let width = S::LANES / ROWS;
    if lanes == width && (ROWS == 1 || pitch == width) {
        unsafe { S::store(to[..S::LANES].as_mut_ptr(), value) };
    } else {
        let mut all = [0.0; SLACK];
        unsafe { S::store(all.as_mut_ptr(), value) };
        for (row, from) in all[..S::LANES].chunks_exact(width).enumerate() {
            to[row * pitch..][..lanes].copy_from_slice(&from[..lanes]);
        }
    }
}

/// What `outer_sum` adds: `sums[k][column] += Σ_pixel input[pixel place + offsets[k]] · columns[pixel][column]`.
pub(super) struct OuterSum<'a> {
    pub(super) input: &'a [f32],
    pub(super) offsets: &'a [usize],
    /// Pixels in rows and columns, and from a row to the next in `input`.
    pub(super) pixels: [usize; 2],
    pub(super) pitch: usize,
    /// `[pixel][width]`, `width` a multiple of the lanes.
    pub(super) columns: &'a [f32],
    pub(super) width: usize,
}

/// Most rows of a tile of `outer_sum`: what its sums are padded to.
pub(super) const TAPS: usize = 8;

/// Adds to `sums`, which is `[k rounded up to TAPS][width]`.
pub(super) fn outer_sum(level: Level, outer: &OuterSum<'_>, sums: &mut [f32]) {
    let [rows, columns] = outer.pixels;
    if rows * columns == 0 || outer.offsets.is_empty() {
        return;
    }
    let last = (rows - 1) * outer.pitch + columns - 1;
    assert!(last + outer.offsets.iter().max().unwrap_or(&0) < outer.input.len(), "a sum reads past its input");
    assert!(
        rows * columns * outer.width <= outer.columns.len() && outer.width.is_multiple_of(level.lanes()),
        "its columns are short"
    );
    assert!(outer.offsets.len().next_multiple_of(TAPS) * outer.width <= sums.len(), "its sums are short");
    match level {
        // SAFETY: the assertions above hold every access in bounds, and `detect` found the instructions.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { outer_sum_avx512(outer, sums) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { outer_sum_avx2(outer, sums) },
        // SAFETY: as above; a module with relaxed instructions runs only where they are.
        Level::Quad => unsafe { outer_sum_quad(outer, sums) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn outer_sum_avx512(outer: &OuterSum<'_>, sums: &mut [f32]) {
    unsafe { outer_sum_with::<super::simd::Avx512, TAPS>(outer, sums) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn outer_sum_avx2(outer: &OuterSum<'_>, sums: &mut [f32]) {
    unsafe { outer_sum_with::<super::simd::Avx2, 4>(outer, sums) }
}

#[cfg_attr(all(target_arch = "wasm32", feature = "relaxed-simd"), target_feature(enable = "relaxed-simd"))]
unsafe fn outer_sum_quad(outer: &OuterSum<'_>, sums: &mut [f32]) {
    unsafe { outer_sum_with::<Quad, 4>(outer, sums) }
}

/// # Safety
/// `outer_sum`'s assertions hold, and the CPU has `S`.
#[inline(always)]
unsafe fn outer_sum_with<S: Simd, const ROWS: usize>(outer: &OuterSum<'_>, sums: &mut [f32]) {
    for first in (0..outer.offsets.len()).step_by(ROWS) {
        // Past the last offset the tile repeats it; those sums land in the padding.
        let last = outer.offsets.len() - 1;
        let offsets: [usize; ROWS] = std::array::from_fn(|row| outer.offsets[(first + row).min(last)]);
        let mut column = 0;
        while column < outer.width {
            let to = unsafe { sums.as_mut_ptr().add(first * outer.width + column) };
            if column + 2 * S::LANES <= outer.width {
                unsafe { outer_tile::<S, ROWS, 2>(outer, offsets, column, to) };
                column += 2 * S::LANES;
            } else {
                unsafe { outer_tile::<S, ROWS, 1>(outer, offsets, column, to) };
                column += S::LANES;
            }
        }
    }
}

#[inline(always)]
unsafe fn outer_tile<S: Simd, const ROWS: usize, const VECTORS: usize>(
    outer: &OuterSum<'_>,
    offsets: [usize; ROWS],
    column: usize,
    to: *mut f32,
) {
    unsafe {
        let mut sums = [[S::zero(); VECTORS]; ROWS];
        let mut columns = outer.columns.as_ptr().add(column);
        for row in 0..outer.pixels[0] {
            let start = outer.input.as_ptr().add(row * outer.pitch);
            let mut taps = offsets.map(|offset| start.add(offset));
            for _ in 0..outer.pixels[1] {
                let values: [S::Vector; VECTORS] =
                    std::array::from_fn(|vector| S::load(columns.add(vector * S::LANES)));
                for k in 0..ROWS {
                    let factor = S::splat(*taps[k]);
                    for vector in 0..VECTORS {
                        sums[k][vector] = S::multiply_add(factor, values[vector], sums[k][vector]);
                    }
                }
                taps = taps.map(|tap| tap.wrapping_add(1));
                columns = columns.add(outer.width);
            }
        }
        for (k, row) in sums.iter().enumerate() {
            for (vector, &sum) in row.iter().enumerate() {
                let to = to.add(k * outer.width + vector * S::LANES);
                S::store(to, S::add(S::load(to), sum));
            }
        }
    }
}
