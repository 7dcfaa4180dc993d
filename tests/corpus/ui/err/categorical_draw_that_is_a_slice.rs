use logphi::laws::Categorical;
use logphi::prelude::*;

#[estimator(distribution = Categorical)]
fn score(z: &[f64], a: &[f64]) -> f64 {
    dot(a, z).exp()
}

fn main() {}
