use logphi::prelude::*;

use logphi::laws::Laplace;

fn simulate(z: f64) -> f64 {
    z
}

#[estimator(distribution = Laplace, opaque)]
fn reliability(z: f64) -> f64 {
    simulate(z)
}

fn main() {}
