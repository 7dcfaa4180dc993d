use logphi::laws::Dirichlet;
use logphi::prelude::*;

#[estimator(distribution = Dirichlet, opaque)]
fn largest(p: &[f64]) -> f64 {
    p.iter().fold(0.0, |largest, p| f64::max(largest, *p))
}

fn main() {}
