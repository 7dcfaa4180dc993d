//! `ln x` and `ln(1 + x)`.
//!
//! `x = 2^e (1 + f)` with `√½ <= 1 + f < √2`, so `ln x = e ln 2 + ln(1 + f)` and the two parts never cancel by more than
//! a factor of two. A polynomial of high degree in `f` is used for `ln(1 + f)`: the usual series in `f / (2 + f)` is
//! shorter, but one vector division costs as much as the whole polynomial.

use super::exp::ln_2;
use super::{Precision, polynomial, select};
use crate::lane::Scalar;

/// `e ln 2 + ln(1 + f)` for whole `e` and `√½ <= 1 + f <= √2`.
#[inline(always)]
pub(crate) fn ln_mantissa<S: Scalar>(e: S, f: S) -> S {
    let tail = ln_tail(f);
    let square = f * f;
    let (high, low) = ln_2::<S>();
    let mantissa = tail.mul_add(f, -S::HALF).mul_add(square, f);
    e.mul_add(high, e.mul_add(low, mantissa))
}

/// `(ln(1 + f) - f + f²/2) / f³` for `√½ <= 1 + f <= √2`: relative error of `ln(1 + f)` 2^-27 and 2^-56.
#[inline(always)]
pub(super) fn ln_tail<S: Scalar>(f: S) -> S {
    match S::PRECISION {
        Precision::Single => polynomial(
            f,
            [
                0.33333331706839175,
                -0.250008210310707,
                0.20001226918843001,
                -0.16623357491770072,
                0.14201757444900512,
                -0.13160180486531445,
                0.1276157887211528,
                -0.076345030148245,
            ],
        ),
        Precision::Double => polynomial(
            f,
            [
                0.3333333333333314,
                -0.24999999999987976,
                0.20000000000066612,
                -0.16666666669825844,
                0.14285714280093462,
                -0.12499999691447461,
                0.11111111147442773,
                -0.10000015206037013,
                0.09090923932586772,
                -0.08332913546319914,
                0.07691529808089063,
                -0.07149439431413171,
                0.0668458919935243,
                -0.06196679084044066,
                0.05668377465039572,
                -0.056777811569492145,
                0.06503489989491995,
                -0.05981709363568285,
                0.0261509966211265,
            ],
        ),
    }
}

/// `ln x` for positive normal finite `x`; anything for others.
#[inline(always)]
pub(crate) fn ln<S: Scalar>(x: S) -> S {
    let (e, m) = x.split();
    ln_mantissa(e, m - S::ONE)
}

/// Whether [`ln`] needs [`ln_any`].
#[inline(always)]
pub(crate) fn is_unusual<S: Scalar>(x: S) -> bool {
    !x.is_positive_normal()
}

/// `ln x` for any `x`.
pub(crate) fn ln_any<S: Scalar>(x: S) -> S {
    let (lift, exponent) = match S::PRECISION {
        Precision::Single => (8388608.0, 23.0),
        Precision::Double => (4503599627370496.0, 52.0),
    };
    if x > S::ZERO && x < S::MIN_POSITIVE {
        let (e, m) = (x * S::from_f64(lift)).split();
        return ln_mantissa(e - S::from_f64(exponent), m - S::ONE);
    }
    special(x, ln(x))
}

/// `result`, or what the logarithm of `x` is where `x` is not positive and finite.
#[inline(always)]
fn special<S: Scalar>(x: S, result: S) -> S {
    let result = select(x < S::INFINITY, result, x);
    let result = select(x < S::ZERO, S::NAN, result);
    select(x == S::ZERO, -S::INFINITY, result)
}

/// `ln(1 + x)`
#[inline(always)]
pub(crate) fn ln_1p<S: Scalar>(x: S) -> S {
    // 1 + x = sum + error exactly; scaled by 2^-e, the error corrects f.
    let sum = S::ONE + x;
    let rounded = sum - x;
    let error = (S::ONE - rounded) + (x - (sum - rounded));
    let (e, m) = sum.split();
    let f = error.mul_add(sum.inverse_scale(), m - S::ONE);
    let result = special(sum, ln_mantissa(e, f));
    // Keeps subnormal numbers and the sign of 0.
    select(x.abs() < S::EPSILON * S::HALF, x, result)
}

/// `ln(1 + t) - t` for `t > -1`, accurate relative to itself.
#[inline(always)]
pub(crate) fn ln_excess<S: Scalar>(t: S) -> S {
    let (e, m) = (S::ONE + t).split();
    let f = select(e == S::ZERO, t, m - S::ONE);
    let tail = ln_tail(f).mul_add(f, -S::HALF);
    let (high, low) = ln_2::<S>();
    tail.mul_add(f * f, e.mul_add(high + low, f - t))
}

#[cfg(test)]
mod tests {
    use crate::lane::Lane;
    use crate::math::accuracy::{Double, Single, difference, double, single};

    #[test]
    fn ln_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (1e-310, -713.8013788281542, -8.592e-15),
            (1e-05, -11.512925464970229, 2.790e-16),
            (0.681857888222765, -0.3829340178917039, 9.432e-19),
            (0.999999, -1.000000500029089e-06, 6.481e-23),
            (1.0000001, 9.999999505838704e-08, 1.525e-24),
            (1.41, 0.34358970439007686, -2.001e-18),
            (7.5, 2.0149030205422647, 8.992e-17),
            (1e300, 690.7755278982137, 2.375e-14),
        ];
        assert!(single(Lane::ln, f64::ln) <= 1.5);
        assert!(double(Lane::ln, &POINTS) <= 1.5);
        assert!(difference(Lane::ln, f64::ln, (0.0, 4.0)) <= 2.5);
        assert!(difference(Lane::ln, f64::ln, (0.0, 1e300)) <= 2.5);
    }

    #[test]
    fn ln_1p_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (-0.999999, -13.815510557935518, -4.739e-16),
            (-0.35, -0.4307829160924542, 3.443e-18),
            (-1e-08, -1.0000000050000001e-08, 5.098e-25),
            (1e-15, 9.999999999999995e-16, 9.165e-32),
            (0.0003, 0.00029995500899797546, 2.160e-21),
            (0.4178729025430208, 0.3491577925998603, -3.345e-20),
            (8.5, 2.2512917986064953, -1.585e-16),
            (1e18, 41.44653167389282, 1.423e-15),
        ];
        assert!(single(Lane::ln_1p, f64::ln_1p) <= 2.0);
        assert!(double(Lane::ln_1p, &POINTS) <= 2.0);
        assert!(difference(Lane::ln_1p, f64::ln_1p, (-1.0, 3.0)) <= 2.5);
        assert!(difference(Lane::ln_1p, f64::ln_1p, (-0.01, 0.01)) <= 2.5);
    }

    #[test]
    fn ends_of_the_range() {
        let ln = |x: f64| Double::splat(x).ln().extract(0);
        assert_eq!((ln(0.0), ln(-0.0), ln(f64::INFINITY)), (f64::NEG_INFINITY, f64::NEG_INFINITY, f64::INFINITY));
        assert!(ln(-1.0).is_nan() && ln(f64::NEG_INFINITY).is_nan() && ln(f64::NAN).is_nan());
        let ln_1p = |x: f64| Double::splat(x).ln_1p().extract(0);
        assert_eq!((ln_1p(-1.0), ln_1p(f64::INFINITY), ln_1p(5e-324)), (f64::NEG_INFINITY, f64::INFINITY, 5e-324));
        assert!(ln_1p(-1.5).is_nan() && ln_1p(f64::NAN).is_nan() && ln_1p(-0.0).is_sign_negative());
        assert!(Single::splat(-1e-40).ln().extract(0).is_nan());
    }

    #[test]
    fn the_excess_is_accurate_relative_to_itself() {
        for (t, exact) in [(1e-9, -4.999999996666667e-19), (-0.25, -0.03768207245178093), (2.0, -0.9013877113318903)] {
            assert!((super::ln_excess::<f64>(t) / exact - 1.0_f64).abs() < 4e-16, "{t}");
            assert!((f64::from(super::ln_excess(t as f32)) / exact - 1.0).abs() < 3e-7, "{t}");
        }
    }
}
