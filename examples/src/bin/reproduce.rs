//! Reproduces the experiments of the paper.

use std::process::ExitCode;

use clap::Parser;
use logphi_examples::reproduce::options::Options;
use logphi_examples::reproduce::run;

fn main() -> ExitCode {
    run(&Options::parse()).map_or_else(
        |error| {
            eprintln!("error: {error}");
            ExitCode::from(2)
        },
        |()| ExitCode::SUCCESS,
    )
}
