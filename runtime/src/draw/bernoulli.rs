//! One trial: 1 with probability `p`, otherwise 0.
//!
//! The rarer of the two outcomes is the one whose probability is compared with the random number, so that a probability
//! near 0 and one near 1 are met equally well, and 0 and 1 exactly.

use super::{FromWords, Words};
use crate::lane::{Lane, Scalar};
use crate::math::select;

struct Bernoulli;

impl<S: Scalar> FromWords<S, 2, 1, 1> for Bernoulli {
    #[inline(always)]
    fn numbers([first, second]: [S::Word; 2], [p]: [S; 1]) -> [S; 1] {
        let likely = p > S::HALF;
        let rare = select(likely, S::ONE - p, p);
        let happens = S::fraction(S::join(first, second)) < rare;
        let draw = select(happens != likely, S::ONE, S::ZERO);
        [select((p >= S::ZERO) & (p <= S::ONE), draw, S::NAN)]
    }
}

impl<L: Lane> Words<L> {
    /// 1 with probability `p`, otherwise 0. NaN unless `0 <= p <= 1`.
    ///
    /// The probability is met to 2⁻³³ (`f32`) or 2⁻⁵³ (`f64`).
    #[inline(always)]
    pub fn bernoulli(&mut self, p: L) -> L {
        let words = self.number_words();
        let [draw] = L::from_words::<Bernoulli, 2, 1, 1>(words, [p]);
        draw
    }
}
