//! Laws of the exact values in the corpus's parameters, where the library's are others, and sums that the library does not
//! have.

use logphi::prelude::*;

/// The normal law by its variance `v`.
#[distribution(sample = mu + v.sqrt() * normal())]
pub fn gaussian_by_variance(omega: Frequency, mu: Real, v: Positive) -> LogCf {
    I * mu * omega - v * omega.powi(2) / 2.0
}

/// A jump diffusion by the variances of the diffusion, `v`, and of a jump, `d2`.
#[distribution(sample = g + v.sqrt() * normal() + compound(poisson(lam), m + d2.sqrt() * normal()))]
pub fn merton_by_variances(omega: Frequency, g: Real, v: Positive, lam: Positive, m: Real, d2: Positive) -> LogCf {
    let s = I * omega;
    g * s + v * s.powi(2) / 2.0 + lam * ((m * s + d2 * s.powi(2) / 2.0).exp() - 1.0)
}

/// The sum of a Laplace and a normal number, the latter by its variance `v`.
#[distribution(sample = mu + b * (exponential() - exponential()) + v.sqrt() * normal())]
pub fn laplace_plus_gaussian_by_variance(omega: Frequency, mu: Real, b: Positive, v: Positive) -> LogCf {
    I * mu * omega - (1.0 + b.powi(2) * omega.powi(2)).ln() - v * omega.powi(2) / 2.0
}

/// The sum of an exponential and a normal number.
#[distribution(sample = exponential() / lam + v.sqrt() * normal())]
pub fn exponential_plus_gaussian(omega: Frequency, lam: Positive, v: Positive) -> LogCf {
    -(1.0 - I * omega / lam).ln() - v * omega.powi(2) / 2.0
}

/// The sum of a Poisson and a normal number.
#[distribution(sample = poisson(lam) + v.sqrt() * normal())]
pub fn poisson_plus_gaussian(omega: Frequency, lam: Positive, v: Positive) -> LogCf {
    lam * ((I * omega).exp() - 1.0) - v * omega.powi(2) / 2.0
}
