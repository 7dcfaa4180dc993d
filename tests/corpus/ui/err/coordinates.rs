use logphi::laws::{Categorical, Gamma, Gaussian};
use logphi::prelude::*;

#[estimator(distribution = Gaussian, coordinates = 2)]
fn at_the_draw(z: &[f64], a: &[f64]) -> f64 {
    softplus(dot(a, z))
}

#[estimator(distribution = Gamma, coordinates = 2)]
fn single(z: f64) -> f64 {
    softplus(z)
}

#[estimator(distribution = Gamma, coordinates = 2)]
fn separable(z: &[f64]) -> f64 {
    z.iter().map(|z| softplus(*z)).sum()
}

#[estimator(distribution = Categorical, coordinates = 2)]
fn states(z: &OneHot, a: &[f64]) -> f64 {
    softplus(dot(a, z))
}

fn main() {}
