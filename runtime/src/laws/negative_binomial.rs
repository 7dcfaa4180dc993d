//! The negative binomial law.

use crate::prelude::*;

/// The number of failures before the `r`-th success of probability `p`, for any `r > 0`: mean `r (1 - p) / p`, variance
/// `r (1 - p) / p²`.
///
/// A Poisson number whose rate is a gamma number. The rules are exact: differences of `f`, at a further logarithmic number for
/// `r` and at a further geometric one for `p`. Both series have radius of convergence `-ln(1 - p)`.
#[doc = include_str!("rules/negative_binomial.md")]
#[distribution(crate = crate, support = 0.0.., sample = poisson(gamma(r) * (1.0 - p) / p),
    log_density = ln_gamma(z + r) - ln_gamma(r) - ln_gamma(z + 1.0) + r * p.ln() + z * (1.0 - p).ln())]
pub fn negative_binomial(omega: Frequency, r: Positive, p: Probability) -> LogCf {
    r * p.ln() - r * (1.0 - (1.0 - p) * (I * omega).exp()).ln()
}
