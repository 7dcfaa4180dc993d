use logphi::laws::MultivariateGaussian;
use logphi::prelude::*;

#[estimator(distribution = MultivariateGaussian, form(sigma) = formula)]
fn norm(z: &[f64]) -> f64 {
    z.iter().map(|z| z.powi(2)).sum()
}

fn main() {}
