//! Toy problem 1 of the paper: `Σ_j (z_j - ε)²` under a gamma law, d = 100, S = 1000, one thread.
//!
//! The figure to look at is the ratio of `gradient` to `sampling` within one run: the whole gradient of 200 parameters,
//! with standard errors, against drawing the samples alone.

#![allow(missing_docs)] // criterion's macros add a public function

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use logphi::laws::Gamma;
use logphi::prelude::*;
use logphi::sample;

#[estimator(distribution = Gamma, form = terminating)]
fn squared_distance(z: &[f64], epsilon: f64) -> f64 {
    z.iter().map(|z| (z - epsilon).powi(2)).sum()
}

#[estimator(of = squared_distance, distribution = Gamma, form = terminating, precision = f32)]
struct SquaredDistanceF32;

const DIMENSION: usize = 100;
const SAMPLES: usize = 1000;

fn toy_gamma(criterion: &mut Criterion) {
    let k = vec![2.5; DIMENSION];
    let mu = vec![1.5; DIMENSION];
    let law = Gamma { k: &k, mu: &mu };

    let mut group = criterion.benchmark_group("toy_gamma_f64");
    let mut draws = vec![0.0_f64; DIMENSION * SAMPLES];
    let mut stream = 0;
    group.bench_function("sampling", |bencher| {
        bencher.iter(|| {
            stream += 1;
            sample(&law).samples(SAMPLES).seed(7).stream(stream).threads(1).fill(black_box(&mut draws))
        });
    });
    let mut objective =
        squared_distance::prepare(&law, 0.49).samples(SAMPLES).seed(7).threads(1).build().expect("valid problem");
    group.bench_function("gradient", |bencher| bencher.iter(|| objective.step(&law).map(|run| run.value)));
    group.finish();

    let mut group = criterion.benchmark_group("toy_gamma_f32");
    let mut draws = vec![0.0_f32; DIMENSION * SAMPLES];
    group.bench_function("sampling", |bencher| {
        bencher.iter(|| {
            stream += 1;
            sample(&law).samples(SAMPLES).seed(7).stream(stream).threads(1).fill(black_box(&mut draws))
        });
    });
    let mut objective =
        SquaredDistanceF32::prepare(&law, 0.49).samples(SAMPLES).seed(7).threads(1).build().expect("valid problem");
    group.bench_function("gradient", |bencher| bencher.iter(|| objective.step(&law).map(|run| run.value)));
    group.finish();
}

criterion_group!(benches, toy_gamma);
criterion_main!(benches);
