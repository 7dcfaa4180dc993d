//! The pathwise form: the gradients of the other rules, and the variances that closed forms give.

use logphi::laws::{Beta, Gamma, Laplace};
use logphi::prelude::*;

/// Toy problem 1 of the paper.
#[estimator(distribution = Gamma, form = pathwise, packs = portable)]
fn squared_distance(z: &[f64]) -> f64 {
    z.iter().map(|z| (z - 0.49).powi(2)).sum()
}

/// The same with a logarithm that is standardised.
#[estimator(of = squared_distance, distribution = Gamma, form = weak, packs = portable)]
struct Weak;

/// A bounded function, whose variances samples can tell.
#[estimator(distribution = Gamma, form = weak, packs = portable)]
fn decay(z: f64) -> f64 {
    (-z).exp()
}

/// Half of a gamma number and a part without a draw, both of which hang on the parameters of its shape.
#[distribution(sample = rate + k / 2.0 * gamma(k * rate))]
fn moving(omega: Frequency, k: Positive, rate: Positive) -> LogCf {
    I * omega * rate - k * rate * (1.0 - I * omega * k / 2.0).ln()
}

#[estimator(of = squared_distance, distribution = Moving, packs = portable)]
struct MovingFormula;

#[estimator(of = squared_distance, distribution = Moving, form = weak, packs = portable)]
struct MovingWeak;

/// The sum over rows of a function of all coordinates.
#[estimator(distribution = Gamma, packs = portable)]
fn softened_rows(z: &[f64], x: &Matrix) -> f64 {
    x.rows().map(|row| softplus(dot(row, z) - 1.0)).sum()
}

#[estimator(of = softened_rows, distribution = Gamma, form = weak, packs = portable)]
struct WeakRows;

/// A kink, which the form accepts under a law with a density.
#[estimator(distribution = Laplace, form = pathwise, packs = portable)]
fn distance(z: &[f64]) -> f64 {
    z.iter().map(|z| z.abs()).sum()
}

/// The exact rules of the library.
#[estimator(distribution = Laplace, packs = portable)]
fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

/// The reparameterisation gradient of the same function.
#[estimator(of = log_likelihood, distribution = Laplace, form = pathwise, packs = portable)]
struct Reparameterised;

/// The expectation of the same function without a draw.
#[estimator(of = squared_distance, distribution = Gamma)]
struct Formula;

/// The same function of beta numbers.
#[estimator(of = squared_distance, distribution = Beta, form = pathwise, packs = portable)]
struct OfBeta;

/// A function without a formula.
#[estimator(distribution = Beta, form = pathwise, packs = portable)]
fn softened(z: &[f64]) -> f64 {
    z.iter().map(|z| softplus(4.0 * z - 1.0)).sum()
}

/// A beta number on another interval, both shapes of which hang on one parameter.
#[distribution(sample = b * beta(k, 2.0 * k) - 1.0)]
fn stretched(omega: Frequency, k: Positive, b: Positive) -> LogCf {
    kummer(k, 3.0 * k, I * omega * b).ln() - I * omega
}

#[estimator(of = squared_distance, distribution = Stretched, form = pathwise, packs = portable)]
struct OfStretched;

/// Intervals of 5 standard errors, for each of the 8 comparisons: a false alarm in 50 000. At the smallest shape half of the draws
/// are below 1e-300.
#[test]
fn shapes_are_differentiated_at_a_fixed_probability() {
    for k in [1e-3, 0.3, 1.5, 40.0] {
        let law = Gamma { k, mu: 0.7 };
        let exact = Formula::estimate(&law, ()).dimension(1).run().expect("a formula").gradient;
        let run = squared_distance::estimate(&law, ()).dimension(1).samples(400_000).seed(3).run().expect("a run");
        let error = run.standard_error.expect("errors");
        assert!((run.gradient.k - exact.k).abs() <= WIDTH * error.k, "k = {k}: {run:?}, exactly {exact:?}");
        assert!((run.gradient.mu - exact.mu).abs() <= WIDTH * error.mu, "k = {k}: {run:?}, exactly {exact:?}");
        assert!(k < 0.01 || error.k < 0.03 * exact.k.abs(), "k = {k}: too noisy to tell: {} {}", error.k, exact.k);
    }
}

/// The variance of one sample by `mu` is `4 (μ² Var g² + ε² Var g - 2 μ ε Cov(g², g))` with `g` a gamma number of scale 1; that by
/// `k` was found by quadrature with 40 digits, and is given to three places. The estimates from 400 000 samples have relative
/// deviations of 2 % and less, so that a false alarm would be one in a million by a fresh seed.
#[test]
fn the_variance_of_a_sample_is_that_of_the_closed_form() {
    for (k, of_shape) in [(0.3_f64, 2.47), (1.5, 4.50), (10.0, 22.8)] {
        let mu = 0.7;
        let moment = |n: u32| (0..n).map(|index| k + f64::from(index)).product::<f64>();
        let (square, plain) = (moment(4) - moment(2).powi(2), k);
        let both = moment(3) - moment(2) * k;
        let exact = 4.0 * (mu * mu * square + 0.49 * 0.49 * plain - 2.0 * mu * 0.49 * both);
        let law = Gamma { k, mu };
        let objective = squared_distance::prepare(&law, ()).dimension(1).samples(1).seed(2).standard_errors(false);
        let mut objective = objective.build().expect("a valid problem");
        let found = variances(|| {
            let gradient = &objective.step(&law).expect("a step").gradient;
            [gradient.k, gradient.mu]
        });
        for (found, exact) in found.into_iter().zip([of_shape, exact]) {
            assert!((found / exact - 1.0).abs() < 0.1, "k = {k}: {found}, exactly {exact}");
        }
    }
}

/// Variances of two numbers that steps give, from 400 000 of them.
fn variances(mut step: impl FnMut() -> [f64; 2]) -> [f64; 2] {
    let (mut sums, mut squares, count) = ([0.0; 2], [0.0; 2], 400_000);
    for _ in 0..count {
        for (entry, number) in step().into_iter().enumerate() {
            sums[entry] += number;
            squares[entry] += number * number;
        }
    }
    [0, 1].map(|entry| (squares[entry] - sums[entry] * sums[entry] / f64::from(count)) / f64::from(count))
}

/// Intervals of 5 standard errors, for each of 10 comparisons: a false alarm in 40 000. The coordinates are counted with the value of the
/// whole function.
#[test]
fn standardised_logarithms_are_differentiated_and_made_up_for() {
    for k in [0.3, 1.5, 40.0] {
        let law = Gamma { k: [k, 2.0 * k], mu: [0.7, 0.4] };
        let exact = Formula::estimate(&law, ()).run().expect("a formula").gradient;
        let run = Weak::estimate(&law, ()).samples(400_000).seed(3).run().expect("a run");
        let error = run.standard_error.expect("errors");
        near(run.gradient.k, error.k, exact.k);
        near(run.gradient.mu, error.mu, exact.mu);
    }
    let law = Moving { k: 1.4, rate: 0.8 };
    let exact = MovingFormula::estimate(&law, ()).dimension(1).run().expect("a formula").gradient;
    let run = MovingWeak::estimate(&law, ()).dimension(1).samples(400_000).seed(3).run().expect("a run");
    let error = run.standard_error.expect("errors");
    near([run.gradient.k, run.gradient.rate], [error.k, error.rate], [exact.k, exact.rate]);
}

/// Both estimates are noisy: intervals of 5 of their standard errors together, for 4 comparisons.
#[test]
fn weak_rules_of_sums_over_rows_agree_with_the_exact_ones() {
    let x = Matrix::from_rows(&[[0.5, -0.2], [0.1, 0.4], [-0.3, 0.6]]).expect("a matrix");
    let law = Gamma { k: [1.5, 0.8], mu: [0.7, 1.1] };
    let exact = softened_rows::estimate(&law, &x).samples(200_000).seed(4).run().expect("a run");
    let run = WeakRows::estimate(&law, &x).samples(400_000).seed(3).run().expect("a run");
    let [of_exact, of_weak] = [exact.standard_error.expect("errors"), run.standard_error.expect("errors")];
    let together = |own: &[f64], other: &[f64]| [0, 1].map(|index| f64::hypot(own[index], other[index]));
    near(run.gradient.k, together(&of_weak.k, &of_exact.k), exact.gradient.k);
    near(run.gradient.mu, together(&of_weak.mu, &of_exact.mu), exact.gradient.mu);
}

/// The variance of one sample by `k` was found by quadrature of the generalised reparameterisation gradient with 30 digits, and with it
/// the deviations of estimates from 400 000 samples, 0.15, 0.36 and 1.1 %: intervals of 6 deviations and more.
#[test]
fn the_variance_of_a_weak_sample_is_that_of_quadrature() {
    for (k, exact) in [(0.3, 0.530_908_621), (1.5, 8.229_959_41e-3), (10.0, 2.556_422_92e-5)] {
        let law = Gamma { k, mu: 0.7 };
        let objective = decay::prepare(&law, ()).samples(1).seed(2).standard_errors(false);
        let mut objective = objective.build().expect("a valid problem");
        let [found, _] = variances(|| {
            let gradient = &objective.step(&law).expect("a step").gradient;
            [gradient.k, gradient.mu]
        });
        assert!((found / exact - 1.0_f64).abs() < 0.07, "k = {k}: {found}, exactly {exact}");
    }
}

/// `∂/∂a E (z - ε)²` of beta numbers with shapes `a` and `b`. As `1 - z` is one with the shapes `b` and `a`, the derivative by the second
/// shape is this one of `b, a, 1 - ε`.
fn by_first_shape(a: f64, b: f64, epsilon: f64) -> f64 {
    let sum = a + b;
    let of_square = b * (2.0 * a * sum + sum + a + 1.0) / (sum * (sum + 1.0)).powi(2);
    of_square - 2.0 * epsilon * b / (sum * sum)
}

/// Intervals of 5 standard errors, for each of the 12 comparisons: a false alarm in 30 000.
#[test]
fn both_shapes_of_beta_numbers_are_differentiated() {
    for (alpha, beta) in [(0.01, 0.02), (0.3, 0.6), (2.0, 3.5), (30.0, 12.0), (800.0, 0.4), (700.0, 900.0)] {
        let law = Beta { alpha, beta };
        let exact = [by_first_shape(alpha, beta, 0.49), by_first_shape(beta, alpha, 0.51)];
        let run = OfBeta::estimate(&law, ()).dimension(1).samples(400_000).seed(3).run().expect("a run");
        let error = run.standard_error.expect("errors");
        near([run.gradient.alpha, run.gradient.beta], [error.alpha, error.beta], exact);
    }
}

/// Exact values by quadrature with 40 digits. Intervals of 5 standard errors, for each of the 6 comparisons: a false alarm in 70 000.
#[test]
fn functions_without_a_formula_are_differentiated() {
    let cases = [
        (0.3, 0.6, [1.774_100_166_17, -1.028_495_858_07]),
        (2.0, 3.5, [0.276_604_105_294, -0.172_668_812_331]),
        (30.0, 12.0, [0.023_277_674_144_6, -0.058_572_222_868_4]),
    ];
    for (alpha, beta, exact) in cases {
        let law = Beta { alpha, beta };
        let run = softened::estimate(&law, ()).dimension(1).samples(400_000).seed(4).run().expect("a run");
        let error = run.standard_error.expect("errors");
        near([run.gradient.alpha, run.gradient.beta], [error.alpha, error.beta], exact);
        assert!(error.alpha < 0.01 * exact[0] && error.beta < -0.01 * exact[1], "{law:?}: too noisy to tell");
    }
}

/// `z - ε = b (x - c)` with `c = (1 + ε) / b` and a beta number `x` with shapes `k` and `2k`.
#[test]
fn one_parameter_of_both_shapes_takes_both_ways() {
    let law = Stretched { k: 0.8, b: 3.0 };
    let Stretched { k, b } = law;
    let c = 1.49 / b;
    let by_k = b * b * (by_first_shape(k, 2.0 * k, c) + 2.0 * by_first_shape(2.0 * k, k, 1.0 - c));
    let (mean, square) = (1.0 / 3.0, (k + 1.0) / (3.0 * (3.0 * k + 1.0)));
    let exact = [by_k, 2.0 * b * square - 2.0 * 1.49 * mean];
    let run = OfStretched::estimate(&law, ()).dimension(1).samples(400_000).seed(6).run().expect("a run");
    let error = run.standard_error.expect("errors");
    near([run.gradient.k, run.gradient.b], [error.k, error.b], exact);
    assert!(error.k < 0.02 * exact[0].abs(), "too noisy to tell");
}

fn near(found: impl AsRef<[f64]>, error: impl AsRef<[f64]>, exact: impl AsRef<[f64]>) {
    let [found, error, exact] = [found.as_ref(), error.as_ref(), exact.as_ref()];
    assert!(found.len() == exact.len() && error.len() == exact.len());
    for entry in 0..exact.len() {
        let difference = (found[entry] - exact[entry]).abs();
        assert!(difference <= WIDTH * error[entry], "{found:?} +- {error:?}, exactly {exact:?}");
    }
}

/// The variance of one sample by each shape, from quadrature with 20 digits, is given to three places. A false alarm is as unlikely as
/// for gamma numbers.
#[test]
fn the_variance_of_a_sample_of_beta_numbers_is_that_of_a_quadrature() {
    for (alpha, beta, exact) in
        [(0.3, 0.6, [0.164, 0.0468]), (2.0, 3.5, [1.35e-3, 4.45e-4]), (30.0, 12.0, [2.33e-7, 4.40e-6])]
    {
        let law = Beta { alpha, beta };
        let objective = OfBeta::prepare(&law, ()).dimension(1).samples(1).seed(2).standard_errors(false);
        let mut objective = objective.build().expect("a valid problem");
        let found = variances(|| {
            let gradient = &objective.step(&law).expect("a step").gradient;
            [gradient.alpha, gradient.beta]
        });
        for (found, exact) in found.into_iter().zip(exact) {
            assert!((found / exact - 1.0).abs() < 0.1, "{law:?}: {found}, exactly {exact}");
        }
    }
}

/// Intervals of 5 standard errors from 32 lanes: a false alarm in 50 000, for each of the 8 comparisons.
const WIDTH: f64 = 5.0;

#[test]
fn the_gradient_is_that_of_the_exact_rule() {
    let x = Matrix::from_rows(&[[0.5, -0.2], [0.1, 0.4], [-0.3, 0.6]]).expect("rows of one length");
    let (y, law) = ([1.0, -1.0, 1.0], Laplace { mu: [0.3, -0.6], b: [0.5, 1.5] });
    let exact = log_likelihood::estimate(&law, (&x, &y)).samples(200_000).seed(1).run().expect("a run");
    let found = Reparameterised::estimate(&law, (&x, &y)).samples(200_000).seed(2).run().expect("a run");
    let errors = [exact.standard_error.expect("errors"), found.standard_error.expect("errors")];
    let near = |one: f64, other: f64, errors: [f64; 2]| {
        let error = errors[0].hypot(errors[1]);
        assert!((one - other).abs() <= WIDTH * error, "{one} and {other} +- {error}");
    };
    for entry in 0..2 {
        near(exact.gradient.mu[entry], found.gradient.mu[entry], [errors[0].mu[entry], errors[1].mu[entry]]);
        near(exact.gradient.b[entry], found.gradient.b[entry], [errors[0].b[entry], errors[1].b[entry]]);
    }
    assert!(found.gradient.b[1].abs() > 20.0 * errors[1].b[1], "the comparison is sharp");
}

/// `E |z| = |μ| + b e^{-|μ|/b}`.
#[test]
fn kinks_are_met_with_probability_zero() {
    let law = Laplace { mu: [0.4, -1.0], b: 0.8 };
    let run = distance::estimate(&law, ()).samples(100_000).seed(5).run().expect("a run");
    let error = run.standard_error.expect("errors");
    let decay = law.mu.map(|mu: f64| (-mu.abs() / law.b).exp());
    for (entry, &decay) in decay.iter().enumerate() {
        let exact = law.mu[entry].signum() * (1.0 - decay);
        assert!((run.gradient.mu[entry] - exact).abs() <= WIDTH * error.mu[entry]);
    }
    let exact: f64 = (0..2).map(|entry| decay[entry] * (1.0 + law.mu[entry].abs() / law.b)).sum();
    assert!((run.gradient.b - exact).abs() <= WIDTH * error.b, "{} and {exact}", run.gradient.b);
}

#[test]
fn the_rule_says_what_it_is() {
    assert!(Reparameterised::RULE.contains("pathwise, exact"), "{}", Reparameterised::RULE);
    assert!(Reparameterised::RULE.contains("E [(z - mu) / b * f'(z)]"), "{}", Reparameterised::RULE);
    assert!(Weak::RULE.contains("weak reparameterisation, exact"), "{}", Weak::RULE);
    let words = Weak::RULE.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("the mean of its logarithm") && !Reparameterised::RULE.contains("logarithm"), "{words}");
    assert!(Weak::RULE.contains("\n  c_2 = mu * k * polygamma(2, k) / (2 * trigamma(k))\n"), "{}", Weak::RULE);
    let lines = Weak::LATEX.lines().filter(|line| line.starts_with("&\\quad +") || line.starts_with("&\\quad -"));
    assert_eq!(lines.count(), 4, "a line for each expectation of f: {}", Weak::LATEX);
    let meaning = "where beta_second_slope(a, b, x) = ∂x/∂b at a fixed probability";
    assert!(OfBeta::RULE.contains("E [beta_second_slope(alpha, beta, z) * f'(z)]"), "{}", OfBeta::RULE);
    assert!(OfBeta::RULE.contains(meaning), "{}", OfBeta::RULE);
    assert!(OfBeta::LATEX.contains("\\partial_{b} B"), "{}", OfBeta::LATEX);
}
