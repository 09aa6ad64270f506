//! Matrix products by register tiles: the first factor packed in groups of a tile's rows, the second in panels of its width, so that a
//! panel's numbers lie side by side and stay in the first-level cache.

use super::Scratch;
use super::simd::Level;
use super::tile::{self, Position, Product, SLACK};
use crate::Shape;

/// A product whose sizes are known, or a stack of such products.
pub(super) struct MatMul {
    level: Level,
    stack: usize,
    rows: usize,
    inner: usize,
    columns: usize,
    /// Columns of a panel.
    panel: usize,
    transpose: [bool; 2],
    offsets: Vec<usize>,
    panels: Vec<Vec<Position>>,
}

impl MatMul {
    pub(super) fn new(level: Level, transpose: [bool; 2], a: &Shape, output: &Shape) -> Self {
        let matrix = |shape: &Shape| [2, 1].map(|from_last| shape.dims()[shape.rank() - from_last]);
        let [rows, columns] = matrix(output);
        let inner = matrix(a)[usize::from(!transpose[0])];
        let level = level.for_rows_of(columns);
        let panel = tile::tile_width(level, rows);
        let panels = (0..columns).step_by(panel).map(|first| {
            let mut positions = tile::positions(level, 1, panel.min(columns - first), 0, 0);
            positions.iter_mut().for_each(|position| position.output += first);
            positions
        });
        Self {
            level,
            stack: output.dims()[..output.rank() - 2].iter().product(),
            rows,
            inner,
            columns,
            panel,
            transpose,
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
        let [transpose_a, transpose_b] = self.transpose;
        scratch.packed.clear();
        tile::pack_rows(&mut scratch.packed, self.rows, self.inner, |row, k| {
            if transpose_a { a[k * self.rows + row] } else { a[row * self.inner + k] }
        });
        let panel = &mut scratch.padded;
        let wide = self.panel;
        panel.resize((self.inner * wide + SLACK).max(panel.len()), 0.0);
        for (first, positions) in (0..self.columns).step_by(wide).zip(&self.panels) {
            let width = wide.min(self.columns - first);
            for k in 0..self.inner {
                let to = &mut panel[k * wide..k * wide + width];
                if transpose_b {
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
                positions,
                output_plane: self.columns,
            };
            tile::product(self.level, &product, y);
        }
    }
}
