//! The geometric law.

use crate::prelude::*;

/// The number of failures before the first success of probability `p`: mean `(1 - p) / p`, variance `(1 - p) / p²`.
///
/// The rule is exact: a difference of `f` at a further geometric number. The series has radius of convergence `-ln(1 - p)`.
#[doc = include_str!("rules/geometric.md")]
#[distribution(crate = crate, support = 0.0.., sample = geometric(p), log_density = p.ln() + z * (1.0 - p).ln())]
pub fn geometric(omega: Frequency, p: Probability) -> LogCf {
    p.ln() - (1.0 - (1.0 - p) * (I * omega).exp()).ln()
}
