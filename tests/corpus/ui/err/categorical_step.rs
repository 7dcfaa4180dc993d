use logphi::laws::Categorical;
use logphi::prelude::*;

#[estimator(distribution = Categorical, order = 2)]
fn passed(z: &OneHot, a: &[f64]) -> f64 {
    if dot(a, z) > 0.5 { 1.0 } else { 0.0 }
}

fn main() {}
