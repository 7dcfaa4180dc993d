use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, form(b) = auxiliary)]
fn kink(z: f64) -> f64 {
    (z - 1.0).max(0.0) + z.powi(2)
}

fn main() {}
