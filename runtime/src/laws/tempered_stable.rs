//! The one-sided tempered stable law of index 1/2.

use crate::prelude::*;

/// The tempered stable law on the positive half-line of index 1/2: jumps of size `x` come at the rate `c x^{-3/2} e^{-lambda x}`.
///
/// Mean `c √(π / lambda)`, variance `c √π / (2 lambda^{3/2})`. It is the inverse Gaussian law with that mean and shape
/// `2 π c²`, in the parameters that processes of finite variation are given in. The rules are exact, with a uniform part of a
/// gamma number; both series have radius of convergence `lambda`.
///
/// Reference: Cont and Tankov, "Financial Modelling with Jump Processes" (2004), section 4.4.
#[doc = include_str!("rules/tempered_stable.md")]
#[distribution(crate = crate, support = 0.0.., sample = inverse_gaussian(c * (PI / lambda).sqrt(), 2.0 * PI * c.powi(2)))]
pub fn tempered_stable(omega: Frequency, c: Positive, lambda: Positive) -> LogCf {
    -2.0 * PI.sqrt() * c * ((lambda - I * omega).sqrt() - lambda.sqrt())
}
