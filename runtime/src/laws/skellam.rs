//! The Skellam law.

use crate::prelude::*;

/// The difference of two Poisson numbers with means `mu1` and `mu2`: mean `mu1 - mu2`, variance `mu1 + mu2`.
///
/// The rules are exact: `f(z + 1) - f(z)` and `f(z - 1) - f(z)`. Both series converge everywhere.
///
/// Reference: Skellam, "The Frequency Distribution of the Difference Between Two Poisson Variates" (1946).
#[doc = include_str!("rules/skellam.md")]
#[distribution(crate = crate, sample = poisson(mu1) - poisson(mu2))]
pub fn skellam(omega: Frequency, mu1: Positive, mu2: Positive) -> LogCf {
    mu1 * (I * omega).exp_m1() + mu2 * (-I * omega).exp_m1()
}
