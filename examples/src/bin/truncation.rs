//! How far can a series be trusted? The gradient of the scales of a Laplace posterior, by order.

use std::process::ExitCode;

use clap::Parser;
use logphi_examples::truncation::{Options, run};

fn main() -> ExitCode {
    run(&Options::parse()).map_or_else(
        |error| {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}
