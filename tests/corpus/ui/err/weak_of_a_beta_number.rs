use logphi::laws::Beta;
use logphi::prelude::*;

#[estimator(distribution = Beta, form = weak)]
fn softened(z: f64) -> f64 {
    softplus(4.0 * z - 1.0)
}

fn main() {}
