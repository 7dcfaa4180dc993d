//! Merton's jump diffusion.

use crate::prelude::*;

/// A Brownian motion with drift `drift` and volatility `sigma`, and normal jumps of mean `mean` and standard deviation `spread`
/// that come at the rate `rate`, at time 1.
///
/// Mean `drift + rate mean`, variance `sigma² + rate (mean² + spread²)`. The rules for `drift` and `sigma` end at orders 1 and
/// 2; the others are exact with one more jump. All series converge everywhere, though not for every `f`.
///
/// Reference: Merton, "Option Pricing When Underlying Stock Returns Are Discontinuous" (1976).
#[doc = include_str!("rules/merton.md")]
#[distribution(crate = crate, sample = drift + sigma * normal() + compound(poisson(rate), mean + spread * normal()))]
pub fn merton(omega: Frequency, drift: Real, sigma: Positive, rate: Positive, mean: Real, spread: Positive) -> LogCf {
    let s = I * omega;
    drift * s + sigma.powi(2) * s.powi(2) / 2.0 + rate * (mean * s + spread.powi(2) * s.powi(2) / 2.0).exp_m1()
}
