//! Normal numbers in pairs (Box and Muller, 1958): `√(2E) cos 2πV` and `√(2E) sin 2πV`, `E` exponential, `V` uniform.
//!
//! The angle is taken from the bits as whole number: its two leading bits, rounded, are the quadrant, the others are the
//! angle within. No reduction modulo 2π is needed and none of the bits is lost.

use crate::draw::{FromWords, Words};
use crate::lane::{Lane, Scalar};
use crate::math::{select, sin_cos_within};

/// From 32 bits.
#[inline(always)]
pub(super) fn angle_single(bits: u32) -> (f32, bool, bool) {
    const UNIT: f32 = (std::f64::consts::TAU / 4294967296.0) as f32;
    let quadrant = bits.wrapping_add(1 << 29) >> 30;
    let within = bits.wrapping_sub(quadrant << 30) as i32;
    (within as f32 * UNIT, quadrant & 1 == 1, quadrant & 2 == 2)
}

/// From 64 bits.
#[inline(always)]
pub(super) fn angle_double(bits: u64) -> (f64, bool, bool) {
    const UNIT: f64 = std::f64::consts::TAU / 18446744073709551616.0;
    let quadrant = bits.wrapping_add(1 << 61) >> 62;
    let within = bits.wrapping_sub(quadrant << 62) as i64;
    (within as f64 * UNIT, quadrant & 1 == 1, quadrant & 2 == 2)
}

/// Two independent standard normal numbers, the cosine first.
#[inline(always)]
pub(super) fn pair<S: Scalar>(radius: S::Word, angle: S::Word) -> [S; 2] {
    let radius = (S::TWO * S::exponential(radius)).sqrt();
    let (r, odd, upper) = S::angle(angle);
    let (sine, cosine) = sin_cos_within(r);
    let across = select(odd, sine, cosine);
    let along = select(odd, cosine, sine);
    [radius * across.negate_if(odd != upper), radius * along.negate_if(upper)]
}

/// Two normal numbers from the words of two numbers.
struct NormalPair;

impl<S: Scalar> FromWords<S, 4, 0, 2> for NormalPair {
    #[inline(always)]
    fn numbers([r0, r1, a0, a1]: [S::Word; 4], []: [S; 0]) -> [S; 2] {
        pair(S::join(r0, r1), S::join(a0, a1))
    }
}

impl<L: Lane> Words<L> {
    /// Standard normal: mean 0 and variance 1, at most 6.8 (`f32`) or 8.6 (`f64`) in magnitude.
    ///
    /// Draws come in pairs; the second of a pair takes no words.
    #[inline(always)]
    pub fn normal(&mut self) -> L {
        if let Some(second) = self.spare_normal.take() {
            return second;
        }
        let radius = self.number_words();
        let angle = self.number_words();
        let words = [radius[0], radius[1], angle[0], angle[1]];
        let [first, second] = L::from_words::<NormalPair, 4, 0, 2>(words, []);
        self.spare_normal = Some(second);
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Radius and angle by the standard library.
    #[test]
    fn pairs_are_polar_coordinates() {
        for step in 0..4096_u32 {
            let (radius, angle) = (step.wrapping_mul(0x9e37_79b9), step << 20 | step);
            let turn = f64::from(angle) / 4294967296.0 * std::f64::consts::TAU;
            let length = (-2.0 * ((f64::from(radius) + 0.5) / 4294967296.0).ln()).sqrt();
            for (value, exact) in pair::<f32>(radius, angle).into_iter().zip([turn.cos(), turn.sin()]) {
                assert!((f64::from(value) - length * exact).abs() < 4e-7 * length, "{step}");
            }
            let wide = u64::from(angle) << 32;
            let length = (-2.0 * double_uniform(u64::from(radius) << 32).ln()).sqrt();
            for (value, exact) in pair::<f64>(u64::from(radius) << 32, wide).into_iter().zip([turn.cos(), turn.sin()]) {
                assert!((value - length * exact).abs() < 1e-15 * length, "{step}");
            }
        }
    }

    fn double_uniform(bits: u64) -> f64 {
        ((bits >> 12) as f64 + 0.5) / 4503599627370496.0
    }
}
