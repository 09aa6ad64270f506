//! `cargo xtask bench`: our training speed beside ConvNetJS, on the same network, in one run of one browser.

use anyhow::{Context, Result};

use crate::{
    browser::Machine,
    dist,
    shell::{Step, command, run},
    tools,
};

pub(crate) fn bench() -> Result<()> {
    tools::set_up()?;
    let machine = Machine::set_up()?;
    let chromium = machine.chromium.context("measuring needs a Chromium; set CHROMIUM to one")?;
    dist::build()?;
    let step = Step::start("Training beside ConvNetJS");
    run(command("node", &["tests/beside-convnetjs.mjs"]).env("CHROMIUM", chromium))?;
    step.done("measured");
    Ok(())
}
