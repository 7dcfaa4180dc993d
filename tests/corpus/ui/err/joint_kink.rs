use logphi::laws::MultivariateGaussian;
use logphi::prelude::*;

#[estimator(distribution = MultivariateGaussian)]
fn distance(z: &[f64]) -> f64 {
    z.iter().map(|z| z.abs()).sum()
}

fn main() {}
