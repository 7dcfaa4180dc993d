//! The inverse tangent.

use super::{Precision, polynomial, select};
use crate::lane::Scalar;

/// The inverse tangent: a polynomial on `[-1, 1]`, and `π/2 - atan(1/x)` beyond.
#[inline(always)]
pub(crate) fn atan<S: Scalar>(x: S) -> S {
    let magnitude = x.abs();
    let beyond = magnitude > S::ONE;
    let y = select(beyond, S::ONE / magnitude, magnitude);
    let square = y * y;
    let near = tail(square).mul_add(square * y, y);
    let (high, low) = match S::PRECISION {
        Precision::Single => (1.5707963705062866, -4.371138828673793e-08),
        Precision::Double => (std::f64::consts::FRAC_PI_2, 6.123233995736766e-17),
    };
    let far = S::from_f64(high) - (near - S::from_f64(low));
    select(beyond, far, near).copysign(x)
}

/// `(atan y - y) / y³` as a function of `y²`, for `|y| <= 1`: relative error of `atan y` 2^-25 and 2^-54.
#[inline(always)]
fn tail<S: Scalar>(square: S) -> S {
    match S::PRECISION {
        Precision::Single => polynomial(
            square,
            [
                -0.3333315273422484,
                0.1999377278893451,
                -0.14211054939919027,
                0.10666003240024867,
                -0.07552211400438087,
                0.04321182798814852,
                -0.016367908593039344,
                0.0029206875737503484,
            ],
        ),
        Precision::Double => polynomial(
            square,
            [
                -0.3333333333333186,
                0.19999999999755025,
                -0.142857142713351,
                0.11111110678757331,
                -0.09090901235525109,
                0.07692212931847969,
                -0.06665860372144837,
                0.05877307816353288,
                -0.05239233170193636,
                0.04673950084963181,
                -0.040926392475271314,
                0.034067827814177574,
                -0.025826818207690026,
                0.016978056666391596,
                -0.009184574386865343,
                0.003855982933289903,
                -0.0011640746586529397,
                0.00022302303813844865,
                -2.0258617532136363e-05,
            ],
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::lane::Lane;
    use crate::math::accuracy::{Double, Single, difference, double, single};

    #[test]
    fn atan_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (1e-09, 1e-09, -3.333e-28),
            (0.3, 0.2914567944778671, -1.645e-17),
            (-0.75, -0.6435011087932844, -1.583e-17),
            (0.9, 0.7328151017865066, 5.306e-17),
            (-1.0113484625632776, -0.7910403195688953, -2.252e-17),
            (2.4, 1.176005207095135, 8.152e-17),
            (100.0, 1.5607966601082315, -1.007e-16),
            (1234.5, 1.5699862824196225, -6.149e-17),
        ];
        assert!(single(Lane::atan, f64::atan) <= 2.0);
        assert!(double(Lane::atan, &POINTS) <= 2.0);
        assert!(difference(Lane::atan, f64::atan, (-3.0, 3.0)) <= 3.0);
        assert!(difference(Lane::atan, f64::atan, (-1000.0, 1000.0)) <= 3.0);
    }

    #[test]
    fn ends_of_the_range() {
        let atan = |x: f64| Double::splat(x).atan().extract(0);
        assert_eq!((atan(f64::INFINITY), atan(-1e300)), (std::f64::consts::FRAC_PI_2, -std::f64::consts::FRAC_PI_2));
        assert!(atan(-0.0).is_sign_negative() && atan(f64::NAN).is_nan());
        assert_eq!(Single::splat(-f32::INFINITY).atan().extract(0), -std::f32::consts::FRAC_PI_2);
    }
}
