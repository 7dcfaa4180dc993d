//! Counts of small mean, by inversion: how many of `P(K >= 1), P(K >= 2), …` a uniform number lies below.
//!
//! `P(K >= k)` comes from subtracting probabilities, so far out only its rounding error would be left. There it is bounded
//! by `2 P(K = k)`, which holds as soon as each probability is at most half of the one before it: no outliers appear, and
//! the search ends. Probabilities are met to a few roundings of 1, and to a factor of two where they are smaller than that.

use super::{FromWords, Words};
use crate::lane::{Lane, Mask, Scalar};

/// A count with `P(K = k + 1) = P(K = k) (slope / (k + 1) - fall)`.
pub(super) struct Counts<L> {
    /// `P(K >= 1)`
    pub(super) some: L,
    /// `P(K = 1)`
    pub(super) one: L,
    pub(super) slope: L,
    pub(super) fall: L,
}

/// A number in (0, 1] from the words of a number.
struct Fraction;

impl<S: Scalar> FromWords<S, 2, 0, 1> for Fraction {
    #[inline(always)]
    fn numbers([first, second]: [S::Word; 2], []: [S; 0]) -> [S; 1] {
        [S::fraction(S::join(first, second))]
    }
}

impl<L: Lane> Words<L> {
    /// The count, from the first words of block 0 of `site`.
    #[inline(always)]
    pub(super) fn search(&self, site: u16, counts: Counts<L>) -> L {
        let Counts { some, one, slope, fall } = counts;
        let [w0, w1, _, _] = self.block(site, 0);
        let [fraction] = L::from_words::<Fraction, 2, 0, 1>([w0, w1], []);
        let unit = L::splat(L::Scalar::ONE);
        let half = L::splat(L::Scalar::HALF);
        let (mut tail, mut mass) = (some, one);
        let mut count = L::splat(L::Scalar::ZERO);
        let mut next = 2_u32;
        loop {
            let more = fraction.lt(tail);
            if !more.any() {
                return count;
            }
            count = L::select(more, count + unit, count);
            let ratio = slope.mul_add(L::constant(1.0 / f64::from(next)), -fall);
            tail = tail - mass;
            mass = mass * ratio;
            let bound = mass + mass;
            tail = L::select(ratio.le(half).and(bound.lt(tail)), bound, tail);
            next += 1;
        }
    }
}
