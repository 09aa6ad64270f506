//! The data beside a build: fetched once by `chalkgrad data`, then linked, never copied twice.
//!
//! `trunk serve` gets one link to the folder `data/`. A site that is uploaded gets hard links of the files, which any
//! program that copies folders takes for files.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::shell::{Step, command, root, run};

/// Have the data, or say that the page goes on without.
pub(crate) fn fetch() -> Result<()> {
    let step = Step::start("Data: CIFAR-10 and Quick, Draw!");
    match run(&mut command("cargo", &["run", "--quiet", "--package", "chalkgrad-cli", "--", "data"])) {
        Ok(()) => step.done("the data are there"),
        Err(error) => {
            println!("   {error:#}");
            step.done("no data; the page trains on drawn shapes until `chalkgrad data` succeeds");
        }
    }
    Ok(())
}

fn source() -> PathBuf {
    root().join("data")
}

/// Trunk's hook after each build: `data` in the folder that becomes `dist/`.
pub(crate) fn link_data() -> Result<()> {
    let target = env::var_os("TRUNK_STAGING_DIR").map_or_else(|| root().join("dist"), PathBuf::from);
    if !source().is_dir() {
        println!(
            "no data yet: the page trains on drawn shapes (`cargo run -p chalkgrad-cli -- data` fetches the pictures)"
        );
        return Ok(());
    }
    link_folder(&source(), &target.join("data"))
}

fn link_folder(source: &Path, link: &Path) -> Result<()> {
    if fs::symlink_metadata(link).is_ok() {
        return Ok(());
    }
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(source, link);
    // A link to a folder needs a privilege on Windows; links to files do not.
    #[cfg(not(unix))]
    let linked = Err(io::Error::from(io::ErrorKind::Unsupported));
    linked
        .or_else(|_: io::Error| link_files(source, link))
        .with_context(|| format!("{} cannot be made", link.display()))
}

/// Put real files where Trunk left a link, so that the folder can be uploaded as it is.
pub(crate) fn materialise(site: &Path) -> Result<()> {
    let target = site.join("data");
    if target.is_symlink() {
        fs::remove_file(&target)?;
    }
    if !source().is_dir() {
        return Ok(());
    }
    link_files(&source(), &target).with_context(|| format!("the data cannot be put into {}", target.display()))
}

/// Hard links where the file system has them, copies elsewhere. What is there already, and as long, stays.
fn link_files(source: &Path, target: &Path) -> io::Result<()> {
    fs::create_dir_all(target)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        // Downloads under way and their like begin with a dot.
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let (from, to) = (entry.path(), target.join(entry.file_name()));
        if from.is_dir() {
            link_files(&from, &to)?;
        } else if fs::metadata(&to).map(|there| there.len()).ok() != Some(fs::metadata(&from)?.len()) {
            fs::remove_file(&to).ok();
            fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(|_| ()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own for each test, emptied before.
    fn scratch(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("chalkgrad-xtask-{name}-{}", std::process::id()));
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(folder.join("data/cifar10")).unwrap();
        fs::write(folder.join("data/cifar10/shard"), b"pictures").unwrap();
        fs::write(folder.join("data/.partial"), b"half a download").unwrap();
        folder
    }

    #[test]
    fn files_appear_beside_the_page_and_downloads_under_way_do_not() {
        let folder = scratch("files");
        link_files(&folder.join("data"), &folder.join("site")).unwrap();
        assert_eq!(fs::read(folder.join("site/cifar10/shard")).unwrap(), b"pictures");
        assert!(!folder.join("site/.partial").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn linking_twice_changes_nothing() {
        let folder = scratch("twice");
        let (data, site) = (folder.join("data"), folder.join("site"));
        link_files(&data, &site).unwrap();
        let before = fs::metadata(site.join("cifar10/shard")).unwrap().modified().unwrap();
        link_files(&data, &site).unwrap();
        assert_eq!(fs::metadata(site.join("cifar10/shard")).unwrap().modified().unwrap(), before);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_link_to_the_folder_shows_what_comes_later() {
        let folder = scratch("later");
        link_folder(&folder.join("data"), &folder.join("link")).unwrap();
        link_folder(&folder.join("data"), &folder.join("link")).unwrap();
        assert_eq!(fs::read(folder.join("link/cifar10/shard")).unwrap(), b"pictures");
        fs::remove_dir_all(folder).unwrap();
    }
}
