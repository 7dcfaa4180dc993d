//! Sums of a random number of independent copies of an expression.

use super::Words;
use crate::lane::{Lane, Mask, Scalar};

/// The sum of `count` copies, in a loop: each copy is drawn from words of its own, for the whole pack, and added where it
/// counts.
///
/// The words of copy `c` of a compound draw at site `s` are those of another key, the key of copy `c` at site `s` (see
/// [`Key`](super::Key)): within a copy sites begin at 0 again, and it does not matter how many words another copy takes.
#[derive(Clone)]
pub struct Compound<L: Lane> {
    words: Words<L>,
    site: u16,
    count: L,
    copies: u64,
    sum: L,
}

impl<L: Lane> Words<L> {
    /// The sum of `count` copies with words of `site`, to be added one by one.
    ///
    /// `count` is taken to be a whole number. NaN unless it is finite and not negative; the time grows with the largest of
    /// the pack.
    #[inline(always)]
    pub fn compound(&self, site: u16, count: L) -> Compound<L> {
        let zero = L::splat(L::Scalar::ZERO);
        let valid = count.ge(zero).and(count.lt(L::splat(L::Scalar::INFINITY)));
        let sum = L::select(valid, zero, L::splat(L::Scalar::NAN));
        let count = L::select(valid, count, zero);
        Compound { words: self.clone(), site, count, copies: 0, sum }
    }
}

impl<L: Lane> Compound<L> {
    /// The words of the next copy; `None` if no sample of the pack has another one.
    #[inline(always)]
    pub fn next_copy(&mut self) -> Option<Words<L>> {
        if !self.counts().any() {
            return None;
        }
        let words = self.words.copy(self.site, self.copies);
        self.copies += 1;
        Some(words)
    }

    /// Adds the copy whose words [`next_copy`](Self::next_copy) gave last.
    #[inline(always)]
    pub fn add(&mut self, copy: L) {
        let index = L::constant(self.copies.saturating_sub(1) as f64);
        self.sum = L::select(self.count.gt(index), self.sum + copy, self.sum);
    }

    /// The sum of the copies.
    #[inline(always)]
    pub fn sum(self) -> L {
        self.sum
    }

    /// The samples that have another copy.
    #[inline(always)]
    fn counts(&self) -> L::Mask {
        self.count.gt(L::constant(self.copies as f64))
    }
}
