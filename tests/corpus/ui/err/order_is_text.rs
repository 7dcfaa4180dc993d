use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = "eight")]
fn wave(z: f64) -> f64 {
    z.sin()
}

fn main() {}
