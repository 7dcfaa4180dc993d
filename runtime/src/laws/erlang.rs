//! The Erlang law.

use crate::prelude::*;

/// The Erlang law, the sum of `k` exponential numbers with rate `rate`: mean `k / rate`, variance `k / rate²`.
///
/// `k` is a whole number and has no gradient: see [`GammaByRate`](super::GammaByRate) for a shape that has. The rule for `rate`
/// is exact with one exponential number; the series has radius of convergence `rate`.
#[doc = include_str!("rules/erlang.md")]
#[distribution(crate = crate, support = 0.0.., sample = gamma(k) / rate,
    log_density = (k - 1.0) * z.ln() - rate * z + k * rate.ln() - ln_gamma(k))]
pub fn erlang(omega: Frequency, k: Count, rate: Positive) -> LogCf {
    -k * (1.0 - I * omega / rate).ln()
}
