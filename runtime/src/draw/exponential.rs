//! Exponential numbers `-ln u`.
//!
//! Both tails must be fine, since differences and products of exponentials feel the small values and moments the large
//! ones. In `f64`, the 52 bits of `u` are enough. In `f32`, `u` is `(w + ½) 2⁻³²` with all 32 bits of `w`: near 0 its
//! own precision keeps them, near 1 that of `1 - u` does, which is what the logarithm is computed from there. So the
//! values lie between 2⁻³³ and 33 ln 2, and are as dense near both ends as the format is.

use crate::draw::{BaseDraw, FromWords, Words};
use crate::lane::{Lane, Scalar};
use crate::math::{Format, ln, ln_mantissa, select};

/// From 32 bits.
#[inline(always)]
pub(super) fn single(bits: u32) -> f32 {
    const UNIT: f32 = 1.0 / 4294967296.0;
    // √½ 2³²: from here on the exponent of u is 0 in the sense of `split`.
    let near_one = bits >= 0xb504_f334;
    let half_open = select(near_one, !bits, bits);
    let steps = half_open as f32 + 0.5;
    let (e, m) = steps.split();
    let e = select(near_one, 0.0, e - 32.0);
    let f = select(near_one, steps * -UNIT, m - 1.0);
    -ln_mantissa(e, f)
}

/// From 64 bits.
#[inline(always)]
pub(super) fn double(bits: u64) -> f64 {
    -ln(f64::uniform(bits))
}

/// One exponential number from the words of a number.
struct Exponential;

impl<S: Scalar> FromWords<S, 2, 0, 1> for Exponential {
    #[inline(always)]
    fn numbers([first, second]: [S::Word; 2], []: [S; 0]) -> [S; 1] {
        [S::exponential(S::join(first, second))]
    }
}

impl<L: Lane> Words<L> {
    /// Exponential with mean 1: positive and finite, at least 2⁻³³ (`f32`) or 2⁻⁵³ (`f64`), at most 23 or 37.
    #[inline(always)]
    pub fn exponential(&mut self) -> L {
        self.number::<Exponential>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `-ln((w + ½) 2⁻³²)` by the standard library, in `f64`.
    #[test]
    fn all_32_bits_count() {
        for bits in
            (0..=u32::MAX).step_by(65_521).chain([1, 2, 3, 1 << 31, 0xb504_f333, 0xb504_f334, u32::MAX - 1, u32::MAX])
        {
            let below_one = (f64::from(!bits) + 0.5) / 4294967296.0;
            let exact = -(-below_one).ln_1p();
            assert!((f64::from(single(bits)) / exact - 1.0).abs() < 2.5e-7, "{bits}");
        }
    }

    #[test]
    fn the_ends_are_positive_and_finite() {
        assert_eq!(single(u32::MAX), 2.0_f32.powi(-33));
        assert!((single(0) - 33.0 * std::f32::consts::LN_2).abs() < 3e-6);
        assert!((double(u64::MAX) / 2.0_f64.powi(-53) - 1.0).abs() < 1e-15);
        assert!((double(0) - 53.0 * std::f64::consts::LN_2).abs() < 1e-14);
    }
}
