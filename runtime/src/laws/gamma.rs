//! The gamma law.

use crate::prelude::*;

/// The gamma law with shape `k` and scale `mu`: mean `k mu`, variance `k mu²`.
///
/// The log characteristic function is the one behind Eq. (20) of Echraibi et al. (2020); both series have radius of
/// convergence `1 / mu`. The second rule for `k`, `form(k) = auxiliary(2)`, multiplies the draw by an independent factor: its
/// variance is smaller for large shapes and bounded functions, and larger for small shapes and functions that grow.
#[doc = include_str!("rules/gamma.md")]
#[distribution(crate = crate, sample = mu * gamma(k),
    log_density = (k - 1.0) * z.ln() - z / mu - k * mu.ln() - ln_gamma(k),
    rule(k) = {
    let part = z * (-exponential() / (k + trigamma_mixture(k))).exp();
    trigamma(k) * part * df(part)
})]
pub fn gamma(omega: Frequency, k: Positive, mu: Positive) -> LogCf {
    -k * (1.0 - I * mu * omega).ln()
}
