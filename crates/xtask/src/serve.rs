//! `cargo xtask serve`: from a fresh machine to an open page.
//!
//! After it has run once, plain `trunk serve` does the same, without the set-up.

use anyhow::Result;

use crate::{
    data,
    shell::{Step, run},
    tools,
};

pub(crate) fn serve(options: &[&str]) -> Result<()> {
    let opens = !options.contains(&"--no-open");
    let passed_on = options.iter().copied().filter(|option| !matches!(*option, "--no-open" | "--"));
    tools::set_up()?;
    data::fetch()?;
    Step::start("Building the page and serving it (Ctrl+C ends it)");
    let mut arguments = vec!["serve"];
    arguments.extend(opens.then_some("--open"));
    arguments.extend(passed_on);
    run(&mut tools::trunk(&arguments)?)
}
