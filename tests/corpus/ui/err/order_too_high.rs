use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = 200)]
fn deep(z: f64) -> f64 {
    z.sin()
}

fn main() {}
