//! Tensors as walks through memory: axes with a length and a stride, as few as describe the walk.

use crate::{Error, Result};

/// Most axes that a walk in a kernel's uniform has, after neighbours were joined.
const MOST: usize = 8;

/// One axis of a walk, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) len: usize,
    pub(super) stride: usize,
}

/// The walk over these axes, outermost first, with neighbours joined where one continues the other.
pub(super) fn walk(axes: impl IntoIterator<Item = (usize, usize)>) -> Vec<Axis> {
    let mut walk: Vec<Axis> = Vec::new();
    for (len, stride) in axes.into_iter().filter(|&(len, _)| len != 1) {
        match walk.last_mut() {
            Some(outer) if outer.stride == stride * len => *outer = Axis { len: outer.len * len, stride },
            _ => walk.push(Axis { len, stride }),
        }
    }
    walk
}

impl Axis {
    /// Length and stride, as `shared/walk.wgsl` reads them.
    pub(super) fn words(&self) -> [u32; 3] {
        [self.len as u32, self.stride as u32, 0]
    }
}

/// The axes of a walk as kernels read them, innermost first: four words each, filled up to `MOST`.
pub(super) fn words(
    walk: impl DoubleEndedIterator<Item = [u32; 3]> + ExactSizeIterator,
    operation: &'static str,
) -> Result<Vec<u32>> {
    if walk.len() > MOST {
        let reason = format!("it walks memory along {} axes that cannot be joined, and {MOST} is the most", walk.len());
        return Err(Error::Kernel { name: operation.into(), reason });
    }
    let mut words: Vec<u32> = walk.rev().flat_map(|[len, stride, other]| [len, stride, other, 0]).collect();
    words.resize(4 * MOST, 0);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_that_continue_one_another_are_joined_and_those_of_length_1_vanish() {
        let joined = walk([(2, 12), (1, 7), (3, 4), (4, 1)]);
        assert_eq!(joined, [Axis { len: 24, stride: 1 }]);
        let transposed = walk([(4, 1), (3, 4)]);
        assert_eq!(transposed, [Axis { len: 4, stride: 1 }, Axis { len: 3, stride: 4 }]);
        let stretched = walk([(2, 0), (3, 0), (5, 1)]);
        assert_eq!(stretched, [Axis { len: 6, stride: 0 }, Axis { len: 5, stride: 1 }]);
    }
}
