use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = 4)]
fn product(z: &[f64]) -> f64 {
    z[0] * z[1]
}

fn main() {}
