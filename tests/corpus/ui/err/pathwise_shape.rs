//! The pathwise form of a parameter that a base draw depends on.
use logphi::laws::InverseGaussian;
use logphi::prelude::*;

#[estimator(distribution = InverseGaussian, form = pathwise)]
fn objective(z: &[f64]) -> f64 {
    z.iter().map(|z| z.sin()).sum()
}

fn main() {}
