//! Everything that moves elements: a copy that walks input and output with any steps.

use crate::op::{Move, MoveAxis};

pub(super) fn copy(walk: &Move, x: &[f32], y: &mut [f32]) {
    let one = MoveAxis { len: 1, from: 0, to: 0 };
    let (inner, outer) = walk.axes.split_last().unwrap_or((&one, &[]));
    for row in 0..outer.iter().map(|axis| axis.len).product() {
        let mut rest = row;
        let (mut from, mut to) = (walk.from as isize, walk.to as isize);
        for axis in outer.iter().rev() {
            let place = (rest % axis.len) as isize;
            from += place * axis.from;
            to += place * axis.to;
            rest /= axis.len;
        }
        if inner.from == 1 && inner.to == 1 {
            let (from, to) = (from as usize, to as usize);
            y[to..to + inner.len].copy_from_slice(&x[from..from + inner.len]);
        } else {
            for place in 0..inner.len as isize {
                y[(to + place * inner.to) as usize] = x[(from + place * inner.from) as usize];
            }
        }
    }
}
