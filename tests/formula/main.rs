//! Formulas: value and gradient without a draw, against exact values, closed forms and other ways to compute them; and closed
//! forms, which are drawn, against the formulas.

mod closed_form;
mod corpus;
mod far_from_zero;

use logphi::EstimateError;
use logphi::laws::{Bernoulli, Gamma, Gaussian, Laplace, Uniform};
use logphi::prelude::*;
use logphi_tests::corpus::oracle;

/// Polynomial and exponential in one coordinate.
#[estimator(distribution = Laplace, packs = portable)]
fn square_decay(z: f64) -> f64 {
    z * z * (-0.3 * z).exp()
}

#[test]
fn a_case_of_the_corpus() -> Result<(), EstimateError> {
    let case = oracle().cases.iter().find(|case| case.text == "z**2*exp(-3/10*z)").expect("a case");
    let run = square_decay::estimate(&Laplace { mu: 0.2, b: 0.7 }, ()).run()?;
    close(run.value, case.derivatives[0], "value");
    close(run.gradient.mu, case.gradients["mu"].exact, "mu");
    close(run.gradient.b, case.gradients["b"].exact, "b");
    Ok(())
}

fn close(found: f64, expected: f64, what: &str) {
    let tolerance = 1e-12 * expected.abs().max(1e-3);
    assert!((found - expected).abs() <= tolerance, "{what}: {found} is not {expected}");
}

/// The paper's second toy problem, beyond the radius of convergence of its series. No form is asked for.
#[estimator(distribution = Gamma, packs = portable)]
fn decay(z: &[f64], epsilon: f64) -> f64 {
    z.iter().map(|z| (-epsilon * z).exp()).sum()
}

/// The first.
#[estimator(distribution = Gamma, packs = portable)]
fn squared_distance(z: &[f64], epsilon: f64) -> f64 {
    z.iter().map(|z| (z - epsilon).powi(2)).sum()
}

/// `(1 + εμ)^{-k}` and its derivatives by `k` and `μ`.
fn decay_of_gamma(k: f64, mu: f64, epsilon: f64) -> [f64; 3] {
    let base = 1.0 + epsilon * mu;
    [base.powf(-k), -base.ln() * base.powf(-k), -k * epsilon * base.powf(-k - 1.0)]
}

#[test]
fn beyond_the_radius_of_convergence() -> Result<(), EstimateError> {
    for (mu, epsilon) in [(1.0, 0.5), (1.0, 0.98), (1.5, 1.0), (30.0, 4.0)] {
        let law = Gamma { k: [2.0, 0.7], mu };
        let run = decay::estimate(&law, epsilon).run()?;
        let [first, second] = [decay_of_gamma(2.0, mu, epsilon), decay_of_gamma(0.7, mu, epsilon)];
        close(run.value, first[0] + second[0], "value");
        close(run.gradient.k[0], first[1], "k");
        close(run.gradient.k[1], second[1], "k");
        close(run.gradient.mu, first[2] + second[2], "mu");
    }
    Ok(())
}

#[test]
fn no_draw_serves_two_ways_of_asking() -> Result<(), EstimateError> {
    // E (z - ε)² = kμ² + (kμ - ε)²
    let (k, mu, epsilon) = (3.0, 0.5, 0.49);
    let law = Gamma { k, mu };
    let mut prepared = squared_distance::prepare(&law, epsilon).samples(1).dimension(4).build()?;
    for _ in 0..2 {
        let run = prepared.step(&law)?;
        let mean = k * mu - epsilon;
        close(run.value, 4.0 * (k * mu * mu + mean * mean), "value");
        close(run.gradient.k, 4.0 * (mu * mu + 2.0 * mu * mean), "k");
        close(run.gradient.mu, 4.0 * (2.0 * k * mu + 2.0 * k * mean), "mu");
        let errors = run.standard_error.as_ref().expect("known without samples");
        assert_eq!((errors.k, errors.mu, run.samples), (0.0, 0.0, 0));
    }
    let quiet = squared_distance::estimate(&law, epsilon).dimension(1).standard_errors(false).run()?;
    assert!(quiet.standard_error.is_none() && quiet.value_standard_error.is_none());
    assert!(squared_distance::RULE.contains("formula, exact, zero variance"), "{}", squared_distance::RULE);
    assert!(squared_distance::RUST.contains("impl Exponentials for squared_distance"), "{}", squared_distance::RUST);
    Ok(())
}

/// One parameter by the series, the other by the formula.
#[estimator(distribution = Laplace, form = formula, form(b) = truncated, order = 6, packs = portable)]
fn mixed(z: f64, t: f64) -> f64 {
    (t * z).sin() + t * t
}

#[test]
fn formulas_beside_other_forms() -> Result<(), EstimateError> {
    // E sin(tz) = sin(tμ) / (1 + b² t²)
    let (mu, b, t) = (0.4, 0.3, 0.9f64);
    let run = mixed::estimate(&Laplace { mu, b }, t).samples(4096).seed(3).run()?;
    let pole = 1.0 + b * b * t * t;
    close(run.value, (t * mu).sin() / pole + t * t, "value");
    close(run.gradient.mu, t * (t * mu).cos() / pole, "mu");
    let errors = run.standard_error.as_ref().expect("many samples");
    assert_eq!((errors.mu, run.value_standard_error, run.samples), (0.0, Some(0.0), 4096));
    let exact = -2.0 * b * t * t * (t * mu).sin() / (pole * pole);
    assert!(errors.b > 0.0 && (run.gradient.b - exact).abs() < 4.5 * errors.b + 1e-4, "{}", run.gradient.b);
    assert!(run.terms.iter().all(|term| term.parameter == "b"));
    Ok(())
}

#[test]
fn argument_gradients_still_need_samples() -> Result<(), EstimateError> {
    let law = Gamma { k: 2.0, mu: 0.5 };
    let run = decay::estimate(&law, 0.3).dimension(1).samples(65_536).seed(11).with_argument_gradients().run()?;
    assert_eq!(run.samples, 65_536);
    close(run.value, decay_of_gamma(2.0, 0.5, 0.3)[0], "value");
    // ∂_ε (1 + εμ)^{-k}; a sample of z e^{-εz} deviates by less than 1, so 0.02 is five standard errors.
    let exact = -2.0 * 0.5 * 1.15f64.powi(-3);
    let found = run.argument_gradient.expect("asked for");
    assert!((found - exact).abs() < 0.02, "{found} is not {exact}");
    Ok(())
}

/// At a zero of the characteristic function, where `log φ` has a pole.
#[estimator(distribution = Uniform, form = formula, packs = portable)]
fn full_turn(z: f64) -> f64 {
    (2.0 * PI * z).sin()
}

#[test]
fn the_gradient_is_finite_where_the_characteristic_function_vanishes() -> Result<(), EstimateError> {
    let run = full_turn::estimate(&Uniform { a: 0.25, b: 1.25 }, ()).run()?;
    assert!(run.value.abs() < 1e-15, "{}", run.value);
    // ∂_b E f = (f(b) - E f) / (b - a), ∂_a E f = (E f - f(a)) / (b - a), f = 1 at both ends.
    close(run.gradient.b, 1.0, "b");
    close(run.gradient.a, -1.0, "a");
    Ok(())
}

#[estimator(distribution = Laplace, packs = portable)]
fn growth(z: f64, rate: f64) -> f64 {
    (rate * z).exp()
}

/// The uniform law whose author does not say that the expectation exists everywhere.
#[distribution(require = a < b, sample = a + (b - a) * uniform())]
fn silent_uniform(omega: Frequency, a: Real, b: Real) -> LogCf {
    let s = I * omega;
    (((b * s).exp() - (a * s).exp()) / ((b - a) * s)).ln()
}

#[estimator(of = growth, distribution = SilentUniform, packs = portable)]
struct SilentGrowth;

#[test]
fn outside_the_strip_is_an_error() -> Result<(), EstimateError> {
    let law = Laplace { mu: 0.0, b: 0.5 };
    close(growth::estimate(&law, 1.999).run()?.value, 1.0 / (1.0 - 0.25 * 1.999 * 1.999), "value");
    for rate in [2.0, 2.5, -2.5, 1e3] {
        let error = growth::estimate(&law, rate).run().expect_err("no expectation");
        let EstimateError::OutsideStrip { law, exponent, end, ref parameters, .. } = error else { panic!("{error}") };
        assert_eq!((law, exponent, parameters.as_str()), ("Laplace", rate, "mu = 0, b = 0.5"));
        assert!((end.abs() - 2.0).abs() < 1e-6, "{end}");
        assert!(error.to_string().contains("does not exist"), "{error}");
    }
    let silent = SilentUniform { a: -0.5, b: 1.5 };
    let exact = (1.5f64.exp() - (-0.5f64).exp()) / 2.0;
    close(SilentGrowth::estimate(&silent, 1.0).run()?.value, exact, "the singularity at 0 cancels");
    // Moments need no strip.
    close(SilentGrowth::estimate(&silent, 0.0).run()?.value, 1.0, "value");
    let overflow = growth::estimate(&Laplace { mu: 1e3, b: 0.1 }, 5.0).run().expect_err("e^5000");
    assert!(matches!(overflow, EstimateError::CharacteristicNotFinite { .. }), "{overflow}");
    Ok(())
}

#[estimator(distribution = Gaussian, packs = portable)]
fn ridges(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| (dot(row, w) - y).exp()).sum::<f64>()
        + x.rows().zip(y).map(|(row, y)| (dot(row, w) - y).powi(2)).sum::<f64>()
        + x.rows().map(|row| (dot(row, w)).cos()).sum::<f64>()
}

#[test]
fn ridge_terms() -> Result<(), EstimateError> {
    let x = Matrix::from_rows(&[[0.5, -0.3, 0.0], [-0.2, 0.4, 0.7]]).expect("rows of one length");
    let y = vec![0.3, -0.8];
    let (mu, sigma) = (vec![0.1, -0.2, 0.4], 0.6);
    let run = ridges::estimate(&Gaussian { mu: &mu, sigma }, (&x, &y)).run()?;
    // u ~ N(m, v), m = ⟨x, μ⟩, v = σ² |x|²: E e^{u-y} = e^{m - y + v/2}, E (u - y)² = v + (m - y)², E cos u = cos m e^{-v/2}.
    let (mut value, mut by_mu, mut by_sigma) = (0.0, [0.0; 3], 0.0);
    for (row, y) in x.rows().zip(&y) {
        let mean: f64 = row.iter().zip(&mu).map(|(a, m)| a * m).sum();
        let square: f64 = row.iter().map(|a| a * a).sum();
        let variance = sigma * sigma * square;
        let (exponential, wave) = ((mean - y + variance / 2.0).exp(), (-variance / 2.0).exp());
        value += exponential + variance + (mean - y).powi(2) + mean.cos() * wave;
        for (entry, a) in by_mu.iter_mut().zip(row) {
            *entry += a * (exponential + 2.0 * (mean - y) - mean.sin() * wave);
        }
        by_sigma += sigma * square * (exponential + 2.0 - mean.cos() * wave);
    }
    close(run.value, value, "value");
    for (found, expected) in run.gradient.mu.iter().zip(by_mu) {
        close(*found, expected, "mu");
    }
    close(run.gradient.sigma, by_sigma, "sigma");
    Ok(())
}

#[estimator(distribution = Bernoulli, packs = portable)]
fn signs(z: &[f64], a: &[f64]) -> f64 {
    dot(a, z).cos() * 2.0 + dot(a, z).sin() * dot(a, z) + (0.3 * dot(a, z)).sinh() * (2.0 * dot(a, z)).cos()
}

/// Against the sum over all values of the draw.
#[test]
fn products_of_waves_by_brute_force() -> Result<(), EstimateError> {
    let (p, a) = (vec![0.3, 0.8, 0.45], vec![0.7, -1.3, PI]);
    let run = signs::estimate(&Bernoulli { p: &p }, &a).run()?;
    let (mut value, mut gradient) = (0.0, [0.0; 3]);
    for bits in 0..8_u32 {
        let ones: Vec<bool> = (0..3).map(|j| bits >> j & 1 == 1).collect();
        let u: f64 = ones.iter().zip(&a).map(|(&one, a)| if one { *a } else { 0.0 }).sum();
        let f = 2.0 * u.cos() + u.sin() * u + (0.3 * u).sinh() * (2.0 * u).cos();
        let weight = |j: usize| if ones[j] { p[j] } else { 1.0 - p[j] };
        value += f * weight(0) * weight(1) * weight(2);
        for (j, entry) in gradient.iter_mut().enumerate() {
            let others: f64 = (0..3).filter(|&k| k != j).map(weight).product();
            *entry += f * others * if ones[j] { 1.0 } else { -1.0 };
        }
    }
    close(run.value, value, "value");
    for (found, expected) in run.gradient.p.iter().zip(gradient) {
        close(*found, expected, "p");
    }
    Ok(())
}

/// A law whose logarithm turns more than once on the way to `2i`: branches are followed from 0.
#[distribution(sample = 1.0 * gamma(k) + 2.0 * gamma(k) + 0.5 * gamma(k))]
fn three_gammas(omega: Frequency, k: Positive) -> LogCf {
    let s = I * omega;
    -k * ((1.0 - s) * (1.0 - 2.0 * s) * (1.0 - s / 2.0)).ln()
}

#[estimator(distribution = ThreeGammas, packs = portable)]
fn fast_wave(z: f64, rate: f64) -> f64 {
    (rate * z).cos()
}

#[test]
fn branches_are_followed() -> Result<(), EstimateError> {
    let k = 1.3;
    for rate in [0.5f64, 1.87, 4.0, 40.0] {
        let run = fast_wave::estimate(&ThreeGammas { k }, rate).run()?;
        // φ = Π (1 - i c ω)^{-k}: modulus Π (1 + c²ω²)^{-k/2}, phase k Σ atan(cω).
        let scales = [1.0, 2.0, 0.5];
        let size: f64 = scales.iter().map(|c| 1.0 + (c * rate).powi(2)).product::<f64>().ln() / 2.0;
        let turn: f64 = scales.iter().map(|c| (c * rate).atan()).sum();
        let modulus = (-k * size).exp();
        let tolerance = 1e-13;
        assert!((run.value - modulus * (k * turn).cos()).abs() < tolerance, "{rate}: {}", run.value);
        let slope = modulus * (-size * (k * turn).cos() - turn * (k * turn).sin());
        assert!((run.gradient.k - slope).abs() < tolerance * (1.0 + slope.abs()), "{rate}: {}", run.gradient.k);
    }
    Ok(())
}
