//! The Poisson law.

use crate::prelude::*;

/// The Poisson law with mean and variance `rate`.
///
/// The rule is exact: `f(z + 1) - f(z)`. The series converges everywhere.
#[doc = include_str!("rules/poisson.md")]
#[distribution(crate = crate, support = 0.0.., sample = poisson(rate),
    log_density = z * rate.ln() - rate - ln_gamma(z + 1.0))]
pub fn poisson(omega: Frequency, rate: Positive) -> LogCf {
    rate * (I * omega).exp_m1()
}
