//! One gradient of the logistic regression of the paper's section 6.2: batch 64, 50 samples, d = 30, Laplace posterior,
//! four even terms, with the KL divergence and standard errors, on one thread.

#![allow(missing_docs)] // criterion's macros add a public function

use criterion::{Criterion, criterion_group, criterion_main};
use logphi::laws::Laplace;
use logphi::prelude::*;

#[estimator(distribution = Laplace, order = 8)]
fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

#[estimator(of = log_likelihood, distribution = Laplace, order = 8, precision = f32)]
struct LogLikelihoodF32;

/// The divergence of a Laplace law from the standard one, paper Eq. (27).
#[term(distribution = Laplace)]
fn divergence(mu: f64, b: f64) -> f64 {
    mu.abs() + b * (-mu.abs() / b).exp() - b.ln() - 1.0
}

const ROWS: usize = 64;
const DIMENSION: usize = 30;
const SAMPLES: usize = 50;

fn logistic(criterion: &mut Criterion) {
    let law = Laplace { mu: vec![0.0; DIMENSION], b: vec![1.0; DIMENSION] };
    let x = logphi::sample(&logphi::laws::Gaussian { mu: 0.0, sigma: 0.3 })
        .dimension(DIMENSION)
        .samples(ROWS)
        .seed(1)
        .matrix()
        .expect("valid law");
    let y: Vec<f64> = (0..ROWS).map(|row| if row % 3 == 0 { -1.0 } else { 1.0 }).collect();

    let mut group = criterion.benchmark_group("logistic");
    macro_rules! bench {
        ($name:literal, $estimator:ident, $errors:literal) => {
            let mut objective = $estimator::prepare(&law, (&x, &y))
                .plus(-1.0 / 569.0, divergence::TERM)
                .samples(SAMPLES)
                .seed(7)
                .threads(1)
                .standard_errors($errors)
                .build()
                .expect("valid problem");
            group.bench_function($name, |bencher| bencher.iter(|| objective.step(&law).map(|run| run.value)));
        };
    }
    bench!("f64", log_likelihood, true);
    bench!("f32", LogLikelihoodF32, true);
    bench!("f64 without standard errors", log_likelihood, false);
    bench!("f32 without standard errors", LogLikelihoodF32, false);
    group.finish();
}

criterion_group!(benches, logistic);
criterion_main!(benches);
