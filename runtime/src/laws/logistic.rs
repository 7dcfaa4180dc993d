//! The logistic law.

use crate::prelude::*;

/// The logistic law with location `mu` and scale `scale`: mean `mu`, variance `π² scale² / 3`.
///
/// The rule for `mu` ends at order 1; the series for `scale` has radius of convergence `1 / scale`.
#[distribution(crate = crate, sample = mu + scale * (exponential() / exponential()).ln())]
pub fn logistic(omega: Frequency, mu: Real, scale: Positive) -> LogCf {
    let x = PI * scale * omega;
    I * mu * omega + (x / x.sinh()).ln()
}
