//! Parameters begin as PyTorch's do: within the same bounds, with the same moments over many seeds.

use chalkgrad::nn::{Conv2d, Initialization, Linear, Network, Sequential};
use serde::Deserialize;

use crate::golden::load;

/// One row of `initialization.json`.
#[derive(Deserialize)]
struct Row {
    layer: String,
    arguments: Vec<usize>,
    seeds: u64,
    weight: Moments,
    bias: Moments,
}

/// What many draws look like.
#[derive(Deserialize)]
struct Moments {
    /// No number lies outside ±bound …
    bound: f64,
    /// … and the largest comes near it.
    largest: f64,
    mean: f64,
    deviation: f64,
    /// Mean fourth power: tells a uniform distribution from a normal one.
    fourth: f64,
}

impl Moments {
    fn of(values: &[f64], bound: f64) -> Self {
        let average =
            |of: &dyn Fn(f64) -> f64| values.iter().map(|&value| of(value)).sum::<f64>() / values.len() as f64;
        let mean = average(&|value| value);
        Self {
            bound,
            largest: values.iter().fold(0.0, |largest, value| value.abs().max(largest)),
            mean,
            deviation: average(&|value| (value - mean).powi(2)).sqrt(),
            fourth: average(&|value| value.powi(4)),
        }
    }
}

fn network(row: &Row) -> Network {
    match (row.layer.as_str(), row.arguments.as_slice()) {
        ("Conv2d", &[from, to, kernel]) => {
            Network::new(Sequential::new().with(Conv2d::new(from, to, kernel)), [from, kernel, kernel]).unwrap()
        }
        ("Linear", &[from, to]) => Network::new(Sequential::new().with(Linear::new(from, to)), [from]).unwrap(),
        _ => panic!("no layer {} of {:?}", row.layer, row.arguments),
    }
}

#[test]
fn layers_begin_with_the_bounds_and_moments_of_pytorch() {
    for row in load::<Vec<Row>>("initialization") {
        let network = network(&row);
        for (index, (parameter, expected)) in network.parameters().iter().zip([&row.weight, &row.bias]).enumerate() {
            let draw = |seed| Initialization::PyTorch.values(parameter, seed, index);
            let values: Vec<f64> = (0..row.seeds).flat_map(draw).map(f64::from).collect();
            let found = Moments::of(&values, expected.bound);
            let what = format!("{}{:?} {}", row.layer, row.arguments, parameter.path);
            // Two samples of this size differ by as much with one chance in many thousands.
            let noise = 6.0 / (values.len() as f64).sqrt();
            assert!(found.largest <= expected.bound * (1.0 + 1e-6), "{what}: {} is out of bounds", found.largest);
            let gap = (found.largest - expected.largest).abs();
            assert!(gap <= noise * expected.bound, "{what}: largest {}, not {}", found.largest, expected.largest);
            let gap = (found.mean - expected.mean).abs();
            assert!(gap <= noise * expected.deviation, "{what}: mean {}, not {}", found.mean, expected.mean);
            for (name, found, expected) in
                [("deviation", found.deviation, expected.deviation), ("fourth moment", found.fourth, expected.fourth)]
            {
                assert!((found / expected - 1.0).abs() <= noise * 1.5, "{what}: {name} {found}, not {expected}");
            }
        }
    }
}
