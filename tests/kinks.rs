//! Functions with kinks under exact rules, against closed forms: `|estimate - exact| ≤ 5 SE` with 31 degrees of freedom, which
//! a fresh seed would fail with probability 2e-5 for each of 16 comparisons. Changed by 5 %, each exact value is refused.

use logphi::laws::{Gamma, Laplace, Poisson};
use logphi::prelude::*;

/// Demand beyond what is in stock. A pathwise gradient is 0 everywhere; the difference rule needs no derivative.
#[estimator(distribution = Poisson, packs = portable)]
fn unmet_demand(z: f64, stock: f64) -> f64 {
    (z - stock).max(0.0)
}

/// What a law with a density accepts: first derivatives of a function with kinks.
#[estimator(distribution = Laplace, packs = portable, form(b) = auxiliary(2))]
fn shortfall(z: f64, level: f64) -> f64 {
    (z - level).max(0.0)
}

#[estimator(of = shortfall, distribution = Laplace, packs = portable, form(b) = difference)]
struct ShortfallByDifference;

#[estimator(of = shortfall, distribution = Gamma, packs = portable)]
struct GammaShortfall;

#[estimator(of = shortfall, distribution = Gamma, packs = portable, form(mu) = difference)]
struct GammaShortfallByDifference;

/// `|z - level|`, and the smaller of `z` and `level`: every kink of the language.
#[estimator(of = deviation, distribution = Gamma, packs = portable)]
struct GammaDeviation;

#[estimator(distribution = Laplace, packs = portable)]
fn deviation(z: f64, level: f64) -> f64 {
    2.0 * (z - level).abs() - z.min(level)
}

const SAMPLES: usize = 1 << 18;

fn check(what: &str, estimate: f64, error: f64, exact: f64) {
    let differs = |expected: f64| (estimate - expected).abs() > 5.0 * error;
    assert!(!differs(exact), "{what}: {estimate} ± {error}, expected {exact}");
    for wrong in [0.95, 1.05] {
        assert!(differs(wrong * exact), "{what}: 5 % are lost in {error} of {exact}");
    }
}

macro_rules! run {
    ($estimator:ident, $law:expr, $level:expr) => {{
        let run = $estimator::estimate(&$law, $level).samples(SAMPLES).seed(11).run().expect("a run");
        let errors = run.standard_error.clone().expect("many samples");
        (run, errors)
    }};
}

/// `P(z ≥ n)`.
fn poisson_tail(rate: f64, n: u32) -> f64 {
    let mut term = (-rate).exp();
    let mut below = 0.0;
    for k in 0..n {
        below += term;
        term *= rate / f64::from(k + 1);
    }
    1.0 - below
}

#[test]
fn unmet_demand_moves_with_the_rate() {
    for (rate, stock) in [(2.5, 3.0), (12.0, 10.0), (0.4, 0.0)] {
        let (run, errors) = run!(unmet_demand, Poisson { rate }, stock);
        // (z + 1 - stock)⁺ - (z - stock)⁺ is 1 from z = stock on.
        let exact = poisson_tail(rate, stock as u32);
        if stock == 0.0 {
            assert!((run.gradient.rate - 1.0).abs() < 1e-12, "every demand is unmet");
        } else {
            check("rate", run.gradient.rate, errors.rate, exact);
        }
    }
}

#[test]
fn a_stop_loss_of_a_laplace_loss() {
    let (mu, b, level): (f64, f64, f64) = (0.2, 0.7, 0.9);
    // E (z - c)⁺ = (b/2) e^{-(c - mu)/b} for c above mu.
    let tail = (-(level - mu) / b).exp() / 2.0;
    let (by_mu, by_b) = (tail, tail * (1.0 + (level - mu) / b));
    let (run, errors) = run!(shortfall, Laplace { mu, b }, level);
    check("mu", run.gradient.mu, errors.mu, by_mu);
    check("b", run.gradient.b, errors.b, by_b);
    let (run, errors) = run!(ShortfallByDifference, Laplace { mu, b }, level);
    check("mu", run.gradient.mu, errors.mu, by_mu);
    check("b by difference", run.gradient.b, errors.b, by_b);
    // The form without `f''` is found without being asked for. |z - c| = 2 (z - c)⁺ - (z - c) and min(z, c) = z - (z - c)⁺, so
    // the function is 5 (z - c)⁺ - 3 z + 2 c.
    let (run, errors) = run!(deviation, Laplace { mu, b }, level);
    check("mu of the deviation", run.gradient.mu, errors.mu, 5.0 * by_mu - 3.0);
    check("b of the deviation", run.gradient.b, errors.b, 5.0 * by_b);
}

/// `∂/∂k` and `∂/∂mu` of `E (z - c)⁺` under the gamma law with shape 2 and scale `mu`, by hand.
///
/// For shape k: `E (z - c)⁺ = ∫_c^∞ P(z > t) dt`. With `x = c / mu`, shape 2: `P(z > t) = e^{-t/mu} (1 + t/mu)`, so
/// `E (z - c)⁺ = mu e^{-x} (2 + x)` and `∂/∂mu = e^{-x} (2 + 2 x + x²)`. The derivative in the shape is
/// `E[(z - c)⁺ (ln(z / mu) - ψ(2))]`, by quadrature.
fn gamma_gradient(mu: f64, level: f64) -> (f64, f64) {
    const DIGAMMA_2: f64 = 0.422_784_335_098_467_1;
    let x = level / mu;
    let by_mu = (-x).exp() * (2.0 + 2.0 * x + x * x);
    // Simpson's rule from the kink on, where the integrand is smooth.
    let (panels, end) = (200_000, 60.0);
    let step = (end - x) / f64::from(panels);
    let integrand = |y: f64| mu * (y - x) * (y.ln() - DIGAMMA_2) * y * (-y).exp();
    let mut sum = integrand(x) + integrand(end);
    for index in 1..panels {
        sum += integrand(x + step * f64::from(index)) * if index % 2 == 1 { 4.0 } else { 2.0 };
    }
    (sum * step / 3.0, by_mu)
}

#[test]
fn a_stop_loss_of_a_gamma_loss() {
    let (mu, level): (f64, f64) = (1.5, 2.0);
    let (by_k, by_mu) = gamma_gradient(mu, level);
    let (run, errors) = run!(GammaShortfall, Gamma { k: 2.0, mu }, level);
    check("k", run.gradient.k, errors.k, by_k);
    check("mu", run.gradient.mu, errors.mu, by_mu);
    let (run, errors) = run!(GammaShortfallByDifference, Gamma { k: 2.0, mu }, level);
    check("mu by difference", run.gradient.mu, errors.mu, by_mu);
    let (run, errors) = run!(GammaDeviation, Gamma { k: 2.0, mu }, level);
    // ∂/∂k E z = mu, ∂/∂mu E z = 2
    check("k of the deviation", run.gradient.k, errors.k, 5.0 * by_k - 3.0 * mu);
    check("mu of the deviation", run.gradient.mu, errors.mu, 5.0 * by_mu - 6.0);
}

#[test]
fn the_report_says_which_form_accepts_the_kinks() {
    for rule in [deviation::RULE, unmet_demand::RULE, GammaShortfall::RULE] {
        assert!(!rule.contains("f''") && !rule.contains("biased"), "{rule}");
    }
    assert!(unmet_demand::RULE.contains("f(z + 1) - f(z)"), "{}", unmet_demand::RULE);
}
