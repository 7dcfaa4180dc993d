use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = 4, form(sigma) = truncated)]
fn wave(z: f64) -> f64 {
    z.sin()
}

fn main() {}
