//! Toy problem 1 of the paper: `Σ_j (z_j - ε)²` under a gamma law, d = 100, S = 1000, one thread.
//!
//! The figure to look at is the ratio of `gradient` to `sampling` within one run: the whole gradient of 200 parameters,
//! with standard errors, against drawing the samples alone.

use divan::{Bencher, black_box};
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

fn law() -> Gamma<Vec<f64>, Vec<f64>> {
    Gamma { k: vec![2.5; DIMENSION], mu: vec![1.5; DIMENSION] }
}

#[divan::bench]
fn sampling_f64(bencher: Bencher<'_, '_>) {
    let (law, mut draws, mut stream) = (law(), vec![0.0_f64; DIMENSION * SAMPLES], 0);
    bencher.bench_local(|| {
        stream += 1;
        sample(&law).samples(SAMPLES).seed(7).stream(stream).threads(1).fill(black_box(&mut draws))
    });
}

#[divan::bench]
fn gradient_f64(bencher: Bencher<'_, '_>) {
    let law = law();
    let mut objective =
        squared_distance::prepare(&law, 0.49).samples(SAMPLES).seed(7).threads(1).build().expect("valid problem");
    bencher.bench_local(|| objective.step(&law).map(|run| run.value));
}

#[divan::bench]
fn sampling_f32(bencher: Bencher<'_, '_>) {
    let (law, mut draws, mut stream) = (law(), vec![0.0_f32; DIMENSION * SAMPLES], 0);
    bencher.bench_local(|| {
        stream += 1;
        sample(&law).samples(SAMPLES).seed(7).stream(stream).threads(1).fill(black_box(&mut draws))
    });
}

#[divan::bench]
fn gradient_f32(bencher: Bencher<'_, '_>) {
    let law = law();
    let mut objective =
        SquaredDistanceF32::prepare(&law, 0.49).samples(SAMPLES).seed(7).threads(1).build().expect("valid problem");
    bencher.bench_local(|| objective.step(&law).map(|run| run.value));
}

fn main() {
    divan::main();
}
