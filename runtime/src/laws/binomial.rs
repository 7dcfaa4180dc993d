//! The binomial law.

use crate::prelude::*;

/// The number of successes in `n` independent trials of probability `p`: mean `n p`, variance `n p (1 - p)`.
///
/// `n` is a whole number, at least 1, and has no gradient. The rule for `p` is exact: one of the `n` trials is chosen,
/// and the difference of `f` between its success and its failure is taken. The series has radius of convergence `|ln((1 - p) / p) + iπ|`.
#[doc = include_str!("rules/binomial.md")]
#[distribution(crate = crate, require = n >= 1.0, support = 0.0..=n, sample = binomial(n, p),
    log_density = z * p.ln() + (n - z) * (1.0 - p).ln() + ln_gamma(n + 1.0) - ln_gamma(z + 1.0) - ln_gamma(n - z + 1.0),
    rule(p) = {
    let others = z - bernoulli(z / n);
    n * (f(others + 1.0) - f(others))
})]
pub fn binomial(omega: Frequency, n: Count, p: Probability) -> LogCf {
    n * (1.0 - p + p * (I * omega).exp()).ln()
}
