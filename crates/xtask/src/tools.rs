//! The tools that a build needs, and how a fresh machine comes by them.
//!
//! rustup and Node are there already; everything else is found in the right version or installed by cargo or npm.
//! Versions have one home each: the manifests, from which this file reads them.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail, ensure};

use crate::shell::{Step, command, npm, output_of, path_with, root, run};

const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// 0.22 wants a newer compiler than ours.
const TRUNK: &str = "0.21.14";
/// Reads what `wasm_split_helpers`, which Leptos brings, marks.
const WASM_SPLIT: &str = "0.2.4";

/// Everything that building the page takes.
pub(crate) fn set_up() -> Result<()> {
    let step = Step::start("Setting up: wasm target, Trunk, wasm-bindgen, npm packages");
    add_wasm_target()?;
    // Trunk's lock file is kept; that of wasm-bindgen-cli names a crate version that has been withdrawn.
    install("trunk", "trunk", TRUNK, &["--locked"])?;
    install("wasm-bindgen", "wasm-bindgen-cli", &wasm_bindgen_version()?, &[])?;
    install("wasm-split-cli", "wasm_split_cli_support", WASM_SPLIT, &["--locked", "--features", "build-binary"])?;
    install_npm_packages(root())?;
    step.done("everything is there");
    Ok(())
}

/// Trunk with npm's `wasm-opt` on its PATH; other versions on the machine stay untouched.
pub(crate) fn trunk(arguments: &[&str]) -> Result<Command> {
    let mut trunk = command("trunk", arguments);
    with_npm_programs(&mut trunk)?;
    // Trunk 0.21 reads this as its own option and refuses the customary value 1.
    trunk.env_remove("NO_COLOR");
    Ok(trunk)
}

/// A program that finds npm's before others.
pub(crate) fn with_npm_programs(command: &mut Command) -> Result<&mut Command> {
    Ok(command.env("PATH", path_with(&root().join("node_modules/.bin"))?))
}

fn add_wasm_target() -> Result<()> {
    let sysroot = output_of("rustc", &["--print", "sysroot"]).context("rustc is missing; install rustup first")?;
    if Path::new(&sysroot).join("lib/rustlib").join(WASM_TARGET).exists() {
        println!("   {WASM_TARGET}: there");
        return Ok(());
    }
    run(&mut command("rustup", &["target", "add", WASM_TARGET]))
        .context("the compiler's wasm target is missing, and rustup could not add it")
}

/// `cargo install` unless the program on PATH says that it is this version.
pub(crate) fn install(program: &str, package: &str, version: &str, options: &[&str]) -> Result<()> {
    let is_right = || {
        let is_said = |said: String| said.split_whitespace().any(|word| word == version).then_some(());
        // What does not tell its version is known to cargo.
        output_of(program, &["--version"]).and_then(is_said).or_else(|| {
            output_of(program, &["--help"])?;
            let installed = output_of("cargo", &["install", "--list"])?;
            installed.lines().any(|line| line == format!("{package} v{version}:")).then_some(())
        })
    };
    if is_right().is_some() {
        println!("   {program} {version}: there");
        return Ok(());
    }
    println!("   {program} {version}: compiling it, which takes some minutes, once");
    let package = format!("{package}@{version}");
    // It is built apart, so that a wait for it does not wait for, or throw away, what the project has built.
    run(command("cargo", &[&["install", &package, "--force"], options].concat())
        .env("CARGO_TARGET_DIR", root().join("target/tools"))
        .env_remove("RUSTFLAGS"))?;
    if is_right().is_none() {
        bail!(
            "{program} {version} was installed, but another version comes before it on PATH; \
             put cargo's bin folder first"
        );
    }
    Ok(())
}

/// The libraries that are measured beside ours: hundreds of megabytes, which nobody needs for anything else.
pub(crate) fn set_up_peers() -> Result<()> {
    let step = Step::start("Setting up: the libraries to measure beside");
    install_npm_packages(&root().join("tests/bench"))?;
    step.done("everything is there");
    Ok(())
}

/// `npm ci` in a folder with a lock file.
fn install_npm_packages(folder: &Path) -> Result<()> {
    ensure!(output_of("node", &["--version"]).is_some(), "Node is missing; install Node 20 or newer first");
    let lock = folder.join("package-lock.json");
    let wanted = fs::read(&lock).with_context(|| format!("{} is missing", lock.display()))?;
    // npm leaves no plain trace of which lock file it installed, so that we leave one.
    let modules = folder.join("node_modules");
    let stamp = modules.join(".installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("   npm packages: there");
        return Ok(());
    }
    run(npm(&["ci", "--no-audit", "--no-fund"]).current_dir(folder))?;
    fs::write(&stamp, wanted).with_context(|| format!("{} cannot be written", modules.display()))
}

/// The version in the root manifest; the command-line tool must be the same to the last digit.
fn wasm_bindgen_version() -> Result<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    pinned(&manifest, "wasm-bindgen").context("Cargo.toml pins no exact version of wasm-bindgen")
}

/// `name = "=1.2.3"` or `name = "1.2.3"` somewhere in a TOML file.
pub(crate) fn pinned(toml: &str, name: &str) -> Option<String> {
    toml.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        let value = value.trim().strip_prefix('"')?.split('"').next()?;
        (key.trim() == name).then(|| value.trim_start_matches('=').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_version_is_read_from_a_manifest() {
        let manifest = "[workspace.dependencies]\nwasm-bindgen-futures = \"0.4\"\nwasm-bindgen = \"=0.2.130\"\n";
        assert_eq!(pinned(manifest, "wasm-bindgen").as_deref(), Some("0.2.130"));
    }

    #[test]
    fn a_key_of_trunk_is_read_with_a_comment_behind_it() {
        let config = "[tools]\nwasm_opt = \"version_132\"   # from npm\n";
        assert_eq!(pinned(config, "wasm_opt").as_deref(), Some("version_132"));
    }

    #[test]
    fn a_name_that_only_begins_alike_is_not_taken_for_it() {
        assert_eq!(pinned("wasm-bindgen-futures = \"0.4\"", "wasm-bindgen"), None);
    }
}
