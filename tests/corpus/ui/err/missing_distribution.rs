use logphi::prelude::*;

#[estimator(order = 4)]
fn wave(z: f64) -> f64 {
    z.sin()
}

fn main() {}
