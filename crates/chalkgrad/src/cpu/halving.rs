//! Max pooling two by two, side by side, on vectors of windows: which place wins is chance, and branches that chance
//! decides cost more than the pooling.

use super::simd::{Quad, Select};

/// Windows in a vector.
const LANES: usize = 4;

/// One row of `LANES` windows.
type Row = [f32; 2 * LANES];

/// The four places of each window, in the order of reading.
type Places<S> = [<S as super::simd::Simd>::Vector; 4];

pub(super) fn forward(x: &[f32], width: usize, y: &mut [f32], columns: usize) {
    for (x, y) in x.chunks_exact(2 * width).zip(y.chunks_exact_mut(columns)) {
        let (top, bottom) = x.split_at(width);
        let (whole, rest) = y.as_chunks_mut();
        for ((top, bottom), y) in top.as_chunks().0.iter().zip(bottom.as_chunks().0).zip(whole) {
            // SAFETY: `Quad` needs nothing that the build has not.
            *y = unsafe { largest::<Quad>([top, bottom]) };
        }
        if !rest.is_empty() {
            let last = 2 * (columns - rest.len())..2 * columns;
            // SAFETY: as above.
            let largest = unsafe { largest::<Quad>([&padded(&top[last.clone()]), &padded(&bottom[last])]) };
            rest.copy_from_slice(&largest[..rest.len()]);
        }
    }
}

pub(super) fn gradient(x: &[f32], width: usize, g: &[f32], columns: usize, y: &mut [f32]) {
    let rows_of_windows = x.chunks_exact(2 * width).zip(y.chunks_exact_mut(2 * width)).zip(g.chunks_exact(columns));
    for ((x, y), g) in rows_of_windows {
        let ((top, bottom), (to_top, to_bottom)) = (x.split_at(width), y.split_at_mut(width));
        let (whole, rest) = g.as_chunks();
        let from = top.as_chunks().0.iter().zip(bottom.as_chunks().0).zip(whole);
        let to = to_top.as_chunks_mut().0.iter_mut().zip(to_bottom.as_chunks_mut().0);
        for (((top, bottom), g), (to_top, to_bottom)) in from.zip(to) {
            // SAFETY: `Quad` needs nothing that the build has not.
            [*to_top, *to_bottom] = unsafe { give::<Quad>([top, bottom], g) };
        }
        if !rest.is_empty() {
            let last = 2 * (columns - rest.len())..2 * columns;
            let rows = [&padded(&top[last.clone()]), &padded(&bottom[last.clone()])];
            // SAFETY: as above.
            let [above, below] = unsafe { give::<Quad>(rows, &padded(rest)) };
            to_top[last.clone()].copy_from_slice(&above[..last.len()]);
            to_bottom[last.clone()].copy_from_slice(&below[..last.len()]);
        }
    }
}

/// Numbers with zeros behind them.
fn padded<const N: usize>(numbers: &[f32]) -> [f32; N] {
    let mut padded = [0.0; N];
    padded[..numbers.len()].copy_from_slice(numbers);
    padded
}

/// # Safety
/// The CPU has `S`.
#[inline(always)]
unsafe fn places<S: Select>(rows: [&Row; 2]) -> Places<S> {
    unsafe {
        let halves = |row: &Row| S::unzip(S::load(row.as_ptr()), S::load(row[LANES..].as_ptr()));
        let ([top_left, top_right], [bottom_left, bottom_right]) = (halves(rows[0]), halves(rows[1]));
        [top_left, top_right, bottom_left, bottom_right]
    }
}

/// # Safety
/// The CPU has `S`.
#[inline(always)]
unsafe fn largest<S: Select>(rows: [&Row; 2]) -> [f32; LANES] {
    unsafe {
        let [first, rest @ ..] = places::<S>(rows);
        let best = rest.iter().fold(first, |best, &x| S::choose(S::wins(x, best), x, best));
        let mut largest = [0.0; LANES];
        S::store(largest.as_mut_ptr(), best);
        largest
    }
}

/// Rows of zeros, but for each window's `g` at the place of its winner.
///
/// # Safety
/// The CPU has `S`.
#[inline(always)]
unsafe fn give<S: Select>(rows: [&Row; 2], g: &[f32; LANES]) -> [Row; 2] {
    unsafe {
        let [first, rest @ ..] = places::<S>(rows);
        let (zero, g) = (S::zero(), S::load(g.as_ptr()));
        let mut best = first;
        let mut given = [g, zero, zero, zero];
        for (place, &x) in rest.iter().enumerate() {
            let wins = S::wins(x, best);
            best = S::choose(wins, x, best);
            given[..=place].iter_mut().for_each(|given| *given = S::choose(wins, zero, *given));
            given[place + 1] = S::choose(wins, g, zero);
        }
        let mut to = [[0.0; 2 * LANES]; 2];
        for (row, pair) in to.iter_mut().zip([[given[0], given[1]], [given[2], given[3]]]) {
            let [low, high] = S::zip(pair[0], pair[1]);
            S::store(row.as_mut_ptr(), low);
            S::store(row[LANES..].as_mut_ptr(), high);
        }
        to
    }
}
