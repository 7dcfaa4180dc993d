//! Laws whose mean is far from 0 beside their spread: moments are taken around the mean, or refused.

use logphi::EstimateError;
use logphi::laws::{Gamma, Gaussian};
use logphi::prelude::*;

use super::{SilentUniform, close, squared_distance};

#[estimator(of = squared_distance, distribution = Gaussian, packs = portable)]
struct OfGaussian;

#[estimator(of = squared_distance, distribution = SilentUniform, packs = portable)]
struct OfSilentUniform;

#[estimator(of = squared_distance, distribution = SilentUniform, form = closed_form, packs = portable)]
struct ClosedUniform;

/// A row that takes the difference of two coordinates far from 0.
#[estimator(distribution = Gaussian, packs = portable)]
fn squared_difference(z: &[f64], x: &[f64], y: f64) -> f64 {
    (dot(x, z) - y).powi(2) + (dot(x, z) - y).powi(4)
}

#[test]
fn variances_survive() -> Result<(), EstimateError> {
    // E (z - ε)² = σ² + (μ - ε)²
    for mu in [1e6, -1e9, 1e12] {
        for offset in [0.0, 0.5, -3.0] {
            let (law, target) = (Gaussian { mu, sigma: 1.5 }, mu - offset);
            let run = OfGaussian::estimate(&law, target).dimension(1).run()?;
            close(run.value, 2.25 + offset * offset, "value");
            close(run.gradient.mu, 2.0 * offset, "mu");
            close(run.gradient.sigma, 3.0, "sigma");
        }
    }
    // k μ² + (k μ - ε)²: no location is written, and cumulants are accurate all the same.
    let run = squared_distance::estimate(&Gamma { k: 1e12, mu: 1.0 }, 1e12).dimension(1).run()?;
    close(run.value, 1e12, "value");
    close(run.gradient.k, 1.0, "k");
    close(run.gradient.mu, 2e12, "mu");
    Ok(())
}

#[test]
fn variances_of_rows_survive() -> Result<(), EstimateError> {
    // u = z_0 - z_1 - y is normal with mean m = 2 and variance v = 2σ²: E u² + u⁴ = v + m² + 3v² + 6vm² + m⁴.
    let (sigma, m) = (0.5, 2.0);
    let law = Gaussian { mu: &[1e7 + 5.0, 1e7], sigma };
    let run = squared_difference::estimate(&law, (&[1.0, -1.0], 3.0)).run()?;
    let v = 2.0 * sigma * sigma;
    close(run.value, v + m * m + 3.0 * v * v + 6.0 * v * m * m + m.powi(4), "value");
    let by_mean = 2.0 * m + 12.0 * v * m + 4.0 * m.powi(3);
    close(run.gradient.mu[0], by_mean, "first mean");
    close(run.gradient.mu[1], -by_mean, "second mean");
    close(run.gradient.sigma, (1.0 + 6.0 * v + 6.0 * m * m) * 4.0 * sigma, "sigma");
    Ok(())
}

#[test]
fn spreads_that_rounding_takes_away_are_refused() -> Result<(), EstimateError> {
    // ((e^{bs} - e^{as}) / ..).ln() near 0 is a difference of powers of a and b.
    for a in [1e6, -1e7, 1e9] {
        let error =
            OfSilentUniform::estimate(&SilentUniform { a, b: a + 1.0 }, a).dimension(1).run().expect_err("lost");
        assert!(matches!(error, EstimateError::DigitsLost { law: "SilentUniform", .. }), "{error}");
        assert!(error.to_string().contains("form = terminating"), "{error}");
        let law = SilentUniform { a, b: a + 1.0 };
        let error = ClosedUniform::estimate(&law, a).dimension(1).samples(10).run().expect_err("lost");
        assert!(matches!(error, EstimateError::DigitsLost { .. }), "{error}");
    }
    for a in [0.0, 10.0, -100.0, 600.0] {
        let run = OfSilentUniform::estimate(&SilentUniform { a, b: a + 1.0 }, a).dimension(1).run()?;
        // E (z - a)² = (b - a)²/3, to as many digits as are left.
        assert!((run.value - 1.0 / 3.0).abs() < 1e-7, "{a}: {}", run.value);
        assert!((run.gradient.b - 2.0 / 3.0).abs() < 1e-6, "{a}: {}", run.gradient.b);
    }
    Ok(())
}
