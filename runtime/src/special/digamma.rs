//! `ψ(x)` for what runs for each sample: quick, of real arguments, and with the same bits on every processor, unlike `polygamma`.

use crate::lane::{Lane, Scalar};
use crate::math;

/// `B_2k / 2k`, `k = 1, 2, …`: coefficients of `x^-2k` in the asymptotic series, DLMF 5.11.2.
const BERNOULLI: [f64; 8] =
    [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32_760.0, 1.0 / 12.0, -3617.0 / 8160.0];

/// From here on the asymptotic series is accurate to the last place.
const LARGE: f64 = 10.0;

/// `ψ(x)` for each sample, computed in `f64` for either scalar type. Domain: positive `x`, infinite at infinity; NaN otherwise.
#[must_use]
pub fn digamma_of_samples<L: Lane>(x: L) -> L {
    L::from_fn(|lane| {
        let x = x.extract(lane).to_f64();
        let value = if x > 0.0 && x < f64::INFINITY {
            digamma(x)
        } else if x > 0.0 {
            x
        } else {
            f64::NAN
        };
        L::Scalar::from_f64(value)
    })
}

/// `ψ(x)` for positive `x`: error at most `2e-15 (1 + |ψ(x)|)`.
pub(super) fn digamma(x: f64) -> f64 {
    let (mut x, mut below) = (x, 0.0);
    while x < LARGE {
        below += x.recip();
        x += 1.0;
    }
    math::ln(x) - ln_minus_digamma(x) - below
}

/// `ln x - ψ(x)` for `x >= 10`.
pub(super) fn ln_minus_digamma(x: f64) -> f64 {
    let inverse = x.recip();
    let square = inverse * inverse;
    0.5 * inverse + square * BERNOULLI.iter().rev().fold(0.0, |sum, coefficient| sum * square + coefficient)
}

/// `ψ(x + d) - ψ(x)` for positive `x` and `x + d`, accurate relative to itself: error at most `1e-14` of it for `d > 0`.
pub(super) fn digamma_difference(x: f64, d: f64) -> f64 {
    let (mut x, mut end, mut below) = (x, x + d, 0.0);
    while x.min(end) < LARGE {
        below += d / x / end;
        x += 1.0;
        end += 1.0;
    }
    // Each power of 1/x contributes its divided difference times 1/(x + d) - 1/x = -d / (x (x + d)).
    let (inverse, inverse_end) = (x.recip(), end.recip());
    let (square, square_end) = (inverse * inverse, inverse_end * inverse_end);
    let (mut sum, mut difference) = (0.0, 0.0);
    for coefficient in BERNOULLI.iter().rev() {
        difference = difference * square + sum;
        sum = sum * square_end + coefficient;
    }
    let divided = 0.5 + (inverse + inverse_end) * (sum + square * difference);
    below + math::ln_1p(d * inverse) + d * inverse * inverse_end * divided
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::polygamma;

    #[test]
    fn digamma_is_accurate() {
        for step in 0..3000 {
            let x = 1e-3 * (0.006 * f64::from(step)).exp();
            let exact = polygamma(0, x);
            assert!((digamma(x) - exact).abs() <= 6e-15 * (1.0 + exact.abs()), "{x}");
        }
    }

    /// Differences over small steps are derivatives, those over large ones do not cancel.
    #[test]
    fn differences_are_accurate() {
        for step in 0..300 {
            let x = 1e-3 * (0.06 * f64::from(step)).exp();
            let d = 1e-7 * x;
            let exact = d * (polygamma(1, x) + 0.5 * d * polygamma(2, x));
            assert!((digamma_difference(x, d) / exact - 1.0).abs() < 2e-14, "{x}");
            for factor in [0.7, 1.0, 30.0, 1e6] {
                let (d, start, end) = (factor * x, polygamma(0, x), polygamma(0, x + factor * x));
                let error = 1e-14 * (1.0 + start.abs() + end.abs());
                assert!((digamma_difference(x, d) - (end - start)).abs() <= error, "{x} {d}");
                assert!((digamma_difference(x + d, -d) - (start - end)).abs() <= error * (1.0 + factor), "{x} {d}");
            }
        }
    }
}
