//! Functions that read several coordinates together, such as `z[0] * z[1]`: every form against quadrature over both coordinates.
//!
//! Intervals are 5 standard errors from 32 lanes wide on either side: a false alarm in 50 000 for each of about 60 comparisons;
//! seeds are fixed. An error above a tenth of the exact value fails too, so that a wrong coefficient shows.

use logphi::laws::{Dirichlet, Gamma, Gaussian, Laplace, MultivariateGaussian, Poisson};
use logphi::prelude::*;
use logphi::{EstimateError, Estimator};
use logphi_tests::quadrature::Measure;

const WIDTH: f64 = 5.0;
const SAMPLES: usize = 1 << 17;

/// A curve of two coefficients beside points, with a penalty on each and one on both.
#[estimator(distribution = Laplace, packs = portable)]
fn misfit(z: &[f64], t: &[f64], y: &[f64], weight: f64) -> f64 {
    let squares: f64 = t.iter().zip(y).map(|(t, y)| (y - z[0] * (-z[1] * t).exp()).powi(2)).sum();
    squares + weight * (z[0] * z[1]).cos() + softplus(z[0] - z[1]) + z.iter().map(|z| 0.1 * z.powi(2)).sum::<f64>()
}

#[estimator(of = misfit, distribution = Laplace, form(b) = auxiliary(2), packs = portable)]
struct ByFirstDerivatives;

#[estimator(of = misfit, distribution = Laplace, form(b) = difference, packs = portable)]
struct ByDifferences;

#[estimator(of = misfit, distribution = Laplace, form(b) = difference(2), packs = portable)]
struct ByTwoDifferences;

#[estimator(of = misfit, distribution = Laplace, form = score(leave_one_out), packs = portable)]
struct ByScore;

#[estimator(of = misfit, distribution = Laplace, form = pathwise, packs = portable)]
struct ByPath;

#[estimator(of = misfit, distribution = Laplace, coordinates = 1, packs = portable)]
struct OneRidgeCoordinate;

#[estimator(of = misfit, distribution = Laplace, precision = f32, packs = portable)]
struct InSingle;

#[estimator(of = misfit, distribution = Laplace, order = 8, packs = portable)]
struct Truncated;

/// Nothing but rows.
#[estimator(distribution = Laplace, packs = portable)]
fn along(z: &[f64], t: &[f64]) -> f64 {
    t.iter().map(|t| z[0] * (z[1] * t).sin()).sum()
}

#[estimator(of = along, distribution = MultivariateGaussian, packs = portable)]
struct AlongCorrelated;

const T: [f64; 3] = [0.2, 0.9, 1.7];
const Y: [f64; 3] = [0.8, 0.5, -0.1];
const WEIGHT: f64 = 1.5;
const LAW: Laplace<[f64; 2], [f64; 2]> = Laplace { mu: [0.7, 0.4], b: [0.1, 0.15] };

/// The derivatives of the misfit by hand.
fn slopes(z: [f64; 2]) -> [f64; 2] {
    let mut slopes = [0.2 * z[0], 0.2 * z[1]];
    for (t, y) in T.iter().zip(Y) {
        let decay = (-z[1] * t).exp();
        let residual = y - z[0] * decay;
        slopes[0] -= 2.0 * residual * decay;
        slopes[1] += 2.0 * residual * z[0] * t * decay;
    }
    let sine = WEIGHT * (z[0] * z[1]).sin();
    let logistic = 1.0 / (1.0 + (z[1] - z[0]).exp());
    [slopes[0] - sine * z[1] + logistic, slopes[1] - sine * z[0] - logistic]
}

/// `∂E f/∂mu`, then `∂E f/∂b`, by quadrature of the pathwise gradient.
fn exact() -> [f64; 4] {
    let noise = Measure::laplace();
    let mean = |g: &dyn Fn([f64; 2], [f64; 2]) -> f64| {
        let at = |x: f64, y: f64| g([LAW.mu[0] + LAW.b[0] * x, LAW.mu[1] + LAW.b[1] * y], [x, y]);
        noise.expectation(|x| noise.expectation(|y| at(x, y)))
    };
    [
        mean(&|z, _| slopes(z)[0]),
        mean(&|z, _| slopes(z)[1]),
        mean(&|z, x| slopes(z)[0] * x[0]),
        mean(&|z, x| slopes(z)[1] * x[1]),
    ]
}

fn check(what: &str, exact: &[f64], found: &[f64], errors: &[f64]) {
    for ((exact, found), error) in exact.iter().zip(found).zip(errors) {
        assert!(*error <= 0.1 * exact.abs(), "{what}: {exact} is too near 0 for {error}");
        assert!((exact - found).abs() <= WIDTH * error, "{what}: {found} ± {error}, not {exact}");
    }
}

macro_rules! laplace_run {
    ($estimator:ident) => {{
        let run = $estimator::estimate(&LAW, (&T, &Y, WEIGHT)).samples(SAMPLES).seed(5).run().expect("a run");
        let errors = run.standard_error.clone().expect("errors");
        ([run.gradient.mu, run.gradient.b].concat(), [errors.mu, errors.b].concat())
    }};
}

#[test]
fn every_form_gives_the_gradient_of_quadrature() {
    let exact = exact();
    macro_rules! each {
        ($($estimator:ident),+) => {$(
            let (found, errors) = laplace_run!($estimator);
            check(stringify!($estimator), &exact, &found, &errors);
        )+};
    }
    each!(misfit, ByFirstDerivatives, ByDifferences, ByTwoDifferences, ByScore, ByPath, OneRidgeCoordinate, InSingle);
    each!(Truncated);
}

/// `E f` of two gamma numbers with terms that join them, kinks among them.
#[estimator(distribution = Gamma, packs = portable)]
fn exchange(z: &[f64], strike: f64) -> f64 {
    (z[0] - strike * z[1]).max(0.0) + z[0].max(z[1]) * 0.5
}

#[estimator(of = exchange, distribution = Gamma, form(mu) = difference, packs = portable)]
struct ExchangeByDifferences;

#[estimator(of = exchange, distribution = Gamma, form = pathwise, packs = portable)]
struct ExchangeByPath;

#[test]
fn kinks_of_several_coordinates_are_kinks_along_each() {
    // E max(z_0, z_1) and E (z_0 - s z_1)^+ by the law of one coordinate given the other, with shapes of 1.
    let law = Gamma { k: 1.0, mu: [1.3, 0.8] };
    let [a, b]: [f64; 2] = law.mu;
    let strike: f64 = 0.7;
    // With exponential numbers of means a and b: E max = a + b - ab / (a + b), E (z_0 - s z_1)^+ = a² / (a + s b).
    let c = strike * b;
    let by_first = (a * a + 2.0 * a * c) / (a + c).powi(2) + 0.5 * (1.0 - (b / (a + b)).powi(2));
    let by_second = -strike * (a / (a + c)).powi(2) + 0.5 * (1.0 - (a / (a + b)).powi(2));
    macro_rules! each {
        ($($estimator:ident),+) => {$(
            let run = $estimator::estimate(&law, strike).samples(SAMPLES).seed(6).run().expect("a run");
            let errors = run.standard_error.expect("errors").mu;
            check(stringify!($estimator), &[by_first, by_second], &run.gradient.mu, &errors);
        )+};
    }
    each!(exchange, ExchangeByDifferences, ExchangeByPath);
}

/// Counts, and what the same rule gives for the function as Rust code.
#[estimator(distribution = Poisson, packs = portable)]
fn contacts(z: &[f64], rate: f64) -> f64 {
    z[0] * z[2] / (1.0 + z[0] + z[2]) + rate * z[1] + (0.1 * (z[0] + z[1])).tanh()
}

#[estimator(of = contacts, distribution = Poisson, opaque)]
struct ContactsCalled;

#[test]
fn counts_move_as_in_the_function_itself() {
    let law = Poisson { rate: [1.5, 0.5, 2.5] };
    let run = contacts::estimate(&law, 0.3).samples(5000).seed(7).run().expect("a run");
    let called = ContactsCalled::estimate(&law, 0.3).samples(5000).seed(7).run().expect("a run");
    assert!((run.value - called.value).abs() < 1e-12);
    for (found, expected) in run.gradient.rate.iter().zip(called.gradient.rate) {
        assert!((found - expected).abs() < 1e-12, "{found} and {expected}");
    }
}

/// Rosenbrock's function, of which everything is known.
#[estimator(distribution = Gaussian, packs = portable)]
fn valley(z: &[f64], steepness: f64) -> f64 {
    (1.0 - z[0]).powi(2) + steepness * (z[1] - z[0].powi(2)).powi(2)
}

#[test]
fn a_polynomial_of_two_coordinates() {
    let (law, steepness) = (Gaussian { mu: [0.9, -0.4], sigma: [0.5, 0.8] }, 2.0);
    let ([m, n], [s, t]): ([f64; 2], [f64; 2]) = (law.mu, law.sigma);
    // E (1 - x)² = (1 - m)² + s²; E (y - x²)² = t² + (n - m² - s²)² + 4 m² s² + 2 s⁴.
    let offset = n - m * m - s * s;
    let value =
        (1.0 - m).powi(2) + s * s + steepness * (t * t + offset * offset + 4.0 * m * m * s * s + 2.0 * s.powi(4));
    let exact = [
        -2.0 * (1.0 - m) + steepness * (-4.0 * m * offset + 8.0 * m * s * s),
        steepness * 2.0 * offset,
        2.0 * s + steepness * (-4.0 * s * offset + 8.0 * m * m * s + 8.0 * s.powi(3)),
        steepness * 2.0 * t,
    ];
    let run = valley::estimate(&law, steepness).samples(SAMPLES).seed(8).run().expect("a run");
    let errors = run.standard_error.expect("errors");
    check("mu", &exact[..2], &run.gradient.mu, &errors.mu);
    check("sigma", &exact[2..3], &run.gradient.sigma[..1], &errors.sigma[..1]);
    // The second derivative by y is a constant.
    assert!((run.gradient.sigma[1] - exact[3]).abs() < 1e-12 && errors.sigma[1] < 1e-6);
    assert!((run.value - value).abs() < WIDTH * run.value_standard_error.expect("an error"));
}

/// The valley and a ridge across it, under a law with covariances, and beside a coordinate of which `f` knows nothing.
#[estimator(of = valley, distribution = MultivariateGaussian, packs = portable)]
struct CorrelatedValley;

/// A second derivative by a pair that has a ridge, a separable and an interaction term.
#[estimator(distribution = MultivariateGaussian, packs = portable)]
fn mixture(z: &[f64], a: &[f64]) -> f64 {
    let wave = (0.7 * z[0] * z[2]).sin() + z[1] * z[2].powi(2);
    wave + dot(a, z).powi(3) + z.iter().map(|z| z.powi(4)).sum::<f64>()
}

#[test]
fn mixed_derivatives_give_gradients_of_covariances() {
    let (mean, steepness) = ([0.9, -0.4], 2.0);
    let sigma = Matrix::from_rows(&[[0.3, 0.2], [0.2, 0.5]]).expect("rows of one length");
    let law = MultivariateGaussian { mu: mean, sigma: &sigma };
    let run = CorrelatedValley::estimate(&law, steepness).samples(SAMPLES).seed(12).run().expect("a run");
    // Half the expected second derivatives: by x x 2 + s (12 E x² - 4 E y), by x y -4 s E x, by y y 2 s.
    let [m, n] = mean;
    let exact = [1.0 + steepness * (6.0 * (m * m + 0.3) - 2.0 * n), -2.0 * steepness * m, steepness];
    let errors = run.standard_error.expect("errors").sigma;
    let found = [run.gradient.sigma.get(0, 0), run.gradient.sigma.get(0, 1), run.gradient.sigma.get(1, 1)];
    check("sigma", &exact[..2], &found[..2], &[errors.get(0, 0), errors.get(0, 1)]);
    assert!((found[2] - exact[2]).abs() < 1e-12 && errors.get(1, 1) < 1e-5, "{} ± {}", found[2], errors.get(1, 1));
    assert_eq!(run.gradient.sigma.get(0, 1), run.gradient.sigma.get(1, 0));
}

#[test]
fn second_derivatives_of_all_terms_are_added_up() {
    let (mean, a) = ([0.3, -0.2, 0.5], [0.4, -0.3, 0.2]);
    let sigma =
        Matrix::from_rows(&[[0.3, 0.1, 0.05], [0.1, 0.4, -0.1], [0.05, -0.1, 0.2]]).expect("rows of one length");
    let law = MultivariateGaussian { mu: mean, sigma: &sigma };
    let samples = 3000;
    let run = mixture::estimate(&law, &a).samples(samples).seed(13).run().expect("a run");
    let draws = logphi::sample(&law).samples(samples).seed(13).matrix().expect("draws");
    // Half the second derivatives of the same draws, by hand, and their spread.
    let by_hand = |z: &[f64]| {
        let (x, w) = (z[0], z[2]);
        let (sine, cosine) = (0.7 * x * w).sin_cos();
        let ridge = 6.0 * z.iter().zip(&a).map(|(z, a)| z * a).sum::<f64>();
        let mut all = [[0.0; 3]; 3];
        for i in 0..3 {
            for j in 0..3 {
                all[i][j] = ridge * a[i] * a[j];
            }
            all[i][i] += 12.0 * z[i] * z[i];
        }
        all[0][0] -= 0.49 * w * w * sine;
        all[2][2] += 2.0 * z[1] - 0.49 * x * x * sine;
        let mixed = 0.7 * cosine - 0.49 * x * w * sine;
        for (i, j, value) in [(0, 2, mixed), (1, 2, 2.0 * w)] {
            all[i][j] += value;
            all[j][i] += value;
        }
        all.map(|row| row.map(|second| 0.5 * second))
    };
    let all: Vec<[[f64; 3]; 3]> = draws.rows().map(by_hand).collect();
    let errors = run.standard_error.expect("errors").sigma;
    for i in 0..3 {
        for j in 0..3 {
            let mean = all.iter().map(|second| second[i][j]).sum::<f64>() / samples as f64;
            let found = run.gradient.sigma.get(i, j);
            assert!((found - mean).abs() < 1e-11 * (1.0 + mean.abs()), "[{i}, {j}]: {found} and {mean}");
            let spread = all.iter().map(|second| (second[i][j] - mean).powi(2)).sum::<f64>() / samples as f64;
            let expected = (spread / samples as f64).sqrt();
            // An error from 32 lanes is within 70 % of the true one but once in 10^7.
            assert!(
                (0.3..1.7).contains(&(errors.get(i, j) / expected)),
                "[{i}, {j}]: {} and {expected}",
                errors.get(i, j)
            );
        }
    }
}

/// Products of shares, which every rule of the law moves all at once.
#[estimator(distribution = Dirichlet, packs = portable)]
fn mixing(p: &[f64], size: f64) -> f64 {
    p[0] * p[2].powi(2) + size * (p[1] * p[2]) + p.iter().map(|p| p.powi(2)).sum::<f64>()
}

#[estimator(of = mixing, distribution = Dirichlet, form = pathwise, packs = portable)]
struct MixingByPath;

#[test]
fn shares_of_one_whole_act_on_one_another() {
    let alpha: [f64; 4] = [0.4, 1.5, 2.0, 0.8];
    let size = 1.7;
    // E Π p_j^(m_j) = Π (alpha_j)_(m_j) / (A)_m with rising factorials; its logarithm is differentiated by alpha_k.
    let rising = |x: f64, count: usize| (0..count).map(|n| x + n as f64).product::<f64>();
    let slope = |x: f64, count: usize| (0..count).map(|n| 1.0 / (x + n as f64)).sum::<f64>();
    let total: f64 = alpha.iter().sum();
    let moment = |powers: [usize; 4], k: usize| {
        let count: usize = powers.iter().sum();
        let value = (0..4).map(|j| rising(alpha[j], powers[j])).product::<f64>() / rising(total, count);
        value * (slope(alpha[k], powers[k]) - slope(total, count))
    };
    let exact: Vec<f64> = (0..4)
        .map(|k| {
            let squares: f64 = (0..4).map(|j| moment(std::array::from_fn(|i| if i == j { 2 } else { 0 }), k)).sum();
            moment([1, 0, 2, 0], k) + size * moment([0, 1, 1, 0], k) + squares
        })
        .collect();
    let law = Dirichlet { alpha };
    macro_rules! each {
        ($($estimator:ident),+) => {$(
            let run = $estimator::estimate(&law, size).samples(SAMPLES).seed(14).run().expect("a run");
            let errors = run.standard_error.expect("errors").alpha;
            check(stringify!($estimator), &exact, &run.gradient.alpha, &errors);
        )+};
    }
    each!(mixing, MixingByPath);
}

#[test]
fn argument_gradients_are_those_of_the_same_samples() {
    let value = |t: [f64; 3], y: [f64; 3], weight: f64| {
        misfit::estimate(&LAW, (&t, &y, weight)).samples(700).seed(9).run().expect("a run").value
    };
    let run =
        misfit::estimate(&LAW, (&T, &Y, WEIGHT)).samples(700).seed(9).with_argument_gradients().run().expect("a run");
    let (by_t, by_y, by_weight) = run.argument_gradient.expect("asked for");
    let slope = |up: f64, down: f64| (up - down) / 2e-5;
    for o in 0..3 {
        let moved = |x: [f64; 3], by: f64| std::array::from_fn(|k| if k == o { x[k] + by } else { x[k] });
        let expected = slope(value(moved(T, 1e-5), Y, WEIGHT), value(moved(T, -1e-5), Y, WEIGHT));
        assert!((by_t[o] - expected).abs() < 1e-8, "t[{o}]: {} and {expected}", by_t[o]);
        let expected = slope(value(T, moved(Y, 1e-5), WEIGHT), value(T, moved(Y, -1e-5), WEIGHT));
        assert!((by_y[o] - expected).abs() < 1e-8, "y[{o}]: {} and {expected}", by_y[o]);
    }
    let expected = slope(value(T, Y, WEIGHT + 1e-5), value(T, Y, WEIGHT - 1e-5));
    assert!((by_weight - expected).abs() < 1e-8, "{by_weight} and {expected}");
}

#[test]
fn rows_that_are_not_there_add_nothing() {
    let none: &[f64] = &[];
    // What is left: a term of one row, a ridge, separable terms; of `along`, nothing at all.
    let run = misfit::estimate(&LAW, (none, none, WEIGHT)).samples(50).seed(1).with_argument_gradients().run();
    let run = run.expect("a run");
    assert!(run.value.is_finite() && run.argument_gradient.is_some_and(|(t, y, _)| t.is_empty() && y.is_empty()));
    let run = along::estimate(&LAW, none).samples(50).seed(1).run().expect("a run");
    assert_eq!((run.value, run.gradient.mu, run.gradient.b), (0.0, vec![0.0; 2], vec![0.0; 2]));
    let sigma = Matrix::from_rows(&[[0.3, 0.2], [0.2, 0.5]]).expect("rows of one length");
    let law = MultivariateGaussian { mu: [0.1, 0.2], sigma: &sigma };
    let run = AlongCorrelated::estimate(&law, none).samples(50).seed(1).run().expect("a run");
    assert_eq!(run.gradient.sigma.get(0, 1), 0.0);
}

#[test]
fn a_law_with_too_few_coordinates_is_refused() {
    let refused = valley::estimate(&Gaussian { mu: [0.0], sigma: 1.0 }, 1.0).samples(10).run();
    assert!(matches!(refused, Err(EstimateError::TooFewCoordinates { .. })), "{:?}", refused.err());
}

#[test]
fn the_rule_names_the_coordinates() {
    assert!(valley::RULE.contains("interaction term 0, of z[0], z[1], one row"), "{}", valley::RULE);
    assert!(<valley as Estimator>::CUDA.is_ok_and(|text| text.contains("struct Interaction0")));
}
