//! The beta law.

use crate::prelude::*;

/// The beta law on the unit interval with shapes `alpha` and `beta`: mean `alpha / (alpha + beta)`, variance
/// `alpha beta / ((alpha + beta)² (alpha + beta + 1))`.
///
/// The rules are exact for all shapes: the distance from the end that the draw moves away from is multiplied by an independent
/// factor. The series have as radius of convergence the smallest complex zero of the characteristic function, Kummer's
/// function `1F1(alpha; alpha + beta; iω)`.
///
/// Reference: Johnson, Kotz and Balakrishnan, "Continuous Univariate Distributions", volume 2 (1995), chapter 25.
#[doc = include_str!("rules/beta.md")]
#[distribution(crate = crate, support = 0.0..=1.0, strip = .., sample = beta(alpha, beta),
    log_density = (alpha - 1.0) * z.ln() + (beta - 1.0) * (1.0 - z).ln()
        + ln_gamma(alpha + beta) - ln_gamma(alpha) - ln_gamma(beta),
    rule(alpha) = {
    let total = alpha + beta;
    let rest = (1.0 - z) * (-exponential() / (total + trigamma_mixture(total))).exp();
    trigamma(total) * rest * df(1.0 - rest)
}, rule(beta) = {
    let total = alpha + beta;
    let part = z * (-exponential() / (total + trigamma_mixture(total))).exp();
    -trigamma(total) * part * df(part)
})]
pub fn beta(omega: Frequency, alpha: Positive, beta: Positive) -> LogCf {
    kummer(alpha, alpha + beta, I * omega).ln()
}
