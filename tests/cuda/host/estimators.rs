//! The estimators whose texts are compared.

use logphi::laws::{Gamma, Laplace};
use logphi::prelude::*;

#[estimator(distribution = Gamma, form = terminating, packs = portable)]
pub fn squared_distance(z: &[f64], epsilon: f64) -> f64 {
    z.iter().map(|z| (z - epsilon).powi(2)).sum()
}

#[estimator(of = squared_distance, distribution = Gamma, form = terminating, precision = f32, packs = portable)]
pub struct SquaredDistanceSingle;

#[estimator(distribution = Laplace, order = 4, packs = portable)]
pub fn log_likelihood(w: &[f64], x: &Matrix, y: &[f64]) -> f64 {
    x.rows().zip(y).map(|(row, y)| log_sigmoid(y * dot(row, w))).sum()
}

#[estimator(of = log_likelihood, distribution = Laplace, order = 4, precision = f32, packs = portable)]
pub struct LogLikelihoodSingle;

/// Two ridge terms, one with numbers, and a separable term, with stencils.
#[estimator(distribution = Laplace, form(b) = auxiliary, packs = portable)]
pub fn waves(w: &[f64], x: &Matrix, phases: &[f64], a: &[f64]) -> f64 {
    x.rows().zip(phases).map(|(row, phase)| (dot(row, w) + phase).sin()).sum::<f64>()
        + dot(a, w).tanh()
        + w.iter().map(|w| (-w * w).exp()).sum::<f64>()
}

#[estimator(of = waves, distribution = Laplace, form(b) = auxiliary, precision = f32, packs = portable)]
pub struct WavesSingle;
