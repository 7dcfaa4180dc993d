//! Toy problem 1 of the paper: `Σ_j (z_j - ε)²` under a gamma law, d = 100, S = 1000, one thread.
//!
//! The figure to look at is the ratio of `gradient` to `sampling` within one run: the whole gradient of 200 parameters,
//! with standard errors, against drawing the samples alone. `auxiliary` is the same gradient by the rules that need extra draws,
//! `∂_k E f = μ E f'(z + μ U T)` and `∂_μ E f = k E f'(z + μ T)`, which the polynomial does not need.

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

#[estimator(of = squared_distance, distribution = Gamma, form = auxiliary)]
struct Auxiliary;

#[estimator(of = squared_distance, distribution = Gamma, form = auxiliary, precision = f32)]
struct AuxiliaryF32;

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

macro_rules! gradient {
    ($name:ident, $estimator:ident) => {
        #[divan::bench]
        fn $name(bencher: Bencher<'_, '_>) {
            let law = law();
            let objective = $estimator::prepare(&law, 0.49).samples(SAMPLES).seed(7).threads(1);
            let mut objective = objective.build().expect("valid problem");
            bencher.bench_local(|| objective.step(&law).map(|run| run.value));
        }
    };
}

gradient!(gradient_f64, squared_distance);
gradient!(auxiliary_f64, Auxiliary);
gradient!(gradient_f32, SquaredDistanceF32);
gradient!(auxiliary_f32, AuxiliaryF32);

#[divan::bench]
fn sampling_f32(bencher: Bencher<'_, '_>) {
    let (law, mut draws, mut stream) = (law(), vec![0.0_f32; DIMENSION * SAMPLES], 0);
    bencher.bench_local(|| {
        stream += 1;
        sample(&law).samples(SAMPLES).seed(7).stream(stream).threads(1).fill(black_box(&mut draws))
    });
}

fn main() {
    divan::main();
}
