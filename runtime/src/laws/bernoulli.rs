//! The Bernoulli law.

use crate::prelude::*;

/// 1 with probability `p`, otherwise 0: mean `p`, variance `p (1 - p)`.
///
/// The rule is `f(1) - f(0)`, whatever is drawn (Theorem 2 of Echraibi et al. (2020)). The series has radius of convergence
/// `|ln((1 - p) / p) + iπ|`.
#[doc = include_str!("rules/bernoulli.md")]
#[distribution(crate = crate, sample = bernoulli(p), log_density = z * p.ln() + (1.0 - z) * (1.0 - p).ln())]
pub fn bernoulli(omega: Frequency, p: Probability) -> LogCf {
    (1.0 - p + p * (I * omega).exp()).ln()
}
