use logphi::prelude::*;

use logphi::laws::Gamma;

#[estimator(distribution = Gamma, form = closed_form)]
fn mixture(z: f64, rate: f64) -> f64 {
    (-rate * z).exp() * z.powi(2) + (rate * z * z).cos()
}

fn main() {}
