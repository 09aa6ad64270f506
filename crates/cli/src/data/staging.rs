//! A folder beside the target that becomes the target in one rename, or vanishes.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{DataError, at};

/// Where a data set is made; removed with all that is left in it when dropped.
pub(super) struct Staging {
    root: PathBuf,
}

impl Staging {
    /// An empty staging folder for this data set. What an interrupted run left is removed first.
    pub(super) fn new(out: &Path, dataset: &str) -> Result<Self, DataError> {
        let root = out.join(format!(".{dataset}.partial"));
        if root.exists() {
            fs::remove_dir_all(&root).map_err(at(&root))?;
        }
        let staging = Self { root };
        for folder in [staging.downloads(), staging.files()] {
            fs::create_dir_all(&folder).map_err(at(&folder))?;
        }
        Ok(staging)
    }

    /// For what is fetched.
    pub(super) fn downloads(&self) -> PathBuf {
        self.root.join("downloads")
    }

    /// What becomes the target.
    pub(super) fn files(&self) -> PathBuf {
        self.root.join("files")
    }

    /// Puts the files in the target's place; what stood there goes.
    pub(super) fn finish(self, target: &Path) -> Result<(), DataError> {
        if target.exists() {
            let old = self.root.join("old");
            fs::rename(target, &old).map_err(at(target))?;
        }
        fs::rename(self.files(), target).map_err(at(target))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.root) {
            eprintln!("{} is left behind: {error}.", self.root.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_dropped_unfinished_leaves_the_old_target_and_no_trace() {
        let out = tempfile::tempdir().unwrap();
        let target = out.path().join("set");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("old.bin"), "old").unwrap();
        let staging = Staging::new(out.path(), "set").unwrap();
        fs::write(staging.files().join("new.bin"), "half").unwrap();
        drop(staging);
        assert_eq!(names(out.path()), ["set"]);
        assert_eq!(names(&target), ["old.bin"]);
    }

    #[test]
    fn what_is_finished_replaces_the_old_target() {
        let out = tempfile::tempdir().unwrap();
        let target = out.path().join("set");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("old.bin"), "old").unwrap();
        let staging = Staging::new(out.path(), "set").unwrap();
        fs::write(staging.files().join("new.bin"), "new").unwrap();
        staging.finish(&target).unwrap();
        assert_eq!(names(out.path()), ["set"]);
        assert_eq!(names(&target), ["new.bin"]);
    }

    #[test]
    fn what_an_interrupted_run_left_is_not_mixed_in() {
        let out = tempfile::tempdir().unwrap();
        let interrupted = Staging::new(out.path(), "set").unwrap();
        fs::write(interrupted.files().join("stale.bin"), "stale").unwrap();
        std::mem::forget(interrupted);
        let staging = Staging::new(out.path(), "set").unwrap();
        assert!(names(&staging.files()).is_empty());
    }
}
