//! `e^x` and `e^x - 1`.
//!
//! `x = n ln 2 + r` with `n` whole and `|r| <= ½ ln 2`, so `e^x = 2^n e^r`. The rounding of `x / ln 2` to `n` is an
//! addition of `3/2 · 2^m + bias - 1`, which leaves `n + bias - 1` in the low bits: shifted into the exponent field they
//! are `2^{n-1}`. The polynomial gives `2 e^r`. So one shift and one multiplication reach every `n` up to the largest,
//! where `2^n` itself would already be infinite; the price is that `n = 1 - bias` gives 0.

use super::{Precision, polynomial, select};
use crate::lane::Scalar;

/// `scale (e^r - 1 - r) / r²` for `|r| <= ½ ln 2` and a power of two `scale`: relative error of `e^r` 2^-28 and 2^-57.
#[inline(always)]
fn tail<S: Scalar>(r: S, scale: f64) -> S {
    match S::PRECISION {
        Precision::Single => polynomial(
            r,
            [0.49999993412475624, 0.16666520108022026, 0.04166839421086965, 0.008368780386266591, 0.001381446719661324]
                .map(|coefficient| scale * coefficient),
        ),
        Precision::Double => polynomial(
            r,
            [
                0.5000000000000011,
                0.1666666666666641,
                0.04166666666652919,
                0.008333333333495627,
                0.0013888888943922716,
                0.00019841269504755464,
                2.4801492762752072e-05,
                2.7557587352055477e-06,
                2.763037862765856e-07,
                2.499996198007019e-08,
            ]
            .map(|coefficient| scale * coefficient),
        ),
    }
}

/// `ln 2` in two parts, the first with zeros at its end so that its product with `n` is exact.
#[inline(always)]
pub(super) fn ln_2<S: Scalar>() -> (S, S) {
    let (high, low) = match S::PRECISION {
        Precision::Single => (0.693145751953125, 1.4286068203094173e-06),
        Precision::Double => (0.6931471805598903, 5.497923018708371e-14),
    };
    (S::from_f64(high), S::from_f64(low))
}

/// `(r, t)` with `x = n ln 2 + r` and `t = magic + n + offset`.
#[inline(always)]
fn reduce<S: Scalar>(x: S, offset: i32) -> (S, S) {
    let magic = S::from_f64(S::MAGIC + f64::from(offset));
    let t = x.mul_add(S::from_f64(std::f64::consts::LOG2_E), magic);
    let n = t - magic;
    let (high, low) = ln_2::<S>();
    ((-n).mul_add(low, (-n).mul_add(high, x)), t)
}

/// `x` pulled into `[low, high]`; NaN stays.
#[inline(always)]
fn clamp<S: Scalar>(x: S, low: f64, high: f64) -> S {
    let (low, high) = (S::from_f64(low), S::from_f64(high));
    let x = select(x > high, high, x);
    select(x < low, low, x)
}

/// Arguments of [`exp`] beyond which the result is 0 or infinite.
#[inline(always)]
fn limits<S: Scalar>() -> (f64, f64) {
    match S::PRECISION {
        Precision::Single => (-87.4, 89.0),
        Precision::Double => (-708.5, 710.0),
    }
}

/// `e^{x + correction}` for a correction so small that its square does not matter.
#[inline(always)]
pub(super) fn exp_corrected<S: Scalar>(x: S, correction: S) -> S {
    let (low, high) = limits::<S>();
    let (r, t) = reduce(clamp(x, low, high), S::BIAS - 1);
    twice_exp(r + correction) * t.power_of_two()
}

/// `e^x`
#[inline(always)]
pub(crate) fn exp<S: Scalar>(x: S) -> S {
    let (low, high) = limits::<S>();
    let (r, t) = reduce(clamp(x, low, high), S::BIAS - 1);
    twice_exp(r) * t.power_of_two()
}

/// `e^x / 2`, finite where `e^x` just is not; for `x >= 0`.
#[inline(always)]
pub(super) fn half_exp<S: Scalar>(x: S) -> S {
    let high = limits::<S>().1 + 1.0;
    let (r, t) = reduce(clamp(x, 0.0, high), S::BIAS - 2);
    twice_exp(r) * t.power_of_two()
}

/// `2 e^r` for `|r| <= ½ ln 2`.
#[inline(always)]
fn twice_exp<S: Scalar>(r: S) -> S {
    tail(r, 2.0).mul_add(r, S::TWO).mul_add(r, S::TWO)
}

/// `e^x - 1`
#[inline(always)]
pub(crate) fn exp_m1<S: Scalar>(x: S) -> S {
    // Below the lower limit the result rounds to -1.
    let (low, high) = match S::PRECISION {
        Precision::Single => (-30.0, 89.0),
        Precision::Double => (-60.0, 710.0),
    };
    let (r, t) = reduce(clamp(x, low, high), S::BIAS - 1);
    let sum = tail(r, 1.0).mul_add(r * r, r);
    // 2^{n-1} (e^r - 1) + (2^{n-1} - 1/2), exact in its second part; doubling last keeps n = 1024 finite.
    let scale = t.power_of_two();
    let result = sum.mul_add(scale, scale - S::HALF) * S::TWO;
    // Keeps subnormal numbers and the sign of 0.
    select(x.abs() < S::EPSILON * S::HALF, x, result)
}

#[cfg(test)]
mod tests {
    use crate::lane::Lane;
    use crate::math::accuracy::{Double, Single, difference, double, single};

    #[test]
    fn exp_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (-708.0, 3.307553003638408e-308, 0.000e0),
            (-20.5, 1.2501528663867426e-09, 6.448e-26),
            (-0.3634284126783589, 0.6952884992760456, 3.809e-17),
            (-1e-05, 0.9999900000499998, 5.730e-18),
            (0.34657, 1.4142084849595797, -7.470e-17),
            (1.25, 3.4903429574618414, -4.604e-17),
            (17.3, 32605775.72099587, -1.524e-9),
            (709.7, 1.6549840276802644e308, -4.124e291),
        ];
        assert!(single(Lane::exp, f64::exp) <= 1.25);
        assert!(double(Lane::exp, &POINTS) <= 1.25);
        assert!(difference(Lane::exp, f64::exp, (-700.0, 700.0)) <= 2.0);
        assert!(difference(Lane::exp, f64::exp, (-1.0, 1.0)) <= 2.0);
    }

    #[test]
    fn exp_m1_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (-40.0, -1.0, 4.248e-18),
            (-1.5, -0.7768698398515702, 3.864e-17),
            (-0.7, -0.5034146962085905, 9.828e-18),
            (-1e-10, -9.999999999500001e-11, 3.390e-27),
            (1e-05, 1.0000050000166668e-05, -3.112e-22),
            (0.3560672535671716, 0.4277035631926238, 9.209e-18),
            (3.0, 19.085536923187668, -1.828e-16),
            (709.7, 1.6549840276802644e308, -4.124e291),
        ];
        assert!(single(Lane::exp_m1, f64::exp_m1) <= 2.0);
        assert!(double(Lane::exp_m1, &POINTS) <= 2.0);
        assert!(difference(Lane::exp_m1, f64::exp_m1, (-40.0, 40.0)) <= 3.0);
        assert!(difference(Lane::exp_m1, f64::exp_m1, (-1.0, 1.0)) <= 3.0);
    }

    #[test]
    fn ends_of_the_range() {
        let exp = |x: f64| Double::splat(x).exp().extract(0);
        assert_eq!((exp(709.79), exp(f64::INFINITY)), (f64::INFINITY, f64::INFINITY));
        assert_eq!((exp(-745.2), exp(-1e9), exp(f64::NEG_INFINITY)), (0.0, 0.0, 0.0));
        assert_eq!((exp(0.0), exp(709.7).is_finite(), exp(f64::NAN).is_nan()), (1.0, true, true));
        let exp_m1 = |x: f64| Double::splat(x).exp_m1().extract(0);
        assert_eq!((exp_m1(f64::NEG_INFINITY), exp_m1(710.0)), (-1.0, f64::INFINITY));
        assert_eq!((exp_m1(5e-324), exp_m1(-0.0).to_bits()), (5e-324, (-0.0_f64).to_bits()));
        assert_eq!(Single::splat(88.73).exp().extract(0), f32::INFINITY);
        assert_eq!(Single::splat(-104.0).exp().extract(0), 0.0);
    }
}
