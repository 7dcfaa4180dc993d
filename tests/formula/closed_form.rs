//! Closed forms: drawn, unbiased beyond the radius of convergence, with the variance that the mathematics gives.
//!
//! Comparisons allow 4.5 standard errors; Student's t with 31 degrees of freedom leaves that with probability 9e-5, and there
//! are about 60 of them with fixed seeds. Standard errors are asked to be small enough that a change of 5 % would be seen.

use logphi::laws::{Bernoulli, Gamma, Gaussian, Laplace, Uniform};
use logphi::prelude::*;
use logphi::{EstimateError, Estimator, Gradient, Law, Run};

use super::{decay, decay_of_gamma, full_turn, growth, mixed, ridges, signs};

#[estimator(of = decay, distribution = Gamma, form = closed_form, packs = portable)]
struct ClosedDecay;

#[estimator(of = decay, distribution = Gamma, form = closed_form, precision = f32, packs = portable)]
struct ClosedDecaySingle;

#[estimator(of = ridges, distribution = Gaussian, form = closed_form)]
struct ClosedRidges;

#[estimator(of = signs, distribution = Bernoulli, form = closed_form, packs = portable)]
struct ClosedSigns;

/// One parameter by an auxiliary draw, the other by the closed form.
#[estimator(of = mixed, distribution = Laplace, form(mu) = closed_form, form(b) = auxiliary, packs = portable)]
struct MixedForms;

#[estimator(of = growth, distribution = Laplace, form = closed_form, packs = portable)]
struct ClosedGrowth;

#[estimator(of = full_turn, distribution = Uniform, form = closed_form, packs = portable)]
struct ClosedTurn;

/// Powers with a wave in the same coordinate, far from 0.
#[estimator(distribution = Laplace, form = closed_form, packs = portable)]
fn pulse(z: &[f64], target: &[f64], angle: f64) -> f64 {
    z.iter().zip(target).map(|(z, t)| (z - t).powi(3) * (angle * (z - t)).cos() + (z - t).powi(2)).sum()
}

#[estimator(of = pulse, distribution = Laplace, packs = portable)]
struct PulseFormula;

fn within(found: f64, error: f64, exact: f64, what: &str) {
    assert!((found - exact).abs() <= 4.5 * error, "{what}: {found} ± {error} is not {exact}");
    assert!(error < 0.01 * exact.abs().max(1e-3), "{what}: {error} is too much for {exact}");
}

/// Every entry of a run against that of another one without noise.
fn agree<E: Estimator, F: Estimator<Law = E::Law>, G: Gradient>(found: &Run<E, G>, exact: &Run<F, G>) {
    within(found.value, found.value_standard_error.expect("many samples"), exact.value, "value");
    let errors = found.standard_error.as_ref().expect("many samples");
    for (index, info) in <E::Law as Law>::PARAMETERS.iter().enumerate() {
        let entries = found.gradient.entries(index).iter().zip(errors.entries(index));
        for ((&gradient, &error), &exact) in entries.zip(exact.gradient.entries(index)) {
            within(gradient, error, exact, info.name);
        }
    }
}

#[test]
fn beyond_the_radius_of_convergence() -> Result<(), EstimateError> {
    let (k, epsilon) = (2.0, 1.0);
    for mu in [0.3, 0.98, 1.5] {
        let [value, by_k, by_mu] = decay_of_gamma(k, mu, epsilon);
        let law = Gamma { k, mu };
        let run = ClosedDecay::estimate(&law, epsilon).dimension(1).samples(100_000).seed(5).run()?;
        let error = run.standard_error.expect("many samples");
        within(run.value, run.value_standard_error.expect("many samples"), value, "value");
        within(run.gradient.k, error.k, by_k, "k");
        within(run.gradient.mu, error.mu, by_mu, "mu");
        let single = ClosedDecaySingle::estimate(&law, epsilon).dimension(1).samples(100_000).seed(5).run()?;
        let error = single.standard_error.expect("many samples");
        within(single.gradient.k, error.k, by_k, "k in single precision");
        within(single.gradient.mu, error.mu, by_mu, "mu in single precision");
    }
    Ok(())
}

#[test]
fn argument_gradients_come_from_the_same_samples() -> Result<(), EstimateError> {
    let (k, mu, epsilon) = (2.0, 0.5, 0.3);
    let law = Gamma { k, mu };
    let run =
        ClosedDecay::estimate(&law, epsilon).dimension(1).samples(65_536).seed(11).with_argument_gradients().run()?;
    // ∂_ε (1 + εμ)^{-k}; a sample of z e^{-εz} deviates by less than 1, so 0.02 is five standard errors.
    let found = run.argument_gradient.expect("asked for");
    assert!((found + k * mu * (1.0 + epsilon * mu).powf(-k - 1.0)).abs() < 0.02, "{found}");
    within(run.gradient.k, run.standard_error.expect("many samples").k, decay_of_gamma(k, mu, epsilon)[1], "k");
    Ok(())
}

#[test]
fn the_variance_of_a_sample() -> Result<(), EstimateError> {
    // The gradient by θ is a(-ε) e^{-εz}: a(-ε) = -ln(1 + εμ) by k, -kε / (1 + εμ) by μ, and
    // Var e^{-εz} = (1 + 2εμ)^{-k} - (1 + εμ)^{-2k}.
    const STEPS: usize = 2000;
    let (k, epsilon) = (2.0, 1.0f64);
    for mu in [0.3, 0.98, 1.5] {
        let base = 1.0 + epsilon * mu;
        let variance = (1.0 + 2.0 * epsilon * mu).powf(-k) - base.powf(-2.0 * k);
        let exact = [base.ln().powi(2) * variance, (k * epsilon / base).powi(2) * variance];
        let law = Gamma { k, mu };
        // One sample in each of the 32 lanes: the square of the error, times 32, is an unbiased estimate.
        let mut prepared = ClosedDecay::prepare(&law, epsilon).dimension(1).samples(32).seed(3).build()?;
        let mut sums = [[0.0; 2]; 2];
        for _ in 0..STEPS {
            let errors = prepared.step(&law)?.standard_error.as_ref().expect("many samples");
            for (sum, error) in sums.iter_mut().zip([errors.k, errors.mu]) {
                let estimate = 32.0 * error * error;
                sum[0] += estimate / STEPS as f64;
                sum[1] += estimate * estimate / STEPS as f64;
            }
        }
        for ([mean, square], exact) in sums.into_iter().zip(exact) {
            let error = ((square - mean * mean) / STEPS as f64).sqrt();
            within(mean, error, exact, "variance");
        }
    }
    Ok(())
}

#[test]
fn rows_and_several_functions() -> Result<(), EstimateError> {
    let x = Matrix::from_rows(&[[0.5, 0.3, 0.2], [0.2, 0.4, 0.7]]).expect("rows of one length");
    let y = vec![0.3, -0.8];
    let law = Gaussian { mu: &[0.6, -0.5, 0.4], sigma: 0.6 };
    let exact = ridges::estimate(&law, (&x, &y)).run()?;
    let run = ClosedRidges::estimate(&law, (&x, &y)).samples(300_000).seed(7).run()?;
    agree(&run, &exact);
    assert_eq!(run.samples, 300_000);
    Ok(())
}

#[test]
fn waves_of_atoms_and_products_of_waves() -> Result<(), EstimateError> {
    let (p, a) = (vec![0.3, 0.8, 0.45], vec![0.7, -1.3, 1.1]);
    let exact = signs::estimate(&Bernoulli { p: &p }, &a).run()?;
    let run = ClosedSigns::estimate(&Bernoulli { p: &p }, &a).samples(700_000).seed(9).run()?;
    agree(&run, &exact);
    Ok(())
}

#[test]
fn powers_are_taken_around_the_mean() -> Result<(), EstimateError> {
    let target = [1e6, -1e7];
    let law = Laplace { mu: [1e6 + 0.5, -1e7 + 0.25], b: 0.4 };
    let exact = PulseFormula::estimate(&Laplace { mu: [0.5, 0.25], b: 0.4 }, (&[0.0; 2], 0.9)).run()?;
    let run = pulse::estimate(&law, (&target, 0.9)).samples(150_000).seed(2).run()?;
    agree(&run, &exact);
    Ok(())
}

#[test]
fn closed_forms_beside_other_forms() -> Result<(), EstimateError> {
    // E sin(tz) = sin(tμ) / (1 + b² t²)
    let (mu, b, t) = (0.4, 0.6, 0.9f64);
    let run = MixedForms::estimate(&Laplace { mu, b }, t).samples(300_000).seed(3).run()?;
    let (pole, errors) = (1.0 + b * b * t * t, run.standard_error.expect("many samples"));
    within(run.gradient.mu, errors.mu, t * (t * mu).cos() / pole, "mu");
    within(run.gradient.b, errors.b, -2.0 * b * t * t * (t * mu).sin() / (pole * pole), "b");
    Ok(())
}

#[test]
fn threads_and_widths_change_no_bit() -> Result<(), EstimateError> {
    use logphi::private::PackWidth;
    let x = Matrix::from_rows(&[[0.5, -0.3, 0.2], [-0.2, 0.4, 0.7]]).expect("rows of one length");
    let y = vec![0.3, -0.8];
    let law = Gaussian { mu: &[0.6, -0.5, 0.4], sigma: 0.6 };
    let bits = |width, threads| -> Result<Vec<u64>, EstimateError> {
        let run =
            ClosedRidges::estimate(&law, (&x, &y)).samples(5000).seed(1).pack_width(width).threads(threads).run()?;
        Ok(run.gradient.mu.iter().chain([&run.gradient.sigma, &run.value]).map(|number| number.to_bits()).collect())
    };
    let expected = bits(PackWidth::Bits128, 1)?;
    for width in [PackWidth::Bits128, PackWidth::Bits256, PackWidth::Bits512] {
        for threads in [1, 3] {
            assert_eq!(bits(width, threads)?, expected, "{width:?}, {threads} threads");
        }
    }
    Ok(())
}

#[test]
fn zeros_and_the_outside_are_refused() -> Result<(), EstimateError> {
    // φ of a unit interval vanishes at 2πi; the gradient is finite there, and the formula gives it.
    for offset in [0.0, 1e-9] {
        let law = Uniform { a: 0.25, b: 1.25 + offset };
        let error = ClosedTurn::estimate(&law, ()).samples(10).run().expect_err("a pole");
        let EstimateError::NearZero { law, ratio, .. } = error else { panic!("{error}") };
        assert!(law == "Uniform" && ratio < 1e-6, "{error}");
        assert!(error.to_string().contains("form = formula"), "{error}");
    }
    let far = Uniform { a: 0.25, b: 0.75 };
    let (run, exact) =
        (ClosedTurn::estimate(&far, ()).samples(50_000).seed(8).run()?, full_turn::estimate(&far, ()).run()?);
    assert!((run.gradient.a - exact.gradient.a).abs() < 4.5 * run.standard_error.expect("many samples").a);
    let law = Laplace { mu: 0.0, b: 0.5 };
    let error = ClosedGrowth::estimate(&law, 2.5).run().expect_err("no expectation");
    assert!(matches!(error, EstimateError::OutsideStrip { .. }), "{error}");
    Ok(())
}

#[test]
fn what_is_said_about_them() {
    let rule = ClosedDecay::RULE;
    for wanted in ["closed form, exact", "a = ∂_k log φ", "E Σ c a(λ) e^(λz)", "|φ(λ)| is near zero"] {
        assert!(rule.contains(wanted), "`{wanted}` is not in\n{rule}");
    }
    assert!(ClosedDecay::LATEX.contains("a(\\lambda)\\,e^{\\lambda z}"), "{}", ClosedDecay::LATEX);
    assert!(ClosedRidges::LATEX.contains("\\binom{m}{k}"), "{}", ClosedRidges::LATEX);
    assert!(ClosedDecay::RUST.contains("fn patterns<L: Lane"), "{}", ClosedDecay::RUST);
}
