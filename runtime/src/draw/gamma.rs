//! Gamma numbers by rejection (Marsaglia and Tsang, *A simple method for generating gamma variables*, 2000).
//!
//! For a shape `k >= 1`, `d = k - 1/3`, a normal `x` and `t = x / (3√d)`, the number `d (1 + t)³` is accepted if
//! `1 + t > 0` and `ln U < x²/2 + d (1 - (1 + t)³ + 3 ln(1 + t))`: more than 95 of 100 are. Written this way the right side
//! is a small difference of terms of size `d`; with `ln(1 + t) - t` taken as one function it is
//! `x²/2 + 3d (ln(1 + t) - t) - d t² (3 + t)`, all terms of size `x²` because `d t² = x²/9`. That is what keeps `f32` right
//! for large shapes.
//!
//! A pair of normal numbers gives two attempts, from one block of words; a pack makes the second, or takes another block,
//! only if one of its samples needs it. A sample keeps its first accepted number, so it never depends on its neighbours. In `f64` the 128 bits are shared out as 44 for the radius and 28
//! each for the angle and the acceptances; the probability of acceptance is off by at most 2⁻²⁹ (2⁻²⁵ in `f32`).

use super::normal::pair;
use super::words::Words;
use crate::draw::FromWords;
use crate::lane::{Lane, Mask, Scalar};
use crate::math::{exp, ln_excess, select};

/// The block that holds the exponential numbers for shapes below 1.
pub(super) const BOOST_BLOCK: u32 = u32::MAX;

impl<L: Lane> Words<L> {
    /// Gamma with the given shape and scale 1 (mean and variance `shape`), from words of `site`.
    ///
    /// Each draw of an expression needs a site of its own, at least 1: a second call with the same site gives the same
    /// noise. For a shape below 1, a draw with shape `shape + 1` is multiplied by `e^{-E / shape}`, `E` exponential. What
    /// would be less than the smallest positive normal number is returned as that number; with a shape of 0.01 this is
    /// 4 of 10 draws in `f32`. The shape 0 gives 0, one that is negative, infinite or NaN gives NaN.
    #[inline(always)]
    pub fn gamma(&mut self, site: u16, shape: L) -> L {
        let one = L::splat(L::Scalar::ONE);
        let below_one = shape.lt(one);
        let large = self.gamma_from_one(site, 0, L::select(below_one, shape + one, shape));
        let draw = if below_one.any() {
            let [w0, w1, _, _] = self.block(site, BOOST_BLOCK);
            let [boosted] = L::from_words::<Boost, 2, 2, 1>([w0, w1], [shape, large]);
            L::select(below_one, boosted, large)
        } else {
            large
        };
        let zero = L::splat(L::Scalar::ZERO);
        // √shape is 0 for 0 and NaN below.
        L::select(shape.gt(zero), draw, shape.sqrt())
    }

    /// The logarithm of a gamma number with the given shape and scale 1, with the same words as [`gamma`](Self::gamma).
    ///
    /// For a shape below 1 it is `ln g - E / shape` with `g` of shape `shape + 1` and `E` exponential, so that it is right
    /// where the number itself is too small to be represented. NaN for a shape that is not positive and finite.
    #[inline(always)]
    pub fn loggamma(&mut self, site: u16, shape: L) -> L {
        let (zero, one) = (L::splat(L::Scalar::ZERO), L::splat(L::Scalar::ONE));
        let below_one = shape.lt(one);
        let large = self.gamma_from_one(site, 0, L::select(below_one, shape + one, shape)).ln();
        let logarithm = if below_one.any() {
            let [w0, w1, _, _] = self.block(site, BOOST_BLOCK);
            let [lowered] = L::from_words::<Lower, 2, 2, 1>([w0, w1], [shape, large]);
            L::select(below_one, lowered, large)
        } else {
            large
        };
        L::select(shape.gt(zero), logarithm, L::splat(L::Scalar::NAN))
    }

    /// The same for shapes of at least 1, from words of the blocks from `block` on; NaN for other shapes.
    #[inline(always)]
    pub(super) fn gamma_from_one(&self, site: u16, mut block: u32, shape: L) -> L {
        let d = shape - L::constant(1.0 / 3.0);
        let c = (L::constant(3.0) * d.sqrt()).recip();
        let valid = shape.ge(L::splat(L::Scalar::ONE)).and(shape.lt(L::splat(L::Scalar::INFINITY)));
        let rejected = L::splat(-L::Scalar::ONE);
        let mut draw = L::select(valid, rejected, L::splat(L::Scalar::NAN));
        loop {
            let words = self.block(site, block);
            let sine;
            [draw, sine] = L::from_words::<FirstAttempt, 4, 3, 2>(words, [d, c, draw]);
            if !draw.eq(rejected).any() {
                return draw;
            }
            [draw] = L::from_words::<SecondAttempt, 4, 4, 1>(words, [d, c, draw, sine]);
            if !draw.eq(rejected).any() {
                return draw;
            }
            block = block.wrapping_add(1);
        }
    }
}

/// An attempt with the cosine, for samples whose number is still -1; the sine is left for the next.
struct FirstAttempt;

impl<S: Scalar> FromWords<S, 4, 3, 2> for FirstAttempt {
    #[inline(always)]
    fn numbers(words: [S::Word; 4], [d, c, before]: [S; 3]) -> [S; 2] {
        let [radius, angle, acceptance, _] = S::attempts(words);
        let [cosine, sine] = pair(radius, angle);
        [select(before == -S::ONE, attempt(cosine, acceptance, d, c), before), sine]
    }
}

/// An attempt with the sine.
struct SecondAttempt;

impl<S: Scalar> FromWords<S, 4, 4, 1> for SecondAttempt {
    #[inline(always)]
    fn numbers(words: [S::Word; 4], [d, c, before, sine]: [S; 4]) -> [S; 1] {
        let [_, _, _, acceptance] = S::attempts(words);
        [select(before == -S::ONE, attempt(sine, acceptance, d, c), before)]
    }
}

/// The number made of the normal `x`, or -1 if it is rejected.
#[inline(always)]
fn attempt<S: Scalar>(x: S, acceptance: S::Word, d: S, c: S) -> S {
    let t = c * x;
    let root = S::ONE + t;
    let three = S::from_f64(3.0);
    let excess = (three * d).mul_add(ln_excess(t), S::HALF * (x * x));
    let bound = (d * (t * t)).mul_add(-(three + t), excess);
    let accepted = (root > S::ZERO) & (S::acceptance(acceptance) < exp(bound));
    select(accepted, d * (root * (root * root)), -S::ONE)
}

/// Multiplies a gamma number with shape `shape + 1` so that it has the given shape.
struct Boost;

impl<S: Scalar> FromWords<S, 2, 2, 1> for Boost {
    #[inline(always)]
    fn numbers([first, second]: [S::Word; 2], [shape, large]: [S; 2]) -> [S; 1] {
        let product = large * exp(-S::exponential(S::join(first, second)) / shape);
        [select(product < S::MIN_POSITIVE, S::MIN_POSITIVE, product)]
    }
}

/// The same step for the logarithms.
struct Lower;

impl<S: Scalar> FromWords<S, 2, 2, 1> for Lower {
    #[inline(always)]
    fn numbers([first, second]: [S::Word; 2], [shape, large]: [S; 2]) -> [S; 1] {
        [large - S::exponential(S::join(first, second)) / shape]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Key;
    use crate::lane::Pack;

    #[test]
    fn logarithms_are_those_of_the_numbers_and_go_on_below_them() {
        type Four = Pack<f64, 4>;
        let words = |sample| Words::<Four>::new(Key::new(1, 1), sample, 0);
        for sample in (0..400).step_by(4) {
            for shape in [0.3, 1.0, 7.5] {
                let shape = Four::splat(shape);
                let (draw, logarithm) = (words(sample).gamma(1, shape), words(sample).loggamma(1, shape));
                for lane in 0..4 {
                    let expected = draw.extract(lane).ln();
                    assert!((logarithm.extract(lane) - expected).abs() <= 1e-14 * expected.abs().max(1.0));
                }
            }
        }
        // The logarithm of a gamma number of shape 1e-4 is below -k with probability e^{-k/10000} or nearly so: a draw
        // cannot be represented with probability 0.93, and its logarithm has mean -10^4 and as large a deviation.
        let draws = (0..4000).step_by(4).map(|sample| words(sample).loggamma(1, Four::splat(1e-4)));
        let mean = draws.flat_map(|draw| (0..4).map(move |lane| draw.extract(lane))).sum::<f64>() / 4000.0;
        assert!((mean + 1e4).abs() < 5.0 * 1e4 / 4000_f64.sqrt(), "{mean}");
        assert!(words(0).loggamma(1, Four::splat(0.0)).extract(0).is_nan());
    }

    /// The acceptance of the paper, `ln u < x²/2 + d - d v + d ln v` with `v = (1 + c x)³`, in `f64`.
    #[test]
    fn acceptance_is_that_of_the_paper() {
        for shape in [1.0_f64, 2.5, 40.0, 1e3] {
            let (d, c) = (shape - 1.0 / 3.0, 1.0 / (9.0 * (shape - 1.0 / 3.0)).sqrt());
            for step in 0..200_u32 {
                let x = f64::from(step) * 0.04 - 4.0;
                let v = (1.0 + c * x).powi(3);
                let bound = if v > 0.0 { (0.5 * x * x + d - d * v + d * v.ln()).exp() } else { 0.0 };
                for acceptance in [0.2_f64, 0.9, 0.97, 0.999] {
                    if (acceptance - bound).abs() < 1e-5 {
                        continue;
                    }
                    let expected = if acceptance < bound { d * v } else { -1.0 };
                    let word = (acceptance * 4294967296.0) as u32;
                    assert!((attempt(x, u64::from(word), d, c) - expected).abs() <= 1e-13 * expected.abs());
                    let single = attempt(x as f32, word, d as f32, c as f32);
                    assert!((f64::from(single) - expected).abs() <= 1e-5 * expected.abs(), "{shape} {x} {acceptance}");
                }
            }
        }
    }

    #[test]
    fn the_shape_0_gives_0() {
        let mut words = Words::<Pack<f64, 4>>::new(Key::new(1, 1), 0, 0);
        let draw = words.gamma(1, Pack::from_fn(|lane| lane as f64));
        assert!((0..4).all(|lane| (draw.extract(lane) == 0.0) == (lane == 0)));
    }

    #[test]
    fn invalid_shapes_give_nan_and_end() {
        for shape in [-0.5, -3.0, f64::NAN, f64::INFINITY] {
            let mut words = Words::<Pack<f64, 4>>::new(Key::new(1, 1), 0, 0);
            let draw = words.gamma(1, Pack::from_fn(|lane| if lane == 2 { shape } else { 2.0 }));
            assert!((0..4).all(|lane| draw.extract(lane).is_nan() == (lane == 2)), "{shape}");
        }
    }
}
