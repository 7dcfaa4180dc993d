//! One gradient of a curve `z_0 e^(-z_1 t) + z_2` through 100 points, 1000 samples, on one thread: the law with and without
//! covariances, exact rules and the reparameterisation; beside it the function alone, called at draws that are there.

use divan::Bencher;
use logphi::laws::{Gaussian, Laplace, MultivariateGaussian};
use logphi::prelude::*;

#[estimator(distribution = Gaussian)]
fn misfit(z: &[f64], t: &[f64], y: &[f64]) -> f64 {
    t.iter().zip(y).map(|(t, y)| (y - z[0] * (-z[1] * t).exp() - z[2]).powi(2)).sum()
}

#[estimator(of = misfit, distribution = Gaussian, precision = f32)]
struct Single;

#[estimator(of = misfit, distribution = Gaussian, form = pathwise)]
struct Pathwise;

#[estimator(of = misfit, distribution = MultivariateGaussian)]
struct Correlated;

#[estimator(of = misfit, distribution = Laplace)]
struct Auxiliary;

const POINTS: usize = 100;
const SAMPLES: usize = 1000;

fn points() -> [Vec<f64>; 2] {
    let t: Vec<f64> = (0..POINTS).map(|point| point as f64 / 50.0).collect();
    let y = t.iter().map(|t| (-t).exp() + 0.1 * (50.0 * t).sin()).collect();
    [t, y]
}

macro_rules! gradient {
    ($name:ident, $estimator:ident, $law:expr) => {
        #[divan::bench]
        fn $name(bencher: Bencher<'_, '_>) {
            let [t, y] = points();
            let law = $law;
            let objective = $estimator::prepare(&law, (&t, &y)).samples(SAMPLES).seed(7).threads(1);
            let mut objective = objective.build().expect("a valid problem");
            bencher.bench_local(|| objective.step(&law).map(|run| run.value));
        }
    };
}

gradient!(gaussian_f64, misfit, Gaussian { mu: [0.9, 1.1, 0.0], sigma: [0.1, 0.2, 0.1] });
gradient!(gaussian_f32, Single, Gaussian { mu: [0.9, 1.1, 0.0], sigma: [0.1, 0.2, 0.1] });
gradient!(pathwise_f64, Pathwise, Gaussian { mu: [0.9, 1.1, 0.0], sigma: [0.1, 0.2, 0.1] });
gradient!(laplace_f64, Auxiliary, Laplace { mu: [0.9, 1.1, 0.0], b: [0.1, 0.2, 0.1] });
gradient!(
    correlated_f64,
    Correlated,
    MultivariateGaussian {
        mu: [0.9, 1.1, 0.0],
        sigma: Matrix::from_rows(&[[0.01, 0.002, 0.0], [0.002, 0.04, 0.001], [0.0, 0.001, 0.01]])
            .expect("rows of one length"),
    }
);

#[divan::bench]
fn values_alone(bencher: Bencher<'_, '_>) {
    let [t, y] = points();
    let law = Gaussian { mu: [0.9, 1.1, 0.0], sigma: [0.1, 0.2, 0.1] };
    let draws = logphi::sample(&law).samples(SAMPLES).seed(7).matrix().expect("draws");
    bencher.bench_local(|| draws.rows().map(|z| misfit(z, &t, &y)).sum::<f64>());
}

fn main() {
    divan::main();
}
