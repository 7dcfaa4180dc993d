//! Exact gradients of expectations under laws of counts and compound sums, without any rule of this project.
//!
//! Probabilities and densities are differentiated, and summed or integrated until nothing is left: what the score function
//! averages over draws is here computed.

use logphi::{digamma, ln_gamma};

/// Probabilities below are nothing.
const NOTHING: f64 = 1e-22;

/// By the rate of a Poisson law.
#[must_use]
pub fn poisson(rate: f64, f: impl Fn(f64) -> f64) -> Vec<f64> {
    vec![poisson_sum(rate, |n, weight| weight * (n / rate - 1.0) * f(n))]
}

/// `Σ_n term(n, P(n))` over the numbers that have a probability to speak of.
fn poisson_sum(rate: f64, mut term: impl FnMut(f64, f64) -> f64) -> f64 {
    let (mut sum, mut n, mut weight) = (0.0, 0.0, (-rate).exp());
    while n < rate || weight > NOTHING {
        sum += term(n, weight);
        n += 1.0;
        weight *= rate / n;
    }
    sum
}

/// By the parameters `r` and `p` of a negative binomial law.
#[must_use]
pub fn negative_binomial(r: f64, p: f64, f: impl Fn(f64) -> f64) -> Vec<f64> {
    let mean = r * (1.0 - p) / p;
    let (mut by_r, mut by_p) = (0.0, 0.0);
    // The derivative of ln Γ(n + r) - ln Γ(r) is a sum of n fractions.
    let (mut n, mut weight, mut fractions) = (0.0, p.powf(r), 0.0);
    while n < mean || weight > NOTHING {
        by_r += weight * (fractions + p.ln()) * f(n);
        by_p += weight * (r / p - n / (1.0 - p)) * f(n);
        fractions += 1.0 / (r + n);
        weight *= (n + r) / (n + 1.0) * (1.0 - p);
        n += 1.0;
    }
    vec![by_r, by_p]
}

/// By the rate, shape and scale of a compound Poisson sum of gamma numbers. The sum is over the number of jumps; given it, the
/// logarithm of the draw is integrated over by the trapezoidal rule.
#[must_use]
pub fn tweedie(rate: f64, k: f64, mu: f64, f: impl Fn(f64) -> f64) -> Vec<f64> {
    let (mut by_k, mut by_mu) = (0.0, 0.0);
    let by_rate = poisson_sum(rate, |jumps, weight| {
        if jumps == 0.0 {
            return -weight * f(0.0);
        }
        let shape = jumps * k;
        let [mean, of_k, of_mu] = gamma_integrals(shape, mu, &f);
        by_k += weight * jumps * of_k;
        by_mu += weight * of_mu;
        weight * (jumps / rate - 1.0) * mean
    });
    vec![by_rate, by_k, by_mu]
}

/// `E f` and its derivatives by shape and scale under a gamma law.
fn gamma_integrals(shape: f64, mu: f64, f: impl Fn(f64) -> f64) -> [f64; 3] {
    const STEP: f64 = 1.0 / 128.0;
    let (normaliser, slope) = (ln_gamma(shape), digamma(shape));
    let mut integrals = [0.0; 3];
    // With y = ln(z / μ) the density is exp(shape y - e^y) / Γ(shape): nothing above 6, and below -60 / shape.
    let (low, high) = ((-60.0 / shape - 5.0) / STEP, 6.5 / STEP);
    let mut index = low.floor();
    while index <= high {
        let y = STEP * index;
        let unit = y.exp();
        let term = STEP * (shape * y - unit - normaliser).exp() * f(mu * unit);
        integrals[0] += term;
        integrals[1] += term * (y - slope);
        integrals[2] += term * (unit - shape) / mu;
        index += 1.0;
    }
    integrals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(found: &[f64], expected: &[f64]) {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} {expected}");
        }
    }

    #[test]
    fn squares_have_the_derivatives_of_the_second_moments() {
        let square = |z: f64| z * z;
        for rate in [0.5, 32.0] {
            assert_close(&poisson(rate, square), &[1.0 + 2.0 * rate]);
        }
        // Mean m = r q / p, variance m / p: E z² = r q / p² + r² q² / p².
        let (r, p) = (2.5_f64, 0.4_f64);
        let q = 1.0 - p;
        let by_p = -r * (1.0 / p.powi(2) + 2.0 * q / p.powi(3)) - 2.0 * r * r * q / p.powi(3);
        assert_close(&negative_binomial(r, p, square), &[q / p.powi(2) + 2.0 * r * (q / p).powi(2), by_p]);
        // E z² = λ k (k + 1) μ² + (λ k μ)².
        for (rate, k, mu) in [(2.0_f64, 1.5_f64, 0.8_f64), (0.5, 0.7, 2.0)] {
            let expected = [
                k * (k + 1.0) * mu.powi(2) + 2.0 * rate * (k * mu).powi(2),
                rate * (2.0 * k + 1.0) * mu.powi(2) + 2.0 * k * (rate * mu).powi(2),
                2.0 * rate * k * (k + 1.0) * mu + 2.0 * (rate * k).powi(2) * mu,
            ];
            assert_close(&tweedie(rate, k, mu, square), &expected);
        }
    }
}
