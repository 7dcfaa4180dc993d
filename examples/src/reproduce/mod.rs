//! The paper's section 6 by one command, and some experiments beyond it.
//!
//! An experiment is a list of [`unit`]s, deterministic computations of seconds, and an [`account`] of what they left. The
//! units of all chosen experiments are run together ([`schedule`]) and kept one by one ([`store`]), so that an interrupted
//! run is taken up where it was. Everything else is made of the finished units: tables, figures and the [`page`].

use std::fmt::Write as _;
use std::path::PathBuf;

use logphi::EstimateError;
use serde_json::{Value, json};
use thiserror::Error;

use crate::data::{self, DataError};
use crate::report::figure::FigureError;
use crate::report::folder::{FolderError, write_whole};
use crate::report::terminal::say;

pub mod account;
pub mod curves;
pub mod options;
pub mod outcome;
pub mod page;
pub mod schedule;
pub mod square;
pub mod store;
pub mod toy;
pub mod unit;

use account::Account;
use options::{Choice, Options};
use schedule::Schedule;
use store::{Store, StoreError};
use unit::{Finished, Unit};

/// Why there are no results, or not all of them.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReproduceError {
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Results cannot be kept or taken up.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The page cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A figure cannot be drawn.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// An estimator refused.
    #[error("{unit}: {source}")]
    Unit {
        /// Name of the unit.
        unit: String,
        /// What the estimator said.
        source: EstimateError,
    },
}

/// An experiment.
pub trait Experiment {
    /// Its name: that of its folder.
    fn name(&self) -> &'static str;
    /// What is to be computed, with different names.
    fn units(&self) -> Vec<Unit<'_>>;
    /// What came of it.
    ///
    /// # Errors
    /// That a figure cannot be drawn.
    fn account(&self, finished: &[Finished]) -> Result<Account, FigureError>;
}

/// The experiments that were asked for.
///
/// # Errors
/// That the data cannot be read.
fn experiments(options: &Options) -> Result<Vec<Box<dyn Experiment>>, DataError> {
    let chosen = |choice| [choice, Choice::All].contains(&options.experiment);
    let mut experiments: Vec<Box<dyn Experiment>> = Vec::new();
    if chosen(Choice::Figure1) {
        experiments.push(Box::new(square::Square::new(&options.seeds.0, options.quick)));
    }
    let _ = data::shipped;
    Ok(experiments)
}

/// Runs what was asked for.
///
/// # Errors
/// [`ReproduceError`]; finished units are kept.
pub fn run(options: &Options) -> Result<(), ReproduceError> {
    let experiments = experiments(options)?;
    let place = |experiment: &dyn Experiment| options.out.join(experiment.name());
    let mut stores = Vec::new();
    for experiment in &experiments {
        stores.push(Store::open(&place(&**experiment), options.resume)?);
    }
    let units: Vec<Vec<Unit<'_>>> = experiments.iter().map(|experiment| experiment.units()).collect();
    let work: Vec<_> =
        stores.iter().zip(&units).flat_map(|(store, units)| units.iter().map(move |unit| (store, unit))).collect();
    let schedule = Schedule::new(work)?;
    let count = units.iter().map(Vec::len).sum::<usize>();
    say(&format!("{count} units of work, {} of them finished\n", schedule.found()));
    let mut finished = schedule.run()?.into_iter();

    let mut accounts = Vec::new();
    for ((experiment, store), units) in experiments.iter().zip(&stores).zip(&units) {
        let finished: Vec<Finished> = finished.by_ref().take(units.len()).collect();
        let account = experiment.account(&finished)?;
        keep(&**experiment, store, units, &finished, &account)?;
        accounts.push((experiment.name().to_owned(), account));
    }
    let path = options.out.join("index.html");
    write_whole(&path, &page::page(&accounts, env!("CARGO_PKG_VERSION")))?;
    conclude(&accounts, path);
    Ok(())
}

/// Writes tables, figures and summary of an experiment; they depend on the finished units only.
fn keep(
    experiment: &dyn Experiment,
    store: &Store,
    units: &[Unit<'_>],
    finished: &[Finished],
    account: &Account,
) -> Result<(), StoreError> {
    for (name, text) in tables(finished) {
        store.write(&format!("{name}.csv"), &text)?;
    }
    for figure in &account.figures {
        store.write(&figure.file, &figure.svg)?;
    }
    let of = |(unit, finished): (&Unit<'_>, &Finished)| -> Value {
        json!({ "unit": unit.label, "configuration": unit.configuration, "notes": finished.outcome.notes })
    };
    let summary = json!({
        "experiment": experiment.name(),
        "version": env!("CARGO_PKG_VERSION"),
        "account": account,
        "units": units.iter().zip(finished).map(of).collect::<Vec<_>>(),
    });
    store.write("summary.json", &format!("{summary:#}\n"))
}

/// The rows of all units as CSV, one text for each table, by their first appearance.
fn tables(finished: &[Finished]) -> Vec<(&str, String)> {
    let mut tables: Vec<(&str, String)> = Vec::new();
    for Finished { label, outcome, .. } in finished {
        let index = tables.iter().position(|(name, _)| *name == label.table).unwrap_or_else(|| {
            tables.push((&label.table, format!("setting,estimator,seed,{}\n", outcome.columns.join(","))));
            tables.len() - 1
        });
        // Writing to a string cannot fail.
        let _ = write!(
            tables[index].1,
            "{}",
            outcome.csv(&format!("{},{},{}", label.setting, label.estimator, label.seed))
        );
    }
    tables
}

/// Says what became of the claims, and where everything is.
fn conclude(accounts: &[(String, Account)], page: PathBuf) {
    for (name, account) in accounts {
        for claim in &account.claims {
            say(&format!("{name}: {}: {} ({})\n", claim.claim, claim.verdict.words(), claim.numbers));
        }
    }
    say(&format!("figures, tables and rules: {}\n", page.display()));
}
