//! Laws of the exact values that the library does not have, and laws for the tests of other crates' laws.
//!
//! Where the base draws serve there is a sampler; the others have their coefficients checked only. Parameters carry the
//! names they have in the corpus, where the case allows it.

use logphi::prelude::*;

/// The normal law by its variance `v`.
#[distribution(sample = mu + v.sqrt() * normal())]
pub fn gaussian_by_variance(omega: Frequency, mu: Real, v: Positive) -> LogCf {
    I * mu * omega - v * omega.powi(2) / 2.0
}

/// The exponential law, with the corpus's name for the rate.
#[distribution(sample = exponential() / lam)]
pub fn exponential_by_rate(omega: Frequency, lam: Positive) -> LogCf {
    -(1.0 - I * omega / lam).ln()
}

/// The chi-squared law with `nu` degrees of freedom.
#[distribution(sample = 2.0 * gamma(nu / 2.0))]
pub fn chi_squared(omega: Frequency, nu: Positive) -> LogCf {
    -nu / 2.0 * (1.0 - 2.0 * I * omega).ln()
}

/// The Erlang law with shape 3.
#[distribution(sample = gamma(3.0) / lam)]
pub fn erlang(omega: Frequency, lam: Positive) -> LogCf {
    -3.0 * (1.0 - I * omega / lam).ln()
}

/// The asymmetric Laplace law.
#[distribution(sample = m + exponential() / (lam * kappa) - kappa * exponential() / lam)]
pub fn asymmetric_laplace(omega: Frequency, m: Real, lam: Positive, kappa: Positive) -> LogCf {
    let s = I * omega;
    m * s - (1.0 - s / (lam * kappa)).ln() - (1.0 + s * kappa / lam).ln()
}

/// The logistic law with scale `sc`.
#[distribution(strip = -1.0 / sc..1.0 / sc, sample = m + sc * (exponential() / exponential()).ln())]
pub fn logistic(omega: Frequency, m: Real, sc: Positive) -> LogCf {
    I * m * omega + (PI * sc * omega / (PI * sc * omega).sinh()).ln()
}

/// The uniform law between `a` and `b`.
#[distribution(require = a < b, strip = .., sample = a + (b - a) * uniform())]
pub fn uniform_between(omega: Frequency, a: Real, b: Real) -> LogCf {
    let s = I * omega;
    (((b * s).exp() - (a * s).exp()) / ((b - a) * s)).ln()
}

/// The triangular law between `a` and `b` with mode `c`.
#[distribution(require = a < b, strip = ..)]
pub fn triangular(omega: Frequency, a: Real, b: Real, c: Real) -> LogCf {
    let s = I * omega;
    let above = (b - c) * (a * s).exp() - (b - a) * (c * s).exp() + (c - a) * (b * s).exp();
    (2.0 * above / ((b - a) * (c - a) * (b - c) * s.powi(2))).ln()
}

/// The inverse Gaussian law.
#[distribution]
pub fn inverse_gaussian(omega: Frequency, mu: Positive, lam: Positive) -> LogCf {
    lam / mu * (1.0 - (1.0 - 2.0 * I * mu.powi(2) * omega / lam).sqrt())
}

/// The variance gamma law.
#[distribution(sample = {
    let time = nu * gamma(1.0 / nu);
    c + theta * time + sigma * time.sqrt() * normal()
})]
pub fn variance_gamma(omega: Frequency, c: Real, theta: Real, sigma: Positive, nu: Positive) -> LogCf {
    I * c * omega - (1.0 - I * theta * nu * omega + sigma.powi(2) * nu * omega.powi(2) / 2.0).ln() / nu
}

/// The normal inverse Gaussian law.
#[distribution(require = alpha > beta.abs())]
pub fn normal_inverse_gaussian(omega: Frequency, alpha: Positive, beta: Real, delta: Positive, m: Real) -> LogCf {
    let root = (alpha.powi(2) - beta.powi(2)).sqrt();
    I * m * omega + delta * (root - (alpha.powi(2) - (beta + I * omega).powi(2)).sqrt())
}

/// The tempered stable law of index 1/2.
#[distribution]
pub fn tempered_stable(omega: Frequency, c: Positive, lam: Positive) -> LogCf {
    -2.0 * PI.sqrt() * c * ((lam - I * omega).sqrt() - lam.sqrt())
}

/// A jump diffusion.
#[distribution]
pub fn merton(omega: Frequency, g: Real, v: Positive, lam: Positive, m: Real, d2: Positive) -> LogCf {
    let s = I * omega;
    g * s + v * s.powi(2) / 2.0 + lam * ((m * s + d2 * s.powi(2) / 2.0).exp() - 1.0)
}

/// The sum of a Laplace and a normal variable.
#[distribution(sample = mu + b * (exponential() - exponential()) + v.sqrt() * normal())]
pub fn laplace_plus_gaussian(omega: Frequency, mu: Real, b: Positive, v: Positive) -> LogCf {
    I * mu * omega - (1.0 + b.powi(2) * omega.powi(2)).ln() - v * omega.powi(2) / 2.0
}

/// The sum of an exponential and a normal variable.
#[distribution(sample = exponential() / lam + v.sqrt() * normal())]
pub fn exponential_plus_gaussian(omega: Frequency, lam: Positive, v: Positive) -> LogCf {
    -(1.0 - I * omega / lam).ln() - v * omega.powi(2) / 2.0
}

/// The sum of a Poisson and a normal variable.
#[distribution]
pub fn poisson_plus_gaussian(omega: Frequency, lam: Positive, v: Positive) -> LogCf {
    lam * ((I * omega).exp() - 1.0) - v * omega.powi(2) / 2.0
}

/// The Poisson law.
#[distribution]
pub fn poisson(omega: Frequency, lam: Positive) -> LogCf {
    lam * (I * omega).exp_m1()
}

/// The difference of two Poisson variables.
#[distribution]
pub fn skellam(omega: Frequency, lam1: Positive, lam2: Positive) -> LogCf {
    lam1 * ((I * omega).exp() - 1.0) + lam2 * ((-I * omega).exp() - 1.0)
}

/// One trial.
#[distribution]
pub fn bernoulli(omega: Frequency, p: Probability) -> LogCf {
    (1.0 - p + p * (I * omega).exp()).ln()
}

/// The number of successes in 5 trials.
#[distribution]
pub fn binomial(omega: Frequency, p: Probability) -> LogCf {
    5.0 * (1.0 - p + p * (I * omega).exp()).ln()
}

/// The number of failures before the first success.
#[distribution]
pub fn geometric(omega: Frequency, p: Probability) -> LogCf {
    p.ln() - (1.0 - (1.0 - p) * (I * omega).exp()).ln()
}

/// The number of failures before the `r`-th success.
#[distribution]
pub fn negative_binomial(omega: Frequency, r: Positive, p: Probability) -> LogCf {
    r * p.ln() - r * (1.0 - (1.0 - p) * (I * omega).exp()).ln()
}
