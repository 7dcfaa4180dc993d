use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, form(b) = score)]
fn wave(z: f64) -> f64 {
    z.sin()
}

fn main() {}
