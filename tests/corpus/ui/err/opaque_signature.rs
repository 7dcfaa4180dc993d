use logphi::prelude::*;

use logphi::laws::Poisson;

pub struct Generator;

#[estimator(distribution = Poisson, opaque)]
fn changing(z: f64, generator: &mut Generator) -> f64 {
    z
}

#[estimator(distribution = Poisson, opaque)]
fn unnamed(z: f64, rule: impl Fn(f64) -> f64) -> f64 {
    rule(z)
}

#[estimator(distribution = Poisson, opaque)]
fn generic<T>(z: f64, generator: &T) -> f64 {
    z
}

#[estimator(distribution = Poisson, opaque)]
fn whole(z: &[u32], generator: &Generator) -> f64 {
    f64::from(z[0])
}

fn main() {}
