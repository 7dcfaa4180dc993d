//! The asymmetric Laplace law.

use crate::prelude::*;

/// The asymmetric Laplace law with location `m`, rate `lambda` and asymmetry `kappa`: `m + T / (lambda kappa) - kappa T' / lambda`
/// with two exponential numbers of mean 1.
///
/// The tail above `m` decays at the rate `lambda kappa`, that below at `lambda / kappa`; `kappa = 1` is the Laplace law with
/// scale `1 / lambda`. Mean `m + (1 - kappa²) / (lambda kappa)`, variance `(1 + kappa⁴) / (lambda kappa)²`.
///
/// The rule for `m` ends at order 1; those for `lambda` and `kappa` are exact with one exponential number. The series have
/// radius of convergence `lambda min(kappa, 1 / kappa)`.
///
/// Reference: Kotz, Kozubowski and Podgórski, "The Laplace Distribution and Generalizations" (2001), chapter 3.
#[doc = include_str!("rules/asymmetric_laplace.md")]
#[distribution(crate = crate, sample = m + exponential() / (lambda * kappa) - kappa * exponential() / lambda,
    log_density = lambda.ln() - (kappa + 1.0 / kappa).ln() - lambda * (kappa * (z - m)).max((m - z) / kappa))]
pub fn asymmetric_laplace(omega: Frequency, m: Real, lambda: Positive, kappa: Positive) -> LogCf {
    let s = I * omega;
    m * s - (1.0 - s / (lambda * kappa)).ln() - (1.0 + s * kappa / lambda).ln()
}
