//! `cargo xtask tidy`: what a reviewer should not have to look for.
//!
//! Each rule looks at one file or at all of them and returns sentences; the rules are in `tidy/rules.rs`.

mod rules;

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, bail};

use crate::shell::{output_of, root};

/// The files that git tracks or would track, by path with forward slashes. Binary files have no text.
pub(crate) type Files = BTreeMap<String, File>;

pub(crate) struct File {
    bytes: u64,
    text: Option<String>,
}

pub(crate) fn tidy() -> Result<()> {
    let files = read_files()?;
    let findings: Vec<String> = rules::ALL.iter().flat_map(|rule| rule(&files)).collect();
    for finding in &findings {
        println!("   {finding}");
    }
    if !findings.is_empty() {
        bail!("{} untidy places", findings.len());
    }
    println!("   {} files are tidy", files.len());
    Ok(())
}

fn read_files() -> Result<Files> {
    let listed = output_of("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .context("git could not list the files")?;
    let mut files = Files::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        // A file that was deleted but not yet committed is still listed.
        if let Ok(content) = fs::read(root().join(path)) {
            let bytes = content.len() as u64;
            files.insert(path.to_owned(), File { bytes, text: String::from_utf8(content).ok() });
        }
    }
    Ok(files)
}
