use logphi::laws::Dirichlet;
use logphi::prelude::*;

#[estimator(distribution = Dirichlet)]
fn odds(p: &[f64]) -> f64 {
    p[0].ln() + (p[0] * p[1]).sqrt()
}

fn main() {}
