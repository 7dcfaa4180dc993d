//! The variance gamma law.

use crate::prelude::*;

/// The variance gamma law with location `c`, asymmetry `theta`, volatility `sigma` and variance `nu` of time.
///
/// A Brownian motion with drift `theta` and volatility `sigma` at a gamma time with mean 1 and variance `nu`: mean
/// `c + theta`, variance `sigma² + theta² nu`. The rule for `c` ends at order 1; the others are exact, with a normal number at
/// an exponential time. The default for `nu` needs four derivatives, `form(nu) = auxiliary(2)` two. The series have as radius
/// of convergence the smaller root in size of `1 - theta nu s - sigma² nu s² / 2`.
///
/// Reference: Madan, Carr and Chang, "The Variance Gamma Process and Option Pricing" (1998).
#[doc = include_str!("rules/variance_gamma.md")]
#[distribution(crate = crate, sample = {
    let time = nu * gamma(1.0 / nu);
    c + theta * time + sigma * time.sqrt() * normal()
})]
pub fn variance_gamma(omega: Frequency, c: Real, theta: Real, sigma: Positive, nu: Positive) -> LogCf {
    I * c * omega - (1.0 - I * theta * nu * omega + sigma.powi(2) * nu * omega.powi(2) / 2.0).ln() / nu
}
