//! The experiments of the paper's section 6, and some beyond it, by one program: configurations of one harness.
//!
//! An [`Experiment`] is a list of [units](unit::Unit), each a deterministic computation of seconds. Finished units are kept on
//! disk one by one ([`store`]), so that an interrupted run is taken up where it was and ends with the same bits; when all are
//! there, figures, tables and the judgement of the paper's claims are made of them, and put on one page.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use logphi::EstimateError;
use serde_json::json;
use thiserror::Error;

pub mod account;
pub mod book;
pub mod cos;
pub mod counts;
pub mod curves;
pub mod logistic;
pub mod measured;
pub mod options;
pub mod orders;
pub mod outcome;
pub mod page;
pub mod references;
pub mod schedule;
pub mod store;
pub mod toy;
pub mod unit;

use account::Account;
use options::{Choice, Options};
use schedule::Schedule;
use store::{Store, StoreError};
use unit::{Finished, Unit};

use crate::data::{self, DataError, Table};
use crate::report::figure::FigureError;
use crate::report::folder::{FolderError, SUMMARY, write_whole};
#[cfg(feature = "png")]
use crate::report::picture;
use crate::report::terminal::say;

/// Why there are no results, or not all.
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
    /// An estimator refused its numbers.
    #[error("{unit}: {source}")]
    Unit {
        /// Name of the unit.
        unit: String,
        /// What the estimator said.
        source: EstimateError,
    },
}

/// What an experiment can do.
pub trait Experiment {
    /// Its name, that of its folder.
    fn name(&self) -> &'static str;

    /// Everything that must be computed.
    fn units(&self) -> Vec<Unit<'_>>;

    /// What the finished units, in the order of [`units`](Self::units), have to say.
    ///
    /// # Errors
    /// [`FigureError`].
    fn account(&self, finished: &[Finished]) -> Result<Account, FigureError>;
}

/// Runs the chosen experiments, or what is left of them, and writes figures, tables and the page.
///
/// # Errors
/// [`ReproduceError`]; units that were finished before are kept, and no file is half-written.
pub fn run(options: &Options) -> Result<(), ReproduceError> {
    let table = options.data.as_deref().map_or_else(data::shipped, data::read_file)?;
    run_all(options, &experiments(options, &table))
}

fn run_all(options: &Options, experiments: &[Box<dyn Experiment>]) -> Result<(), ReproduceError> {
    let stores = experiments
        .iter()
        .map(|experiment| Store::open(&options.out.join(experiment.name()), options.resume))
        .collect::<Result<Vec<_>, _>>()?;
    let units: Vec<Vec<Unit<'_>>> = experiments.iter().map(|experiment| experiment.units()).collect();
    let work = stores.iter().zip(&units).flat_map(|(store, units)| units.iter().map(move |unit| (store, unit)));
    let schedule = Schedule::new(work.collect())?;
    let (total, found) = (units.iter().map(Vec::len).sum::<usize>(), schedule.found());
    say(&format!("{total} units, {found} of them finished already; results in {}\n", options.out.display()));
    let mut finished = schedule.run()?.into_iter();
    let mut accounts = Vec::new();
    for ((experiment, store), units) in experiments.iter().zip(&stores).zip(&units) {
        let own: Vec<Finished> = finished.by_ref().take(units.len()).collect();
        let account = experiment.account(&own)?;
        keep(store, options, &own, &account)?;
        accounts.push((experiment.name().to_owned(), account));
    }
    let path: PathBuf = options.out.join("index.html");
    write_whole(&path, page::page(&with_earlier(&options.out, &accounts)?, env!("CARGO_PKG_VERSION")))?;
    for claim in accounts.iter().flat_map(|(_, account)| &account.claims) {
        say(&format!("{:14} {} ({}): {}\n", claim.verdict.words(), claim.claim, claim.place, claim.numbers));
    }
    say(&format!("figures, tables, rules and claims: {}\n", path.display()));
    Ok(())
}

/// Every experiment of which there are results, in the order of the page: those of this run, and of earlier ones.
fn with_earlier(out: &Path, accounts: &[(String, Account)]) -> Result<Vec<(String, Account)>, StoreError> {
    let mut all = Vec::new();
    for name in NAMES {
        match accounts.iter().find(|(own, _)| own == name) {
            Some(account) => all.push(account.clone()),
            None => all.extend(store::account(&out.join(name))?.map(|account| (name.to_owned(), account))),
        }
    }
    Ok(all)
}

/// The names of all experiments, in the order of the page.
const NAMES: [&str; 6] = ["figure1", "figure2", "figure3", "figure4", "counts", "book"];

/// The chosen experiments, in the order of the paper.
fn experiments(options: &Options, table: &Table) -> Vec<Box<dyn Experiment>> {
    let wanted = |choice| options.experiment == choice || options.experiment == Choice::All;
    let seeds = options.seeds.0.clone();
    let mut experiments: Vec<Box<dyn Experiment>> = Vec::new();
    if wanted(Choice::Figure1) {
        experiments.push(Box::new(toy::Toy::square(seeds.clone(), options.quick)));
    }
    if wanted(Choice::Figure2) {
        experiments.push(Box::new(toy::Toy::exponential(seeds.clone(), options.quick)));
    }
    if wanted(Choice::Figure3) {
        experiments.push(Box::new(logistic::Regression::new(
            table,
            seeds.clone(),
            options.quick,
            options.kl_per_sample,
        )));
    }
    if wanted(Choice::Figure4) {
        experiments.push(Box::new(orders::Orders::new(table, seeds[0], options.quick)));
    }
    if wanted(Choice::Beyond) {
        experiments.push(Box::new(counts::Counts::new(seeds.clone(), options.quick)));
        experiments.push(Box::new(book::Book::new(seeds, options.quick)));
    }
    experiments
}

/// Writes what is made of an experiment's units: a tidy table for each kind of unit, the figures, and the summary.
fn keep(store: &Store, options: &Options, finished: &[Finished], account: &Account) -> Result<(), ReproduceError> {
    let mut tables: Vec<(&str, String)> = Vec::new();
    for Finished { label, outcome, .. } in finished {
        let first = format!("{},{},{}", label.setting, label.estimator, label.seed);
        let rows = outcome.csv(&first);
        match tables.iter_mut().find(|(name, _)| *name == label.table) {
            Some((_, text)) => text.push_str(&rows),
            None => {
                let mut text = "setting,estimator,seed".to_owned();
                for column in &outcome.columns {
                    // Writing to a string cannot fail.
                    let _ = write!(text, ",{column}");
                }
                tables.push((&label.table, text + "\n" + &rows));
            }
        }
    }
    for (name, text) in tables {
        store.write(&format!("{name}.csv"), &text)?;
    }
    for figure in &account.figures {
        store.write(&figure.file, &figure.svg)?;
        #[cfg(feature = "png")]
        {
            let picture = Path::new(&figure.file).with_extension("png");
            store.write(&picture.to_string_lossy(), picture::png(&figure.file, &figure.svg)?)?;
        }
    }
    let summary = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "quick": options.quick,
        "seeds": options.seeds.0,
        "kl_per_sample": options.kl_per_sample,
        "units": finished.iter().map(|unit| json!({ "name": unit.label.name(), "of": unit.fingerprint })).collect::<Vec<_>>(),
        "account": account,
    });
    store.write(SUMMARY, format!("{summary:#}\n"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use clap::Parser;

    use super::*;

    fn experiments() -> Vec<Box<dyn Experiment>> {
        vec![Box::new(toy::Toy::square(vec![0, 1], true).shortened(4, 2))]
    }

    fn options(out: &Path, resume: bool) -> Options {
        let out = out.to_string_lossy().into_owned();
        let arguments = ["reproduce", "figure1", "--quick", "--seeds", "0,1", "--out", &out];
        Options::parse_from(arguments.into_iter().chain(resume.then_some("--resume")))
    }

    /// Every file but the times, by path.
    fn files(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>, root: &Path) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("times") {
                files(&path, found, root);
            } else if path.is_file() {
                let name = path.strip_prefix(root).expect("below the root").to_owned();
                found.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }

    #[test]
    fn the_page_shows_earlier_experiments_too() {
        let out = std::env::temp_dir().join(format!("logphi-reproduce-page-{}", std::process::id()));
        run_all(&options(&out, false), &experiments()).expect("a run");
        let other: Vec<Box<dyn Experiment>> = vec![Box::new(toy::Toy::exponential(vec![0], true).shortened(4, 2))];
        run_all(&options(&out, false), &other).expect("a run beside it");
        let page = fs::read_to_string(out.join("index.html")).expect("a page");
        for title in ["Figure 1: toy problem 1", "Figure 2: toy problem 2"] {
            assert!(page.contains(title), "{title}");
        }
        assert_eq!(page.matches("<svg").count(), 4, "two figures of each");
        fs::remove_dir_all(&out).expect("there");
    }

    #[test]
    fn every_experiment_is_on_the_page() {
        let table = data::shipped().expect("the data");
        let options = Options::parse_from(["reproduce", "all", "--quick"]);
        let names: Vec<&str> =
            super::experiments(&options, &table).iter().map(|experiment| experiment.name()).collect();
        assert_eq!(names, NAMES);
    }

    #[test]
    fn an_interrupted_run_ends_with_the_same_bits() {
        let out = std::env::temp_dir().join(format!("logphi-reproduce-{}", std::process::id()));
        run_all(&options(&out, false), &experiments()).expect("a run");
        let mut whole = BTreeMap::new();
        files(&out, &mut whole, &out);
        assert!(whole.contains_key(Path::new("index.html")) && whole.len() > 30, "{:?}", whole.keys());
        assert_eq!(whole.contains_key(Path::new("figure1/loss.png")), cfg!(feature = "png"));
        // What a kill leaves: some units, one of them half-written under another name, and nothing that is made of them.
        for (index, name) in whole.keys().enumerate().filter(|(_, name)| !name.ends_with("runs")) {
            if index % 2 == 0 || !name.to_string_lossy().contains("runs") {
                fs::remove_file(out.join(name)).expect("there");
            }
        }
        fs::write(out.join("figure1/runs/.training-d1-fourier-0.json.1"), "{\"label\"").expect("writable");
        assert!(matches!(
            run_all(&options(&out, false), &experiments()),
            Err(ReproduceError::Store(StoreError::Taken { .. }))
        ));
        run_all(&options(&out, true), &experiments()).expect("a run");
        fs::remove_file(out.join("figure1/runs/.training-d1-fourier-0.json.1")).expect("there");
        let mut resumed = BTreeMap::new();
        files(&out, &mut resumed, &out);
        assert_eq!(whole.keys().collect::<Vec<_>>(), resumed.keys().collect::<Vec<_>>());
        for (name, bytes) in whole {
            assert!(resumed[&name] == bytes, "{} has changed", name.display());
        }
        fs::remove_dir_all(&out).expect("there");
    }
}
