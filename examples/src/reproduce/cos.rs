//! Expectations by Fourier cosine series: the independent reference for laws that are known by their characteristic function.
//!
//! The COS method of Fang and Oosterlee (2008): on a range that holds nearly all of a law, its density is the cosine series
//! with the coefficients `2 / (b - a) · Re(φ(u_k) e^{-i u_k a})`, `u_k = k π / (b - a)`, the first one halved. A derivative of
//! the density has those of the derivative of `φ`. Expectations are sums over the midpoints of cells, which for smooth
//! functions that the density brings to 0 at both ends are as exact as the series.

use std::f64::consts::PI;
use std::ops::Range;

use logphi::Complex;

/// Functions on the midpoints of cells of one size: a density and its derivatives by parameters.
#[derive(Clone, Debug)]
pub struct Densities {
    places: Vec<f64>,
    cell: f64,
    values: Vec<Vec<f64>>,
}

impl Densities {
    /// Sums the series with `terms` terms, for each of the Fourier transforms that `transforms` gives at a real frequency.
    #[must_use]
    pub fn new(range: Range<f64>, terms: usize, transforms: impl Fn(f64) -> Vec<Complex>) -> Self {
        let width = range.end - range.start;
        let cells = 2 * terms;
        let cell = width / cells as f64;
        let places: Vec<f64> = (0..cells).map(|m| range.start + (m as f64 + 0.5) * cell).collect();
        // All angles are multiples of π over twice the number of cells.
        let cosines: Vec<f64> = (0..4 * cells).map(|index| (PI * index as f64 / (2 * cells) as f64).cos()).collect();
        let mut values: Vec<Vec<f64>> = Vec::new();
        for k in 0..terms {
            let frequency = k as f64 * PI / width;
            let (sin, cos) = (-frequency * range.start).sin_cos();
            let weight = if k == 0 { 1.0 } else { 2.0 } / width;
            let found = transforms(frequency);
            values.resize(found.len(), vec![0.0; cells]);
            for (value, transform) in values.iter_mut().zip(&found) {
                let coefficient = weight * (transform.re * cos - transform.im * sin);
                for (m, value) in value.iter_mut().enumerate() {
                    *value += coefficient * cosines[k * (2 * m + 1) % (4 * cells)];
                }
            }
        }
        Self { places, cell, values }
    }

    /// The integral of `f` times each of the functions.
    #[must_use]
    pub fn integrals(&self, f: impl Fn(f64) -> f64) -> Vec<f64> {
        let at: Vec<f64> = self.places.iter().map(|&place| f(place)).collect();
        let integral = |value: &Vec<f64>| self.cell * value.iter().zip(&at).map(|(one, two)| one * two).sum::<f64>();
        self.values.iter().map(integral).collect()
    }
}

/// A characteristic function and its derivatives, from its logarithm and the derivatives of that.
#[must_use]
pub fn with_derivatives(log: Complex, slopes: &[Complex]) -> Vec<Complex> {
    let value = log.exp();
    std::iter::once(value).chain(slopes.iter().map(|&slope| value * slope)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The distribution function of the standard normal law, by a continued fraction far out and a series near 0.
    fn normal_cdf(x: f64) -> f64 {
        let density = (-0.5 * x * x).exp() / (2.0 * PI).sqrt();
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= x * x / f64::from(2 * n + 1);
            sum += term;
        }
        0.5 + density * sum
    }

    #[test]
    fn prices_and_vegas_are_those_of_black_and_scholes() {
        let (sigma, strike) = (0.25_f64, 1.1_f64);
        let log = |u: f64, sigma: f64| Complex { re: -0.5 * sigma * sigma * u * u, im: -0.5 * sigma * sigma * u };
        let slope = |u: f64| Complex { re: -sigma * u * u, im: -sigma * u };
        let found = Densities::new(-3.0..3.0, 2048, |u| with_derivatives(log(u, sigma), &[slope(u)]))
            .integrals(|x| (x.exp() - strike).max(0.0));
        let upper = (-strike.ln() + 0.5 * sigma * sigma) / sigma;
        let price = normal_cdf(upper) - strike * normal_cdf(upper - sigma);
        let vega = (-0.5 * upper * upper).exp() / (2.0 * PI).sqrt();
        // The kink of the payoff lies within a cell, of size 6 / 4096: an error of a fraction of its square.
        assert!((found[0] - price).abs() < 2e-6, "{} {price}", found[0]);
        assert!((found[1] - vega).abs() < 2e-5, "{} {vega}", found[1]);
    }

    #[test]
    fn smooth_functions_are_integrated_to_rounding() {
        let log = |u: f64| Complex { re: -0.02 * u * u, im: 0.1 * u };
        let found = Densities::new(-3.0..3.0, 256, |u| with_derivatives(log(u), &[])).integrals(f64::exp);
        assert!((found[0] - 0.12_f64.exp()).abs() < 1e-13, "{}", found[0]);
    }
}
