//! The inverse Gaussian law.

use crate::prelude::*;

/// The inverse Gaussian law with mean `mu` and shape `lambda`: variance `mu³ / lambda`.
///
/// The time at which a Brownian motion with drift first reaches a level. The rules are exact, with squares of normal numbers;
/// both series have radius of convergence `lambda / (2 mu²)`.
///
/// Reference: Tweedie, "Statistical Properties of Inverse Gaussian Distributions" (1957).
#[doc = include_str!("rules/inverse_gaussian.md")]
#[distribution(crate = crate, support = 0.0.., sample = inverse_gaussian(mu, lambda),
    log_density = (lambda / (2.0 * PI)).ln() / 2.0 - 1.5 * z.ln() - lambda * (z - mu).powi(2) / (2.0 * mu.powi(2) * z))]
pub fn inverse_gaussian(omega: Frequency, mu: Positive, lambda: Positive) -> LogCf {
    lambda / mu * (1.0 - (1.0 - 2.0 * I * mu.powi(2) * omega / lambda).sqrt())
}
