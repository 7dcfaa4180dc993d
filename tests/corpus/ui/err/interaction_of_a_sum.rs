use logphi::laws::Gaussian;
use logphi::prelude::*;

#[estimator(distribution = Gaussian)]
fn scaled(z: &[f64], a: &[f64]) -> f64 {
    z[0].exp() * dot(a, z)
}

#[estimator(distribution = Gaussian)]
fn of_too_many(z: &[f64]) -> f64 {
    let first = z[0] * z[1] * z[2] * z[3] * z[4] * z[5] * z[6] * z[7];
    (first * z[8] * z[9] * z[10] * z[11] * z[12] * z[13] * z[14] * z[15] * z[16]).exp()
}

#[estimator(distribution = Gaussian)]
fn of_a_far_one(z: &[f64]) -> f64 {
    z[0] * z[18446744073709551615]
}

fn main() {}
