//! The uniform law.

use crate::prelude::*;

/// The uniform law between `a` and `b`, where `a < b`: mean `(a + b) / 2`, variance `(b - a)² / 12`.
///
/// The rules are exact: differences from the value of `f` at the end that moves, and as a second form a derivative at a beta
/// number. Both series have radius of convergence `2π / (b - a)`.
#[doc = include_str!("rules/uniform.md")]
#[distribution(crate = crate, require = a < b, support = a..=b, strip = .., sample = a + (b - a) * uniform(),
    rule(a) = (f(z) - f(a)) / (b - a), rule(b) = (f(b) - f(z)) / (b - a),
    rule(a) = df(b - (b - a) * beta(2.0, 1.0)) / 2.0, rule(b) = df(a + (b - a) * beta(2.0, 1.0)) / 2.0)]
pub fn uniform(omega: Frequency, a: Real, b: Real) -> LogCf {
    let s = I * omega;
    (((b * s).exp() - (a * s).exp()) / ((b - a) * s)).ln()
}
