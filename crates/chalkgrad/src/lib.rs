//! Graph autograd and convolutional networks, on CPU SIMD and WebGPU, natively and in the browser.
//!
//! A [`Graph`] is built from expressions and knows only shapes. [`Graph::backward`] appends its gradient. An
//! [`Interpreter`] runs it as it is written and keeps every value:
//!
//! ```
//! use chalkgrad::{Graph, Interpreter};
//!
//! let graph = Graph::new();
//! let (x, y, z) = (graph.leaf("x", []), graph.leaf("y", []), graph.leaf("z", []));
//! let f = (x + y) * z;
//! let gradients = graph.backward(f, &[x, y, z])?;
//! let values = Interpreter::<f64>::new().run(&graph, &[(x, 1.0), (y, 2.0), (z, 3.0)])?;
//! assert_eq!(values[gradients[0]], 3.0);
//! # Ok::<(), chalkgrad::Error>(())
//! ```

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
mod plan;
mod program;
pub mod random;
mod shape;
mod state_dict;
mod store;
mod trainer;
#[doc(hidden)]
pub mod twins;

pub use array::Array;
pub use check::{Comparison, GradientReport, LeafReport, check_gradients};
pub use device::Device;
pub use error::{Error, Result};
pub use grad::Gradients;
pub use graph::{Graph, Node, NodeId, Operand, Reduction, Tensor};
pub use interpreter::{Interpreter, Real, Values};
pub use model::{Evaluation, Examples, Model, Probe};
pub use program::Program;
pub use shape::Shape;
pub use state_dict::{Dtype, IncompatibleKeys, StateDict, StateTensor, WrongShape};
pub use store::Store;
pub use trainer::{Metrics, Options, RING, Trainer};
