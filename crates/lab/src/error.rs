//! Why a command is refused, in sentences.

use crate::language::ParseError;

/// The result of a command.
pub type Result<T, E = LabError> = std::result::Result<T, E>;

/// What a session cannot do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LabError {
    #[error("The network text: {}", full_stop(.0))]
    Network(#[from] ParseError),
    #[error("{}.", sentence(.0))]
    Library(chalkgrad::Error),
    #[error("{0}")]
    Sampler(#[from] datasets::SamplerError),
    #[error("{0}")]
    Batch(#[from] datasets::BatchError),
    #[error("`{name}` {rule}.")]
    Setting { name: &'static str, rule: &'static str },
    #[error(
        "The network gives {outputs} scores a picture, but {dataset} has {classes} classes: the last layer needs {classes} outputs."
    )]
    Classes { outputs: usize, classes: usize, dataset: &'static str },
    #[error("There is no network yet: it needs `configure` first.")]
    NotConfigured,
    #[error("The schedule has run its whole length; Reset starts it again, another schedule goes on.")]
    ScheduleEnded,
    #[error("{message}")]
    Data { message: String },
    #[error("Another worker could not be started ({reason}); with `workers: 1` it goes without.")]
    Worker { reason: String },
    #[error("`workers` share a batch on the CPU only.")]
    WorkersOnGpu,
}

/// What a forward pass of the text refuses is an error of the text.
impl From<chalkgrad::Error> for LabError {
    fn from(error: chalkgrad::Error) -> Self {
        match ParseError::of(&error) {
            Some(error) => Self::Network(error),
            None => Self::Library(error),
        }
    }
}

impl LabError {
    /// Line and column of the network text, where the error has a place in it.
    pub fn place(&self) -> Option<[u32; 2]> {
        match self {
            Self::Network(error) => Some([error.place.line, error.place.column]),
            _ => None,
        }
    }
}

/// A question ends itself.
fn full_stop(error: &ParseError) -> String {
    let text = error.to_string();
    if text.ends_with('?') { text } else { text + "." }
}

/// The library's errors begin in lower case: they are parts of sentences there.
fn sentence(error: &chalkgrad::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| std::iter::once(first.to_ascii_uppercase()).chain(letters).collect())
}
