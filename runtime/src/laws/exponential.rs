//! The exponential law.

use crate::prelude::*;

/// The exponential law with rate `rate`: mean `1 / rate`.
///
/// The gamma law with shape 1 and scale `1 / rate`; the series has radius of convergence `rate`.
#[doc = include_str!("rules/exponential.md")]
#[distribution(crate = crate, sample = exponential() / rate, log_density = rate.ln() - rate * z)]
pub fn exponential(omega: Frequency, rate: Positive) -> LogCf {
    -(1.0 - I * omega / rate).ln()
}
