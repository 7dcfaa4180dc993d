use logphi::laws::Categorical;
use logphi::prelude::*;

#[estimator(distribution = Categorical)]
fn agreement(z: &OneHot, a: &[f64]) -> f64 {
    dot(a, z) + z[0] * z[3]
}

fn main() {}
