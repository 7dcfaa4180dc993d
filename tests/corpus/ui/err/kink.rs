use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = 8)]
fn kink(z: f64) -> f64 {
    z.abs()
}

fn main() {}
