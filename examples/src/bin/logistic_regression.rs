//! Trains a Bayesian logistic regression with an estimator that was derived while this program was compiled.

use std::process::ExitCode;

use clap::Parser;
use logphi_examples::logistic_regression::options::Options;
use logphi_examples::logistic_regression::run;

fn main() -> ExitCode {
    run(&Options::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}
