//! The Gumbel law.

use crate::prelude::*;

/// The Gumbel law of largest values with location `mu` and scale `beta`: mean `mu + γ beta`, variance `π² beta² / 6`, where
/// `γ = -ψ(1)` is Euler's constant.
///
/// The rule for `mu` ends at order 1; that for `beta` is exact: the law is an infinite sum of centred exponential numbers with
/// means `beta / k`, one of which is added. The series for `beta` has radius of convergence `1 / beta`.
///
/// Reference: Johnson, Kotz and Balakrishnan, "Continuous Univariate Distributions", volume 2 (1995), chapter 22.
#[doc = include_str!("rules/gumbel.md")]
#[distribution(crate = crate, sample = mu - beta * exponential().ln(),
    log_density = (mu - z) / beta - ((mu - z) / beta).exp() - beta.ln(),
    rule(beta) = -digamma(1.0) * df(z) + PI.powi(2) * beta / 6.0 * ddf(z + beta * exponential() / zeta_mixture()))]
pub fn gumbel(omega: Frequency, mu: Real, beta: Positive) -> LogCf {
    I * mu * omega + (1.0 - I * omega * beta).ln_gamma()
}
