//! Several coordinates that are named, with destructuring, loops over rows, and under laws of every kind.
use logphi::laws::{Gaussian, MultivariateGaussian, Poisson};
use logphi::prelude::*;

#[estimator(distribution = Gaussian)]
fn valley(z: &[f64]) -> f64 {
    let (x, y) = (z[0], z[1]);
    (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2)
}

#[estimator(of = valley, distribution = MultivariateGaussian)]
struct Correlated;

#[estimator(distribution = Poisson, coordinates = 1)]
fn contacts(z: &[f64], x: &Matrix) -> f64 {
    x.rows().map(|row| softplus(dot(row, z))).sum::<f64>() + z[0] * z[1] / (1.0 + z[0])
}

fn main() {}
