//! Compound Poisson sums of gamma numbers.

use crate::prelude::*;

/// The sum of a Poisson number of gamma numbers: `rate` of them on average, with shape `k` and scale `mu` each. 0 has the
/// probability `e^{-rate}`.
///
/// Mean `rate k mu`, variance `rate k (k + 1) mu²`. Tweedie's law with mean `m`, dispersion `φ` and power `1 < p < 2` has
/// `rate = m^{2-p} / (φ (2 - p))`, `k = (2 - p) / (p - 1)` and `mu = φ (p - 1) m^{p-1}`. The rules are exact, with one more
/// jump; the series have radius of convergence `1 / mu`.
///
/// Reference: Jørgensen, "The Theory of Dispersion Models" (1997), chapter 4.
#[doc = include_str!("rules/tweedie.md")]
#[distribution(crate = crate, support = 0.0.., sample = mu * gamma(k * poisson(rate)))]
pub fn tweedie(omega: Frequency, rate: Positive, k: Positive, mu: Positive) -> LogCf {
    rate * ((1.0 - I * mu * omega).powf(-k) - 1.0)
}
