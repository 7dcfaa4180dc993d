//! The chi-squared law.

use crate::prelude::*;

/// The chi-squared law with `nu` degrees of freedom, which need not be a whole number: mean `nu`, variance `2 nu`.
///
/// The gamma law with shape `nu / 2` and scale 2. The rule is exact with a uniform and an exponential number; the series has
/// radius of convergence 1/2.
#[doc = include_str!("rules/chi_squared.md")]
#[distribution(crate = crate, support = 0.0.., sample = 2.0 * gamma(nu / 2.0),
    log_density = (nu / 2.0 - 1.0) * z.ln() - z / 2.0 - nu / 2.0 * 2.0.ln() - ln_gamma(nu / 2.0))]
pub fn chi_squared(omega: Frequency, nu: Positive) -> LogCf {
    -nu / 2.0 * (1.0 - 2.0 * I * omega).ln()
}
