//! An operation of one's own, its derivative included, by composition: `snake(x) = x + sin²(a x) / a` (Ziyin, Hartwig and Ueda
//! 2020), an activation that learns the period of what it fits. Expressions of elementwise operations fuse into one kernel.
//! `cargo run --release -p chalkgrad --example custom_operation`

use std::fmt;

use chalkgrad::nn::{Init, Linear, Loss, Module, Network, Role, Scope, Sequential};
use chalkgrad::optim::Adam;
use chalkgrad::{Array, Device, Examples, Graph, Options, Tensor, Trainer, check_gradients};

/// `x + sin²(a x) / a`, element by element; `a` broadcasts.
fn snake<'g>(x: Tensor<'g>, a: Tensor<'g>) -> Tensor<'g> {
    let sine = (a * x).sin();
    x + sine * sine / a
}

/// The operation as a layer, with a frequency for each feature that is learned.
struct Snake {
    features: usize,
}

impl Module for Snake {
    fn forward<'g>(&self, scope: &Scope<'_, 'g>, input: Tensor<'g>) -> Tensor<'g> {
        snake(input, scope.parameter("a", Role::Scale, [self.features], Init::ones()))
    }
}

impl fmt::Display for Snake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snake({})", self.features)
    }
}

pub fn main() -> chalkgrad::Result<()> {
    // Nobody wrote a derivative. Is it right? Finite differences in f64 say so, for x and for a.
    let graph = Graph::new();
    let (x, a) = (graph.leaf("x", [4, 3]), graph.leaf("a", [3]));
    let loss = snake(x, a).sum(&[0, 1], false);
    let leaves = [
        (x, Array::from_fn([4, 3], |index| index as f64 / 3.0 - 2.0)),
        (a, Array::from_fn([3], |index| 0.5 + index as f64)),
    ];
    let report = check_gradients(&graph, loss, &leaves, &[])?;
    println!("{report}\n");
    assert!(report.passed());

    let layers = Sequential::new().with(Linear::new(1, 16)).with(Snake { features: 16 }).with(Linear::new(16, 1));
    let x: Vec<f32> = (0..128).map(|point| 12.0 * point as f32 / 128.0 - 6.0).collect();
    let y: Vec<f32> = x.iter().map(|x| (2.0 * x).sin()).collect();
    let examples = Examples { images: &x, labels: &y, weights: &[1.0; 128] };
    let options = Options { loss: Loss::MeanSquaredError, ..Options::new(128, Adam::new(1e-2)) };
    pollster::block_on(async {
        let mut trainer = Trainer::new(&Device::Cpu, Network::new(layers, [1])?, options).await?;
        for _ in 0..10 {
            (0..60).try_for_each(|_| trainer.train(examples))?;
            let metrics = trainer.metrics().await?;
            println!("step {:3}: mean squared error {:.5}", trainer.steps(), metrics[59].loss);
        }
        println!("a = {:.2?}", trainer.model().parameter("1.a").await?);
        Ok(())
    })
}
