//! Affine images of laws and sums of independent numbers: what their log characteristic functions are made of is enough for exact
//! rules, whatever the location and the scale.
//!
//! Intervals are 5 standard errors from 32 lanes wide on either side: a false alarm in 50 000 for each of 14 comparisons; an error
//! above a tenth of the exact value fails too. Seeds are fixed.

use logphi::Estimator;
use logphi::prelude::*;
use logphi_tests::quadrature::Measure;

const SAMPLES: usize = 1 << 18;

/// `low + scale Z`, with `Z` a gamma number.
#[distribution(sample = low + scale * gamma(k))]
fn shifted_gamma(omega: Frequency, low: Real, scale: Positive, k: Positive) -> LogCf {
    I * low * omega - k * (1.0 - I * scale * omega).ln()
}

/// `high - Z / rate`, which lies below `high`.
#[distribution(sample = high - gamma(k) / rate)]
fn gamma_below(omega: Frequency, high: Real, rate: Positive, k: Positive) -> LogCf {
    I * high * omega - k * (1.0 + I * omega / rate).ln()
}

/// `low + width Z`, with `Z` a beta number: its scale has no transform, and its shapes have rules of the law's author.
#[distribution(
    sample = low + width * beta(alpha, beta),
    support = low..=low + width,
    strip = ..,
    rule(width) = (z - low) / width * df(z)
)]
fn scaled_beta(omega: Frequency, low: Real, width: Positive, alpha: Positive, beta: Positive) -> LogCf {
    I * low * omega + kummer(alpha, alpha + beta, I * width * omega).ln()
}

/// The difference of a gamma number and twice a Poisson one, moved.
#[distribution(sample = mu + a * gamma(k) - 2.0 * poisson(rate))]
fn mixed_sum(omega: Frequency, mu: Real, a: Positive, k: Positive, rate: Positive) -> LogCf {
    I * mu * omega - k * (1.0 - I * a * omega).ln() + rate * ((-2.0 * I * omega).exp() - 1.0)
}

/// No sum of polynomials times exponentials, so that no formula takes the place of rules.
#[estimator(distribution = ShiftedGamma, packs = portable)]
fn bounded(z: f64) -> f64 {
    (0.8 * z).tanh() + 0.1 * z
}

#[estimator(of = bounded, distribution = GammaBelow, packs = portable)]
struct Below;

#[estimator(of = bounded, distribution = ScaledBeta, form(alpha) = pathwise, form(beta) = pathwise, packs = portable)]
struct Scaled;

#[estimator(of = bounded, distribution = MixedSum, packs = portable)]
struct Mixed;

fn value(z: f64) -> f64 {
    (0.8 * z).tanh() + 0.1 * z
}

fn slope(z: f64) -> f64 {
    0.8 / (0.8 * z).cosh().powi(2) + 0.1
}

fn check(what: &str, exact: f64, found: f64, error: f64) {
    assert!(error <= 0.1 * exact.abs(), "{what}: {exact} is too near 0 for {error}");
    assert!((exact - found).abs() <= 5.0 * error, "{what}: {found} ± {error}, not {exact}");
}

/// The derivative of `E g` by the shape of a gamma law, from the density: of steps in the shape, with an error of order `h⁴`.
fn by_shape(k: f64, g: impl Fn(f64) -> f64) -> f64 {
    let at = |k: f64| Measure::gamma(k).expectation(&g);
    let h = 1e-3;
    (8.0 * (at(k + h) - at(k - h)) - (at(k + 2.0 * h) - at(k - 2.0 * h))) / (12.0 * h)
}

#[test]
fn a_gamma_number_may_be_moved_stretched_and_turned() {
    let law = ShiftedGamma { low: -1.0, scale: 0.7, k: 1.4 };
    let run = bounded::estimate(&law, ()).samples(SAMPLES).seed(1).run().expect("a run");
    let errors = run.standard_error.expect("errors");
    let z = Measure::gamma(1.4);
    check("low", z.expectation(|x| slope(0.7 * x - 1.0)), run.gradient.low, errors.low);
    check("scale", z.expectation(|x| x * slope(0.7 * x - 1.0)), run.gradient.scale, errors.scale);
    check("k", by_shape(1.4, |x| value(0.7 * x - 1.0)), run.gradient.k, errors.k);
    const { assert!(<bounded as Estimator>::EXACT) };
    assert!(bounded::RULE.contains("k (positive): auxiliary draw, exact"), "{}", bounded::RULE);

    let law = GammaBelow { high: 1.0, rate: 1.6, k: 2.2 };
    let run = Below::estimate(&law, ()).samples(SAMPLES).seed(2).run().expect("a run");
    let errors = run.standard_error.expect("errors");
    let z = Measure::gamma(2.2);
    check("high", z.expectation(|x| slope(1.0 - x / 1.6)), run.gradient.high, errors.high);
    check("rate", z.expectation(|x| x / 2.56 * slope(1.0 - x / 1.6)), run.gradient.rate, errors.rate);
    check("k", by_shape(2.2, |x| value(1.0 - x / 1.6)), run.gradient.k, errors.k);
}

#[test]
fn a_scale_without_a_transform_has_a_rule_beside_the_law() {
    let law = ScaledBeta { low: -0.5, width: 2.0, alpha: 1.3, beta: 2.4 };
    let run = Scaled::estimate(&law, ()).samples(SAMPLES).seed(3).run().expect("a run");
    let errors = run.standard_error.expect("errors");
    let image = |x: f64| 2.0 * x - 0.5;
    let z = Measure::beta(1.3, 2.4);
    check("low", z.expectation(|x| slope(image(x))), run.gradient.low, errors.low);
    check("width", z.expectation(|x| x * slope(image(x))), run.gradient.width, errors.width);
    let mean = |alpha: f64, beta: f64| Measure::beta(alpha, beta).expectation(|x| value(image(x)));
    let h = 1e-4;
    check("alpha", (mean(1.3 + h, 2.4) - mean(1.3 - h, 2.4)) / (2.0 * h), run.gradient.alpha, errors.alpha);
    check("beta", (mean(1.3, 2.4 + h) - mean(1.3, 2.4 - h)) / (2.0 * h), run.gradient.beta, errors.beta);
}

#[test]
fn numbers_of_different_laws_are_added_up() {
    let law = MixedSum { mu: 0.4, a: 0.6, k: 1.8, rate: 0.7 };
    let run = Mixed::estimate(&law, ()).samples(SAMPLES).seed(4).run().expect("a run");
    let errors = run.standard_error.expect("errors");
    let (gamma, counts) = (Measure::gamma(1.8), Measure::poisson(0.7));
    let mean =
        |g: &dyn Fn(f64, f64) -> f64| counts.expectation(|n| gamma.expectation(|x| g(x, 0.4 + 0.6 * x - 2.0 * n)));
    check("mu", mean(&|_, z| slope(z)), run.gradient.mu, errors.mu);
    check("a", mean(&|x, z| x * slope(z)), run.gradient.a, errors.a);
    check("rate", mean(&|_, z| value(z - 2.0) - value(z)), run.gradient.rate, errors.rate);
    let k = counts.expectation(|n| by_shape(1.8, |x| value(0.4 + 0.6 * x - 2.0 * n)));
    check("k", k, run.gradient.k, errors.k);
    const { assert!(<Mixed as Estimator>::EXACT) };
}
