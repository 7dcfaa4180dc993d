//! Counts with probabilities proportional to `(x + k)^-2`: mixing numbers of exact rules for logistic, Gumbel, beta,
//! Dirichlet and gamma laws.
//!
//! For `k >= 1`, `(x + k)^-2 < ∫ (x + t)^-2 dt` over the unit interval about `k`, and the integral over all of them is
//! `1 / (x + ½)`: that tail is drawn by inversion and accepted with probability `1 - ¼ (x + k)^-2`; `k = 0`, of weight `x^-2`,
//! is accepted always. One number decides between the two and, where it is small, is the one inverted. At least 98 of
//! 100 attempts are accepted, for every `x`.

use super::rejection::undecided;
use super::{FromWords, Words};
use crate::lane::{Lane, Mask, Scalar};
use crate::math::select;

struct Attempt;

impl<S: Scalar> FromWords<S, 3, 3, 1> for Attempt {
    #[inline(always)]
    fn numbers([first, second, acceptance]: [S::Word; 3], [before, x, tail]: [S; 3]) -> [S; 1] {
        let fraction = S::fraction(S::join(first, second));
        let start = x + S::HALF;
        let count = ((start * (tail / fraction) - x) + S::HALF).floor();
        let count = select(count < S::ONE, S::ONE, count);
        let point = x + count;
        let accepted = S::acceptance(acceptance) * (point * point) <= point.mul_add(point, S::from_f64(-0.25));
        let draw = select(fraction < tail, select(accepted, count, -S::ONE), S::ZERO);
        [select(before == -S::ONE, draw, before)]
    }
}

impl<L: Lane> Words<L> {
    /// `k >= 0` with probability `(x + k)^-2 / ψ'(x)`, from words of `site`. NaN unless `x` is positive and finite.
    ///
    /// The mean is infinite: the law is meant for divisors. Each draw of an expression needs a site of its own. Numbers
    /// from 2²⁴ (`f32`) or 2⁵³ (`f64`) on are rounded, and from 2¹⁶ or 2²⁶ on some do not occur.
    #[inline(always)]
    pub fn trigamma_mixture(&mut self, site: u16, x: L) -> L {
        let valid = x.gt(L::splat(L::Scalar::ZERO)).and(x.lt(L::splat(L::Scalar::INFINITY)));
        let start = L::select(valid, undecided(), L::splat(L::Scalar::NAN));
        // The weight of the tail, 1 / (x + ½), as a share of it and x^-2.
        let tail = x / (x + (x + L::splat(L::Scalar::HALF)) / x);
        self.reject::<Attempt, 3>(site, [start, x, tail])
    }

    /// `k >= 1` with probability `6 / (πk)²`, from words of `site`; otherwise as
    /// [`trigamma_mixture`](Self::trigamma_mixture).
    #[inline(always)]
    pub fn zeta_mixture(&mut self, site: u16) -> L {
        let one = L::splat(L::Scalar::ONE);
        self.trigamma_mixture(site, one) + one
    }
}
