//! Beta numbers from two gamma numbers, `X / (X + Y)`.
//!
//! For a shape below 1, a gamma number is a larger one times `e^{-E / shape}`, which underflows where the quotient does not.
//! So the exponents are subtracted before the exponential function is applied.

use super::gamma::BOOST_BLOCK;
use super::{FromWords, Words};
use crate::lane::{Lane, Mask, Scalar};
use crate::math::{exp, select};

/// The first block of the second gamma number; the first one's is 0.
const SECOND: u32 = 1 << 31;

/// The quotient of the factors `e^{-E / shape}` of two gamma numbers.
struct Boosts;

impl<S: Scalar> FromWords<S, 4, 2, 1> for Boosts {
    #[inline(always)]
    fn numbers([a0, a1, b0, b1]: [S::Word; 4], [a, b]: [S; 2]) -> [S; 1] {
        let exponent =
            |first, second, shape| select(shape < S::ONE, S::exponential(S::join(first, second)) / shape, S::ZERO);
        [exp(exponent(a0, a1, a) - exponent(b0, b1, b))]
    }
}

impl<L: Lane> Words<L> {
    /// Beta with shapes `a` and `b`, mean `a / (a + b)`, from words of `site`. NaN unless both are positive and finite.
    ///
    /// Each draw of an expression needs a site of its own. What would be less than the smallest positive normal number is
    /// returned as that number; near 1 there are few numbers to return, and 1 is one of them.
    #[inline(always)]
    pub fn beta(&mut self, site: u16, a: L, b: L) -> L {
        let (zero, one) = (L::splat(L::Scalar::ZERO), L::splat(L::Scalar::ONE));
        let from_one = |shape: L| L::select(shape.lt(one), shape + one, shape);
        let x = self.gamma_from_one(site, 0, from_one(a));
        let y = self.gamma_from_one(site, SECOND, from_one(b));
        let mut ratio = y / x;
        if a.lt(one).or(b.lt(one)).any() {
            let words = self.block(site, BOOST_BLOCK);
            let [boosts] = L::from_words::<Boosts, 4, 2, 1>(words, [a, b]);
            ratio = ratio * boosts;
        }
        let draw = (one + ratio).recip().maximum(L::splat(L::Scalar::MIN_POSITIVE));
        L::select(a.gt(zero).and(b.gt(zero)), draw, L::splat(L::Scalar::NAN))
    }
}
