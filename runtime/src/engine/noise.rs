//! Which random numbers a run takes.

use crate::draw::{Key, Words};
use crate::lane::Lane;

/// A key, and the number of the run's first sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    pub(crate) key: Key,
    pub(crate) first: u64,
}

impl Noise {
    /// The number of a sample of the run.
    #[inline(always)]
    pub(super) const fn number(self, sample: usize) -> u64 {
        self.first + sample as u64
    }

    /// The words that draw a coordinate of a pack of samples, `sample` the first.
    #[inline(always)]
    pub(super) fn words<L: Lane>(self, sample: usize, coordinate: usize) -> Words<L> {
        Words::new(self.key, self.number(sample), coordinate as u32)
    }

    /// The words for what exact rules draw besides.
    #[inline(always)]
    pub(super) fn auxiliary<L: Lane>(self, sample: usize, coordinate: usize) -> Words<L> {
        Words::auxiliary(self.key, self.number(sample), coordinate as u32)
    }
}
