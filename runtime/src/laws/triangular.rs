//! The triangular law.

use crate::prelude::*;

/// The triangular law between `a` and `b` with mode `c`, where `a < c < b`: mean `(a + b + c) / 3`, variance
/// `(a² + b² + c² - ab - ac - bc) / 18`.
///
/// `E f(z)` is twice the second divided difference of the second integral of `f` at `a`, `b` and `c`, a mean over the triangle
/// with these corners; so the rules are exact, with beta and uniform numbers for a mean with more weight at the corner that
/// moves. The series have as radius of convergence the smallest complex zero of the characteristic function.
#[doc = include_str!("rules/triangular.md")]
#[distribution(crate = crate, require = a < c && c < b, support = a..=b, strip = .., sample = {
    let root = uniform().sqrt();
    a + root * (c - a + (b - c) * uniform())
}, rule(a) = {
    let w = beta(2.0, 2.0);
    let u = uniform();
    df(a * w + (1.0 - w) * (b * u + c * (1.0 - u))) / 3.0
}, rule(b) = {
    let w = beta(2.0, 2.0);
    let u = uniform();
    df(b * w + (1.0 - w) * (c * u + a * (1.0 - u))) / 3.0
}, rule(c) = {
    let w = beta(2.0, 2.0);
    let u = uniform();
    df(c * w + (1.0 - w) * (a * u + b * (1.0 - u))) / 3.0
})]
pub fn triangular(omega: Frequency, a: Real, b: Real, c: Real) -> LogCf {
    let s = I * omega;
    let above = (b - c) * (a * s).exp() - (b - a) * (c * s).exp() + (c - a) * (b * s).exp();
    (2.0 * above / ((b - a) * (c - a) * (b - c) * s.powi(2))).ln()
}
