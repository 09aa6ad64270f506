//! `cargo xtask …`: every chore of the project, from a fresh machine on.
//!
//! Each command does the set-up that it needs, skips what is done already, and says what it is doing.
//! It depends on next to nothing, so that it builds in seconds.

mod bench;
mod browser;
mod data;
mod dist;
mod fuzz;
mod names;
mod serve;
mod shell;
mod split;
mod tally;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask COMMAND

  serve [--no-open] [-- TRUNK OPTIONS]   set everything up, then build the page, watch it and open it
  test [--only PART]                     set everything up, then run every test, lint and format check
  dist                                   write the static site to dist/
  bench [OPTIONS]                        measure training speed beside other libraries; `bench --help` has the options
  fuzz [INPUTS]                          read broken networks, a million unless said otherwise
  tidy                                   check what a reviewer should not have to
  link-data                              put data/ beside a build (Trunk's post_build hook calls it)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[&str]) -> Result<ExitCode> {
    match arguments {
        // The only one whose results are its output, so that it ends without an error message.
        ["test"] => return test::test(None),
        ["test", "--only", part] => return test::test(Some(part)),
        ["serve", options @ ..] => serve::serve(options)?,
        ["dist"] => dist::dist()?,
        ["bench", options @ ..] => bench::bench(options)?,
        ["fuzz", inputs @ ..] => fuzz::fuzz(inputs)?,
        ["tidy"] => tidy::tidy()?,
        ["link-data"] => data::link_data()?,
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            println!("\nThe parts of `test`: {}", test::part_names().join(", "));
        }
        other => bail!("`{}` is not a command of cargo xtask.\n\n{HELP}", other.join(" ")),
    }
    Ok(ExitCode::SUCCESS)
}
