//! Opaque functions: called whole under discrete and difference rules, against enumeration, closed forms, and the rules for the
//! same function in normal form.
//!
//! `|estimate - exact| ≤ 5 SE` with 31 degrees of freedom, which a fresh seed would fail with probability 2e-5 for each of 22
//! comparisons. Changed by 5 %, each exact value is refused.

use std::sync::atomic::{AtomicUsize, Ordering};

use logphi::laws::{Bernoulli, Binomial, Categorical, CompoundExponential, Poisson, Uniform};
use logphi::prelude::*;
use logphi::{EstimateError, Matrix, compare};

/// Ridge terms and a separable one.
#[estimator(distribution = Bernoulli, packs = portable)]
fn energy(z: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    let rows: f64 = x.rows().zip(y).map(|(row, y)| softplus(y * dot(row, z))).sum();
    rows + z.iter().map(|z| (0.3 * z - 1.0).tanh()).sum::<f64>()
}

/// The same function, only called.
#[estimator(of = energy, distribution = Bernoulli, opaque, packs = portable)]
struct OpaqueEnergy;

/// Two random coordinates of each sample.
#[estimator(of = energy, distribution = Bernoulli, coordinates = 2, packs = portable)]
struct FewEnergy;

/// An argument of a type that the compiler knows nothing of; `z` is compared, which has no derivative anywhere.
#[estimator(distribution = Poisson, opaque, packs = portable)]
fn sold_out(z: f64, stock: &Stock) -> f64 {
    f64::from(u8::from(z > stock.items))
}

/// A branch and a step, which no rule here differentiates: called whole without being asked.
#[estimator(distribution = Poisson, packs = portable)]
fn charged(z: f64, allowance: f64) -> f64 {
    if z > allowance { 2.0 + (z / 2.0).floor() } else { 0.0 }
}

/// Likewise, of a categorical variable.
#[estimator(distribution = Categorical, packs = portable)]
fn passed(z: &OneHot, scores: &[f64]) -> f64 {
    (dot(scores, z) >= 0.5) as u8 as f64
}

struct Stock {
    items: f64,
}

/// Counts its calls.
#[estimator(distribution = Bernoulli, opaque, packs = portable)]
fn counted(z: &[f64], calls: &AtomicUsize) -> f64 {
    calls.fetch_add(1, Ordering::Relaxed);
    z.iter().product()
}

#[estimator(of = counted, distribution = Binomial, opaque, packs = portable)]
struct CountedBinomial;

#[estimator(of = counted, distribution = Bernoulli, opaque, coordinates = 2, packs = portable)]
struct CountedFew;

/// A kink, so that the rules in normal form are differences, too.
#[estimator(distribution = CompoundExponential, form = difference, packs = portable)]
fn excess(z: &[f64], levels: &[f64]) -> f64 {
    z.iter().zip(levels).map(|(z, level)| (z - level).max(0.0)).sum()
}

#[estimator(of = excess, distribution = CompoundExponential, opaque, packs = portable)]
struct OpaqueExcess;

/// Not a number for draws above a threshold.
#[estimator(distribution = Uniform, opaque, precision = f32, packs = portable)]
fn root_below(z: f64, threshold: f64) -> f64 {
    (threshold - z).sqrt()
}

fn check(what: &str, estimate: f64, error: f64, exact: f64) {
    let differs = |expected: f64| (estimate - expected).abs() > 5.0 * error;
    assert!(!differs(exact), "{what}: {estimate} ± {error}, expected {exact}");
    for wrong in [0.95, 1.05] {
        assert!(differs(wrong * exact), "{what}: 5 % are lost in {error} of {exact}");
    }
}

fn close(what: &str, found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * (1.0 + expected.abs()), "{what}: {found}, expected {expected}");
}

fn energy_arguments() -> (Matrix, Vec<f64>) {
    let entries = (0..4 * 6).map(|index| (index as f64 * 0.7).sin() + 0.8).collect();
    (Matrix::new(4, 6, entries).expect("it fits"), vec![1.0, 0.6, 1.4, 0.9])
}

/// `E f` and its gradient for independent bits that are 1 with the given probabilities, over all states.
fn enumerate(probabilities: &[f64], f: impl Fn(&[f64]) -> f64) -> (f64, Vec<f64>) {
    let d = probabilities.len();
    let (mut value, mut gradient) = (0.0, vec![0.0; d]);
    for state in 0..1_u32 << d {
        let z: Vec<f64> = (0..d).map(|j| f64::from(state >> j & 1)).collect();
        let factor = |j: usize| if z[j] > 0.0 { probabilities[j] } else { 1.0 - probabilities[j] };
        let here = f(&z);
        value += here * (0..d).map(factor).product::<f64>();
        for (j, derivative) in gradient.iter_mut().enumerate() {
            let others: f64 = (0..d).filter(|other| *other != j).map(factor).product();
            *derivative += here * others * if z[j] > 0.0 { 1.0 } else { -1.0 };
        }
    }
    (value, gradient)
}

#[test]
fn steps_and_branches_are_called() {
    // Σ_k e^-r r^k / k! (f(k + 1) - f(k)), to 50 terms.
    let (rate, allowance) = (2.5_f64, 3.0);
    let mut probability = (-rate).exp();
    let mut exact = 0.0;
    for k in 0..50 {
        let z = f64::from(k);
        exact += probability * (charged(z + 1.0, allowance) - charged(z, allowance));
        probability *= rate / (z + 1.0);
    }
    let run = charged::estimate(&Poisson { rate }, allowance).samples(1 << 16).seed(3).run().expect("a run");
    check("rate", run.gradient.rate, run.standard_error.expect("many samples").rate, exact);
    assert!(charged::RULE.contains("f has a step or a branch"), "{}", charged::RULE);

    // One variable: E f(z: e_k) - E f(z), without noise but for that of the mean, which is exact too.
    let p = Matrix::from_rows(&[[0.2, 0.3, 0.5]]).expect("fits");
    let run = passed::estimate(&Categorical { p: &p }, &[0.1, 0.6, 0.9]).samples(64).seed(3).run().expect("a run");
    for (found, expected) in run.gradient.p.row(0).iter().zip([-0.8, 0.2, 0.2]) {
        close("p", *found, expected);
    }
}

#[test]
fn discrete_rules_are_those_of_all_states() {
    let (x, y) = energy_arguments();
    let p = [0.1, 0.3, 0.5, 0.6, 0.8, 0.95];
    let (value, gradient) = enumerate(&p, |z| energy(z, &x, &y));
    let law = Bernoulli { p };
    let run = energy::estimate(&law, (&x, &y)).samples(1 << 14).seed(5).run().expect("a run");
    let whole = OpaqueEnergy::estimate(&law, (&x, &y)).samples(1 << 14).seed(5).run().expect("a run");
    let errors = run.standard_error.expect("many samples");
    check("value", run.value, run.value_standard_error.expect("many samples"), value);
    close("value", whole.value, run.value);
    for (j, exact) in gradient.into_iter().enumerate() {
        check(&format!("p[{j}]"), run.gradient.p[j], errors.p[j], exact);
        // The same draws and the same rule, so that nothing but roundings differ.
        close(&format!("p[{j}]"), whole.gradient.p[j], run.gradient.p[j]);
        let error = whole.standard_error.as_ref().expect("many samples").p[j];
        assert!((error / errors.p[j] - 1.0).abs() < 1e-6, "{error} {}", errors.p[j]);
    }
    // A shared parameter moves all coordinates.
    let shared = OpaqueEnergy::estimate(&Bernoulli { p: 0.4 }, (&x, &y)).dimension(6).samples(1 << 14).seed(5);
    let shared = shared.run().expect("a run");
    let (_, gradient) = enumerate(&[0.4; 6], |z| energy(z, &x, &y));
    check("shared p", shared.gradient.p, shared.standard_error.expect("errors").p, gradient.iter().sum());
}

#[test]
fn rules_of_both_kinds_are_compared() {
    let (x, y) = energy_arguments();
    let law = Bernoulli { p: [0.1, 0.3, 0.5, 0.6, 0.8, 0.95] };
    let comparison =
        compare(&law, (&x, &y[..])).rule::<energy>("rows").rule::<OpaqueEnergy>("whole").samples(2000).seed(2);
    let comparison = comparison.run().expect("two runs");
    let [rows, whole] = [0, 1].map(|rule: usize| comparison.rules[rule].parameters[0].variance);
    assert!(rows > 0.0 && (whole / rows - 1.0).abs() < 1e-6, "{comparison}");
}

#[test]
fn a_step_has_the_derivative_of_its_expectation() {
    // ∂/∂rate P(z > n) = P(z = n) for a Poisson law.
    for (rate, items) in [(2.5_f64, 3_u32), (12.0, 10), (0.4, 0)] {
        let stock = Stock { items: f64::from(items) };
        let run = sold_out::estimate(&Poisson { rate }, &stock).samples(1 << 18).seed(3).run().expect("a run");
        let factorial: f64 = (1..=items).map(f64::from).product();
        let exact = (-rate).exp() * rate.powi(items as i32) / factorial;
        check(&format!("rate {rate}"), run.gradient.rate, run.standard_error.expect("errors").rate, exact);
    }
}

#[test]
fn differences_are_those_of_the_normal_form() {
    let law = CompoundExponential { rate: [0.7, 2.0, 3.1], mu: 0.8 };
    let levels = [0.3, 1.5, 2.0];
    let run = excess::estimate(&law, &levels).samples(3000).seed(9).run().expect("a run");
    let whole = OpaqueExcess::estimate(&law, &levels).samples(3000).seed(9).run().expect("a run");
    close("value", whole.value, run.value);
    close("mu", whole.gradient.mu, run.gradient.mu);
    for j in 0..3 {
        close("rate", whole.gradient.rate[j], run.gradient.rate[j]);
    }
}

#[test]
fn moved_points_that_are_known_are_not_called_again() {
    let calls = AtomicUsize::new(0);
    let law = Bernoulli { p: [0.9, 0.8, 0.95, 0.7] };
    let run = counted::estimate(&law, &calls).samples(20_000).seed(1).run().expect("a run");
    assert_eq!(calls.swap(0, Ordering::Relaxed), 20_000 * (1 + 4), "of f(1) and f(0) one is the draw's");
    let (value, gradient) = enumerate(&law.p, |z| z.iter().product());
    check("value", run.value, run.value_standard_error.expect("errors"), value);
    let errors = run.standard_error.expect("errors").p;
    for (j, exact) in gradient.into_iter().enumerate() {
        check("p", run.gradient.p[j], errors[j], exact);
    }
    // n (f(z - B + 1) - f(z - B)), where one of the two is f(z).
    let law = Binomial { n: 9.0, p: [0.2, 0.5] };
    let run = CountedBinomial::estimate(&law, &calls).samples(1 << 14).seed(1).threads(3).run().expect("a run");
    assert_eq!(calls.into_inner(), (1 << 14) * (1 + 2));
    // E z₁ z₂ = n² p₁ p₂
    for (j, exact) in [81.0 * 0.5, 81.0 * 0.2].into_iter().enumerate() {
        check("p", run.gradient.p[j], run.standard_error.as_ref().expect("errors").p[j], exact);
    }
}

#[test]
fn a_few_coordinates_of_each_sample_are_enough() {
    let (x, y) = energy_arguments();
    let law = Bernoulli { p: [0.1, 0.3, 0.5, 0.6, 0.8, 0.95] };
    let (_, gradient) = enumerate(&law.p, |z| energy(z, &x, &y));
    let run = FewEnergy::estimate(&law, (&x, &y)).samples(1 << 16).seed(6).run().expect("a run");
    let errors = run.standard_error.expect("errors").p;
    for (j, exact) in gradient.into_iter().enumerate() {
        check(&format!("p[{j}]"), run.gradient.p[j], errors[j], exact);
    }
    assert!(FewEnergy::RULE.contains("2 random coordinates of d"), "{}", FewEnergy::RULE);
    // One call at the draw and one for each of two coordinates; the lanes that one thread has are those of another.
    let calls = AtomicUsize::new(0);
    let law = Bernoulli { p: [0.9, 0.8, 0.95, 0.7] };
    let run = CountedFew::estimate(&law, &calls).samples(80_000).seed(1).threads(1).run().expect("a run");
    assert_eq!(calls.swap(0, Ordering::Relaxed), 80_000 * (1 + 2));
    let (_, gradient) = enumerate(&law.p, |z| z.iter().product());
    let errors = run.standard_error.expect("errors").p;
    for (j, exact) in gradient.into_iter().enumerate() {
        check("p", run.gradient.p[j], errors[j], exact);
    }
    let threads = CountedFew::estimate(&law, &calls).samples(80_000).seed(1).threads(3).run().expect("a run");
    assert_eq!(threads.gradient.p, run.gradient.p);
    assert!(CountedFew::RULE.contains("called whole, 5 times"), "{}", CountedFew::RULE);
}

#[test]
fn what_goes_wrong_is_an_error() {
    let law = Uniform { a: 0.0, b: 1.0 };
    let run = |threshold| root_below::estimate(&law, threshold).samples(1 << 14).seed(1);
    let sound = run(1.5).run().expect("a run");
    // ∫ √(1.5 - z) dz over the unit interval, and its derivatives by the ends.
    let value = (1.5_f64.powf(1.5) - 0.5_f64.powf(1.5)) / 1.5;
    let errors = sound.standard_error.expect("errors");
    check("a", sound.gradient.a, errors.a, value - 1.5_f64.sqrt());
    check("b", sound.gradient.b, errors.b, 0.5_f64.sqrt() - value);
    let error = run(0.9).run().expect_err("some roots are no numbers");
    assert!(matches!(error, EstimateError::ResultNotFinite { .. }), "{error}");
    assert!(matches!(run(f64::NAN).run(), Err(EstimateError::ResultNotFinite { .. })));
    let error = run(1.5).with_argument_gradients().run().expect_err("nothing is known of the argument");
    assert_eq!(error, EstimateError::NoArgumentGradient { function: "root_below" });
    assert!(error.to_string().contains("`root_below` is opaque"), "{error}");
    let calls = AtomicUsize::new(0);
    let error = counted::estimate(&Bernoulli { p: 0.5 }, &calls).run().expect_err("no argument tells the dimension");
    assert_eq!(error, EstimateError::DimensionUnknown);
    assert_eq!(calls.into_inner(), 0);
}

#[test]
fn the_texts_say_that_the_function_is_called() {
    for text in [OpaqueEnergy::RULE, OpaqueEnergy::LATEX, OpaqueEnergy::RUST] {
        assert!(text.contains("f is called whole, 1 + 2 d times"), "{text}");
    }
    assert!(sold_out::RULE.contains("called whole, 2 times"), "{}", sold_out::RULE);
    assert!(OpaqueEnergy::RULE.contains("discrete, exact") && !energy::RULE.contains("opaque"));
}
