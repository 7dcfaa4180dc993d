use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = 4)]
fn step(z: f64) -> f64 {
    z.floor() + z
}

fn main() {}
