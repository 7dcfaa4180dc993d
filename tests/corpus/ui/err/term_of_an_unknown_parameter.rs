use logphi::prelude::*;

use logphi::laws::Laplace;

#[term(distribution = Laplace)]
fn penalty(mu: f64, sigma: f64) -> f64 {
    mu.powi(2) + sigma
}

fn main() {}
