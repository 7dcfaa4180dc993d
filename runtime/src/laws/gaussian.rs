//! The normal law.

use crate::prelude::*;

/// The normal law with mean `mu` and standard deviation `sigma`.
///
/// Both rules end: order 1 for `mu`, order 2 for `sigma` (Eq. (15) of Echraibi et al. (2020) in one dimension, with the
/// sign of the quadratic term that a characteristic function needs).
#[doc = include_str!("rules/gaussian.md")]
#[distribution(crate = crate, sample = mu + sigma * normal(),
    log_density = -((z - mu) / sigma).powi(2) / 2.0 - sigma.ln() - (2.0 * PI).ln() / 2.0)]
pub fn gaussian(omega: Frequency, mu: Real, sigma: Positive) -> LogCf {
    I * mu * omega - sigma.powi(2) * omega.powi(2) / 2.0
}
