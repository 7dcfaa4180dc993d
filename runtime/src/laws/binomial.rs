//! The binomial law.

use crate::prelude::*;

/// The number of successes in `n` independent trials of probability `p`: mean `n p`, variance `n p (1 - p)`.
///
/// `n` is a whole number and has no gradient. The series has radius of convergence `|ln((1 - p) / p) + iπ|`.
#[distribution(crate = crate, support = 0.0..=n, sample = binomial(n, p))]
pub fn binomial(omega: Frequency, n: Count, p: Probability) -> LogCf {
    n * (1.0 - p + p * (I * omega).exp()).ln()
}
