//! `ψ^(n)(x)`, the derivatives of `ln Γ`: digamma, trigamma and so on.

use super::argument::Argument;

/// `B_2k / (2k)!`, `k = 1, 2, …`
const BERNOULLI: [f64; 12] = [
    1.0 / 12.0,
    -1.0 / 720.0,
    1.0 / 30_240.0,
    -1.0 / 1_209_600.0,
    1.0 / 47_900_160.0,
    -691.0 / 1_307_674_368_000.0,
    1.0 / 74_724_249_600.0,
    -3617.0 / 10_670_622_842_880_000.0,
    43_867.0 / 5_109_094_217_170_944_000.0,
    -174_611.0 / 802_857_662_698_291_200_000.0,
    77_683.0 / 14_101_100_039_391_805_440_000.0,
    -236_364_091.0 / 1_693_824_136_731_743_669_452_800_000.0,
];

/// The derivative `ψ^(order)(x)` of `ψ = (ln Γ)'`, for `x` with a positive real part; NaN otherwise.
///
/// `ψ^(0)` is the digamma function, `ψ^(1)` the trigamma function. By the recurrence
/// `ψ^(n)(x) = ψ^(n)(x + 1) + (-1)^(n + 1) n! / x^(n + 1)` to a real part from `14 + n` on, and the asymptotic series there.
/// For real `x` and `n > 0` all terms have one sign, and the relative error is at most `(4 + n) 1e-15`; the error of the
/// digamma function is at most `4e-15 (1 + |ψ(x)|)`, near its zero at 1.46 too.
pub(crate) fn polygamma<X: Argument>(order: u32, x: X) -> X {
    if x.real_part() <= 0.0 || x.real_part().is_nan() {
        return X::of(f64::NAN);
    }
    let large = 14.0 + f64::from(order);
    let (mut x, mut sum) = (x, X::of(0.0));
    while x.real_part() < large {
        // The terms are (n! / x^n) / x: x^(n + 1) may overflow where the quotient does not.
        sum = sum + factorial_over_power(order, x) / x;
        x = x + X::of(1.0);
    }
    let asymptotic = if order == 0 { series(0, x) - x.ln() } else { series(order, x) };
    let value = sum + asymptotic;
    if order.is_multiple_of(2) { X::of(-1.0) * value } else { value }
}

/// `(-1)^(n + 1) ψ^(n)(x)` for large `x`, the logarithm of `n = 0` apart:
/// `(n - 1)! / x^n + n! / (2 x^(n + 1)) + Σ_k B_2k (2k + n - 1)! / ((2k)! x^(2k + n))`.
fn series<X: Argument>(order: u32, x: X) -> X {
    let n = f64::from(order);
    let first = if order == 0 { X::of(0.0) } else { factorial_over_power(order, x) / X::of(n) };
    let mut sum = first + factorial_over_power(order, x) / (X::of(2.0) * x);
    // (2k + n - 1)! / x^(2k + n), from k to k + 1 by two more factors.
    let mut factor = factorial_over_power(order, x) / x;
    for (k, coefficient) in (1_u32..).zip(BERNOULLI) {
        let place = f64::from(2 * k) + n;
        factor = if k == 1 {
            factor * X::of(place - 1.0) / x
        } else {
            factor * X::of((place - 2.0) * (place - 1.0)) / (x * x)
        };
        sum = sum + X::of(coefficient) * factor;
    }
    sum
}

/// `n! / x^n`, factor by factor.
fn factorial_over_power<X: Argument>(order: u32, x: X) -> X {
    (1..=order).fold(X::of(1.0), |product, factor| product * (X::of(f64::from(factor)) / x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::complex::Complex;
    use std::f64::consts::{LN_2, PI};

    const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

    /// Values of another program, with 25 digits.
    #[test]
    fn tabulated_values() {
        for (order, x, exact) in TABLE {
            let found = polygamma(order, x);
            let bound =
                if order == 0 { 4e-15 * (1.0 + exact.abs()) } else { (4.0 + f64::from(order)) * 1e-15 * exact.abs() };
            assert!((found - exact).abs() <= bound, "ψ^({order})({x}) = {exact}, found {found}");
        }
        for (order, re, im, [exact_re, exact_im]) in COMPLEX {
            let found = polygamma(order, Complex { re, im });
            let error = (found.re - exact_re).hypot(found.im - exact_im);
            assert!(error <= 2e-14 * exact_re.hypot(exact_im), "ψ^({order})({re} + {im} i): {found:?}");
        }
    }

    const TABLE: [(u32, f64, f64); 15] = [
        (0, 0.001, -1000.5755719318103),
        (0, 0.3, -3.502524222200133),
        (0, 7.7, 1.9748820949131018),
        (0, 1.4616321449683622, -9.241265521721263e-17),
        (1, 0.001, 1000001.6425331958),
        (1, 0.3, 12.245364546107732),
        (1, 5.5, 0.19934238698962767),
        (1, 1000.0, 0.0010005001666666333),
        (2, 0.7, -6.4349928741909235),
        (3, 1.3, 2.4010239143089263),
        (5, 2.25, 1.0564876812920458),
        (12, 0.4, -71376806577569.25),
        (40, 3.5, -4.025963223635952e+25),
        (67, 1.0, 3.647111091818868e+94),
        (67, 30.0, 1.470948338210874e-06),
    ];

    const COMPLEX: [(u32, f64, f64, [f64; 2]); 5] = [
        (0, 1.0, -7.5, [2.016387158495222, -1.50412966012823]),
        (0, 0.25, 40.0, [3.6888729435192356, 1.577046570983228]),
        (1, 0.5, 2.0, [6.883689881738828e-05, -0.5116211581880996]),
        (4, 3.5, 0.125, [-0.06692091880737606, 0.010796153647312874]),
        (9, 20.0, -30.0, [-3.729545905545958e-10, 1.9306019099169967e-10]),
    ];

    #[test]
    fn known_constants() {
        let close = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 5e-15, "{found} {expected}");
        close(polygamma(0, 1.0), -EULER_GAMMA);
        close(polygamma(0, 0.5), -EULER_GAMMA - 2.0 * LN_2);
        close(polygamma(1, 1.0), PI * PI / 6.0);
        close(polygamma(1, 0.5), PI * PI / 2.0);
        close(polygamma(3, 1.0), PI.powi(4) / 15.0);
        close(polygamma(3, 0.5), PI.powi(4));
    }

    /// `Σ_(j<m) ψ^(n)(x + j/m) = m^(n + 1) ψ^(n)(m x) - [n = 0] m ln m`.
    #[test]
    fn multiplication() {
        for order in [0, 1, 2, 5, 20] {
            for step in 1..60 {
                let x = 0.004 * f64::from(step * step);
                let sum: f64 = (0..3).map(|j| polygamma(order, x + f64::from(j) / 3.0)).sum();
                let whole = 3f64.powi(order as i32 + 1) * polygamma(order, 3.0 * x);
                let expected = if order == 0 { whole - 3.0 * 3f64.ln() } else { whole };
                // Arguments are rounded, and an error of one unit in x is worth n + 1 of them here.
                let bound = (20.0 + 3.0 * f64::from(order)) * 1e-15 * (1.0 + whole.abs());
                assert!((sum - expected).abs() <= bound, "order {order} at {x}: {sum} {expected}");
            }
        }
    }

    #[test]
    fn extreme_arguments() {
        assert!((polygamma(1, 1e-150) / 1e300 - 1.0).abs() < 1e-14);
        assert!((polygamma(1, 1e200) * 1e200 - 1.0).abs() < 1e-14);
        assert_eq!(polygamma(1, f64::INFINITY), 0.0);
        assert_eq!(polygamma(0, f64::INFINITY), f64::INFINITY);
        for x in [0.0, -0.5, f64::NAN] {
            assert!(polygamma(0, x).is_nan() && polygamma(1, x).is_nan());
        }
    }
}
