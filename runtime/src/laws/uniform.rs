//! The uniform law.

use crate::prelude::*;

/// The uniform law between `a` and `b`, where `a < b`: mean `(a + b) / 2`, variance `(b - a)² / 12`.
///
/// Both series have radius of convergence `2π / (b - a)`.
#[distribution(crate = crate, require = a < b, support = a..=b, sample = a + (b - a) * uniform())]
pub fn uniform(omega: Frequency, a: Real, b: Real) -> LogCf {
    let s = I * omega;
    (((b * s).exp() - (a * s).exp()) / ((b - a) * s)).ln()
}
