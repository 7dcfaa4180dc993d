use logphi::prelude::*;

use logphi::laws::{Exponential, Poisson};

fn simulate(z: f64) -> f64 {
    z
}

#[estimator(distribution = Poisson, opaque, order = 4)]
fn ordered(z: f64) -> f64 {
    simulate(z)
}

#[estimator(distribution = Poisson, opaque, form = formula)]
fn known(z: f64) -> f64 {
    simulate(z)
}

#[estimator(distribution = Exponential, opaque, form(rate) = auxiliary)]
fn differentiated(z: f64) -> f64 {
    simulate(z)
}

#[estimator(distribution = Poisson, opaque, form = discrete)]
fn finite(z: f64) -> f64 {
    simulate(z)
}

#[estimator(distribution = Poisson, opaque = yes)]
fn valued(z: f64) -> f64 {
    simulate(z)
}

fn main() {}
