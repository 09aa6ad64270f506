//! How fast a device's kernels are on layers that networks have.

use chalkgrad::op::Window;
use chalkgrad::random::Stream;
use chalkgrad::{Device, Graph, Program, Store};
use protocol::KernelSpeed;

use crate::Clock;
use crate::error::Result;

/// Seconds that one timing should take at least: long beside what a clock can tell and a submission costs.
const LONG_ENOUGH: f64 = 0.03;
/// Timings of one thing, of which the best counts: whatever else the machine did made the others slower.
const TIMINGS: usize = 3;

/// What is measured: a product, or a convolution in one of its three directions.
#[derive(Clone, Copy)]
pub(crate) enum Kernel {
    /// `[m, k] · [k, n]`
    MatMul([usize; 3]),
    Convolution(Direction, Layer),
}

#[derive(Clone, Copy)]
pub(crate) enum Direction {
    Forward,
    InputGradient,
    WeightGradient,
}

/// A convolution that keeps the size of its pictures.
#[derive(Clone, Copy)]
pub(crate) struct Layer {
    batch: usize,
    channels: usize,
    filters: usize,
    side: usize,
    kernel: usize,
}

const fn layer(channels: usize, filters: usize, side: usize, kernel: usize) -> Layer {
    Layer { batch: 16, channels, filters, side, kernel }
}

/// The ConvNetJS network's middle layer, a residual network's, and its 1 × 1.
const LAYERS: [Layer; 3] = [layer(16, 20, 16, 5), layer(64, 64, 8, 3), layer(64, 64, 8, 1)];
/// A square product, and an MLP's first layer at batch 64.
const PRODUCTS: [[usize; 3]; 2] = [[256, 256, 256], [64, 784, 128]];

/// What a GPU's tiles are chosen by: each choice by kernels that it concerns.
pub(crate) const CHOSEN_SUMS: [Kernel; 3] = [
    Kernel::Convolution(Direction::WeightGradient, LAYERS[0]),
    Kernel::Convolution(Direction::WeightGradient, LAYERS[1]),
    Kernel::MatMul(PRODUCTS[1]),
];
pub(crate) const CHOSEN_CONVOLUTIONS: [Kernel; 2] =
    [Kernel::Convolution(Direction::Forward, LAYERS[0]), Kernel::Convolution(Direction::Forward, LAYERS[1])];
pub(crate) const CHOSEN_PRODUCTS: [Kernel; 1] = [Kernel::MatMul([512, 512, 512])];

/// What shows a GPU at its best, and would keep a processor busy for seconds.
const LARGE: Kernel = Kernel::MatMul([4096, 4096, 4096]);

impl Kernel {
    fn all() -> Vec<Self> {
        let directions = [Direction::Forward, Direction::InputGradient, Direction::WeightGradient];
        let convolutions =
            LAYERS.into_iter().flat_map(|layer| directions.map(|direction| Self::Convolution(direction, layer)));
        PRODUCTS.into_iter().map(Self::MatMul).chain(convolutions).collect()
    }

    /// As the library names the operation.
    fn name(self) -> &'static str {
        match self {
            Self::MatMul(_) => "matmul",
            Self::Convolution(Direction::Forward, _) => "conv2d",
            Self::Convolution(Direction::InputGradient, _) => "conv2d_input_gradient",
            Self::Convolution(Direction::WeightGradient, _) => "conv2d_weight_gradient",
        }
    }

    fn shape(self) -> String {
        match self {
            Self::MatMul([m, k, n]) => format!("[{m}, {k}] · [{k}, {n}]"),
            Self::Convolution(_, Layer { batch, channels, filters, side, kernel }) => {
                format!("[{batch}, {channels}, {side}, {side}], {filters} of {kernel} × {kernel}")
            }
        }
    }

    /// Two for each multiply-add.
    fn operations(self) -> f64 {
        let multiply_adds = match self {
            Self::MatMul(sizes) => sizes.into_iter().product::<usize>(),
            Self::Convolution(_, Layer { batch, channels, filters, side, kernel }) => {
                batch * channels * filters * side * side * kernel * kernel
            }
        };
        2.0 * multiply_adds as f64
    }

    /// A program that runs this kernel and nothing else, its inputs in a store of their own.
    pub(crate) async fn program(self, device: &Device) -> Result<Program> {
        let graph = Graph::new();
        let mut store = Store::new(device);
        let pictures = Stream::new(0, 0);
        let mut leaf = |name: &str, dims: &[usize]| {
            let numbers = dims.iter().product();
            store.add(name, numbers)?;
            let values: Vec<f32> = (0..numbers as u64).map(|index| pictures.uniform(index) - 0.5).collect();
            store.write(name, &values)?;
            Ok::<_, chalkgrad::Error>(graph.leaf(name, dims))
        };
        let output = match self {
            Self::MatMul([m, k, n]) => leaf("a", &[m, k])?.matmul(leaf("b", &[k, n])?),
            Self::Convolution(direction, Layer { batch, channels, filters, side, kernel }) => {
                let images = leaf("images", &[batch, channels, side, side])?;
                let weight = leaf("weight", &[filters, channels, kernel, kernel])?;
                let g = leaf("g", &[batch, filters, side, side])?;
                let window = Window { padding: [kernel / 2; 2], ..Window::square(kernel) };
                let y = images.conv2d(weight, None, window);
                // The gradient of Σ g · y is g, which the kernel carries on.
                let sum = (g * y).sum(&[0, 1, 2, 3], false);
                match direction {
                    Direction::Forward => y,
                    Direction::InputGradient => graph.backward(sum, &[images])?[0],
                    Direction::WeightGradient => graph.backward(sum, &[weight])?[0],
                }
            }
        };
        Ok(Program::compile(&store, &graph, &[], &[output]).await?)
    }

    async fn measure(self, device: &Device, clock: Clock) -> Result<KernelSpeed> {
        let program = self.program(device).await?;
        let seconds = best(&program, device, clock, LONG_ENOUGH, f64::INFINITY).await?;
        let operations_per_second = self.operations() / seconds;
        Ok(KernelSpeed { name: self.name().into(), shape: self.shape(), operations_per_second })
    }
}

/// Seconds that a program takes at best. Each timing takes `long_enough`; there is but one where that is longer than `hopeless`.
pub(crate) async fn best(
    program: &Program,
    device: &Device,
    clock: Clock,
    long_enough: f64,
    hopeless: f64,
) -> Result<f64> {
    let time = async |runs: usize| {
        let began = clock();
        Program::run(&vec![program; runs])?;
        device.settle(0).await?;
        Ok::<_, chalkgrad::Error>(clock() - began)
    };
    // The first run compiles what a browser compiles late.
    time(1).await?;
    let first = time(1).await?;
    if first > hopeless.max(long_enough) {
        return Ok(first);
    }
    // Of several runs only: a page's clock counts tenths of a millisecond, which a single one may be shorter than.
    let runs = (long_enough / first.max(1e-6)).ceil().clamp(1.0, 1000.0) as usize;
    let mut best = f64::INFINITY;
    // A run that is longer than a timing need be is not repeated as often.
    let enough = clock() + TIMINGS as f64 * long_enough;
    for _ in 0..TIMINGS {
        best = best.min(time(runs).await? / runs as f64);
        if clock() > enough {
            break;
        }
    }
    Ok(best)
}

/// The speed of every kernel that networks spend their time in.
pub async fn kernels(device: &Device, clock: Clock) -> Result<Vec<KernelSpeed>> {
    let mut speeds = Vec::new();
    let large = (device.kind() == "gpu" && !device.is_software()).then_some(LARGE);
    for kernel in Kernel::all().into_iter().chain(large) {
        speeds.push(kernel.measure(device, clock).await?);
    }
    Ok(speeds)
}
