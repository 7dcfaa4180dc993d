//! Uniform numbers on the open interval (0, 1).
//!
//! The leading random bits become the mantissa of a number in [1, 2), of which a little less than 1 is subtracted: the
//! odd multiples of 2⁻²⁴ (`f32`, 23 bits) and 2⁻⁵³ (`f64`, 52 bits). All are exact, 0 and 1 are not among them, and
//! `1 - u` is as likely as `u`.

use crate::draw::{FromWords, Words};
use crate::lane::{Lane, Scalar};

/// From 32 bits.
#[inline(always)]
pub(super) fn single(bits: u32) -> f32 {
    f32::from_bits((bits >> 9) | 0x3f80_0000) - (1.0 - f32::EPSILON / 2.0)
}

/// From 64 bits.
#[inline(always)]
pub(super) fn double(bits: u64) -> f64 {
    f64::from_bits((bits >> 12) | 0x3ff0_0000_0000_0000) - (1.0 - f64::EPSILON / 2.0)
}

/// One uniform number from the words of a number.
struct Uniform;

impl<S: Scalar> FromWords<S, 2, 0, 1> for Uniform {
    #[inline(always)]
    fn numbers([first, second]: [S::Word; 2], []: [S; 0]) -> [S; 1] {
        [S::uniform(S::join(first, second))]
    }
}

impl<L: Lane> Words<L> {
    /// Uniform on the open interval (0, 1): an odd multiple of 2⁻²⁴ (`f32`) or 2⁻⁵³ (`f64`).
    #[inline(always)]
    pub fn uniform(&mut self) -> L {
        self.number::<Uniform>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_excluded() {
        assert_eq!(single(0), 2.0_f32.powi(-24));
        assert_eq!(single(u32::MAX), 1.0 - 2.0_f32.powi(-24));
        assert_eq!(double(0), 2.0_f64.powi(-53));
        assert_eq!(double(u64::MAX), 1.0 - 2.0_f64.powi(-53));
        assert_eq!(single(1 << 31), 0.5 + 2.0_f32.powi(-24));
    }
}
