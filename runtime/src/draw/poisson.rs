//! Poisson numbers: by inversion below the mean 10, from there on by transformed rejection (Hörmann, *The transformed
//! rejection method for generating Poisson random variables*, 1993, algorithm PTRS).
//!
//! The probability of `k` is needed relative to its own size where `k ln λ - λ - ln k!` is a small difference of large
//! numbers. With `y = k + ½` it is `(2πλ)^{-1/2} e^{y (ln(1 + t) - t) + ε(y)}`, `t = λ / y - 1`, where `ε` is what Stirling's
//! series leaves: all terms are of the size of the logarithm itself.

use super::rejection::undecided;
use super::search::Counts;
use super::{FromWords, Words};
use crate::lane::{Lane, Mask, Scalar};
use crate::math::{exp, ln_excess, select, stirling_remainder};

/// Means from here on are drawn by rejection.
pub(super) const LARGE_MEAN: f64 = 10.0;

/// The proposal of transformed rejection for a count: `⌊(2a / s + b) u + c⌋` with `u = ±(½ - s)`.
///
/// Gives the count, `s²`, and whether it is accepted without further ado.
#[inline(always)]
pub(super) fn propose<S: Scalar>(bits: S::Word, acceptance: S, [a, b, centre, quick]: [S; 4]) -> (S, S, bool) {
    let (side, negative) = S::sided(bits);
    let u = (S::HALF - side).negate_if(negative);
    let count = (S::TWO * a / side + b).mul_add(u, centre).floor();
    (count, side * side, (side >= S::from_f64(0.07)) & (acceptance <= quick))
}

struct Attempt;

impl<S: Scalar> FromWords<S, 3, 7, 1> for Attempt {
    #[inline(always)]
    fn numbers(words: [S::Word; 3], [before, rate, a, b, centre, quick, scale]: [S; 7]) -> [S; 1] {
        let [first, second, acceptance] = words;
        let acceptance = S::acceptance(acceptance);
        let (count, square, at_once) = propose(S::join(first, second), acceptance, [a, b, centre, quick]);
        let y = count + S::HALF;
        let probability = exp(y.mul_add(ln_excess((rate - y) / y), stirling_remainder(y)));
        let accepted = acceptance * scale * square <= probability * b.mul_add(square, a);
        let accepted = (count >= S::ZERO) & (at_once | accepted);
        [select(before == -S::ONE, select(accepted, count, -S::ONE), before)]
    }
}

impl<L: Lane> Words<L> {
    /// Poisson with mean `rate`, from words of `site`; 0 for the mean 0. NaN for a mean that is negative, infinite or NaN.
    ///
    /// Each draw of an expression needs a site of its own. Counts from 2²⁴ (`f32`) or 2⁵³ (`f64`) on are rounded. The
    /// probability of each count is met to about 10⁻⁶ (`f32`) or 10⁻⁸ (`f64`).
    #[inline(always)]
    pub fn poisson(&mut self, site: u16, rate: L) -> L {
        let zero = L::splat(L::Scalar::ZERO);
        let valid = rate.ge(zero).and(rate.lt(L::splat(L::Scalar::INFINITY)));
        let small = rate.lt(L::constant(LARGE_MEAN));
        let mut draw = L::select(valid, undecided(), L::splat(L::Scalar::NAN));
        if small.any() {
            let counts = Counts {
                some: L::select(small, -(-rate).exp_m1(), zero),
                one: rate * (-rate).exp(),
                slope: rate,
                fall: zero,
            };
            draw = L::select(small.and(valid), self.search(site, counts), draw);
        }
        if !draw.eq(undecided()).any() {
            return draw;
        }
        let constant = L::constant;
        let b = rate.sqrt().mul_add(constant(2.53), constant(0.931));
        let a = b.mul_add(constant(0.02483), constant(-0.059));
        let quick = constant(0.9277) - constant(3.6224) / (b - constant(2.0));
        let inverse = constant(1.1239) + constant(1.1328) / (b - constant(3.4));
        let scale = inverse * (rate.sqrt() * constant(std::f64::consts::TAU.sqrt()));
        self.reject::<Attempt, 7>(site, [draw, rate, a, b, rate + constant(0.43), quick, scale])
    }
}
