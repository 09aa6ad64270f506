//! `cargo xtask test`: set everything up, then run every check, each under its heading, and add up the results.
//!
//! A part that fails does not stop the next one. What this machine lacks (a browser, say) is skipped loudly, and
//! is a failure where `CI` is set.

use std::{
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::{Result, bail};

use crate::{
    browser::Machine,
    data, dist,
    shell::{Step, command, is_ci, npm, output_of, root, run, seconds, tee},
    tally::Tally,
    tidy, tools,
};

/// One heading of the report.
struct Part {
    name: &'static str,
    what: &'static str,
    needs: Needs,
    run: fn(&Machine) -> Result<Outcome>,
}

/// How much set-up a part asks for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Needs {
    Nothing,
    /// The wasm target, Trunk, wasm-bindgen, npm packages.
    Tools,
    /// A Chromium, drivers and, where they can be had, the data too.
    Machine,
}

enum Outcome {
    /// What the runner counted; a check without a runner counts as one.
    Ran(Tally),
    /// Why it did not run.
    Skipped(String),
}

const PARTS: [Part; 10] = [
    Part { name: "format", what: "rustfmt", needs: Needs::Nothing, run: |_| check(cargo("fmt --all --check")) },
    Part { name: "tidy", what: "tidy", needs: Needs::Nothing, run: |_| Ok(Outcome::Ran(pass_or_fail(tidy::tidy()))) },
    Part {
        name: "lint",
        what: "clippy, native",
        needs: Needs::Nothing,
        run: |_| check(cargo("clippy --all-targets --all-features -- -D warnings")),
    },
    Part {
        name: "lint-wasm",
        what: "clippy, wasm",
        needs: Needs::Tools,
        run: |_| {
            check(cargo(
                "clippy --target wasm32-unknown-unknown -p chalkgrad-web -p chalkgrad-programs --all-features -- -D warnings",
            ))
        },
    },
    Part { name: "oldest", what: "the library with the oldest Rust it promises", needs: Needs::Nothing, run: oldest },
    Part { name: "native", what: "native tests, CPU and GPU", needs: Needs::Machine, run: native },
    Part {
        name: "doc",
        what: "the library's documentation and its examples",
        needs: Needs::Machine,
        run: documentation,
    },
    Part { name: "wasm", what: "wasm tests in Chromium, CPU and WebGPU", needs: Needs::Machine, run: wasm },
    Part {
        name: "site",
        what: "the release build of the page",
        needs: Needs::Tools,
        run: |_| Ok(Outcome::Ran(pass_or_fail(dist::build()))),
    },
    Part { name: "browser", what: "the built page in Chromium", needs: Needs::Machine, run: browser },
];

pub(crate) fn part_names() -> Vec<&'static str> {
    PARTS.iter().map(|part| part.name).collect()
}

pub(crate) fn test(only: Option<&str>) -> Result<ExitCode> {
    let parts: Vec<&Part> = PARTS.iter().filter(|part| only.is_none_or(|name| part.name == name)).collect();
    if parts.is_empty() {
        bail!("there is no part of that name; the parts are {}", part_names().join(", "));
    }
    let started = Instant::now();
    let needs = parts.iter().map(|part| part.needs).max().unwrap_or(Needs::Nothing);
    if needs >= Needs::Tools {
        tools::set_up()?;
    }
    let machine = if needs >= Needs::Machine { Machine::set_up()? } else { Machine::none() };
    if needs >= Needs::Machine {
        data::fetch()?;
    }

    let (mut sum, mut remarks) = (Tally::default(), Vec::new());
    for (index, part) in parts.iter().enumerate() {
        let step = Step::start(&format!("[{}/{}] {}: {}", index + 1, parts.len(), part.name, part.what));
        let (tally, remark) = judge((part.run)(&machine));
        step.done(&format!("{} passed, {} failed", tally.passed, tally.failed));
        sum += tally;
        remarks.extend(remark.map(|text| format!("{}: {text}", part.name)));
    }

    println!("\n── All parts took {}", seconds(started.elapsed()));
    for remark in &remarks {
        println!("   {remark}");
    }
    println!("{} passed, {} failed", sum.passed, sum.failed);
    Ok(if sum.failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What a part adds to the sum, and what there is to say about it.
fn judge(outcome: Result<Outcome>) -> (Tally, Option<String>) {
    match outcome {
        Ok(Outcome::Ran(tally)) if tally.failed > 0 => (tally, Some("FAILED".into())),
        Ok(Outcome::Ran(tally)) => (tally, None),
        Ok(Outcome::Skipped(why)) if is_ci() => (Tally { passed: 0, failed: 1 }, Some(format!("FAILED: {why}"))),
        Ok(Outcome::Skipped(why)) => (Tally::default(), Some(format!("SKIPPED, NOT TESTED: {why}"))),
        Err(error) => (Tally { passed: 0, failed: 1 }, Some(format!("FAILED: {error:#}"))),
    }
}

fn cargo(arguments: &str) -> Command {
    command("cargo", &arguments.split(' ').collect::<Vec<_>>())
}

fn pass_or_fail(result: Result<()>) -> Tally {
    match result {
        Ok(()) => Tally { passed: 1, failed: 0 },
        Err(error) => {
            println!("   {error:#}");
            Tally { passed: 0, failed: 1 }
        }
    }
}

/// A command that passes or fails as a whole.
fn check(mut command: Command) -> Result<Outcome> {
    Ok(Outcome::Ran(pass_or_fail(run(&mut command))))
}

/// A test runner, whose counts are read from its output. One that fails without a count has failed once.
fn count(command: &mut Command) -> Result<Outcome> {
    let (succeeded, output) = tee(command)?;
    let mut tally = Tally::read(&output);
    if !succeeded && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(Outcome::Ran(tally))
}

/// Builds the library, all features on, with the `rust-version` of its manifest.
fn oldest(_: &Machine) -> Result<Outcome> {
    let version = env!("CARGO_PKG_RUST_VERSION");
    let is_there = || output_of("rustup", &["run", version, "rustc", "--version"]).is_some();
    if !is_there() {
        // Without network, or without rustup, it stays away.
        run(&mut command("rustup", &["toolchain", "install", version, "--profile", "minimal"])).ok();
    }
    if !is_there() {
        return Ok(Outcome::Skipped(format!("there is no Rust {version}, and rustup could not install it")));
    }
    // Another compiler's results would push out those of every other part.
    let library = ["run", version, "cargo", "check", "-p", "chalkgrad", "--all-features"];
    let mut cargo = command("rustup", &library);
    cargo.env("CARGO_TARGET_DIR", root().join("target").join("oldest"));
    check(cargo)
}

/// The documentation is built without a warning, and what it shows runs.
fn documentation(machine: &Machine) -> Result<Outcome> {
    let build = "doc -p chalkgrad --all-features --no-deps";
    let built = pass_or_fail(run(cargo(build).env("RUSTDOCFLAGS", "-D warnings")));
    match count(cargo("test --doc -p chalkgrad --features gpu").envs(machine.gpu_environment()))? {
        Outcome::Ran(mut tally) => {
            tally += built;
            Ok(Outcome::Ran(tally))
        }
        skipped => Ok(skipped),
    }
}

fn native(machine: &Machine) -> Result<Outcome> {
    let runner = if output_of("cargo", &["nextest", "--version"]).is_some() {
        "nextest run --workspace --exclude chalkgrad-engine --exclude chalkgrad-programs --all-features"
    } else {
        "test --workspace --exclude chalkgrad-engine --exclude chalkgrad-programs --all-features --no-fail-fast --lib --bins --tests --examples"
    };
    count(cargo(runner).envs(machine.gpu_environment()))
}

fn wasm(machine: &Machine) -> Result<Outcome> {
    let Some(chromedriver) = &machine.chromedriver else {
        return Ok(Outcome::Skipped("there is no chromedriver; set CHROMEDRIVER to one".into()));
    };
    count(
        cargo("test --target wasm32-unknown-unknown -p chalkgrad --features gpu --test web")
            .env("CHROMEDRIVER", chromedriver)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner"),
    )
}

fn browser(machine: &Machine) -> Result<Outcome> {
    let Some(chromium) = &machine.chromium else {
        return Ok(Outcome::Skipped("there is no Chromium; set CHROMIUM to one".into()));
    };
    count(npm(&["test"]).env("CHROMIUM", chromium))
}
