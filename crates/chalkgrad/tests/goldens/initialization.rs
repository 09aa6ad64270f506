//! Parameters begin as PyTorch's do: each function of `torch.nn.init` and each layer's default has the same moments over many
//! seeds, within the same bounds, or the same values where nothing is random.

use std::collections::HashMap;

use chalkgrad::nn::{
    BatchNorm1d, BatchNorm2d, Conv2d, ConvTranspose2d, Embedding, Fan, Init, Initialization, LayerNorm, Linear,
    Network, Nonlinearity,
};
use chalkgrad::op::Window;
use chalkgrad::random::Stream;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::golden::load;

const SEEDS: u64 = 64;

/// What many draws of one tensor look like.
#[derive(Deserialize)]
struct Draws {
    shape: Vec<usize>,
    #[serde(flatten)]
    numbers: Numbers,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Numbers {
    /// The same each time.
    Fixed { values: Vec<f64> },
    Random {
        mean: f64,
        deviation: f64,
        /// Mean fourth power of the distance from the mean: tells a uniform distribution from a normal one.
        fourth: f64,
        /// The part that is zero.
        zeros: f64,
        /// The smallest and the largest number, where these are bounds and not luck.
        low: Option<f64>,
        high: Option<f64>,
    },
}

impl Draws {
    /// Panics unless what `draw` makes of many seeds is distributed as PyTorch's.
    fn check(&self, what: &str, draw: impl Fn(u64) -> Vec<f32>) {
        let found: Vec<f64> = (0..SEEDS).flat_map(draw).map(f64::from).collect();
        let elements: usize = self.shape.iter().product();
        assert_eq!(found.len(), SEEDS as usize * elements, "{what}: number of elements");
        match &self.numbers {
            Numbers::Fixed { values } => {
                let same = |(index, &value): (usize, &f64)| value == f64::from(values[index % values.len()] as f32);
                assert!(found.iter().enumerate().all(same), "{what}: not PyTorch's values");
            }
            Numbers::Random { mean, deviation, fourth, zeros, low, high } => {
                let average = |of: &dyn Fn(f64) -> f64| found.iter().map(|&x| of(x)).sum::<f64>() / found.len() as f64;
                let own_mean = average(&|x| x);
                let own_deviation = average(&|x| (x - own_mean).powi(2)).sqrt();
                let own_fourth = average(&|x| (x - own_mean).powi(4));
                // Two samples of this size differ by more with one chance in many thousands.
                let noise = 6.0 / (found.len() as f64).sqrt();
                near(what, "mean", own_mean, *mean, noise * deviation);
                near(what, "deviation", own_deviation, *deviation, noise * deviation);
                near(what, "fourth moment", own_fourth, *fourth, 4.0 * noise * fourth);
                near(what, "zeros", average(&|x| if x == 0.0 { 1.0 } else { 0.0 }), *zeros, 1e-4);
                if let (Some(low), Some(high)) = (low, high) {
                    let gap = 20.0 / found.len() as f64 * (high - low);
                    near(what, "smallest", found.iter().copied().fold(f64::INFINITY, f64::min), *low, gap);
                    near(what, "largest", found.iter().copied().fold(f64::NEG_INFINITY, f64::max), *high, gap);
                }
            }
        }
    }
}

fn near(what: &str, name: &str, found: f64, expected: f64, allowed: f64) {
    assert!((found - expected).abs() <= allowed, "{what}: {name} {found}, PyTorch's is {expected} ± {allowed:.1e}");
}

/// One row of `layer_initialization.json`.
#[derive(Deserialize)]
struct Layer {
    layer: String,
    arguments: Vec<Argument>,
    groups: usize,
    parameters: HashMap<String, Draws>,
}

/// A number, or one for each axis.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Argument {
    One(usize),
    Each(Vec<usize>),
}

use Argument::{Each, One};

impl Argument {
    fn window(&self) -> Window {
        match self {
            One(kernel) => Window::square(*kernel),
            Each(kernel) => Window { kernel: [kernel[0], kernel[1]], ..Window::square(1) },
        }
    }
}

impl Layer {
    fn network(&self) -> Network {
        let groups = self.groups;
        match (self.layer.as_str(), self.arguments.as_slice()) {
            ("Conv2d", [One(from), One(to), kernel]) => {
                let layer = Conv2d { window: kernel.window(), groups, ..Conv2d::new(*from, *to, 1) };
                Network::new(layer, [*from, 5, 5])
            }
            ("ConvTranspose2d", [One(from), One(to), kernel]) => {
                let layer = ConvTranspose2d { window: kernel.window(), groups, ..ConvTranspose2d::new(*from, *to, 1) };
                Network::new(layer, [*from, 5, 5])
            }
            ("Linear", &[One(from), One(to)]) => Network::new(Linear::new(from, to), [from]),
            ("Embedding", &[One(rows), One(width)]) => Network::new(Embedding::new(rows, width), [3]),
            ("BatchNorm1d", &[One(features)]) => Network::new(BatchNorm1d::new(features), [features]),
            ("BatchNorm2d", &[One(channels)]) => Network::new(BatchNorm2d::new(channels), [channels, 2, 2]),
            ("LayerNorm", &[One(features)]) => Network::new(LayerNorm::new([features]), [features]),
            ("LayerNorm", [Each(shape)]) => Network::new(LayerNorm::new(&shape[..]), &shape[..]),
            (layer, arguments) => panic!("no layer {layer} of {arguments:?}"),
        }
        .unwrap()
    }
}

#[test]
fn layers_begin_with_the_bounds_and_moments_of_pytorch() {
    for row in load::<Vec<Layer>>("layer_initialization") {
        let network = row.network();
        assert_eq!(network.parameters().len(), row.parameters.len());
        for (index, parameter) in network.parameters().iter().enumerate() {
            let what = format!("{} of {:?}, {} groups, {}", row.layer, row.arguments, row.groups, parameter.path);
            let expected = &row.parameters[&parameter.path];
            assert_eq!(parameter.shape.dims(), expected.shape, "{what}");
            expected.check(&what, |seed| Initialization::PyTorch.values(parameter, seed, index).unwrap());
        }
    }
}

/// A function of `torch.nn.init` with its arguments.
#[derive(Deserialize)]
struct Call<D> {
    function: String,
    arguments: HashMap<String, Value>,
    #[serde(flatten)]
    draws: D,
}

impl<D> Call<D> {
    fn kaiming(&self, function: fn(f64, Fan, Nonlinearity) -> Init) -> Init {
        let mode = if self.arguments["mode"] == "fan_out" { Fan::Out } else { Fan::In };
        let nonlinearity = match self.arguments["nonlinearity"].as_str().unwrap() {
            "linear" => Nonlinearity::Linear,
            "sigmoid" => Nonlinearity::Sigmoid,
            "tanh" => Nonlinearity::Tanh,
            "relu" => Nonlinearity::ReLU,
            "leaky_relu" => Nonlinearity::LeakyReLU,
            "selu" => Nonlinearity::SELU,
            other => panic!("no nonlinearity {other}"),
        };
        function(self.arguments["a"].as_f64().unwrap(), mode, nonlinearity)
    }

    fn init(&self) -> Init {
        let number = |name: &str| self.arguments[name].as_f64().unwrap();
        match self.function.as_str() {
            "uniform" => Init::uniform(number("a"), number("b")),
            "normal" => Init::normal(number("mean"), number("std")),
            "constant" => Init::constant(number("val")),
            "ones" => Init::ones(),
            "zeros" => Init::zeros(),
            "eye" => Init::eye(),
            "dirac" => Init::dirac(self.arguments.get("groups").map_or(1, |groups| groups.as_u64().unwrap() as usize)),
            "xavier_uniform" => Init::xavier_uniform(number("gain")),
            "xavier_normal" => Init::xavier_normal(number("gain")),
            "kaiming_uniform" => self.kaiming(Init::kaiming_uniform),
            "kaiming_normal" => self.kaiming(Init::kaiming_normal),
            "trunc_normal" => Init::trunc_normal(number("mean"), number("std"), number("a"), number("b")),
            "orthogonal" => Init::orthogonal(number("gain")),
            "sparse" => Init::sparse(number("sparsity"), number("std")),
            other => panic!("no function {other}"),
        }
    }
}

#[test]
fn functions_of_torch_nn_init_have_the_bounds_and_moments_of_pytorch() {
    for call in load::<Vec<Call<Draws>>>("initialization") {
        let (init, shape) = (call.init(), call.draws.shape[..].into());
        let what = format!("{} of {shape}", call.function);
        call.draws.check(&what, |seed| init.values(&shape, &Stream::new(seed, 0)).unwrap());
    }
}

#[test]
fn what_pytorch_refuses_is_an_error_that_names_the_shape() {
    #[derive(Deserialize)]
    struct Refused {
        shape: Vec<usize>,
    }
    for call in load::<Vec<Call<Refused>>>("refused_initialization") {
        let shape = call.draws.shape[..].into();
        let error = call.init().values(&shape, &Stream::new(0, 0)).unwrap_err().to_string();
        assert!(error.contains(&call.function) && error.contains(&shape.to_string()), "{error}");
    }
}

#[test]
fn orthogonal_rows_or_columns_are_orthonormal() {
    for (rows, columns) in [(6, 6), (9, 4), (4, 9), (1, 5), (60, 50)] {
        let values = Init::orthogonal(2.0).values(&[rows, columns].into(), &Stream::new(3, 1)).unwrap();
        let at = |row: usize, column: usize| f64::from(values[row * columns + column]);
        let (count, len) = (rows.min(columns), rows.max(columns));
        let part = |vector: usize, place: usize| if rows <= columns { at(vector, place) } else { at(place, vector) };
        for (a, b) in (0..count).flat_map(|a| (0..count).map(move |b| (a, b))) {
            let product: f64 = (0..len).map(|place| part(a, place) * part(b, place)).sum();
            let expected = if a == b { 4.0 } else { 0.0 };
            assert!((product - expected).abs() < 1e-5, "{rows} × {columns}: {a} · {b} is {product}");
        }
    }
}

#[test]
fn every_column_of_a_sparse_matrix_has_its_part_of_zeros() {
    let (rows, columns) = (7, 50);
    let values = Init::sparse(0.5, 1.0).values(&[rows, columns].into(), &Stream::new(3, 1)).unwrap();
    for column in 0..columns {
        let zeros = (0..rows).filter(|row| values[row * columns + column] == 0.0).count();
        assert_eq!(zeros, 4, "column {column}");
    }
}

#[test]
fn tensors_without_elements_and_absurd_arguments_are_taken_or_refused_without_panic() {
    let stream = Stream::new(0, 0);
    for call in load::<Vec<Call<IgnoredAny>>>("initialization") {
        for shape in [vec![0, 3], vec![3, 0], vec![0, 3, 3], vec![0], vec![usize::MAX, 2, 9]] {
            assert!(call.init().values(&shape.into(), &stream).unwrap_or_default().is_empty());
        }
    }
    for extreme in [f64::NAN, f64::INFINITY, -1.0, f64::MAX, f64::MIN_POSITIVE] {
        let inits = [
            Init::uniform(0.0, extreme),
            Init::normal(extreme, extreme),
            Init::trunc_normal(0.0, extreme, -2.0, 2.0),
            Init::trunc_normal(extreme, 1.0, -2.0, f64::INFINITY),
            Init::trunc_normal(0.0, 1.0, extreme, extreme),
            Init::xavier_uniform(extreme),
            Init::orthogonal(extreme),
            Init::sparse(extreme, 1.0),
        ];
        inits.iter().for_each(|init| drop(init.values(&[3, 2].into(), &stream)));
    }
}
