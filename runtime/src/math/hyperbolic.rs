//! The hyperbolic functions.

use super::exp::{exp_m1, half_exp};
use super::{Precision, polynomial, select};
use crate::lane::Scalar;

/// The hyperbolic sine: a polynomial on `[-1, 1]`, where `e^x - e^{-x}` cancels, and `e^x / 2 - e^{-x} / 2` beyond.
#[inline(always)]
pub(crate) fn sinh<S: Scalar>(x: S) -> S {
    let square = x * x;
    let near = tail(square).mul_add(square * x, x);
    let half = half_exp(x.abs());
    let far = (half - S::from_f64(0.25) / half).copysign(x);
    select(x.abs() < S::ONE, near, far)
}

/// The hyperbolic cosine `e^x / 2 + e^{-x} / 2`.
#[inline(always)]
pub(crate) fn cosh<S: Scalar>(x: S) -> S {
    let half = half_exp(x.abs());
    half + S::from_f64(0.25) / half
}

/// The hyperbolic tangent `-t / (t + 2)` with `t = e^{-2|x|} - 1`, for which nothing cancels.
#[inline(always)]
pub(crate) fn tanh<S: Scalar>(x: S) -> S {
    let t = exp_m1(-S::TWO * x.abs());
    (-t / (t + S::TWO)).copysign(x)
}

/// `(sinh x - x) / x³` as a function of `x²`, for `|x| <= 1`: relative error of `sinh x` 2^-34 and 2^-60 or less.
#[inline(always)]
fn tail<S: Scalar>(square: S) -> S {
    match S::PRECISION {
        Precision::Single => polynomial(
            square,
            [0.16666666490750934, 0.00833335056240278, 0.00019836057248198743, 2.8175651427715863e-06],
        ),
        Precision::Double => polynomial(
            square,
            [
                0.16666666666666669,
                0.008333333333333137,
                0.000198412698414401,
                2.7557319154364367e-06,
                2.5052123582700756e-08,
                1.6057223931155936e-10,
                7.759866980880574e-13,
            ],
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::lane::Lane;
    use crate::math::accuracy::{Double, Single, difference, double, single};

    #[test]
    fn sinh_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (1e-09, 1e-09, 1.667e-28),
            (0.3, 0.3045202934471426, 9.177e-18),
            (-0.99, -1.1598288906636083, -5.007e-18),
            (-1.4132516659053151, -1.9329725299873257, -8.521e-17),
            (3.0, 10.017874927409903, -6.978e-16),
            (20.0, 242582597.70489514, -7.866e-10),
            (-300.0, -9.712131976206279e129, -5.572e113),
            (710.4, 1.6663642832806496e308, 6.845e290),
        ];
        assert!(single(Lane::sinh, f64::sinh) <= 2.0);
        assert!(double(Lane::sinh, &POINTS) <= 2.0);
        assert!(difference(Lane::sinh, f64::sinh, (-3.0, 3.0)) <= 3.0);
        assert!(difference(Lane::sinh, f64::sinh, (-710.0, 710.0)) <= 3.0);
    }

    #[test]
    fn cosh_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (1e-09, 1.0, 5.000e-19),
            (0.3, 1.0453385141288605, 7.372e-18),
            (-0.99, 1.531405581685654, -1.426e-17),
            (1.035894181535077, 1.5862667317116743, -3.868e-17),
            (3.0, 10.067661995777765, 5.150e-16),
            (20.0, 242582597.70489514, 1.275e-9),
            (-300.0, 9.712131976206279e129, 5.572e113),
            (710.4, 1.6663642832806496e308, 6.845e290),
        ];
        assert!(single(Lane::cosh, f64::cosh) <= 1.5);
        assert!(double(Lane::cosh, &POINTS) <= 1.5);
        assert!(difference(Lane::cosh, f64::cosh, (-3.0, 3.0)) <= 2.5);
        assert!(difference(Lane::cosh, f64::cosh, (-710.0, 710.0)) <= 2.5);
    }

    #[test]
    fn tanh_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (1e-09, 1e-09, -3.333e-28),
            (0.01, 0.00999966667999946, 2.249e-19),
            (-0.3, -0.2913126124515909, 6.460e-18),
            (0.55, 0.5005202111902353, -2.293e-17),
            (-1.0, -0.7615941559557649, -3.709e-17),
            (4.282232336933777, 0.9996185414033053, -4.456e-17),
            (-9.0, -0.999999969540041, 2.599e-17),
            (18.9, 0.9999999999999999, 3.434e-17),
        ];
        assert!(single(Lane::tanh, f64::tanh) <= 3.0);
        assert!(double(Lane::tanh, &POINTS) <= 3.0);
        assert!(difference(Lane::tanh, f64::tanh, (-0.1, 0.1)) <= 4.0);
        assert!(difference(Lane::tanh, f64::tanh, (-25.0, 25.0)) <= 4.0);
    }

    #[test]
    fn ends_of_the_range() {
        let at = |x: f64| [Double::sinh, Double::cosh, Double::tanh].map(|f| f(Double::splat(x)).extract(0));
        assert_eq!(at(f64::NEG_INFINITY), [f64::NEG_INFINITY, f64::INFINITY, -1.0]);
        assert_eq!(at(710.5), [f64::INFINITY, f64::INFINITY, 1.0]);
        assert_eq!(at(-0.0).map(f64::to_bits), [-0.0, 1.0, -0.0].map(f64::to_bits));
        assert!(at(f64::NAN).iter().all(|y| y.is_nan()));
        assert!(Single::splat(89.4).cosh().extract(0).is_finite());
    }
}
