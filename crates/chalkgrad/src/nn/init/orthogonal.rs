//! Random matrices with orthonormal rows or columns.

use crate::Shape;
use crate::random::Stream;

/// `gain` times a matrix `[rows, columns × …]` that is uniformly distributed among those with orthonormal rows, or orthonormal
/// columns if these are fewer.
///
/// PyTorch takes Q of the QR decomposition of a normal matrix and turns the signs so that R has a positive diagonal, because
/// only that Q is uniform (Mezzadri 2007). Gram and Schmidt's method gives the same Q directly.
pub(super) fn orthogonal(shape: &Shape, gain: f64, stream: &Stream) -> Vec<f32> {
    let rows = shape.dims()[0];
    let columns = shape.elements() / rows;
    // Vectors lie one after the other; they are the rows where these are fewer.
    let (count, len) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<f64> = (0..(count * len) as u64).map(|place| f64::from(stream.normal(place))).collect();
    for index in 0..count {
        let (before, rest) = vectors.split_at_mut(index * len);
        let vector = &mut rest[..len];
        // Once leaves rounding errors that grow with the number of vectors; twice is enough (Giraud et al. 2005).
        for _ in 0..2 {
            for other in before.chunks_exact(len) {
                let along = dot(vector, other);
                vector.iter_mut().zip(other).for_each(|(value, other)| *value -= along * other);
            }
        }
        let length = dot(vector, vector).sqrt();
        vector.iter_mut().for_each(|value| *value /= length);
    }
    let at = |row: usize, column: usize| if rows <= columns { row * len + column } else { column * len + row };
    let places = (0..rows).flat_map(|row| (0..columns).map(move |column| at(row, column)));
    places.map(|place| (gain * vectors[place]) as f32).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
