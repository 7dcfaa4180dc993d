use logphi::prelude::*;

use logphi::laws::Laplace;

#[estimator(distribution = Laplace, order = 4)]
fn branch(z: f64) -> f64 {
    if z > 0.0 { z } else { 0.0 }
}

fn main() {}
