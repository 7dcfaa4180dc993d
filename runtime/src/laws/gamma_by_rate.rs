//! The gamma law by its rate.

use crate::prelude::*;

/// The gamma law with shape `k` and rate `rate`: mean `k / rate`, variance `k / rate²`.
///
/// [`Gamma`](super::Gamma) with scale `1 / rate`; both series have radius of convergence `rate`. The rules are exact with one
/// exponential number, and for `k` a uniform one.
#[doc = include_str!("rules/gamma_by_rate.md")]
#[distribution(crate = crate, support = 0.0.., sample = gamma(k) / rate,
    log_density = (k - 1.0) * z.ln() - rate * z + k * rate.ln() - ln_gamma(k))]
pub fn gamma_by_rate(omega: Frequency, k: Positive, rate: Positive) -> LogCf {
    -k * (1.0 - I * omega / rate).ln()
}
