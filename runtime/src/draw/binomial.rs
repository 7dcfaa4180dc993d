//! Binomial numbers: by inversion below the mean 10, from there on by transformed rejection (Hörmann, *The generation of
//! binomial random variates*, 1993, algorithm BTRS). The rarer of success and failure is counted.
//!
//! Probabilities are taken relative to that of the mode. With `y = k + ½`, `w = n - k + ½` and the means `μ = (n + 1) p` and
//! `ν = (n + 1) (1 - p)`, the logarithm of the probability of `k` is, up to a constant,
//! `y (ln(1 + t) - t) + w (ln(1 + s) - s) + ε(y) + ε(w)` with `t = μ / y - 1`, `s = ν / w - 1` and what Stirling's series leaves:
//! no large numbers cancel.

use super::poisson::{LARGE_MEAN, propose};
use super::rejection::undecided;
use super::search::Counts;
use super::{FromWords, Words};
use crate::lane::{Lane, Mask, Scalar};
use crate::math::{exp, ln_excess, select, stirling_remainder};

/// The logarithm of the probability of `count`, up to a constant.
#[inline(always)]
fn log_probability<S: Scalar>(count: S, n: S, success: S, failure: S) -> S {
    let y = count + S::HALF;
    let w = (n - count) + S::HALF;
    let stirling = stirling_remainder(y) + stirling_remainder(w);
    y.mul_add(ln_excess((success - y) / y), w.mul_add(ln_excess((failure - w) / w), stirling))
}

/// [`log_probability`] at the mode.
struct AtMode;

impl<S: Scalar> FromWords<S, 0, 3, 1> for AtMode {
    #[inline(always)]
    fn numbers([]: [S::Word; 0], [n, success, failure]: [S; 3]) -> [S; 1] {
        [log_probability(success.floor(), n, success, failure)]
    }
}

struct Attempt;

impl<S: Scalar> FromWords<S, 3, 10, 1> for Attempt {
    #[inline(always)]
    fn numbers(words: [S::Word; 3], packs: [S; 10]) -> [S; 1] {
        let [first, second, acceptance] = words;
        let [before, n, success, failure, at_mode, a, b, centre, quick, scale] = packs;
        let acceptance = S::acceptance(acceptance);
        let (count, square, at_once) = propose(S::join(first, second), acceptance, [a, b, centre, quick]);
        let ratio = exp(log_probability(count, n, success, failure) - at_mode);
        let accepted = acceptance * scale * square <= ratio * b.mul_add(square, a);
        let accepted = (count >= S::ZERO) & (count <= n) & (at_once | accepted);
        [select(before == -S::ONE, select(accepted, count, -S::ONE), before)]
    }
}

impl<L: Lane> Words<L> {
    /// Binomial: successes in `n` trials of probability `p`, from words of `site`. NaN unless `n >= 0` is finite and
    /// `0 <= p <= 1`.
    ///
    /// `n` is taken to be a whole number. Each draw of an expression needs a site of its own. Counts from 2²⁴ (`f32`) or
    /// 2⁵³ (`f64`) on are rounded. The probability of each count is met to about 10⁻⁶ (`f32`) or 10⁻⁸ (`f64`).
    #[inline(always)]
    pub fn binomial(&mut self, site: u16, n: L, p: L) -> L {
        let (zero, one) = (L::splat(L::Scalar::ZERO), L::splat(L::Scalar::ONE));
        let valid = n.ge(zero).and(n.lt(L::splat(L::Scalar::INFINITY))).and(p.ge(zero)).and(p.le(one));
        let likely = p.gt(L::splat(L::Scalar::HALF));
        let others = one - p;
        let (rare, common) = (L::select(likely, others, p), L::select(likely, p, others));
        let small = (n * rare).lt(L::constant(LARGE_MEAN));
        let mut draw = L::select(valid, undecided(), L::splat(L::Scalar::NAN));
        if small.any() {
            let odds = rare / common;
            let log_none = n * (-rare).ln_1p();
            let counts = Counts {
                some: L::select(small, -log_none.exp_m1(), zero),
                one: n * odds * log_none.exp(),
                slope: (n + one) * odds,
                fall: odds,
            };
            draw = L::select(small.and(valid), self.search(site, counts).minimum(n), draw);
        }
        if draw.eq(undecided()).any() {
            let constant = L::constant;
            let deviation = (n * rare * common).sqrt();
            let b = deviation.mul_add(constant(2.53), constant(1.15));
            let a = b.mul_add(constant(0.0248), rare.mul_add(constant(0.01), constant(-0.0873)));
            let quick = constant(0.92) - constant(4.2) / b;
            let scale = (constant(2.83) + constant(5.1) / b) * deviation;
            let centre = n.mul_add(rare, constant(0.5));
            let (success, failure) = ((n + one) * rare, (n + one) * common);
            let [at_mode] = L::from_words::<AtMode, 0, 3, 1>([], [n, success, failure]);
            let packs = [draw, n, success, failure, at_mode, a, b, centre, quick, scale];
            draw = self.reject::<Attempt, 10>(site, packs);
        }
        L::select(likely, n - draw, draw)
    }
}
