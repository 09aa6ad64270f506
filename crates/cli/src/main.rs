//! The native `chalkgrad` command: one file a subcommand, each with its arguments and a `run`.

mod data;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Deep learning on the blackboard, without a browser.
#[derive(Debug, Parser)]
#[command(name = "chalkgrad", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fetch CIFAR-10 and Quick, Draw!, check them, and write what the page loads.
    Data(data::Arguments),
}

impl Command {
    fn run(self) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Data(arguments) => Ok(data::run(&arguments)?),
        }
    }
}

fn main() -> ExitCode {
    match Arguments::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
