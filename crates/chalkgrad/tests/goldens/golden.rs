//! PyTorch's numbers as `make.py` stores them, and what it means to equal them.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::hash;

/// Some elements of a tensor, and one sum over all of them with drawn weights, which changes when any element does.
#[derive(Debug, Deserialize)]
pub(crate) struct Golden {
    pub(crate) shape: Vec<usize>,
    /// The largest magnitude.
    pub(crate) largest: f64,
    pub(crate) projection: f64,
    pub(crate) values: Vec<f64>,
}

/// How far numbers may be apart: `relative × |expected| + absolute × the tensor's largest magnitude`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tolerance {
    relative: f64,
    absolute: f64,
}

/// Equal, wherever something is computed in f32.
pub(crate) const EQUAL: Tolerance = Tolerance { relative: 1e-4, absolute: 1e-5 };
/// Equal where it is computed in f64. Nine digits are stored.
pub(crate) const EQUAL_F64: Tolerance = Tolerance { relative: 1e-8, absolute: 1e-8 };

impl Tolerance {
    fn allowed(self, expected: f64, largest: f64) -> f64 {
        self.relative * expected.abs() + self.absolute * largest
    }
}

impl Golden {
    /// Panics unless `found` equals the tensor that was stored by this name. `by` says who computed it.
    pub(crate) fn check(&self, name: &str, found: &[f64], tolerance: Tolerance, by: &str) {
        assert_eq!(found.len(), self.shape.iter().product::<usize>(), "{name} by {by}: number of elements");
        let start = hash::seed(&format!("{name}/at"));
        for (draw, &expected) in self.values.iter().enumerate() {
            let place = match found.len() == self.values.len() {
                true => draw,
                false => (hash::unit(start, draw as u64) * found.len() as f64) as usize,
            };
            let (value, allowed) = (found[place], tolerance.allowed(expected, self.largest));
            assert!(
                (value - expected).abs() <= allowed,
                "{name} by {by}: element {place} is {value}, PyTorch's is {expected} ± {allowed:.1e}"
            );
        }
        let weights = hash::symmetric(&format!("{name}/projection"), &self.shape, 1.0);
        let projection: f64 = found.iter().zip(weights.iter()).map(|(value, weight)| value * weight).sum();
        // Errors of different elements are independent: they add up as a random walk does.
        let allowed = tolerance.allowed(self.projection, self.largest * (found.len() as f64).sqrt());
        assert!(
            (projection - self.projection).abs() <= allowed,
            "{name} by {by}: the weighted sum is {projection}, PyTorch's is {} ± {allowed:.1e}: an element that is not \
             stored differs",
            self.projection
        );
    }
}

/// What `make.py` wrote by this name.
pub(crate) fn load<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/goldens/numbers/{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
