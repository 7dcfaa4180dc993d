use logphi::laws::Categorical;
use logphi::prelude::*;

#[estimator(distribution = Categorical, order = 4)]
fn cut(z: &OneHot, a: &[f64]) -> f64 {
    dot(a, z).exp()
}

#[estimator(distribution = Categorical, form = terminating)]
fn differentiated(z: &OneHot, a: &[f64]) -> f64 {
    dot(a, z).exp()
}

fn main() {}
