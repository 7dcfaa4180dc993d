use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, form = terminating)]
fn wave(z: f64) -> f64 {
    z.sin()
}

fn main() {}
