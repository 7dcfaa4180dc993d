//! Compound Poisson sums of exponential numbers.

use crate::prelude::*;

/// The sum of a Poisson number of exponential numbers: `rate` of them on average, with mean `mu` each. 0 has the probability
/// `e^{-rate}`.
///
/// Mean `rate mu`, variance `2 rate mu²`. The rules are exact, with one more jump; the series have radius of convergence
/// `1 / mu`. A case of [`Tweedie`](super::Tweedie).
#[doc = include_str!("rules/compound_exponential.md")]
#[distribution(crate = crate, support = 0.0.., sample = mu * gamma(poisson(rate)))]
pub fn compound_exponential(omega: Frequency, rate: Positive, mu: Positive) -> LogCf {
    rate * ((1.0 - I * mu * omega).recip() - 1.0)
}
