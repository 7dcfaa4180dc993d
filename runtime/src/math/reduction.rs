//! Remainders of large angles modulo `π/2` (Payne and Hanek, *Radian reduction for trigonometric functions*, 1983).
//!
//! An `f64` angle is `m 2^e` with whole `m < 2^53`. Of `m 2^e · 2/π` only the remainder modulo 4 matters, so the digits of
//! `2/π` that are multiples of 4 after scaling by `2^e` are left out, and 192 further ones are kept: two for the
//! quadrant, at most 62 that an angle close to a multiple of `π/2` cancels, and 128 for the rest and the rounding.

use super::Format;

/// Digits of `2/π` after 64 zeros: bit 63 of word 1 counts `1/2`.
const TWO_OVER_PI: [u64; 20] = [
    0,
    0xa2f9_836e_4e44_1529,
    0xfc27_57d1_f534_ddc0,
    0xdb62_9599_3c43_9041,
    0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0,
    0x0649_2eea_09d1_921c,
    0xfe1d_eb1c_b129_a73e,
    0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41,
    0x3991_d639_8353_39f4,
    0x9c84_5f8b_bdf9_283b,
    0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f,
    0x6d36_7ecf_27cb_09b7,
    0x4f46_3f66_9e5f_ea2d,
    0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea,
    0x6bfb_5fb1_1f8d_5d08,
    0x5603_3046_fc7b_6bab,
];

/// `(r, t)` with `x = n π/2 + r`, `|r| <= π/4` and `t = magic + (n mod 4)`, for `|x| > 1`; NaN for infinity.
pub(super) fn reduce_far(x: f64) -> (f64, f64) {
    if !x.is_finite() {
        return (f64::NAN, f64::MAGIC);
    }
    let bits = x.abs().to_bits();
    let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
    let exponent = (bits >> 52) as i32 - 1075;
    // The digit with weight 2 after scaling: digit `exponent - 1` after the point, 64 later in the table.
    let first = (exponent - 1 + 63) as usize;
    let word = |index: usize| {
        let (start, shift) = (first / 64 + index, first % 64);
        let pair = (u128::from(TWO_OVER_PI[start]) << 64) | u128::from(TWO_OVER_PI[start + 1]);
        ((pair << shift) >> 64) as u64
    };
    // The product modulo 2^192, that is modulo 4 in units of π/2.
    let low = u128::from(mantissa) * u128::from(word(2));
    let middle = u128::from(mantissa) * u128::from(word(1)) + (low >> 64);
    let high = mantissa.wrapping_mul(word(0)).wrapping_add((middle >> 64) as u64);
    let top = (u128::from(high) << 64) | u128::from(middle as u64);
    // The two leading bits are the quadrant; the others, read as a signed number, are the nearest remainder.
    let fraction = ((top << 2) | u128::from((low as u64) >> 62)) as i128;
    let quadrant = (top >> 126) as i32 + i32::from(fraction < 0);
    let leading = fraction as f64;
    let trailing = (fraction - leading as i128) as f64;
    let unit = 2.0_f64.powi(-128);
    let (half_pi, rest) = (std::f64::consts::FRAC_PI_2 * unit, 6.123233995736766e-17 * unit);
    let r = leading.mul_add(half_pi, leading.mul_add(rest, trailing * half_pi));
    let (r, quadrant) = if x < 0.0 { (-r, -quadrant) } else { (r, quadrant) };
    (r, f64::MAGIC + f64::from(quadrant))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The `f64` that is closest to a multiple of `π/2`, relative to its size.
    #[test]
    fn the_hardest_angle() {
        let (r, t) = reduce_far(6381956970095103.0 * 2.0_f64.powi(797));
        assert!((r.abs() / 4.687165924254628e-19 - 1.0).abs() < 1e-15, "{r:e}");
        assert!(t.has_bit(0));
    }
}
