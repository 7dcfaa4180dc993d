//! The logistic law.

use crate::prelude::*;

/// The logistic law with location `mu` and scale `scale`: mean `mu`, variance `π² scale² / 3`.
///
/// The rule for `mu` ends at order 1; that for `scale` is exact: the law is an infinite sum of Laplace numbers with scales
/// `scale / k`, one of which is added. The series for `scale` has radius of convergence `1 / scale`.
#[doc = include_str!("rules/logistic.md")]
#[distribution(crate = crate, strip = -1.0 / scale..1.0 / scale, sample = mu + scale * (exponential() / exponential()).ln(),
    log_density = (mu - z) / scale - 2.0 * softplus((mu - z) / scale) - scale.ln(),
    rule(scale) = PI.powi(2) * scale / 3.0 * ddf(z + scale * (exponential() - exponential()) / zeta_mixture()))]
pub fn logistic(omega: Frequency, mu: Real, scale: Positive) -> LogCf {
    let x = PI * scale * omega;
    I * mu * omega + (x / x.sinh()).ln()
}
