//! Runs units on all cores, each on one thread: the results of a unit do not depend on how many run beside it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::ReproduceError;
use super::store::Store;
use super::unit::{Finished, Unit};

/// Units that are finished already, or that remain to be run, in the order of the units.
pub struct Schedule<'a> {
    work: Vec<(&'a Store, &'a Unit<'a>)>,
    finished: Vec<Option<Finished>>,
}

impl<'a> Schedule<'a> {
    /// Looks up what is finished.
    ///
    /// # Errors
    /// That a finished unit cannot be taken up.
    pub fn new(work: Vec<(&'a Store, &'a Unit<'a>)>) -> Result<Self, ReproduceError> {
        let finished = work.iter().map(|(store, unit)| store.read(unit)).collect::<Result<_, _>>()?;
        Ok(Self { work, finished })
    }

    /// Units that are finished.
    #[must_use]
    pub fn found(&self) -> usize {
        self.finished.iter().flatten().count()
    }

    /// Runs what is not finished and returns all units in their order.
    ///
    /// # Errors
    /// The first fault; units that are finished by then are kept.
    pub fn run(self) -> Result<Vec<Finished>, ReproduceError> {
        let open: Vec<usize> = (0..self.work.len()).filter(|&index| self.finished[index].is_none()).collect();
        let bar = bar(self.work.len(), self.found());
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let finished = Mutex::new(self.finished);
        let fault = Mutex::new(None);
        let worker = || {
            while let Some(&index) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let (store, unit) = self.work[index];
                bar.set_message(unit.label.name());
                match run(store, unit) {
                    Ok(unit) => lock(&finished)[index] = Some(unit),
                    Err(error) => {
                        stop.store(true, Ordering::Relaxed);
                        lock(&fault).get_or_insert(error);
                        return;
                    }
                }
                bar.inc(1);
            }
        };
        let cores = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| (0..cores.min(open.len())).for_each(|_| drop(scope.spawn(worker))));
        bar.finish_and_clear();
        match fault.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Some(error) => Err(error),
            None => Ok(lock(&finished).drain(..).flatten().collect()),
        }
    }
}

/// A panic of another worker ends the scope with it, whatever a lock holds.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn run(store: &Store, unit: &Unit<'_>) -> Result<Finished, ReproduceError> {
    let start = Instant::now();
    let outcome = (unit.job)().map_err(|source| ReproduceError::Unit { unit: unit.label.name(), source })?;
    let finished = Finished { label: unit.label.clone(), fingerprint: unit.fingerprint(), outcome };
    store.keep(unit, &finished, start.elapsed())?;
    Ok(finished)
}

/// The remaining time is judged by this run's units only.
fn bar(units: usize, found: usize) -> ProgressBar {
    let bar = ProgressBar::new(units as u64).with_position(found as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len}  {eta} left  {msg}") {
        bar.set_style(style);
    }
    bar.reset_eta();
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
