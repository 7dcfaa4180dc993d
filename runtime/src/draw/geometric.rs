//! Failures before the first success, by inversion: `⌊E / -ln(1 - p)⌋`, `E` exponential.

use super::{FromWords, Words};
use crate::lane::{Lane, Scalar};
use crate::math::{ln_1p, select};

struct Geometric;

impl<S: Scalar> FromWords<S, 2, 1, 1> for Geometric {
    #[inline(always)]
    fn numbers([first, second]: [S::Word; 2], [p]: [S; 1]) -> [S; 1] {
        let draw = (S::exponential(S::join(first, second)) / -ln_1p(-p)).floor();
        [select((p > S::ZERO) & (p <= S::ONE), draw, S::NAN)]
    }
}

impl<L: Lane> Words<L> {
    /// Geometric: `k >= 0` with probability `p (1 - p)^k`, mean `(1 - p) / p`. NaN unless `0 < p <= 1`.
    ///
    /// Numbers from 2²⁴ (`f32`) or 2⁵³ (`f64`) on are rounded.
    #[inline(always)]
    pub fn geometric(&mut self, p: L) -> L {
        let words = self.number_words();
        let [draw] = L::from_words::<Geometric, 2, 1, 1>(words, [p]);
        draw
    }
}
