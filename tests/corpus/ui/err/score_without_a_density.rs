use logphi::prelude::*;

use logphi::laws::Skellam;

#[estimator(distribution = Skellam, form = score)]
fn wave(z: f64) -> f64 {
    z.sin()
}

fn main() {}
