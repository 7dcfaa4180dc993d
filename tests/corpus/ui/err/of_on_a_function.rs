use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = 4)]
fn wave(z: f64) -> f64 {
    z.sin()
}

#[estimator(of = wave, distribution = Laplace, order = 8)]
fn second(z: f64) -> f64 {
    z.sin()
}

fn main() {}
