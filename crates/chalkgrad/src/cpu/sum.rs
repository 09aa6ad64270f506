//! Sums over axes. Neighbouring axes that are both summed or both kept count as one; the innermost runs over contiguous
//! numbers: summed in eight lanes, or added to a row.

use super::simd::{Level, Wide};
use crate::Shape;

const LANES: usize = 8;

pub(super) fn sum(level: Level, x: &[f32], shape: &Shape, axes: &[usize], y: &mut [f32]) {
    y.fill(0.0);
    if !x.is_empty() {
        level.widely(Sum { x, groups: merge(shape, axes), y });
    }
}

/// A sum to numbers that are zero.
struct Sum<'a> {
    x: &'a [f32],
    groups: Vec<(usize, bool)>,
    y: &'a mut [f32],
}

impl Wide for Sum<'_> {
    #[inline(always)]
    fn run(self) {
        let Self { x, groups, y } = self;
        let Some(((last, summed), outer)) = groups.split_last() else { return };
        // Strides of the output along each outer group.
        let mut stride = if *summed { 1 } else { *last };
        let mut strides = vec![0; outer.len()];
        for (group, (len, summed)) in outer.iter().enumerate().rev() {
            if !summed {
                strides[group] = stride;
                stride *= len;
            }
        }
        for (index, run) in x.chunks_exact(*last).enumerate() {
            let mut rest = index;
            let mut to = 0;
            for (group, (len, _)) in outer.iter().enumerate().rev() {
                to += rest % len * strides[group];
                rest /= len;
            }
            if *summed {
                y[to] += total(run);
            } else {
                y[to..to + last].iter_mut().zip(run).for_each(|(y, x)| *y += x);
            }
        }
    }
}

/// Lengths of the merged axes, and whether each is summed.
fn merge(shape: &Shape, axes: &[usize]) -> Vec<(usize, bool)> {
    let mut groups: Vec<(usize, bool)> = Vec::new();
    for (axis, &len) in shape.dims().iter().enumerate() {
        let summed = axes.contains(&axis);
        match groups.last_mut() {
            Some((total, same)) if *same == summed => *total *= len,
            _ => groups.push((len, summed)),
        }
    }
    if groups.is_empty() { vec![(1, true)] } else { groups }
}

#[inline(always)]
fn total(run: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let chunks = run.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().sum();
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, x)| *lane += x);
    }
    lanes.iter().sum::<f32>() + rest
}
