//! What the elementary functions must know of a floating-point format.
//!
//! They are written once for both formats. The few operations on bits that they need are here, so that they read as
//! arithmetic; polynomials come in one version for each [`Precision`].

/// Which of the two formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// `f32`
    Single,
    /// `f64`
    Double,
}

/// The bits of a floating-point number, at a level at which both formats look alike.
///
/// *Magic* stands for `3/2 · 2^m`, `m` the number of explicit mantissa bits: adding it to a number below `2^{m-2}`
/// rounds that number to a whole one, which then stands in the low bits of the sum.
pub trait Format: Copy {
    /// Which format this is.
    const PRECISION: Precision;
    /// `3/2 · 2^m`
    const MAGIC: f64;
    /// `m`, the number of explicit mantissa bits.
    const MANTISSA: u32;
    /// Exponent field of 1.
    const BIAS: i32;

    /// Whether the number is NaN.
    fn is_nan(self) -> bool;
    /// Whether the number is positive, normal and finite.
    fn is_positive_normal(self) -> bool;
    /// For `self = magic + k`, `0 <= k < 2^e` with `e` exponent bits: the number with exponent field `k` and mantissa 0,
    /// that is `2^{k - bias}`; 0 for `k = 0` and infinity for the largest `k`.
    fn power_of_two(self) -> Self;
    /// `(e, m)` with `self = 2^e · m` and `√½ <= m < √2`, for positive normal numbers; anything for others.
    fn split(self) -> (Self, Self);
    /// `2^{-e}` of [`split`](Self::split), for positive normal numbers; 0 instead of subnormal numbers.
    fn inverse_scale(self) -> Self;
    /// For `self = magic + k`: whether bit `index` of `k`, in two's complement, is set.
    fn has_bit(self, index: u32) -> bool;
    /// Changes the sign of `self` where `negate` is true.
    fn negate_if(self, negate: bool) -> Self;
}

macro_rules! format {
    ($float:ident, $bits:ident, $signed:ident, $precision:ident, $mantissa:literal, $bias:literal, $root_half:literal) => {
        impl Format for $float {
            const PRECISION: Precision = Precision::$precision;
            const MAGIC: f64 = 1.5 * (1_u64 << $mantissa) as f64;
            const MANTISSA: u32 = $mantissa;
            const BIAS: i32 = $bias;

            #[inline(always)]
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            #[inline(always)]
            fn is_positive_normal(self) -> bool {
                // One unsigned comparison: negative numbers and NaN lie above infinity, smaller ones wrap around.
                self.to_bits().wrapping_sub(1 << $mantissa) < Self::INFINITY.to_bits() - (1 << $mantissa)
            }
            #[inline(always)]
            fn power_of_two(self) -> Self {
                Self::from_bits(self.to_bits() << $mantissa)
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                let above = self.to_bits().wrapping_sub($root_half);
                let exponent = (above as $signed) >> $mantissa;
                let mantissa = self.to_bits().wrapping_sub((exponent << $mantissa) as $bits);
                (exponent as Self, Self::from_bits(mantissa))
            }
            #[inline(always)]
            fn inverse_scale(self) -> Self {
                let above = self.to_bits().wrapping_sub($root_half);
                let exponent = (above as $signed) >> $mantissa;
                Self::from_bits((($bias - exponent).max(0) << $mantissa) as $bits)
            }
            #[inline(always)]
            fn has_bit(self, index: u32) -> bool {
                (self.to_bits() >> index) & 1 == 1
            }
            #[inline(always)]
            fn negate_if(self, negate: bool) -> Self {
                Self::from_bits(self.to_bits() ^ ($bits::from(negate) << ($bits::BITS - 1)))
            }
        }
    };
}

format!(f32, u32, i32, Single, 23, 127, 0x3f35_04f3);
format!(f64, u64, i64, Double, 52, 1023, 0x3fe6_a09e_667f_3bcd);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_split_about_the_root_of_a_half() {
        assert_eq!(1.0_f64.split(), (0.0, 1.0));
        assert_eq!(1.5_f32.split(), (1.0, 0.75));
        assert_eq!(0.703125_f64.split(), (-1.0, 1.40625));
        assert_eq!(0.7109375_f32.split(), (0.0, 0.7109375));
        assert_eq!(f64::MAX.split().0, 1024.0);
        assert_eq!(12.0_f64.inverse_scale(), 0.0625);
    }

    #[test]
    fn whole_numbers_stand_in_the_low_bits() {
        let magic = f64::MAGIC;
        assert_eq!((magic + 1026.0).power_of_two(), 8.0);
        assert_eq!((f32::MAGIC as f32 + 0.0).power_of_two(), 0.0);
        assert_eq!((f32::MAGIC as f32 + 255.0).power_of_two(), f32::INFINITY);
        assert!((magic - 1.0).has_bit(1) && (magic + 5.0).has_bit(2) && !(magic + 5.0).has_bit(1));
        assert_eq!(2.0_f32.negate_if(true), -2.0);
    }
}
