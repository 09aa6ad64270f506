//! The native `chalkgrad` command: one file a subcommand, each with its arguments and a `run`.

mod bench;
mod data;
mod device;
mod evaluate;
mod export;
mod judge;
mod kernels;
mod npy;
mod pictures;
mod pretrain;
mod run;
mod shipped;
mod train;

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
    /// Train a network on CIFAR-10 and measure it on the full test set.
    Train(train::Arguments),
    /// Train a network that we ship, by its recipe, and write it with its card.
    Pretrain(pretrain::Arguments),
    /// Measure a network that we ship: on its test pictures, or on people's strokes.
    Evaluate(evaluate::Arguments),
    /// Run a network on given numbers: its output, and its gradients.
    Run(run::Arguments),
    /// Write a network and its training as a PyTorch script, with its weights beside it.
    Export(export::Arguments),
    /// Measure training speed on fixed pictures.
    Bench(bench::Arguments),
    /// Measure what the device can do at most, and its kernels beside that.
    Kernels(kernels::Arguments),
}

impl Command {
    fn run(self) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Data(arguments) => Ok(data::run(&arguments)?),
            Self::Train(arguments) => train::run(&arguments),
            Self::Pretrain(arguments) => pretrain::run(&arguments),
            Self::Evaluate(arguments) => evaluate::run(&arguments),
            Self::Run(arguments) => run::run(&arguments),
            Self::Export(arguments) => export::run(&arguments),
            Self::Bench(arguments) => bench::run(&arguments),
            Self::Kernels(arguments) => kernels::run(&arguments),
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

/// A file's text, standard input's for `-`, or the default.
fn text_or_default(file: Option<&str>, default: &str) -> std::io::Result<String> {
    match file {
        None => Ok(default.to_owned()),
        Some("-") => std::io::read_to_string(std::io::stdin()),
        Some(file) => std::fs::read_to_string(file),
    }
}
