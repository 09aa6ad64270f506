//! Everything that can go wrong, as values. Each says it in a sentence that a student understands.

use std::fmt;

use crate::{IncompatibleKeys, Shape};

/// The crate's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with the operation and the shapes where there are any.
///
/// ```
/// use chalkgrad::{Error, Graph};
///
/// let graph = Graph::new();
/// graph.leaf("a", [2, 3]).matmul(graph.leaf("b", [4, 5]));
/// let error = graph.check().unwrap_err();
/// assert_eq!(error.to_string(), "matmul cannot take [2, 3] and [4, 5]: the first has 3 columns, so the second must have 3 rows, not 4");
/// assert!(matches!(error, Error::Shape { operation: "matmul", .. }));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each variant says in a line what its fields are")]
pub enum Error {
    /// Shapes that do not fit an operation.
    Shape {
        /// The layer it happened in, by its PyTorch path and its text; empty outside a network.
        layer: String,
        operation: &'static str,
        shapes: Vec<Shape>,
        /// The rule that was broken: "the second matrix must have 3 rows".
        rule: String,
    },
    /// What a module of its own refuses, in a sentence; its layer as above.
    Module { layer: String, rule: String },
    /// An error of a forward pass that was written as a text, with its place there, counted from 1, and with what the text calls
    /// the operation, where it is not a layer's.
    At { line: u32, column: u32, operation: String, error: Box<Error> },
    /// `backward` came to an operation that has no derivative here.
    NotDifferentiable { operation: &'static str },
    /// `backward` starts from one number.
    NotAScalar { shape: Shape },
    /// A tensor of another graph where one of this graph belongs.
    OtherGraph,
    /// A value that the graph reads was not given.
    Unbound { name: String },
    /// A value of another size than its place.
    WrongSize { name: String, expected: Shape, elements: usize },
    /// More memory than the device hands out.
    OutOfMemory { what: String, bytes: u64, limit: u64 },
    /// No device of the kind that was asked for.
    NoDevice { reason: String },
    /// The device was lost, and every buffer with it.
    DeviceLost { reason: String },
    /// The device refused a kernel of ours.
    Kernel { name: String, reason: String },
    /// A setting outside its range.
    Setting { name: &'static str, rule: String },
    /// More workers than a batch has examples.
    Workers { batch: usize, workers: usize },
    /// A worker that shares the batch is gone, or answered with nonsense; nothing of the step was kept.
    WorkerLost { reason: String },
    /// A snapshot that is damaged or of another network.
    Snapshot { reason: String },
    /// A state dict of another network.
    StateDict(IncompatibleKeys),
    /// Bytes that are no safetensors file, or one that is damaged or holds what cannot be read.
    SafeTensors { reason: String },
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape { layer, operation, shapes, rule } => {
                if layer.is_empty() {
                    write!(f, "{operation}")?;
                } else {
                    write!(f, "layer {layer}")?;
                }
                refused(f, shapes, rule)
            }
            Self::Module { layer, rule } if layer.is_empty() => f.write_str(rule),
            Self::Module { layer, rule } => write!(f, "layer {layer}: {rule}"),
            Self::At { line, column, operation, error } => {
                write!(f, "line {line}, column {column}: ")?;
                match &**error {
                    Self::Shape { layer, shapes, rule, .. } if !operation.is_empty() => {
                        write!(f, "`{operation}`")?;
                        if !layer.is_empty() {
                            write!(f, " in {layer}")?;
                        }
                        refused(f, shapes, rule)
                    }
                    error => error.fmt(f),
                }
            }
            Self::NotDifferentiable { operation } => write!(f, "{operation} has no derivative here"),
            Self::NotAScalar { shape } => {
                write!(f, "a gradient starts from one number, not from a tensor of shape {shape}")
            }
            Self::OtherGraph => {
                write!(f, "a tensor belongs to the graph that made it, and this one is of another graph")
            }
            Self::Unbound { name } => write!(f, "the graph reads `{name}`, but no value was given for it"),
            Self::WrongSize { name, expected, elements } => {
                write!(
                    f,
                    "`{name}` has the shape {expected} ({} numbers), but {elements} were given",
                    expected.elements()
                )
            }
            Self::OutOfMemory { what, bytes, limit } => write!(
                f,
                "{what} needs {:.0} MB, more than the {:.0} MB that this device gives; a smaller batch or network fits",
                *bytes as f64 / 1e6,
                *limit as f64 / 1e6
            ),
            Self::NoDevice { reason } => write!(f, "{reason}"),
            Self::DeviceLost { reason } => write!(f, "the graphics device was lost ({reason})"),
            Self::Kernel { name, reason } => write!(f, "the device refused the kernel {name}: {reason}"),
            Self::Setting { name, rule } => write!(f, "{name} {rule}"),
            Self::Workers { batch, workers } => {
                write!(f, "a batch of {batch} is for 1 to {batch} workers, not {workers}")
            }
            Self::WorkerLost { reason } => write!(f, "a worker that shares the batch was lost ({reason})"),
            Self::Snapshot { reason } => write!(f, "this snapshot cannot be used: {reason}"),
            Self::StateDict(keys) => write!(f, "this state dict does not fit the network:\n{keys}"),
            Self::SafeTensors { reason } => write!(f, "this safetensors file cannot be used: {reason}"),
        }
    }
}

/// Shapes, and the rule that they break.
fn refused(f: &mut fmt::Formatter<'_>, shapes: &[Shape], rule: &str) -> fmt::Result {
    for (index, shape) in shapes.iter().enumerate() {
        write!(f, "{}{shape}", if index > 0 { " and " } else { " cannot take " })?;
    }
    write!(f, ": {rule}")
}
