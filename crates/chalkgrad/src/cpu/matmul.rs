//! Matrix products by register tiles: the first factor packed in groups of a tile's rows, the second in panels of its width, so that a
//! panel's numbers lie side by side and stay in the first-level cache.

use super::Scratch;
use super::simd::Level;
use super::tile::{self, Cover, Product, SLACK};
use crate::Shape;

/// A product whose sizes are known, or a stack of such products.
pub(super) struct MatMul {
    stack: usize,
    rows: usize,
    inner: usize,
    columns: usize,
    /// Columns of a panel.
    panel: usize,
    transpose_b: bool,
    /// Where a row's numbers lie in the first factor, and how far it is to the next row.
    steps: Vec<usize>,
    pitch: usize,
    offsets: Vec<usize>,
    panels: Vec<Cover>,
}

impl MatMul {
    pub(super) fn new(level: Level, transpose: [bool; 2], a: &Shape, output: &Shape) -> Self {
        let matrix = |shape: &Shape| [2, 1].map(|from_last| shape.dims()[shape.rank() - from_last]);
        let [rows, columns] = matrix(output);
        let inner = matrix(a)[usize::from(!transpose[0])];
        let level = level.for_rows_of(columns);
        let panel = tile::tile_width(level, rows);
        let panels =
            (0..columns).step_by(panel).map(|first| Cover::new(level, [1, panel.min(columns - first)], [0; 2]));
        let [pitch, step] = if transpose[0] { [1, rows] } else { [inner, 1] };
        Self {
            stack: output.dims()[..output.rank() - 2].iter().product(),
            rows,
            inner,
            columns,
            panel,
            transpose_b: transpose[1],
            steps: (0..inner).map(|k| k * step).collect(),
            pitch,
            offsets: (0..inner).map(|k| k * panel).collect(),
            panels: panels.collect(),
        }
    }

    pub(super) fn run(&self, a: &[f32], b: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        if y.is_empty() || self.inner == 0 {
            return y.fill(0.0);
        }
        let [a_len, b_len, y_len] = [self.rows * self.inner, self.inner * self.columns, self.rows * self.columns];
        for item in 0..self.stack {
            let [a, b] = [&a[item * a_len..][..a_len], &b[item * b_len..][..b_len]];
            self.multiply(a, b, &mut y[item * y_len..][..y_len], scratch);
        }
    }

    fn multiply(&self, a: &[f32], b: &[f32], y: &mut [f32], scratch: &mut Scratch) {
        scratch.packed.clear();
        tile::pack_rows(&mut scratch.packed, a, self.rows, self.pitch, &self.steps);
        let panel = &mut scratch.padded;
        let wide = self.panel;
        panel.resize((self.inner * wide + SLACK).max(panel.len()), 0.0);
        for (first, cover) in (0..self.columns).step_by(wide).zip(&self.panels) {
            let width = wide.min(self.columns - first);
            for k in 0..self.inner {
                let to = &mut panel[k * wide..k * wide + width];
                if self.transpose_b {
                    to.iter_mut().enumerate().for_each(|(column, to)| *to = b[(first + column) * self.inner + k]);
                } else {
                    to.copy_from_slice(&b[k * self.columns + first..][..width]);
                }
            }
            let product = Product {
                packed: &scratch.packed,
                rows: self.rows,
                input: panel,
                offsets: &self.offsets,
                cover,
                copies: 1,
                output_plane: self.columns,
            };
            tile::product(&product, &mut y[first..]);
        }
    }
}
