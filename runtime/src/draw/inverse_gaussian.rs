//! Inverse Gaussian numbers (Michael, Schucany and Haas, *Generating random variates using transformations with multiple
//! roots*, 1976).
//!
//! With `N` normal, `λ (x - μ)² / (μ² x) = N²` has two roots whose product is `μ²`. With `r = μ N² / 2λ` they are `μ / t` and
//! `μ t` for `t = 1 + r + √(r (r + 2))`: written so, nothing cancels. The smaller one is taken with probability
//! `μ / (μ + x)`, which is `t / (1 + t)`.

use super::{FromWords, Words};
use crate::lane::{Lane, Scalar};
use crate::math::select;

struct InverseGaussian;

impl<S: Scalar> FromWords<S, 2, 3, 1> for InverseGaussian {
    #[inline(always)]
    fn numbers([first, second]: [S::Word; 2], [normal, mean, shape]: [S; 3]) -> [S; 1] {
        let r = S::HALF * (normal * normal) * (mean / shape);
        let t = (S::ONE + r) + r.sqrt() * (r + S::TWO).sqrt();
        let larger = S::fraction(S::join(first, second)) * (S::ONE + t) < S::ONE;
        let draw = select(larger, mean * t, mean / t);
        [select((mean > S::ZERO) & (shape > S::ZERO), draw, S::NAN)]
    }
}

impl<L: Lane> Words<L> {
    /// Inverse Gaussian with the given mean and shape, variance `mean³ / shape`. NaN unless both are positive.
    ///
    /// Takes the words of a normal number, then those of another number.
    #[inline(always)]
    pub fn inverse_gaussian(&mut self, mean: L, shape: L) -> L {
        let normal = self.normal();
        let words = self.number_words();
        let [draw] = L::from_words::<InverseGaussian, 2, 3, 1>(words, [normal, mean, shape]);
        draw
    }
}
