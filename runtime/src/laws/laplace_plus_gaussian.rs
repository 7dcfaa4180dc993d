//! The sum of a Laplace and a normal number.

use crate::prelude::*;

/// The sum of independent numbers from Laplace(`mu`, `b`) and a normal law with mean 0 and standard deviation `sigma`: mean
/// `mu`, variance `2 b² + sigma²`.
///
/// Log characteristic functions of independent numbers add up, and each parameter keeps its rule: order 1 for `mu`, order 2
/// for `sigma`, that of the Laplace law for `b`, whose series has radius of convergence `1 / b`.
///
/// Reference: Reed and Jorgensen, "The Double Pareto-Lognormal Distribution" (2004), which calls the law normal-Laplace.
#[doc = include_str!("rules/laplace_plus_gaussian.md")]
#[distribution(crate = crate, sample = mu + b * (exponential() - exponential()) + sigma * normal())]
pub fn laplace_plus_gaussian(omega: Frequency, mu: Real, b: Positive, sigma: Positive) -> LogCf {
    I * mu * omega - (1.0 + b.powi(2) * omega.powi(2)).ln() - sigma.powi(2) * omega.powi(2) / 2.0
}
