//! The logistic function, its logarithm, and `ln(1 + e^x)`.
//!
//! With `t = e^{-|x|}`, which never overflows: `σ(x)` is `1 / (1 + t)` or `t / (1 + t)`, and
//! `ln(1 + e^x) = max(x, 0) + ln(1 + t)`; neither cancels in either tail.

use super::exp::exp;
use super::ln::ln_mantissa;
use super::select;
use crate::lane::Scalar;

/// `σ(x) = 1 / (1 + e^{-x})`
#[inline(always)]
pub(crate) fn sigmoid<S: Scalar>(x: S) -> S {
    let t = exp(-x.abs());
    // The reciprocal, not the quotient: σ(x) and σ(-x) at one x then share the division.
    select(x < S::ZERO, t, S::ONE) * (S::ONE / (S::ONE + t))
}

/// `ln(1 + e^x)`
#[inline(always)]
pub(crate) fn softplus<S: Scalar>(x: S) -> S {
    select(x < S::ZERO, S::ZERO, x) + ln_1p_within(exp(-x.abs()))
}

/// `ln σ(x) = -ln(1 + e^{-x})`
#[inline(always)]
pub(crate) fn log_sigmoid<S: Scalar>(x: S) -> S {
    select(x > S::ZERO, S::ZERO, x) - ln_1p_within(exp(-x.abs()))
}

/// `ln σ(x)`, `σ(x)` and `σ(-x)`, with the same bits as one by one, from one exponential and one division.
#[inline(always)]
pub(crate) fn logistic<S: Scalar>(x: S) -> [S; 3] {
    let t = exp(-x.abs());
    let r = S::ONE / (S::ONE + t);
    let small = t * r;
    let log = select(x > S::ZERO, S::ZERO, x) - ln_1p_within(t);
    [log, select(x < S::ZERO, small, r), select(x > S::ZERO, small, r)]
}

/// `ln(1 + t)` for `0 <= t <= 1`.
#[inline(always)]
fn ln_1p_within<S: Scalar>(t: S) -> S {
    // Beyond √2 - 1 halve 1 + t: f = (1 + t) / 2 - 1 lies in the range of the polynomial.
    let beyond = t > S::from_f64(std::f64::consts::SQRT_2 - 1.0);
    let f = select(beyond, t.mul_add(S::HALF, -S::HALF), t);
    ln_mantissa(select(beyond, S::ONE, S::ZERO), f)
}

#[cfg(test)]
mod tests {
    use crate::lane::Lane;
    use crate::math::accuracy::{Double, Single, difference, double, single};

    #[test]
    fn sigmoid_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (-700.0, 9.85967654375977e-305, 8.498e-322),
            (-40.0, 4.248354255291589e-18, 1.063e-34),
            (-2.7250637110018183, 0.06151050374932596, 2.419e-18),
            (-0.1, 0.47502081252106, 2.508e-17),
            (1e-09, 0.50000000025, -2.069e-17),
            (0.9, 0.710949502625004, -3.593e-17),
            (7.0, 0.9990889488055994, -4.258e-17),
            (36.0, 0.9999999999999998, -9.908e-18),
        ];
        assert!(single(Lane::sigmoid, |x| 1.0 / (1.0 + (-x).exp())) <= 3.0);
        assert!(double(Lane::sigmoid, &POINTS) <= 3.0);
    }

    #[test]
    fn softplus_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (-600.0, 2.6503965530043108e-261, 6.377e-278),
            (-30.0, 9.357622968839737e-14, -6.167e-31),
            (-3.0, 0.04858735157374206, -2.891e-18),
            (-0.776726480328989, 0.37837415378514494, 1.841e-17),
            (1e-09, 0.6931471810599453, -1.805e-17),
            (1.0, 1.3132616875182228, 2.516e-17),
            (40.0, 40.0, 4.248e-18),
            (700.0, 700.0, 9.860e-305),
        ];
        assert!(single(Lane::softplus, |x| x.max(0.0) + (-x.abs()).exp().ln_1p()) <= 2.0);
        assert!(double(Lane::softplus, &POINTS) <= 2.0);
    }

    #[test]
    fn log_sigmoid_is_accurate() {
        const POINTS: [(f64, f64, f64); 8] = [
            (-700.0, -700.0, -9.860e-305),
            (-40.0, -40.0, -4.248e-18),
            (-1.0, -1.3132616875182228, -2.516e-17),
            (-1e-09, -0.6931471810599453, 1.805e-17),
            (0.776726480328989, -0.37837415378514494, -1.841e-17),
            (3.0, -0.04858735157374206, 2.891e-18),
            (30.0, -9.357622968839737e-14, 6.167e-31),
            (600.0, -2.6503965530043108e-261, -6.377e-278),
        ];
        assert!(single(Lane::log_sigmoid, |x| x.min(0.0) - (-x.abs()).exp().ln_1p()) <= 2.0);
        assert!(double(Lane::log_sigmoid, &POINTS) <= 2.0);
    }

    #[test]
    fn nothing_is_lost_between_the_points() {
        let negative = |x: f64| x.exp() / (1.0 + x.exp());
        assert!(difference(Lane::sigmoid, negative, (-700.0, 0.0)) <= 4.5);
        assert!(difference(Lane::softplus, |x| x.exp().ln_1p(), (-700.0, 0.0)) <= 4.5);
        assert!(difference(Lane::log_sigmoid, |x| -(-x).exp().ln_1p(), (0.0, 700.0)) <= 4.5);
    }

    #[test]
    fn the_family_has_the_bits_of_its_members() {
        for x in [0.0, -0.0, 1.5, -1.5, 30.0, -30.0, 800.0, -800.0, f64::INFINITY, f64::NEG_INFINITY] {
            let x = Double::splat(x);
            let family = x.logistic().map(|value| value.extract(0).to_bits());
            let members = [x.log_sigmoid(), x.sigmoid(), (-x).sigmoid()];
            assert_eq!(family, members.map(|value| value.extract(0).to_bits()));
        }
    }

    #[test]
    fn ends_of_the_range() {
        let at =
            |x: f64| [Double::sigmoid, Double::log_sigmoid, Double::softplus].map(|f| f(Double::splat(x)).extract(0));
        assert_eq!(at(f64::INFINITY), [1.0, 0.0, f64::INFINITY]);
        assert_eq!(at(f64::NEG_INFINITY), [0.0, f64::NEG_INFINITY, 0.0]);
        assert_eq!(at(-1e6), [0.0, -1e6, 0.0]);
        assert!(at(f64::NAN).iter().all(|y| y.is_nan()));
        assert_eq!(Single::splat(0.0).sigmoid().extract(0), 0.5);
    }
}
