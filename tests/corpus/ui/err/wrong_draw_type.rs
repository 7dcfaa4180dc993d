use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = 4)]
fn single(z: f32) -> f64 {
    f64::from(z).sin()
}

fn main() {}
