//! The gamma law.

use crate::prelude::*;

/// The gamma law with shape `k` and scale `mu`: mean `k mu`, variance `k mu²`.
///
/// The log characteristic function is the one behind Eq. (20) of Echraibi et al. (2020); both series have radius of
/// convergence `1 / mu`.
#[distribution(crate = crate, sample = mu * gamma(k))]
pub fn gamma(omega: Frequency, k: Positive, mu: Positive) -> LogCf {
    -k * (1.0 - I * mu * omega).ln()
}
