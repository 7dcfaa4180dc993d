use logphi::laws::MultivariateGaussian;
use logphi::prelude::*;

#[estimator(distribution = MultivariateGaussian, opaque)]
fn largest(z: &[f64]) -> f64 {
    z.iter().fold(0.0, |largest, z| f64::max(largest, *z))
}

fn main() {}
