use logphi::prelude::*;

use logphi::laws::{Bernoulli, Poisson};

pub struct Table;

impl Table {
    pub fn lookup(&self, z: f64) -> f64 {
        z
    }
}

#[estimator(distribution = Poisson, order = 4)]
fn sold_out(z: f64, stock: f64) -> f64 {
    (z > stock) as u8 as f64
}

#[estimator(distribution = Poisson)]
fn hidden(z: f64, t: &Table) -> f64 {
    t.lookup(z)
}

#[estimator(distribution = Bernoulli)]
fn product(z: &[f64]) -> f64 {
    z[0] * z.iter().sum::<f64>()
}

fn main() {}
