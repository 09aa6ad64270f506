//! Uniform random numbers in [0, 1), the same bits on every device.

use crate::random::Draws;

pub(super) fn uniform(words: &[f32], stream: u32, y: &mut [f32]) {
    let draws = Draws::new([0, 1, 2, 3, 4].map(|word| words[word] as u32), stream);
    for (block, y) in y.chunks_mut(4).enumerate() {
        y.copy_from_slice(&draws.block(block as u32)[..y.len()]);
    }
}
