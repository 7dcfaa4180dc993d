use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, form(b) = auxiliary(7))]
fn wave(z: f64) -> f64 {
    softplus(z)
}

fn main() {}
