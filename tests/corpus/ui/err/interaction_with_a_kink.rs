use logphi::laws::{Gamma, Laplace};
use logphi::prelude::*;

#[estimator(distribution = Gamma, order = 4)]
fn best_of(z: &[f64]) -> f64 {
    z[0].max(z[1]) + z[2] * z[3]
}

#[estimator(distribution = Laplace, form = formula)]
fn area(z: &[f64]) -> f64 {
    z[2] + z[0] * z[1]
}

fn main() {}
