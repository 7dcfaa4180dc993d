//! The triangular law.

use crate::prelude::*;

/// The triangular law between `a` and `b` with mode `c`, where `a < c < b`: mean `(a + b + c) / 3`, variance
/// `(a² + b² + c² - ab - ac - bc) / 18`.
///
/// The number is a uniform point of the triangle with corners `a`, `b` and `c`. The series have as radius of convergence the
/// smallest complex zero of the characteristic function.
#[distribution(crate = crate, require = a < c && c < b, support = a..=b, sample = {
    let root = uniform().sqrt();
    a + root * (c - a + (b - c) * uniform())
})]
pub fn triangular(omega: Frequency, a: Real, b: Real, c: Real) -> LogCf {
    let s = I * omega;
    let above = (b - c) * (a * s).exp() - (b - a) * (c * s).exp() + (c - a) * (b * s).exp();
    (2.0 * above / ((b - a) * (c - a) * (b - c) * s.powi(2))).ln()
}
