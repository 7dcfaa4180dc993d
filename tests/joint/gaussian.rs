//! The multivariate Gaussian against closed forms and quadrature in one variable.
//!
//! `⟨a, z⟩` is normal with mean `⟨a, mu⟩` and variance `a'Σa`, so that `E h(⟨a, z⟩)` is an integral over one variable, and its
//! gradients are `a E h'` for `mu` and `½ a a' E h''` for `Σ`. The trapezoid rule gives such integrals of analytic functions with
//! all digits.

use logphi::laws::MultivariateGaussian;
use logphi::prelude::*;
use logphi::private::PackWidth;
use logphi::{EstimateError, Estimator, Gradient, Run, sample};

use super::{SCHEDULES, bits, check};

/// Story 9.
#[estimator(distribution = MultivariateGaussian, packs = portable)]
pub(crate) fn log_sum(z: &[f64], a: &Matrix) -> f64 {
    a.rows().map(|row| softplus(dot(row, z))).sum()
}

/// Ridge terms of two kinds and a separable one.
#[estimator(distribution = MultivariateGaussian)]
fn mixed(z: &[f64], a: &Matrix, t: &[f64]) -> f64 {
    a.rows().map(|row| softplus(dot(row, z))).sum::<f64>()
        + (0.3 * dot(t, z)).exp()
        + z.iter().zip(t).map(|(z, t)| (z - t).powi(2)).sum::<f64>()
}

/// The same in single precision.
#[estimator(of = mixed, distribution = MultivariateGaussian, precision = f32)]
struct MixedSingle;

/// No ridge term.
#[estimator(distribution = MultivariateGaussian)]
fn cosines(z: &[f64], t: &[f64]) -> f64 {
    z.iter().zip(t).map(|(z, t)| t * z.cos()).sum()
}

/// The same law with a rule of its author's for the mean, `E ∂_i f` again.
#[distribution(sample = mu + cholesky(sigma) * normal(), rule(mu) = df(z, vertex))]
fn directed(omega: &[Frequency], mu: &[Real], sigma: &Covariance) -> LogCf {
    I * dot(mu, omega) - quadratic(omega, sigma) / 2.0
}

#[estimator(of = mixed, distribution = Directed, packs = portable)]
struct MixedDirected;

/// `E g(m + s N)` of an analytic `g`, `N` standard normal.
fn normal_mean(mean: f64, deviation: f64, g: impl Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 1.0 / 16.0;
    let term = |k: i32| {
        let x = f64::from(k) * STEP;
        (-x * x / 2.0).exp() * g(mean + deviation * x)
    };
    (-200..=200).map(term).sum::<f64>() * STEP / (2.0 * PI).sqrt()
}

/// A function of `⟨a, z⟩` with its first two derivatives.
type Function = fn(f64) -> [f64; 3];

fn softplus_with_derivatives(u: f64) -> [f64; 3] {
    [softplus(u), sigmoid(u), sigmoid(u) * sigmoid(-u)]
}

fn exponential(u: f64) -> [f64; 3] {
    [(0.3 * u).exp(), 0.3 * (0.3 * u).exp(), 0.09 * (0.3 * u).exp()]
}

/// Value and gradients, exact.
#[derive(Clone, Debug)]
struct Exact {
    value: f64,
    mu: Vec<f64>,
    sigma: Vec<f64>,
}

impl Exact {
    fn zero(dimension: usize) -> Self {
        Self { value: 0.0, mu: vec![0.0; dimension], sigma: vec![0.0; dimension * dimension] }
    }

    fn check<E: Estimator>(&self, run: &Run<E, impl Gradient>, what: &str) {
        check(run, self.value, &[&self.mu, &self.sigma], 0.05, what);
    }

    /// Adds `E h(⟨a, z⟩)`.
    fn add(&mut self, mu: &[f64], sigma: &Matrix, a: &[f64], h: Function) {
        let dimension = mu.len();
        let variance: f64 = (0..dimension).map(|i| a[i] * dot(sigma.row(i), a)).sum();
        let of = |order: usize| normal_mean(dot(a, mu), variance.sqrt(), |u| h(u)[order]);
        self.value += of(0);
        let (first, second) = (of(1), of(2));
        for i in 0..dimension {
            self.mu[i] += a[i] * first;
            for j in 0..dimension {
                self.sigma[i * dimension + j] += a[i] * a[j] * second / 2.0;
            }
        }
    }

    /// Adds `E (z_j - t_j)²`, in closed form.
    fn add_squares(&mut self, mu: &[f64], sigma: &Matrix, t: &[f64]) {
        let dimension = mu.len();
        for j in 0..dimension {
            self.value += (mu[j] - t[j]).powi(2) + sigma.row(j)[j];
            self.mu[j] += 2.0 * (mu[j] - t[j]);
            self.sigma[j * dimension + j] += 1.0;
        }
    }
}

/// A mean and a covariance matrix `B B' / d + ½` of this dimension, without pattern, and directions.
struct Problem {
    mu: Vec<f64>,
    sigma: Matrix,
    a: Matrix,
    t: Vec<f64>,
}

impl Problem {
    fn of(dimension: usize, rows: usize) -> Self {
        let mut state = 0.3_f64;
        let mut number = || {
            state = (state * 997.0 + 0.123).fract();
            2.0 * state - 1.0
        };
        let mut matrix = |rows: usize| {
            let mut matrix = Matrix::zeros(rows, dimension);
            matrix.as_mut_slice().fill_with(&mut number);
            matrix
        };
        let (b, a, vectors) = (matrix(dimension), matrix(rows), matrix(2));
        let mut sigma = Matrix::zeros(dimension, dimension);
        for (index, entry) in sigma.as_mut_slice().iter_mut().enumerate() {
            let (i, j) = (index / dimension, index % dimension);
            *entry = dot(b.row(i), b.row(j)) / dimension as f64 + if i == j { 0.5 } else { 0.0 };
        }
        Self { mu: vectors.row(0).to_vec(), t: vectors.row(1).to_vec(), sigma, a }
    }

    fn law(&self) -> MultivariateGaussian<&Vec<f64>, &Matrix> {
        MultivariateGaussian { mu: &self.mu, sigma: &self.sigma }
    }

    fn log_sum(&self) -> Exact {
        let mut exact = Exact::zero(self.mu.len());
        self.a.rows().for_each(|row| exact.add(&self.mu, &self.sigma, row, softplus_with_derivatives));
        exact
    }

    fn mixed(&self) -> Exact {
        let mut exact = self.log_sum();
        exact.add(&self.mu, &self.sigma, &self.t, exponential);
        exact.add_squares(&self.mu, &self.sigma, &self.t);
        exact
    }
}

#[test]
fn gradients_agree_with_quadrature() {
    for (dimension, rows, samples) in [(1, 2, 50_000), (2, 3, 50_000), (12, 5, 50_000)] {
        let problem = Problem::of(dimension, rows);
        let law = problem.law();
        let run = log_sum::estimate(&law, &problem.a).samples(samples).seed(21).run().expect("valid");
        problem.log_sum().check(&run, &format!("log_sum in {dimension} dimensions"));
        let arguments = (&problem.a, problem.t.as_slice());
        let run = mixed::estimate(&law, arguments).samples(samples).seed(22).run().expect("valid");
        problem.mixed().check(&run, &format!("mixed in {dimension} dimensions"));
        let run = MixedSingle::estimate(&law, arguments).samples(samples).seed(23).run().expect("valid");
        problem.mixed().check(&run, &format!("mixed in {dimension} dimensions and single precision"));
    }
}

#[test]
fn a_derivative_along_the_vertex_is_that_of_the_coordinate() {
    let problem = Problem::of(4, 9);
    let arguments = (&problem.a, problem.t.as_slice());
    let run = mixed::estimate(&problem.law(), arguments).samples(3000).seed(8).run().expect("valid");
    let law = Directed { mu: &problem.mu, sigma: &problem.sigma };
    let directed = MixedDirected::estimate(&law, arguments).samples(3000).seed(8).run().expect("valid");
    for (found, expected) in directed.gradient.mu.iter().zip(&run.gradient.mu) {
        assert!((found - expected).abs() < 1e-12, "{found} and {expected}");
    }
    assert_eq!(directed.gradient.sigma, run.gradient.sigma);
}

#[test]
fn separable_functions_have_a_diagonal_gradient() {
    let problem = Problem::of(3, 1);
    let run = cosines::estimate(&problem.law(), &problem.t).samples(200_000).seed(24).run().expect("valid");
    let mut exact = Exact::zero(3);
    for j in 0..3 {
        // E cos z = e^{-v/2} cos m
        let (m, v, t) = (problem.mu[j], problem.sigma.row(j)[j], problem.t[j]);
        exact.value += t * (-v / 2.0).exp() * m.cos();
        exact.mu[j] = -t * (-v / 2.0).exp() * m.sin();
        exact.sigma[j * 3 + j] = -t * (-v / 2.0).exp() * m.cos() / 2.0;
    }
    exact.check(&run, "cosines");
    assert_eq!(run.gradient.sigma.row(0)[1], 0.0);
}

/// The batch means of a run whose lanes hold one sample each are the samples: errors can be had by hand.
#[test]
fn errors_of_pairs_are_batch_means() {
    let problem = Problem::of(11, 3);
    let law = problem.law();
    let samples = 32;
    let run = mixed::estimate(&law, (&problem.a, problem.t.as_slice())).samples(samples).seed(5).run().expect("valid");
    let draws = sample(&law).samples(samples).seed(5).matrix().expect("valid");
    let second = |z: &[f64], i: usize, j: usize| {
        let rows = problem.a.rows().map(|a| a[i] * a[j] * softplus_with_derivatives(dot(a, z))[2]).sum::<f64>();
        let t = &problem.t;
        let ridge = t[i] * t[j] * exponential(dot(t, z))[2];
        (rows + ridge + if i == j { 2.0 } else { 0.0 }) / 2.0
    };
    let errors = run.standard_error.as_ref().expect("many samples");
    for i in 0..11 {
        for j in 0..11 {
            let values: Vec<f64> = draws.rows().map(|z| second(z, i, j)).collect();
            let mean = values.iter().sum::<f64>() / samples as f64;
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            let error = (squares / (31.0 * 32.0)).sqrt();
            assert!((run.gradient.sigma.row(i)[j] - mean).abs() <= 1e-12, "entry ({i}, {j})");
            assert!((errors.sigma.row(i)[j] - error).abs() <= 1e-5 * error.max(1e-3), "error of entry ({i}, {j})");
        }
    }
}

#[test]
fn the_same_bits_from_any_width_and_number_of_threads() {
    let problem = Problem::of(5, 3);
    let (law, arguments) = (problem.law(), (&problem.a, problem.t.as_slice()));
    for samples in [2, 33, 1025, 20_000] {
        let run = |width, threads| {
            let run = mixed::estimate(&law, arguments).samples(samples).seed(3).threads(threads).pack_width(width);
            let single = MixedSingle::estimate(&law, arguments).samples(samples).seed(3).threads(threads);
            let separable = cosines::estimate(&law, &problem.t).samples(samples).seed(3).threads(threads);
            [
                bits(&run.run().expect("valid")),
                bits(&single.pack_width(width).run().expect("valid")),
                bits(&separable.pack_width(width).run().expect("valid")),
            ]
        };
        let expected = run(PackWidth::Bits128, 1);
        for (width, threads) in SCHEDULES {
            assert_eq!(run(width, threads), expected, "{samples} samples, {width:?}, {threads} threads");
        }
        let draws = |width| {
            let mut draws = vec![0.0_f64; samples * 5];
            sample(&law).samples(samples).seed(3).pack_width(width).fill(&mut draws).expect("valid");
            draws
        };
        assert_eq!(draws(PackWidth::Bits128), draws(PackWidth::Bits512));
    }
}

#[test]
fn argument_gradients_come_from_the_same_samples() {
    let problem = Problem::of(2, 2);
    let law = problem.law();
    let run = log_sum::estimate(&law, &problem.a).samples(100_000).seed(9).with_argument_gradients().run();
    let run = run.expect("valid");
    let gradient = run.argument_gradient.as_ref().expect("asked for");
    // ∂E h(⟨a, z⟩)/∂a = mu E h' + Σ a E h'', by Stein's identity; each within 1 %.
    for (row, found) in problem.a.rows().zip(gradient.rows()) {
        let variance: f64 = (0..2).map(|i| row[i] * dot(problem.sigma.row(i), row)).sum();
        let of =
            |order: usize| normal_mean(dot(row, &problem.mu), variance.sqrt(), |u| softplus_with_derivatives(u)[order]);
        for (j, found) in found.iter().enumerate() {
            let exact = problem.mu[j] * of(1) + dot(problem.sigma.row(j), row) * of(2);
            assert!((found - exact).abs() < 0.01, "{found} and {exact}");
        }
    }
}

#[test]
fn wrong_covariance_matrices_are_typed_errors() {
    let a = Matrix::from_rows(&[[1.0, 1.0]]).expect("rows");
    let run = |sigma: &Matrix, mu: &[f64]| {
        let law = MultivariateGaussian { mu, sigma };
        let drawn = sample(&law).samples(3).seed(1).matrix().err();
        let error = log_sum::estimate(&law, &a).samples(10).seed(1).run().err();
        assert_eq!(drawn, error);
        error
    };
    let of = |rows: [[f64; 2]; 2]| run(&Matrix::from_rows(&rows).expect("rows"), &[0.0, 0.0]);
    assert_eq!(of([[1.0, 0.2], [0.2, 1.0]]), None);
    assert!(matches!(
        of([[1.0, 2.0], [2.0, 1.0]]),
        Some(EstimateError::NotPositiveDefinite { parameter: "sigma", pivot: 1, .. })
    ));
    assert_eq!(
        of([[1.0, 0.2], [0.3, 1.0]]),
        Some(EstimateError::NotSymmetric { parameter: "sigma", row: 1, column: 0 })
    );
    assert!(matches!(
        of([[f64::INFINITY, 0.0], [0.0, 1.0]]),
        Some(EstimateError::ParameterOutsideDomain { parameter: "sigma", .. })
    ));
    let wide = Matrix::zeros(2, 3);
    let error = run(&wide, &[0.0, 0.0]);
    assert_eq!(error, Some(EstimateError::NotSquare { parameter: "sigma", rows: 2, columns: 3 }));
    let error = run(&Matrix::from_rows(&[[1.0, 0.0], [0.0, 1.0]]).expect("rows"), &[0.0; 3]);
    assert!(matches!(error, Some(EstimateError::LengthsDiffer { name: "sigma", found: 2, expected: 3, .. })));
}

#[test]
fn the_rule_can_be_read() {
    for line in [
        "z ~ MultivariateGaussian(mu, sigma)",
        "∂_mu[j] E f(z) = a_1 E f'(z) along z_j",
        "∂_sigma[i, j] E f(z) = 1/2 E ∂_i ∂_j f(z)",
        "sigma (covariance matrix): terminating, exact",
    ] {
        assert!(log_sum::RULE.contains(line), "{line} in\n{}", log_sum::RULE);
    }
    let latex =
        "\\partial_{\\sigma_{ij}}\\,\\mathbb{E} f(z) &= \\frac{1}{2}\\,\\mathbb{E}\\,\\partial_i\\,\\partial_j f(z)";
    assert!(log_sum::LATEX.contains(latex), "{}", log_sum::LATEX);
}

#[test]
fn steps_take_new_parameters() {
    let mut problem = Problem::of(2, 2);
    let mut prepared = log_sum::prepare(&problem.law(), &problem.a).samples(100).seed(4).build().expect("valid");
    let a = problem.a.clone();
    let first = prepared.step(&problem.law()).expect("valid").gradient.sigma.clone();
    problem.sigma.as_mut_slice()[0] += 1.0;
    let changed = problem.law();
    let second = prepared.step(&changed).expect("valid").gradient.sigma.clone();
    assert_ne!(first, second);
    let again = log_sum::estimate(&changed, &a).samples(100).seed(4).stream(1).run().expect("valid");
    assert_eq!(again.gradient.sigma, second);
}
