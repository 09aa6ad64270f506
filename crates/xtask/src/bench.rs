//! `cargo xtask bench`: our training speed beside other libraries', in one run of one browser and natively; `bench kernels`: our kernels
//! beside what the machine can do at most; `bench growth`: a step's time as the work grows.
//!
//! Here it is set up and the site is built; `tests/bench/` measures, and its options are its own.

use anyhow::{Context, Result};

use crate::{
    browser::Machine,
    dist,
    shell::{Step, command, run},
    tools,
};

pub(crate) fn bench(options: &[&str]) -> Result<()> {
    let (script, options) = match options {
        ["kernels", options @ ..] => ("tests/bench/kernels.mjs", options),
        ["growth", options @ ..] => ("tests/bench/growth.mjs", options),
        options => ("tests/bench/main.mjs", options),
    };
    let mut measure = command("node", &[&[script], options].concat());
    if options.contains(&"--help") {
        return run(&mut measure);
    }
    tools::set_up()?;
    let machine = Machine::set_up()?;
    let chromium = machine.chromium.as_ref().context("measuring needs a Chromium; set CHROMIUM to one")?;
    if let Err(error) = tools::set_up_peers() {
        println!("   they could not be installed, so that their rows will be missing: {error:#}");
    }
    dist::build()?;
    let step = Step::start("Training beside the others");
    run(measure.env("CHROMIUM", chromium).envs(machine.gpu_environment()))?;
    step.done("measured");
    Ok(())
}
