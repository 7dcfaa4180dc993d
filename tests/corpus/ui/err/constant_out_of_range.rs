use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = 4, precision = f32)]
fn wave(z: f64) -> f64 {
    (1e300 * z).sin()
}

fn main() {}
