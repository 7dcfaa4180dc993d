use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = 4, order = 8)]
fn wave(z: f64) -> f64 {
    z.sin()
}

fn main() {}
