//! One gradient under joint and categorical laws, on one thread: 1000 samples, with standard errors, beside the draws alone.

use divan::{Bencher, black_box};
use logphi::laws::{Categorical, Dirichlet, MultivariateGaussian};
use logphi::prelude::*;
use logphi::sample;

#[estimator(distribution = MultivariateGaussian)]
fn log_sum(z: &[f64], a: &Matrix) -> f64 {
    a.rows().map(|row| softplus(dot(row, z))).sum()
}

#[estimator(distribution = Dirichlet)]
fn quadratic_form(z: &[f64], a: &Matrix) -> f64 {
    a.rows().map(|row| dot(row, z).powi(2)).sum()
}

#[estimator(distribution = Categorical)]
fn reconstruction(z: &OneHot, a: &Matrix, x: &[f64]) -> f64 {
    a.rows().zip(x).map(|(row, x)| log_bernoulli(x, dot(row, z))).sum()
}

const ROWS: usize = 20;
const DIMENSION: usize = 20;
const VARIABLES: usize = 10;
const STATES: usize = 4;
const SAMPLES: usize = 1000;

/// Numbers between -1 and 1, the same in every run.
fn matrix(rows: usize, columns: usize) -> Matrix {
    let entry = |index: usize| (1.7 * index as f64 + 0.3).sin();
    Matrix::new(rows, columns, (0..rows * columns).map(entry).collect()).expect("fits")
}

/// `1 / 2` on the diagonal, and correlations that fall off by halves.
fn covariance() -> Matrix {
    let entry = |index: usize| 0.5 * 0.5_f64.powi((index / DIMENSION).abs_diff(index % DIMENSION) as i32);
    Matrix::new(DIMENSION, DIMENSION, (0..DIMENSION * DIMENSION).map(entry).collect()).expect("fits")
}

fn gaussian(sigma: &Matrix) -> MultivariateGaussian<Vec<f64>, &Matrix> {
    MultivariateGaussian { mu: vec![0.1; DIMENSION], sigma }
}

fn dirichlet() -> Dirichlet<Vec<f64>> {
    Dirichlet { alpha: (0..DIMENSION).map(|index| 0.3 + 0.2 * index as f64).collect() }
}

/// Probabilities in proportion to 1, 2, 3, 4.
fn probabilities() -> Matrix {
    let entry = |index: usize| (1 + index % STATES) as f64 / 10.0;
    Matrix::new(VARIABLES, STATES, (0..VARIABLES * STATES).map(entry).collect()).expect("fits")
}

macro_rules! gradient {
    ($name:ident, $estimator:ident, { $($data:ident = $value:expr),* }, $law:expr, $arguments:expr) => {
        #[divan::bench]
        fn $name(bencher: Bencher<'_, '_>) {
            $(let $data = $value;)*
            let law = $law;
            let objective = $estimator::prepare(&law, $arguments).samples(SAMPLES).seed(7).threads(1);
            let mut objective = objective.build().expect("valid problem");
            bencher.bench_local(|| objective.step(&law).map(|run| run.value));
        }
    };
}

gradient!(gaussian_gradient, log_sum, { a = matrix(ROWS, DIMENSION), sigma = covariance() }, gaussian(&sigma), &a);
gradient!(dirichlet_gradient, quadratic_form, { a = matrix(ROWS, DIMENSION) }, dirichlet(), &a);
gradient!(
    categorical_gradient,
    reconstruction,
    { a = matrix(ROWS, VARIABLES * STATES), x = [0.0, 1.0].repeat(ROWS / 2), p = probabilities() },
    Categorical { p: &p },
    (&a, &x)
);

macro_rules! draws {
    ($name:ident, $width:expr, { $($data:ident = $value:expr),* }, $law:expr) => {
        #[divan::bench]
        fn $name(bencher: Bencher<'_, '_>) {
            $(let $data = $value;)*
            let (law, mut draws, mut stream) = ($law, vec![0.0_f64; $width * SAMPLES], 0);
            bencher.bench_local(|| {
                stream += 1;
                sample(&law).samples(SAMPLES).seed(7).stream(stream).threads(1).fill(black_box(&mut draws))
            });
        }
    };
}

draws!(gaussian_draws, DIMENSION, { sigma = covariance() }, gaussian(&sigma));
draws!(dirichlet_draws, DIMENSION, {}, dirichlet());
draws!(categorical_draws, VARIABLES * STATES, { p = probabilities() }, Categorical { p: &p });

fn main() {
    divan::main();
}
