//! The Laplace law.

use crate::prelude::*;

/// The Laplace law with location `mu` and scale `b`: density `e^{-|z - mu| / b} / (2 b)`.
///
/// The log characteristic function is the one behind Eq. (19) of Echraibi et al. (2020), "Fourier Stochastic
/// Backpropagation". The rule for `mu` ends at order 1; the series for `b` has radius of convergence `1 / b`.
#[doc = include_str!("rules/laplace.md")]
#[distribution(crate = crate, sample = mu + b * (exponential() - exponential()),
    log_density = -(z - mu).abs() / b - (2.0 * b).ln())]
pub fn laplace(omega: Frequency, mu: Real, b: Positive) -> LogCf {
    I * mu * omega - (1.0 + b.powi(2) * omega.powi(2)).ln()
}
