//! `cargo xtask fuzz [INPUTS]`: the reader of networks on texts that `cargo fuzz` makes of the networks that tests read.

use anyhow::{Context, Result};

use crate::{
    shell::{Step, command, root, run},
    tools,
};

/// 0.13 is what today's Cargo understands.
const CARGO_FUZZ: &str = "0.13.2";
/// The longest text: beyond every network of the tests.
const LONGEST: u32 = 8000;

pub(crate) fn fuzz(inputs: &[&str]) -> Result<()> {
    let inputs: u64 = match inputs {
        [] => 1_000_000,
        [inputs, ..] => inputs.parse().with_context(|| format!("`{inputs}` is not a number of inputs"))?,
    };
    let step = Step::start("Setting up: cargo-fuzz");
    tools::install("cargo-fuzz", "cargo-fuzz", CARGO_FUZZ, &["--locked"])?;
    step.done("it is there");
    let step = Step::start("Reading broken networks");
    let lab = root().join("crates/lab");
    // What it finds new lies beside its build; the tests' networks stay as they are.
    let found = root().join("target/fuzz/found");
    std::fs::create_dir_all(&found)?;
    let networks = lab.join("tests/networks");
    run(command("cargo", &["fuzz", "run", "--fuzz-dir", "fuzz", "--sanitizer", "none", "network"])
        .arg(&found)
        .arg(&networks)
        .args(["--", &format!("-runs={inputs}"), &format!("-max_len={LONGEST}"), "-timeout=5", "-rss_limit_mb=4096"])
        .arg(format!("-artifact_prefix={}/", root().join("target/fuzz").display()))
        .current_dir(&lab)
        .env("CARGO_TARGET_DIR", root().join("target/fuzz")))?;
    step.done(&format!("{inputs} texts, and none broke it"));
    Ok(())
}
