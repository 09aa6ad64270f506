//! Deep learning in Rust, with PyTorch's names and numbers: graphs whose gradients are graphs, layers, optimisers, and programs
//! that are planned once and replayed, on CPU SIMD and on GPUs through WebGPU, natively and in the browser.
//!
//! These are ten minutes from a derivative to a trained network in a file.
//!
//! # A graph
//!
//! A [`Graph`] is built of expressions and knows only shapes. Every shape error is found while it is built, names the operation and
//! the shapes, and comes out of whatever is done with the graph next.
//!
//! ```
//! use chalkgrad::Graph;
//!
//! let graph = Graph::new();
//! let (x, w) = (graph.leaf("x", [5, 3]), graph.leaf("w", [4, 3]));
//! let y = x.linear(w, None).relu();
//! assert_eq!(y.shape().dims(), [5, 4]);
//!
//! x.matmul(w);
//! assert!(graph.check().unwrap_err().to_string().starts_with("matmul cannot take [5, 3] and [4, 3]: "));
//! ```
//!
//! # Its gradient
//!
//! [`Graph::backward`] appends the gradient, as nodes like any other: they can be looked at, used on, and derived again.
//! An [`Interpreter`] runs a graph as it is written, in `f32` or `f64`, and keeps every value.
//!
//! ```
//! use chalkgrad::{Graph, Interpreter};
//!
//! let graph = Graph::new();
//! let (x, y, z) = (graph.leaf("x", []), graph.leaf("y", []), graph.leaf("z", []));
//! let f = (x + y) * z;
//! let gradients = graph.backward(f, &[x, y, z])?;
//! let values = Interpreter::<f64>::new().run(&graph, &[(x, 1.0), (y, 2.0), (z, 3.0)])?;
//! assert_eq!(values[f], 9.0);
//! assert_eq!(values[gradients[0]], 3.0);
//! # Ok::<(), chalkgrad::Error>(())
//! ```
//!
//! [`check_gradients`] holds a gradient to finite differences and reports what it found, for operations of one's own too: see
//! `examples/custom_operation.rs`.
//!
//! # A network
//!
//! Layers have PyTorch's names, arguments, defaults and first values ([`nn`]). A [`nn::Network`] is a tree of them together with the shape
//! of one example; that they fit together is known before anything runs.
//!
//! ```
//! use chalkgrad::nn::{Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU, Sequential};
//!
//! let layers = || Sequential::new().with(Conv2d::new(1, 8, 3).padding(1)).with(ReLU).with(MaxPool2d::new(2)).with(Flatten);
//! let network = Network::new(layers().with(Linear::new(8 * 4 * 4, 10)), [1, 8, 8])?;
//! assert_eq!(network.parameter_count(), 80 + 1290);
//! assert_eq!(network.parameters()[2].path, "4.weight");
//!
//! let error = Network::new(layers().with(Linear::new(100, 10)), [1, 8, 8]).err().unwrap();
//! assert!(error.to_string().contains("layer 4 (Linear(in_features=100, out_features=10, bias=True))"));
//! # Ok::<(), chalkgrad::Error>(())
//! ```
//!
//! Whatever implements [`nn::Module`] is a layer: see `examples/custom_module.rs` for a residual block.
//!
//! # Training
//!
//! A [`Trainer`] compiles one program that trains and one that updates, and replays them for every batch. Nothing waits: the losses gather
//! on the device and are read many at a time. What waits elsewhere is `async`, because browsers cannot block; natively
//! `pollster::block_on` does.
//!
//! ```
//! use chalkgrad::nn::{Linear, Network, ReLU, Sequential};
//! use chalkgrad::optim::{AdamW, Schedule};
//! use chalkgrad::{Device, Examples, Options, Trainer};
//!
//! # pollster::block_on(async {
//! // Two numbers; is exactly one of them 1?
//! let examples = Examples {
//!     images: &[0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0],
//!     labels: &[0.0, 1.0, 1.0, 0.0],
//!     weights: &[1.0; 4],
//! };
//! let network = Network::new(Sequential::new().with(Linear::new(2, 8)).with(ReLU).with(Linear::new(8, 2)), [2])?;
//! let options = Options { schedule: Schedule::cosine_annealing(300), seed: 1, ..Options::new(4, AdamW::new(0.05)) };
//! let mut trainer = Trainer::new(&Device::Cpu, network, options).await?;
//! for _ in 0..300 {
//!     trainer.train(examples)?;
//!     if trainer.unread() == 50 {
//!         let metrics = trainer.metrics().await?;
//!         println!("step {}: loss {}", trainer.steps(), metrics[49].loss);
//!     }
//! }
//! let evaluation = trainer.model_mut().evaluate(examples).await?;
//! assert_eq!(evaluation.accuracy, 1.0);
//! let logits = trainer.model_mut().predict(&[0.0, 1.0]).await?;
//! assert!(logits[1] > logits[0]);
//! # Ok::<(), chalkgrad::Error>(())
//! # }).unwrap();
//! ```
//!
//! The loss is cross-entropy unless [`Options`] say another [`nn::Loss`], such as one with smoothed labels or weighted classes.
//! With the feature `gpu`, `Device::gpu().await?` in place of `Device::Cpu` is all that changes.
//!
//! # Saving
//!
//! A [`StateDict`] has every parameter and buffer under PyTorch's key, and is written as a safetensors file that PyTorch reads, or read
//! from one that it wrote. [`Model::load_state_dict`] is strict and reports what does not fit. [`Trainer::snapshot`] also holds what a run
//! needs to go on: optimiser states and the step.
//!
#![cfg_attr(feature = "safetensors", doc = "```")]
#![cfg_attr(not(feature = "safetensors"), doc = "```ignore")]
//! use chalkgrad::nn::{Linear, Loss, Network};
//! use chalkgrad::{Device, Model, StateDict};
//!
//! # pollster::block_on(async {
//! let network = || Network::new(Linear::new(3, 2), [3]);
//! let model = Model::new(&Device::Cpu, network()?, Loss::CrossEntropy, 1)?;
//! let file: Vec<u8> = model.state_dict().await?.to_safetensors()?;
//!
//! let other = Model::new(&Device::Cpu, network()?, Loss::CrossEntropy, 2)?;
//! other.load_state_dict(&StateDict::from_safetensors(&file)?)?;
//! assert_eq!(other.state_dict().await?, model.state_dict().await?);
//! # Ok::<(), chalkgrad::Error>(())
//! # }).unwrap();
//! ```
//!
//! # Features
//!
//! | feature | default | what it gives |
//! |---|---|---|
//! | `gpu` | no | `Device::gpu()`: Vulkan, Metal or DX12 natively, WebGPU in the browser, through `wgpu` |
//! | `safetensors` | yes | state dicts from and to safetensors files |
//! | `relaxed-simd` | no | in WebAssembly, multiply-adds that round once, for browsers that have relaxed SIMD |
//!
//! The minimal supported Rust version is 1.90.

#![warn(missing_docs)]

mod array;
mod check;
mod cpu;
mod device;
mod error;
#[cfg(feature = "gpu")]
mod gpu;
mod grad;
mod graph;
mod interpreter;
mod model;
pub mod nn;
pub mod op;
pub mod optim;
#[doc(hidden)]
pub mod order;
mod origin;
mod parallel;
mod plan;
mod program;
pub mod random;
mod shape;
mod state_dict;
mod store;
mod tiles;
mod trainer;
#[doc(hidden)]
pub mod twins;

pub use array::Array;
pub use check::{Comparison, GradientReport, LeafReport, check_gradients};
pub use device::{Device, GpuHandle};
pub use error::{Error, Result};
pub use grad::Gradients;
pub use graph::{Graph, Node, NodeId, Operand, Reduction, Tensor};
pub use interpreter::{Interpreter, Real, Values};
pub use model::{Evaluation, Examples, Model, Pass, Probe};
pub use origin::{Gathering, Origin};
pub use parallel::{Line, Share, Worker};
pub use program::Program;
pub use shape::Shape;
pub use state_dict::{Dtype, IncompatibleKeys, StateDict, StateTensor, WrongShape};
pub use store::Store;
pub use tiles::{Pixels, Product, Tiles};
pub use trainer::{Costs, Metrics, Options, RING, Trainer};

/// The code in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
