//! The normal-inverse Gaussian law.

use crate::prelude::*;

/// The normal-inverse Gaussian law with tail heaviness `alpha`, asymmetry `beta`, scale `delta` and location `mu`, where
/// `|beta| < alpha`.
///
/// A Brownian motion with drift `beta` at an inverse Gaussian time. With `γ = √(alpha² - beta²)`: mean `mu + delta beta / γ`,
/// variance `delta alpha² / γ³`. The rule for `mu` ends at order 1; the others are exact, with a normal number at the square
/// of another one. The series have radius of convergence `alpha - |beta|`.
///
/// Reference: Barndorff-Nielsen, "Normal Inverse Gaussian Distributions and Stochastic Volatility Modelling" (1997).
#[doc = include_str!("rules/normal_inverse_gaussian.md")]
#[distribution(crate = crate, require = alpha > beta.abs(), sample = {
    let time = inverse_gaussian(delta / (alpha.powi(2) - beta.powi(2)).sqrt(), delta.powi(2));
    mu + beta * time + time.sqrt() * normal()
})]
pub fn normal_inverse_gaussian(omega: Frequency, alpha: Positive, beta: Real, delta: Positive, mu: Real) -> LogCf {
    let root = (alpha.powi(2) - beta.powi(2)).sqrt();
    I * mu * omega + delta * (root - (alpha.powi(2) - (beta + I * omega).powi(2)).sqrt())
}
