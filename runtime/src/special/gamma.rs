//! `ln Γ(x)`.

use super::argument::Argument;

/// From this real part on Stirling's series is accurate to the last place, for complex arguments too.
const LARGE: f64 = 12.0;

/// `B_2k / (2k (2k - 1))`, `k = 1, 2, …`: coefficients of `x^(1 - 2k)` in Stirling's series.
const STIRLING: [f64; 9] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
    43867.0 / 244_188.0,
];

/// `½ ln 2π`
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// `ln Γ(x)` for `x` with a positive real part, on the branch that is real for real `x` and analytic there; NaN otherwise.
///
/// By the recurrence `ln Γ(x) = ln Γ(x + 1) - ln x` to a real part from 12 on, and Stirling's series there. The error is at
/// most `1e-14 (1 + |ln Γ(x)|)`.
pub(crate) fn ln_gamma<X: Argument>(x: X) -> X {
    if x.real_part() <= 0.0 || x.real_part().is_nan() {
        return X::of(f64::NAN);
    }
    let (mut x, mut below) = (x, X::of(0.0));
    while x.real_part() < LARGE {
        below = below + x.ln();
        x = x + X::of(1.0);
    }
    if x.real_part() == f64::INFINITY {
        return x;
    }
    let inverse = X::of(1.0) / x;
    let square = inverse * inverse;
    let series =
        STIRLING.iter().rev().fold(X::of(0.0), |sum, &coefficient| sum * square + X::of(coefficient)) * inverse;
    // (x - ½)(ln x - 1) - ½ + ½ ln 2π + …: no two large numbers are subtracted.
    let half = X::of(0.5);
    (x - half) * (x.ln() - X::of(1.0)) + (series - half + X::of(HALF_LN_TAU)) - below
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::complex::Complex;
    use std::f64::consts::{LN_2, PI};

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-14 * (1.0 + expected.abs()), "{found} is not {expected}");
    }

    #[test]
    fn factorials_and_half_integers() {
        let mut factorial = 0.0;
        for n in 1..60 {
            close(ln_gamma(f64::from(n)), factorial);
            factorial += f64::from(n).ln();
        }
        // Γ(n + ½) = √π (2n)! / (4^n n!)
        let mut half = 0.5 * PI.ln();
        for n in 0..60 {
            close(ln_gamma(f64::from(n) + 0.5), half);
            half += (f64::from(n) + 0.5).ln();
        }
    }

    /// `Γ(x) Γ(x + ½) = 2^(1 - 2x) √π Γ(2x)`, which mixes arguments that take different numbers of steps.
    #[test]
    fn duplication() {
        for step in 1..400 {
            let x = 0.013 * f64::from(step * step) / 10.0;
            close(ln_gamma(x) + ln_gamma(x + 0.5), (1.0 - 2.0 * x) * LN_2 + 0.5 * PI.ln() + ln_gamma(2.0 * x));
        }
    }

    /// `|Γ(1 + iy)|² = πy / sinh πy` and `|Γ(½ + iy)|² = π / cosh πy`; and values of another program with 30 digits.
    #[test]
    fn complex_arguments() {
        for step in 1..200 {
            let y = 0.1 * f64::from(step);
            close(ln_gamma(Complex { re: 1.0, im: y }).re, 0.5 * ((PI * y).ln() - (PI * y).sinh().ln()));
            close(ln_gamma(Complex { re: 0.5, im: -y }).re, 0.5 * (PI.ln() - (PI * y).cosh().ln()));
        }
        for (re, im, exact) in TABLE {
            let value = ln_gamma(Complex { re, im });
            close(value.re, exact[0]);
            close(value.im, exact[1]);
        }
    }

    const TABLE: [(f64, f64, [f64; 2]); 4] = [
        (1.0, -7.5, [-9.85458240748592, -8.386053088089184]),
        (0.25, 40.0, [-62.835129518830186, 107.1627395018991]),
        (3.5, 0.125, [1.1983933971048033, 0.13792978547451729]),
        (20.0, -300.0, [-359.0824963587111, -1441.1321045871393]),
    ];

    #[test]
    fn extreme_arguments() {
        close(ln_gamma(1e-300), 300.0 * std::f64::consts::LN_10);
        close(ln_gamma(1e300) / 1e300, 300.0 * std::f64::consts::LN_10 - 1.0);
        assert_eq!(ln_gamma(f64::INFINITY), f64::INFINITY);
        for x in [0.0, -0.5, -3.0, f64::NAN, f64::NEG_INFINITY] {
            assert!(ln_gamma(x).is_nan());
        }
    }
}
