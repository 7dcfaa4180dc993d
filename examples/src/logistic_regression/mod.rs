//! Bayesian logistic regression with Laplace prior and posterior: the paper's section 6.2, and the main job of this
//! project.
//!
//! The question: does the truncated rule of the Laplace law train this model, and how noisy are its gradients?

use std::f64::consts::PI;
use std::process::ExitCode;
use std::time::Instant;

use logphi::{EstimateError, Warning};
use thiserror::Error;

use crate::data::{self, DataError, Table};
use crate::report::figure::FigureError;
use crate::report::folder::{Folder, FolderError, SUMMARY};
use crate::report::terminal::say;
use crate::scaling::{Dataset, Scaling};

pub mod batch;
pub mod curves;
pub mod model;
pub mod options;
pub mod posterior;
pub mod progress;
pub mod record;
pub mod summary;
pub mod training;

use model::Settings;
use options::Options;
use training::{Plan, Seen, Training};

/// Why a run has no results.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The results cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A figure cannot be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// The estimator refuses the settings or the data.
    #[error("the estimator refuses to start: {0}")]
    Estimate(#[from] EstimateError),
}

/// Runs the experiment. The exit code tells whether the training went to its end.
///
/// # Errors
/// [`RunError`] if there is nothing to show.
pub fn run(options: &Options) -> Result<ExitCode, RunError> {
    if options.show_rule || options.show_rust {
        print_shown(options);
        return Ok(ExitCode::SUCCESS);
    }
    let start = Instant::now();
    let table = options.data.as_deref().map_or_else(data::shipped, data::read_file)?;
    let data = Dataset::new(&table, options.scaling);
    announce(options, &table);
    if options.order.number().is_some() {
        caution(&data);
    }
    let configuration = summary::configuration(options, &table, &data);
    let folder = Folder::claim(&options.out, &configuration)?;
    let training = train(options, &data)?;

    folder.write("curves.csv", &curves::csv(&training.records))?;
    folder.write("posterior.csv", &curves::posterior_csv(&data.names, &training.posterior))?;
    folder.write("rule.txt", model::rule(options.order))?;
    folder.write("estimator.rs", model::rust(options.order))?;
    for (name, text) in curves::figures(&training.records, &options.order.name())? {
        folder.write(name, &text)?;
    }
    let wall = start.elapsed();
    folder.write(SUMMARY, &format!("{:#}\n", summary::summary(&configuration, &training, wall)))?;

    if training.records.is_empty() {
        say("\nno epoch was completed\n\n");
    } else {
        say(&format!("\n{}\n", curves::overview(&training.records)));
    }
    if let Some(time) = summary::microseconds_per_gradient(&training) {
        let (gradients, seconds) = (training.steps, wall.as_secs_f64());
        say(&format!("{gradients} gradients, {time:.1} µs each; {seconds:.1} s in all\n"));
    }
    say(&format!("curves, figures, posterior, rule and summary: {}\n", folder.path().display()));
    conclude(options, &data, &training);
    Ok(if training.stop.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_shown(options: &Options) {
    if options.show_rule {
        say(&format!("{}\n", model::rule(options.order).trim_end()));
    }
    if options.show_rust {
        say(&format!("{}\n", model::rust(options.order).trim_end()));
    }
}

/// Says in two lines what is about to happen.
fn announce(options: &Options, table: &Table) {
    let (rows, features) = (table.labels.len(), table.features.len());
    let (samples, batch, epochs) = (options.samples, options.batch, options.epoch_count());
    let in_b = match options.order.number() {
        Some(order) => format!("exact in mu, cut at order {order} in b"),
        None => "exact in mu and in b".to_owned(),
    };
    say(&format!(
        "Bayesian logistic regression with Laplace prior and posterior: {}, {rows} rows of {features} features, scaling {}.\n\
         Gradients by the rule derived while this was compiled, {in_b} (see --show-rule); \
         {samples} samples, batch {batch}, {epochs} epochs.\n",
        table.file,
        options.scaling.name(),
    ));
}

fn train(options: &Options, data: &Dataset) -> Result<Training, EstimateError> {
    let rows = data.targets.len() as f64;
    let plan = Plan {
        settings: Settings {
            order: options.order,
            samples: options.samples,
            seed: options.seed,
            kl_weight: if options.kl_per_sample { 1.0 } else { 1.0 / rows },
            threads: None,
        },
        epochs: options.epoch_count(),
        batch: options.batch,
        learning_rate: options.learning_rate,
    };
    let mut progress = progress::Progress::new(plan.epochs);
    let training = training::train(data, &plan, &mut progress);
    progress.finish();
    training
}

/// Warns before the start where the features alone make the series diverge. The estimator judges its terms by their
/// noise, which hides them far beyond the range: its silence would not mean that all is well.
fn caution(data: &Dataset) {
    let largest = data.largest().into_iter().fold(0.0, f64::max);
    if largest > PI {
        eprintln!(
            "caution: the largest |x| is {largest:.3}; where b |x| exceeds pi (b starts at 1) the terms of the series grow, \
             and the gradient by b means little. --scaling max-abs keeps |x| at most 1; --order exact cuts nothing."
        );
    }
}

/// What went wrong, after the results: how often each warning came, why the training ended early, and what to do.
fn conclude(options: &Options, data: &Dataset, training: &Training) {
    for seen in &training.warnings {
        let Seen { epoch, steps, .. } = seen;
        eprintln!("warning: {steps} of {} steps brought the warning shown for epoch {epoch}", training.steps);
    }
    let biased = training.warnings.iter().any(|seen| !matches!(seen.warning, Warning::FewSamplesDominate { .. }));
    if let Some(order) = options.order.number().filter(|_| biased) {
        let start = data.largest().into_iter().fold(0.0, f64::max);
        let end = training.records.last().map_or(start, |record| record.largest_b_x);
        eprintln!(
            "help: the smaller b |x|, the better the series cut at order {order}; its largest value was {start:.3} at the start \
             and {end:.3} at the end. {}",
            match options.scaling {
                Scaling::MaxAbs => "How much the cut matters shows in runs with another --order.",
                Scaling::Standardise | Scaling::None =>
                    "--scaling max-abs keeps |x| at most 1; --order exact cuts nothing.",
            },
        );
    }
    if let Some(stop) = &training.stop {
        eprintln!("error: the training stopped in {stop}; the results up to there were kept.");
    }
}
