use logphi::laws::MultivariateGaussian;
use logphi::prelude::*;

#[estimator(distribution = MultivariateGaussian)]
fn square(z: f64) -> f64 {
    z.powi(2)
}

fn main() {}
