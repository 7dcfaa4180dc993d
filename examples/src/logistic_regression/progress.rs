//! The progress bar. It is hidden where standard error is not a terminal; warnings are shown all the same.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::record::Record;
use super::training::{Observer, Seen};

/// Shows epochs as they are completed, and the first warning of each kind.
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar for a number of epochs.
    #[must_use]
    pub fn new(epochs: u32) -> Self {
        let bar = ProgressBar::new(u64::from(epochs));
        if let Ok(style) = ProgressStyle::with_template("{bar:32} epoch {pos}/{len}  {msg}  {eta} left") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress {
    fn epoch(&mut self, record: &Record) {
        // The text is composed only when it is looked at: epochs take less than a millisecond.
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("ELBO {:.4}  accuracy {:.1} %", record.elbo, 100.0 * record.accuracy));
        }
        self.bar.inc(1);
    }

    fn warning(&mut self, seen: &Seen) {
        self.bar.suspend(|| eprintln!("warning: epoch {}: {}", seen.epoch, seen.warning));
    }
}
