use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = 4)]
fn unmoved(z: f64, t: f64) -> f64 {
    t.sin()
}

fn main() {}
