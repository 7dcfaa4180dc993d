//! Sine, cosine and tangent.
//!
//! `x = n π/2 + r` with `|r| <= π/4`, by subtracting `n` times three parts of `π/2` with fused multiply-adds: the first
//! difference is exact, and each later one is rounded relative to what is left. That is accurate while `n` is small
//! ([`is_far`]); for larger angles [`reduction`](super::reduction) multiplies by as many digits of `2/π` as it takes, one
//! number at a time.

use super::reduction::reduce_far;
use super::{Precision, polynomial, select};
use crate::lane::Scalar;

/// Whether the magnitude of an angle is beyond 10⁵ (`f32`) or 10⁶ (`f64`).
#[inline(always)]
pub(crate) fn is_far<S: Scalar>(x: S) -> bool {
    let limit = match S::PRECISION {
        Precision::Single => 1e5,
        Precision::Double => 1e6,
    };
    x.abs() > S::from_f64(limit)
}

/// `(r, t)` with `x = n π/2 + r` and `t = magic + n`, for an angle that is not [`is_far`].
#[inline(always)]
fn reduce<S: Scalar>(x: S) -> (S, S) {
    let parts = match S::PRECISION {
        Precision::Single => [1.5707963705062866, -4.371138828673793e-08, -1.7151245100058819e-15],
        Precision::Double => [std::f64::consts::FRAC_PI_2, 6.123233995736766e-17, -1.4973849048591698e-33],
    };
    let magic = S::from_f64(S::MAGIC);
    let t = x.mul_add(S::from_f64(std::f64::consts::FRAC_2_PI), magic);
    let n = magic - t;
    let [first, second, third] = parts.map(S::from_f64);
    let r = n.mul_add(second, n.mul_add(first, x));
    (n.mul_add(third, r), t)
}

/// Sine and cosine of an angle within `[-π/4, π/4]`.
#[inline(always)]
pub(crate) fn sin_cos_within<S: Scalar>(r: S) -> (S, S) {
    let square = r * r;
    // Relative errors 2^-28 and 2^-58 of the sine, absolute errors 2^-33 and 2^-64 of the cosine.
    let (sine, cosine) = match S::PRECISION {
        Precision::Single => (
            polynomial(square, [-0.16666654591374946, 0.008332159587038753, -0.00019515120522197525]),
            polynomial(square, [0.04166664683683435, -0.001388736600134706, 2.4438271334051824e-05]),
        ),
        Precision::Double => (
            polynomial(
                square,
                [
                    -0.1666666666666663,
                    0.00833333333332209,
                    -0.00019841269829566117,
                    2.7557313612970315e-06,
                    -2.5050746402306718e-08,
                    1.5896148930607972e-10,
                ],
            ),
            polynomial(
                square,
                [
                    0.0416666666666666,
                    -0.00138888888888741,
                    2.4801587289467714e-05,
                    -2.755731434796604e-07,
                    2.087572265589138e-09,
                    -1.1359614678209486e-11,
                ],
            ),
        ),
    };
    (sine.mul_add(square * r, r), cosine.mul_add(square, -S::HALF).mul_add(square, S::ONE))
}

/// Sine of `r + n π/2`, the low bits of `t` being `n`.
#[inline(always)]
fn sin_of<S: Scalar>(r: S, t: S) -> S {
    let (sine, cosine) = sin_cos_within(r);
    select(t.has_bit(0), cosine, sine).negate_if(t.has_bit(1))
}

/// Cosine of `r + n π/2`, the low bits of `t` being `n`.
#[inline(always)]
fn cos_of<S: Scalar>(r: S, t: S) -> S {
    let (sine, cosine) = sin_cos_within(r);
    select(t.has_bit(0), sine, cosine).negate_if(t.has_bit(0) != t.has_bit(1))
}

/// Tangent of `r + n π/2`, the low bits of `t` being `n`.
#[inline(always)]
fn tan_of<S: Scalar>(r: S, t: S) -> S {
    let (sine, cosine) = sin_cos_within(r);
    select(t.has_bit(0), -cosine, sine) / select(t.has_bit(0), sine, cosine)
}

/// The sine of an angle that is not [`is_far`]. Zero keeps its sign.
#[inline(always)]
pub(crate) fn sin<S: Scalar>(x: S) -> S {
    let (r, t) = reduce(x);
    select(x == S::ZERO, x, sin_of(r, t))
}

/// The cosine of an angle that is not [`is_far`].
#[inline(always)]
pub(crate) fn cos<S: Scalar>(x: S) -> S {
    let (r, t) = reduce(x);
    cos_of(r, t)
}

/// The tangent of an angle that is not [`is_far`]. Zero keeps its sign.
#[inline(always)]
pub(crate) fn tan<S: Scalar>(x: S) -> S {
    let (r, t) = reduce(x);
    select(x == S::ZERO, x, tan_of(r, t))
}

/// The sine of any angle.
pub(crate) fn sin_far<S: Scalar>(x: S) -> S {
    let (r, t) = reduce_far(x.to_f64());
    S::from_f64(sin_of(r, t))
}

/// The cosine of any angle.
pub(crate) fn cos_far<S: Scalar>(x: S) -> S {
    let (r, t) = reduce_far(x.to_f64());
    S::from_f64(cos_of(r, t))
}

/// The tangent of any angle.
pub(crate) fn tan_far<S: Scalar>(x: S) -> S {
    let (r, t) = reduce_far(x.to_f64());
    S::from_f64(tan_of(r, t))
}

#[cfg(test)]
mod tests {
    use crate::lane::Lane;
    use crate::math::accuracy::{Double, Single, difference, double, single};

    #[test]
    fn sin_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (0.5, 0.479425538604203, -5.104e-18),
            (-2.25, -0.7780731968879212, -3.792e-17),
            (std::f64::consts::PI, 1.2246467991473532e-16, -2.995e-33),
            (355.0, -3.014435335948845e-05, 1.301e-21),
            (-696990.0929798123, -0.4895319999037593, 5.015e-18),
            (1000000.5, 0.141954699000744, -2.184e-18),
            (1e22, -0.8522008497671888, -6.781e-18),
            (5.319372648326541e255, 1.0, -1.098e-37),
        ];
        assert!(single(Lane::sin, f64::sin) <= 2.0);
        assert!(double(Lane::sin, &POINTS) <= 2.0);
        assert!(difference(Lane::sin, f64::sin, (-10.0, 10.0)) <= 2.5);
        assert!(difference(Lane::sin, f64::sin, (-1e6, 1e6)) <= 2.5);
        assert!(difference(Lane::sin, f64::sin, (-1e300, 1e300)) <= 2.5);
    }

    #[test]
    fn cos_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (0.5, 0.8775825618903728, -4.262e-17),
            (-2.25, -0.6281736227227391, 4.446e-17),
            (std::f64::consts::FRAC_PI_2, 6.123233995736766e-17, -1.497e-33),
            (355.0, -0.999999999545659, 1.057e-17),
            (502801.42793548526, -0.4962749097164115, 1.872e-17),
            (1000000.5, 0.9898731552232378, -5.525e-17),
            (1e22, 0.523214785395139, -4.714e-17),
            (5.319372648326541e255, -4.687165924254628e-19, 4.372e-36),
        ];
        assert!(single(Lane::cos, f64::cos) <= 2.0);
        assert!(double(Lane::cos, &POINTS) <= 2.0);
        assert!(difference(Lane::cos, f64::cos, (-10.0, 10.0)) <= 2.5);
        assert!(difference(Lane::cos, f64::cos, (-1e6, 1e6)) <= 2.5);
        assert!(difference(Lane::cos, f64::cos, (-1e300, 1e300)) <= 2.5);
    }

    #[test]
    fn tan_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (0.5, 0.5463024898437905, 2.910e-17),
            (-2.1179364484811014, 1.6415585117501994, -4.140e-17),
            (3.0, -0.1425465430742778, -1.387e-18),
            (11.0, -225.95084645419513, -1.222e-14),
            (-696990.0929798123, 0.5613993508197791, 4.769e-18),
            (1000000.5, 0.14340695901459227, 1.074e-17),
            (1e22, -1.6287782256068988, -1.011e-16),
            (5.319372648326541e255, -2.133485385753704e18, 9.233e1),
        ];
        assert!(single(Lane::tan, f64::tan) <= 3.0);
        assert!(double(Lane::tan, &POINTS) <= 3.0);
        assert!(difference(Lane::tan, f64::tan, (-10.0, 10.0)) <= 4.0);
        assert!(difference(Lane::tan, f64::tan, (-1e6, 1e6)) <= 4.0);
        assert!(difference(Lane::tan, f64::tan, (-1e300, 1e300)) <= 4.0);
    }

    #[test]
    fn ends_of_the_range() {
        for x in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let at = [Double::sin, Double::cos, Double::tan].map(|f| f(Double::splat(x)).extract(0));
            assert!(at.iter().all(|y| y.is_nan()));
        }
        assert!(Double::splat(-0.0).sin().extract(0).is_sign_negative());
        assert_eq!(Single::splat(f32::MAX).sin().extract(0), f64::from(f32::MAX).sin() as f32);
    }
}
